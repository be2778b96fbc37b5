-- Forgets some of those who were revoked before a moment; says how many.
-- KEYS: revoked users, texts "network when who", how many each network has, the first two
-- words for each user. ARGV: the moment, how many at most.

local REVOKED, BY_NETWORK, NETWORKS, NETWORK_OF = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local users = redis.call('ZRANGEBYSCORE', REVOKED, '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, user in ipairs(users) do
  redis.call('ZREM', REVOKED, user)
  local words = redis.call('HGET', NETWORK_OF, user)
  if words then
    redis.call('ZREM', BY_NETWORK, words .. ' ' .. user)
    redis.call('HDEL', NETWORK_OF, user)
    local network = string.match(words, '^[^ ]*')
    if tonumber(redis.call('ZINCRBY', NETWORKS, -1, network)) <= 0 then redis.call('ZREM', NETWORKS, network) end
  end
end
return #users
