-- Puts a room on the list of those that may have something to archive.
-- KEYS: the list. ARGV: the room.

local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
