-- Reads a part of a channel's log together with its top, at one moment, after
-- identity.lua.
--
-- KEYS: meta, log
-- ARGV: an epoch for a new log, which Redis this is, seconds to keep the identity
--       of an empty log, where entries are wanted: XRANGE or XREVRANGE, from, to,
--       how many, and where a node says what it has seen of this log: its epoch,
--       an offset and, if it knows it, the entry there
-- Returns {epoch, top, entries, 1 if the node has seen this very log}.

local meta, log = KEYS[1], KEYS[2]
local new_epoch, run, keep_empty = ARGV[1], ARGV[2], ARGV[3]
local range, from, to, count = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local seen_epoch, seen_offset, seen_frame = ARGV[8], ARGV[9], ARGV[10]

-- pcall: reading goes on when Redis is full. An epoch that could not be kept is
-- told to nobody else, so no position in it is ever believed.
local epoch, top, _, is_new = identify(redis.pcall, meta, log, new_epoch, run)
if is_new then
  -- Anybody may look at a room that does not exist; the first publication makes it stay.
  redis.pcall('EXPIRE', meta, keep_empty)
end

local is_seen = false
if seen_offset == '0' then
  is_seen = true
elseif seen_offset then
  local entry = redis.call('XRANGE', log, seen_offset .. '-0', seen_offset .. '-0')[1]
  if entry and seen_frame then
    -- The whole frame, or what is before and after its offset.
    local fields = entry[2]
    local frame = fields[4] and fields[2] .. seen_offset .. fields[4] or fields[2]
    is_seen = frame == seen_frame
  else
    is_seen = epoch == seen_epoch and tonumber(top) >= tonumber(seen_offset)
  end
  if not is_seen and epoch == seen_epoch then
    -- Redis came back with older data: the same offsets will soon mean something else.
    epoch = new_epoch
    redis.pcall('HSET', meta, 'epoch', epoch)
  end
end
return {epoch, top, redis.call(range, log, from, to, 'COUNT', count), is_seen and 1 or 0}
