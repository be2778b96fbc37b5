-- Ends all sessions of somebody; forgets who was revoked first where there are too many.
-- KEYS: revoked users. ARGV: user, how many to keep.

local REVOKED = KEYS[1]
local user, most = ARGV[1], tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', REVOKED, 'GT', string.format('%.0f', now), user)
redis.call('ZREMRANGEBYRANK', REVOKED, 0, -most - 1)
