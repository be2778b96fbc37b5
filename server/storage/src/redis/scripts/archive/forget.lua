-- Takes a room off the list of those that may have something to archive, unless somebody wrote in it meanwhile.
-- KEYS: the list. ARGV: the room, when it was put on the list as far as the caller knows.

local since = redis.call('ZSCORE', KEYS[1], ARGV[1])
if since and tonumber(since) <= tonumber(ARGV[2]) then redis.call('ZREM', KEYS[1], ARGV[1]) end
