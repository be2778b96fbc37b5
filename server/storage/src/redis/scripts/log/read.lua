-- Reads a part of a channel's log together with its top, at one moment, after
-- identity.lua and rewritten.lua.
--
-- KEYS: meta, log, the hash of replaced entries
-- ARGV: an epoch for a new log, which Redis this is, seconds to keep the identity
--       of an empty log (nothing: a log that does not exist is only looked at),
--       seconds to keep one that is listened to (nothing: as it is), which entries
--       are wanted: XRANGE or XREVRANGE, from, to, how many, how many bytes, the last
--       offset in the archive (nothing: the node has not asked it), and
--       where a node says what it has seen of this log: its epoch, an offset and, if
--       it knows it, the entry there
-- Returns {epoch, top, entries, 1 if the node has seen this very log}, or {'', 0, {}, 2}
-- where the archive has to be asked. All to the top, but more than was asked for, is none
-- at all, and no part of it.

local meta, log, rewritten = KEYS[1], KEYS[2], KEYS[3]
local new_epoch, run, keep_empty, retain = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local range, from, to, count, bytes = ARGV[5], ARGV[6], ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local floor, seen_epoch, seen_offset, seen_frame = ARGV[10], ARGV[11], ARGV[12], ARGV[13]

-- Anybody may look at a room that does not exist, and that makes none. The epoch
-- is told to nobody else, so no position in it but the beginning is ever believed.
if keep_empty == '' and redis.call('HEXISTS', meta, 'epoch') == 0 then
  return {new_epoch, '0', {}, 0}
end

-- pcall: reading goes on when Redis is full. An epoch that could not be kept is
-- told to nobody else, so no position in it is ever believed.
local epoch, top, origin, is_new = identify(redis.pcall, meta, log, new_epoch, run, floor)
if not epoch then return {'', '0', {}, 2} end
if is_new then
  -- The first publication makes it stay.
  redis.pcall('EXPIRE', meta, keep_empty)
elseif retain ~= '' and top ~= '0' then
  redis.pcall('EXPIRE', meta, retain)
  redis.pcall('EXPIRE', log, retain)
  redis.pcall('EXPIRE', rewritten, retain)
end

local is_seen = false
if seen_offset == '0' then
  is_seen = true
elseif seen_offset then
  local entry = redis.call('XRANGE', log, seen_offset .. '-0', seen_offset .. '-0')[1]
  local now = replaced(redis.call('HGET', rewritten, seen_offset), origin)
  if seen_frame and (entry or now) then
    is_seen = now == seen_frame or entry and frame_of(entry, seen_offset) == seen_frame
  end
  -- Of one that was replaced since, the node may know another frame.
  if not is_seen and (now or not (entry and seen_frame)) then
    is_seen = epoch == seen_epoch and tonumber(top) >= tonumber(seen_offset)
  end
  if not is_seen and epoch == seen_epoch then
    -- Redis came back with older data: the same offsets will soon mean something else.
    if floor == '' then return {'', '0', {}, 2} end
    epoch = new_epoch
    if tonumber(floor) > tonumber(top) then top = floor end
    redis.pcall('HSET', meta, 'epoch', epoch, 'top', top)
  end
end

-- So many at a time: what is too much is not read to its end.
local STEP = 64

-- The offset of a bound of the range; where it is open, the first or the last one.
local function bound(text)
  return text == '-' and 1 or math.min(tonumber(string.match(text, '^%d+')) or tonumber(top), tonumber(top))
end

local function read()
  local all_to_top, is_reverse = to == '+', range == 'XREVRANGE'
  local is_too_much = all_to_top and tonumber(top) - tonumber(string.match(from, '^%d+')) >= count
  if count == 0 or is_too_much then
    return {}
  end
  local low, high = bound(from), bound(to)
  if is_reverse then low, high = math.max(low - count + 1, 1), low end
  local entries, step, left = {}, nil, bytes
  repeat
    step = redis.call(range, log, from, to, 'COUNT', math.min(count - #entries, STEP))
    for _, entry in ipairs(step) do
      for _, field in ipairs(entry[2]) do
        left = left - #field
      end
      entries[#entries + 1] = entry
    end
    if left < 0 and all_to_top then
      return {}
    end
    from = #step > 0 and '(' .. step[#step][1]
  until #step < STEP or #entries >= count
  local merged = merge(rewritten, origin, entries, low, high, count, is_reverse)
  if all_to_top and merged ~= entries then
    for _, entry in ipairs(merged) do
      for _, field in ipairs(entry[2]) do
        bytes = bytes - #field
      end
    end
    if bytes < 0 then return {} end
  end
  return merged
end

return {epoch, top, read(), is_seen and 1 or 0}
