-- Ends all sessions of somebody. Where there are too many of them, forgets whoever was
-- revoked first in the network that has most.
-- KEYS: revoked users, texts "network when who", how many each network has, the first two
-- words for each user. ARGV: user, network, how many to keep.

local REVOKED, BY_NETWORK, NETWORKS, NETWORK_OF = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local user, network, most = ARGV[1], ARGV[2], tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('ZADD', REVOKED, 'GT', string.format('%.0f', now), user) == 0 then return end
local words = network .. ' ' .. string.format('%016.0f', now)
redis.call('ZADD', BY_NETWORK, 0, words .. ' ' .. user)
redis.call('HSET', NETWORK_OF, user, words)
redis.call('ZINCRBY', NETWORKS, 1, network)
if redis.call('ZCARD', REVOKED) <= most then return end

local largest = redis.call('ZREVRANGE', NETWORKS, 0, 0)[1]
local first = redis.call('ZRANGE', BY_NETWORK, '[' .. largest .. ' ', '+', 'BYLEX', 'LIMIT', 0, 1)[1]
local gone = first and string.match(first, '^' .. largest .. ' %d+ (.+)$')
if gone then
  redis.call('ZREM', BY_NETWORK, first)
  redis.call('ZREM', REVOKED, gone)
  redis.call('HDEL', NETWORK_OF, gone)
end
-- Without anybody it was counted too often.
if not gone or tonumber(redis.call('ZINCRBY', NETWORKS, -1, largest)) <= 0 then
  redis.call('ZREM', NETWORKS, largest)
end
