-- Lets in who waits for it, or sends them away: puts them into another set.
-- KEYS: game, waiting, the other set. ARGV: id, seconds to live, then the
-- players; with nobody named, everybody.

local game, waiting, other = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HGET', game, 'id') ~= ARGV[1] then return 0 end
local players = {unpack(ARGV, 3)}
if #players == 0 then players = redis.call('HKEYS', waiting) end
for _, player in ipairs(players) do
  if redis.call('HDEL', waiting, player) == 1 then redis.call('SADD', other, player) end
end
redis.call('EXPIRE', other, ARGV[2])
return 1
