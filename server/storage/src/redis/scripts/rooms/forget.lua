-- Forgets rooms that nobody entered for long; tells how many.
-- KEYS: rooms, titles, listed. ARGV: since when nobody did, how many at most.

local idle = redis.call('ZRANGE', KEYS[1], '-inf', '(' .. ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
for _, room in ipairs(idle) do
  redis.call('ZREM', KEYS[1], room)
  redis.call('HDEL', KEYS[2], room)
  redis.call('ZREM', KEYS[3], room)
end
return #idle
