-- Finds rooms that nobody has put on the list for a while, those first that were put there
-- first, and puts them there again.
-- KEYS: the list. ARGV: how many milliseconds ago is a while, how many rooms are wanted.
-- Returns when they were put there again, and the rooms.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rooms = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1], 'LIMIT', 0, ARGV[2])
for _, room in ipairs(rooms) do redis.call('ZADD', KEYS[1], now, room) end
return {string.format('%.0f', now), rooms}
