-- Stores the results of a game, and replaces those that were stored when it was less far;
-- deletes the oldest beyond the limit, and those that are too old.
-- KEYS: the host's results, the list of them, their order, how far each game was.
-- ARGV: id, the whole, its summary, when it was over, how many to keep, seconds
-- until all is forgotten, how far the game was.
-- Answers what became of it, and how many bytes went.

local WHOLE, LIST, ORDER, PROGRESS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, whole, summary, ended_at = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local most, retain_seconds, progress = tonumber(ARGV[5]), ARGV[6], ARGV[7]

local became, freed = 'before', redis.call('HSTRLEN', WHOLE, id)
local earlier = redis.call('HGET', PROGRESS, id)
if freed == 0 then
  became = 'new'
-- Results that do not say how far the game was are of one that was over.
elseif earlier and tonumber(progress) > tonumber(earlier) then
  became = 'renewed'
end
if became ~= 'before' then
  redis.call('HSET', WHOLE, id, whole)
  redis.call('HSET', LIST, id, summary)
  redis.call('HSET', PROGRESS, id, progress)
  redis.call('ZADD', ORDER, ended_at, id)
  local too_old = redis.call('ZCOUNT', ORDER, '-inf', string.format('(%.0f', ended_at - retain_seconds * 1000))
  local excess = math.max(redis.call('ZCARD', ORDER) - most, too_old)
  if excess > 0 then
    local oldest = redis.call('ZPOPMIN', ORDER, math.min(excess, 100))
    for at = 1, #oldest, 2 do
      redis.call('HDEL', WHOLE, oldest[at])
      redis.call('HDEL', LIST, oldest[at])
      redis.call('HDEL', PROGRESS, oldest[at])
    end
  end
end
for _, key in ipairs(KEYS) do
  redis.call('EXPIRE', key, retain_seconds)
end
return { became, freed }
