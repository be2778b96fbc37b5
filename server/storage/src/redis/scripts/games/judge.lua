-- Lets in who waits for it, or sends them away: puts them into other sets.
-- KEYS: game, waiting, then the other sets. ARGV: id, seconds to live, then the
-- players; with nobody named, everybody.

local game, waiting = KEYS[1], KEYS[2]
if redis.call('HGET', game, 'id') ~= ARGV[1] then return 0 end
local players = {unpack(ARGV, 3)}
if #players == 0 then players = redis.call('HKEYS', waiting) end
for _, player in ipairs(players) do
  if redis.call('HDEL', waiting, player) == 1 then
    for at = 3, #KEYS do redis.call('SADD', KEYS[at], player) end
  end
end
for at = 3, #KEYS do redis.call('EXPIRE', KEYS[at], ARGV[2]) end
return 1
