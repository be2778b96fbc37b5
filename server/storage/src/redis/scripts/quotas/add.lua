-- Adds to all counters, or to none where one would go above its limit.
-- KEYS: the counters. ARGV: for each the amount, its limit, seconds until it ends.
-- Returns 0, or which of them is full, from 1.

for at, key in ipairs(KEYS) do
  local amount, limit = tonumber(ARGV[3 * at - 2]), tonumber(ARGV[3 * at - 1])
  if amount > 0 and (tonumber(redis.call('GET', key)) or 0) + amount > limit then return at end
end
for at, key in ipairs(KEYS) do
  if redis.call('INCRBY', key, ARGV[3 * at - 2]) < 0 then redis.call('SET', key, 0) end
  redis.call('EXPIRE', key, ARGV[3 * at])
end
return 0
