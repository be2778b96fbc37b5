-- Sends a player away for good; their name is free again.
-- KEYS: game, seats, names, kicked. ARGV: id, player, seconds to live.
-- Returns 1; 0 where there was no such player.

local game, seats, names, kicked = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, player, live = ARGV[1], ARGV[2], ARGV[3]

if redis.call('HGET', game, 'id') ~= id then return 0 end
if redis.call('HEXISTS', seats, player) == 0 then return 0 end
redis.call('SADD', kicked, player)
redis.call('EXPIRE', kicked, live)
redis.call('HDEL', seats, player)
local all = redis.call('HGETALL', names)
for at = 1, #all, 2 do
  if all[at + 1] == player then redis.call('HDEL', names, all[at]) end
end
return 1
