-- Reads a part of a channel's log together with its top, at one moment.
--
-- KEYS: meta, log
-- ARGV: an epoch for a new log, seconds to keep the identity of an empty one,
--       and where entries are wanted: XRANGE or XREVRANGE, from, to, how many,
--       and where a node says what it has seen of this log: its epoch, an offset
-- Returns {epoch, top, entries}.

local meta, log = KEYS[1], KEYS[2]
local new_epoch, keep_empty = ARGV[1], ARGV[2]
local range, from, to, count = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local seen_epoch, seen_offset = ARGV[7], ARGV[8]

local identity = redis.call('HMGET', meta, 'epoch', 'top')
local epoch, top = identity[1], identity[2] or '0'
if not epoch then
  epoch = new_epoch
  redis.call('HSET', meta, 'epoch', epoch)
  -- Anybody may look at a room that does not exist; the first publication makes it stay.
  redis.call('EXPIRE', meta, keep_empty)
  redis.call('DEL', log)
end
if epoch == seen_epoch and tonumber(top) < tonumber(seen_offset) then
  -- Redis came back with older data: the same offsets will soon mean something else.
  epoch = new_epoch
  redis.call('HSET', meta, 'epoch', epoch)
end
if not range then return {epoch, top, {}} end
return {epoch, top, redis.call(range, log, from, to, 'COUNT', count)}
