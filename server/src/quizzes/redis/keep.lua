-- Keeps what came of a game, once; forgets the oldest beyond the limit, and
-- those that are too old.
-- KEYS: the host's results, the list of them, their order. ARGV: id, the whole,
-- its summary, when it was over, how many to keep, seconds until all is forgotten.

local WHOLE, LIST, ORDER = KEYS[1], KEYS[2], KEYS[3]
local id, whole, summary, ended_at = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local most, kept_for = tonumber(ARGV[5]), ARGV[6]

if redis.call('HSETNX', WHOLE, id, whole) == 1 then
  redis.call('HSET', LIST, id, summary)
  redis.call('ZADD', ORDER, ended_at, id)
  local too_old = redis.call('ZCOUNT', ORDER, '-inf', string.format('(%.0f', ended_at - kept_for * 1000))
  local excess = math.max(redis.call('ZCARD', ORDER) - most, too_old)
  if excess > 0 then
    local oldest = redis.call('ZPOPMIN', ORDER, math.min(excess, 100))
    for at = 1, #oldest, 2 do
      redis.call('HDEL', WHOLE, oldest[at])
      redis.call('HDEL', LIST, oldest[at])
    end
  end
end
for _, key in ipairs(KEYS) do
  redis.call('EXPIRE', key, kept_for)
end
