#!lua flags=allow-oom
-- Reads what of a log is not in the archive yet, for the one node that archives it; forgets what need not stay live.
--
-- A log is trimmed here alone, and never above what the archive has. It works in a full Redis, too: this is what
-- makes room in it. An entry that was replaced is read as it was, and one whose text had to go as what it is now.
--
-- KEYS: meta, log, the hash of replaced entries
-- ARGV: the node, for how many milliseconds it alone may archive the log, the offset up to which the archive has it
--       (nothing: as the log says), how many entries are wanted, how many bytes, how many entries and bytes stay live, an
--       epoch for a log that lost its end, and `exact` if the archive has no more than that, whatever the log says
-- Returns {0, 0, 0, {}} where there is no such log, {1, milliseconds, 0, {}} where another node archives it for that
-- long, or {2, top, archived, entries}; without entries the node gives it up.

local meta, log, rewritten = KEYS[1], KEYS[2], KEYS[3]
local node, lease, stored = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local count, bytes, length, size = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local known = redis.call('HMGET', meta, 'top', 'archived', 'archiver', 'origin')
local top, archived = tonumber(known[1]), tonumber(known[2] or '0')
if not top then return {0, '0', '0', {}} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, ends_at = string.match(known[3] or '', '^(%S+) (%d+)$')
-- A lease that is longer than any is of a Redis whose clock was ahead.
if holder and holder ~= node and tonumber(ends_at) > now and tonumber(ends_at) <= now + lease then
  return {1, string.format('%.0f', ends_at - now), '0', {}}
end

stored = tonumber(stored)
if stored and (stored > archived or ARGV[9] == 'exact' and stored ~= archived) then
  archived = stored
  redis.call('HSET', meta, 'archived', string.format('%.0f', stored))
  local keep = length
  local used = redis.pcall('MEMORY', 'USAGE', log, 'SAMPLES', 0)
  if type(used) == 'number' and used > size then
    keep = math.min(keep, math.floor(redis.call('XLEN', log) * size / used))
  end
  local from = math.min(top - keep, archived) + 1
  if from > 1 and redis.call('XTRIM', log, 'MINID', '~', string.format('%.0f-0', from)) > 0 then
    -- What is still in the stream stays replaced. And not at once: somebody may be about to say something of an old
    -- message that was just deleted.
    local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    first = first and tonumber(string.match(first[1], '^%d+')) or from
    forget(rewritten, math.min(first, from), archived - 1000)
  end
end

if archived > top then
  -- The log lost its end, and nobody has noticed: the next message must not get a number that the archive has.
  top = archived
  redis.call('HSET', meta, 'top', string.format('%.0f', top), 'epoch', ARGV[8])
end

local entries, from = {}, string.format('%.0f-0', archived + 1)
-- So many at a time: what is too much is not read to its end.
local STEP = 64
repeat
  local step = redis.call('XRANGE', log, from, '+', 'COUNT', math.min(count - #entries, STEP))
  for _, entry in ipairs(step) do
    for _, field in ipairs(entry[2]) do
      bytes = bytes - #field
    end
    entries[#entries + 1] = entry
  end
  from = #step > 0 and '(' .. step[#step][1]
until #step < STEP or #entries >= count or bytes < 0
local last = #entries > 0 and tonumber(string.match(entries[#entries][1], '^%d+')) or archived
entries = merge(rewritten, known[4], entries, archived + 1, last, math.max(4 * count, 4096), false, true)

if #entries > 0 then
  redis.call('HSET', meta, 'archiver', node .. ' ' .. string.format('%.0f', now + lease))
elseif holder == node then
  redis.call('HDEL', meta, 'archiver')
end
return {2, string.format('%.0f', top), string.format('%.0f', archived), entries}
