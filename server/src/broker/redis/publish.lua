-- Appends to a channel's log, numbers and announces as one step.
--
-- KEYS: meta, log, deliveries and, where the append must happen once, its key
-- ARGV: head and tail of the frame, an epoch for a new log, the log's length,
--       PUBLISH or SPUBLISH, a digest of what is said, seconds to remember it
-- Returns {epoch, offset, 1 if it was there before}; false for another digest.

local meta, log, deliveries, once = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local head, tail, new_epoch, length = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local publish, digest, remember = ARGV[5], ARGV[6], ARGV[7]

if once then
  local before = redis.call('GET', once)
  if before then
    local epoch, offset, of = before:match('^(%w+) (%d+) (.*)$')
    if of ~= digest then return false end
    return {epoch, offset, 1}
  end
end

-- The first write is one that Redis refuses when its memory is full: all or nothing.
if redis.call('HSETNX', meta, 'epoch', new_epoch) == 1 then
  -- A log that lost its identity: what is left of it must not be taken for this one's.
  redis.call('DEL', log)
end
local epoch = redis.call('HGET', meta, 'epoch')
local top = redis.call('HINCRBY', meta, 'top', 1)
if top == 1 then redis.call('PERSIST', meta) end
local offset = string.format('%.0f', top)
local frame = head .. offset .. tail

redis.call('XADD', log, 'MAXLEN', '~', length, offset .. '-0', 'f', frame)
if once then redis.call('SET', once, epoch .. ' ' .. offset .. ' ' .. digest, 'EX', remember) end
-- The form that `envelope.rs` reads.
redis.call(publish, deliveries, 'p' .. epoch .. ' ' .. offset .. ' ' .. frame)
return {epoch, offset, 0}
