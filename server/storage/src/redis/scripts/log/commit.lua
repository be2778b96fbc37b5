-- Appends to a channel's log, numbers and announces as one step, after
-- identity.lua, trim.lua and the settings `length`, `bytes`, `publish`, `database`,
-- `remember` and `retain` (scripts.rs).
--
-- A store whose change must be in the same step puts its own script before this one, which defines two functions:
--   may_change(expected)  whether what is stored is at the version that was expected; it writes nothing
--   change(offset)        makes the change; its first write is one that Redis refuses when its memory is full
-- Its keys begin at KEYS[3], its arguments at ARGV[8]. Without a change, that is a digest of what is said, or nothing.
-- What replaces entries of the log itself (rewrite.lua) defines may_rewrite(origin, top) and rewrite(origin, offset)
-- instead, and is done once, too.
--
-- KEYS: meta, log; without a change the hash of replaced entries, and the key of an append that must happen once
-- ARGV: head and tail of the frame, an epoch for a new log, which Redis this is,
--       whether the log may grow (free, level), the version that was expected or, of a
--       room, the last offset in the archive (nothing: the node has not asked it), the
--       header to announce (nothing: a node may live that would not understand it)
-- Returns {epoch, offset, 1 if it was there before, origin}; {'', 0, 2, ''} where the
-- archive has to be asked, and {'', 0, 3, ''} where an entry is not as it was seen; false for another digest, and where
-- the change may not be made.

local meta, log, digest = KEYS[1], KEYS[2], ARGV[8]
local rewritten, once = not change and KEYS[3], not change and KEYS[4]
local head, tail, new_epoch, run, growth, expected, header =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]

if change and not may_change(expected) then return false end

-- As Redis says it of its own memory. What is archived is not trimmed for one more.
if growth == 'level' and (length == '' or redis.call('EXISTS', log) == 0) then
  return redis.error_reply('OOM everything together has as much as it may')
end

local epoch, top, origin, is_new = identify(redis.call, meta, log, new_epoch, run, expected)
if not epoch then return {'', '0', 2, ''} end
-- Above what was expected, also where the log was lost: people have seen that much of it.
local offset = string.format('%.0f', math.max(tonumber(top), change and tonumber(expected) or 0) + 1)
-- What is remembered is kept, too: in a full store for ten minutes, which is long for a resend.
local remember = growth == 'level' and '600' or remember
-- The first write, whichever it is, is one that Redis refuses when its memory is
-- full: all or nothing.
if change then change(offset) end
if once then
  local memory = origin .. ' ' .. digest .. ' ' .. offset
  -- Remembers what was not remembered, and tells what was.
  local before = redis.pcall('SET', once, memory, 'EX', remember, 'NX', 'GET')
  local refusal = type(before) == 'table' and before
  if refusal then before = redis.call('GET', once) end
  if before then
    -- What was remembered is true while the log is the same: Redis keeps and
    -- loses the entry and the memory of it in one step. A log that began anew
    -- does not hold the entry, whatever is remembered.
    local of_log, of, at = before:match('^(%w+) (.*) (%d+)$')
    if of_log == origin and tonumber(at) <= tonumber(top) then
      if of ~= digest then return false end
      return {epoch, at, 1, origin}
    end
  end
  if refusal then return refusal end
  if before then redis.call('SET', once, memory, 'EX', remember) end
end
if rewrite and not may_rewrite(origin, top) then
  if once then redis.call('DEL', once) end
  return {'', '0', 3, ''}
end

redis.call('HSET', meta, 'top', offset)
-- Every node comes this way once a day (epoch_cache.rs) with each log that it writes to.
if retain ~= '' then redis.call('EXPIRE', meta, retain) else redis.call('PERSIST', meta) end
if rewritten and is_new then redis.call('DEL', rewritten) end
-- Before the event, which would hold an entry's node that must go.
if rewrite then rewrite(origin, offset) end
redis.call('XADD', log, offset .. '-0', 'h', head, 't', tail)
if length ~= '' then redis.call('XTRIM', log, 'MAXLEN', '~', length) end
if retain ~= '' then redis.call('EXPIRE', log, retain) end
if rewritten and retain ~= '' then redis.call('EXPIRE', rewritten, retain) end
if length ~= '' then trim_bytes(log, tonumber(offset), bytes) end
if growth == 'level' and length ~= '' then
  -- Two for one, because they may be shorter.
  redis.call('XTRIM', log, 'MAXLEN', '=', math.max(redis.call('XLEN', log) - 2, 1))
end
-- The forms that `envelope.rs` reads.
local form = header == '' and 'p' or 'e'
redis.call(publish, log .. database, form .. epoch .. ' ' .. offset .. ' ' .. header .. head .. offset .. tail)
return {epoch, offset, 0, origin}
