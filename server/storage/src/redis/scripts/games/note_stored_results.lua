-- Notes of how much of a game results are kept; it never becomes less.
-- KEYS: game. ARGV: id, how much.

local known = redis.call('HMGET', KEYS[1], 'id', 'kept')
if known[1] ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > (tonumber(known[2]) or 0) then redis.call('HSET', KEYS[1], 'kept', ARGV[2]) end
return 1
