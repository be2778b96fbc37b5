-- Replaces entries in the same step as log/commit.lua appends the event about them.
--
-- An entry of a stream cannot be changed, and no other can take its place. So what an entry is since an event replaced it
-- stands beside the stream, and whoever reads the log puts both together (rewritten.lua).
--
-- KEYS: as of commit.lua
-- ARGV from 9: for each entry its offset; the frame that it had when it was read, `absent` or `anything`; head and tail of
--       the frame that it gets (without a tail: the head is all of it); and `erase` if its text must go

-- The frame of an entry as it is now; false where the log does not have it.
local function current(origin, offset)
  local frame = replaced(redis.call('HGET', KEYS[3], offset), origin)
  if frame then return frame end
  local entry = redis.call('XRANGE', KEYS[2], offset .. '-0', offset .. '-0')[1]
  return entry and frame_of(entry, offset)
end

-- Whether every entry is as it was seen. A log that lost its end must not get a change of what it does not have.
local function may_rewrite(origin, top)
  for i = 9, #ARGV, 5 do
    local at, seen = ARGV[i], ARGV[i + 1]
    if tonumber(at) > tonumber(top) then return false end
    local frame = seen ~= 'anything' and current(origin, at)
    if seen == 'absent' and frame then return false end
    if seen ~= 'absent' and seen ~= 'anything' and frame ~= seen then return false end
  end
  return true
end

-- A stream keeps the bytes of a deleted entry until all entries of its node are deleted: 100 at most, unless Redis is set
-- otherwise. So those around it leave the stream, too.
local NODE = 100

local function erase(origin, at)
  local first = string.format('%.0f-0', math.max(tonumber(at) - NODE, 1))
  local last = string.format('%.0f-0', tonumber(at) + NODE)
  for _, entry in ipairs(redis.call('XRANGE', KEYS[2], first, last)) do
    local offset = string.match(entry[1], '^%d+')
    redis.call('HSETNX', KEYS[3], offset, origin .. ' ' .. offset .. ' ' .. frame_of(entry, offset))
    redis.call('XDEL', KEYS[2], entry[1])
  end
end

local function rewrite(origin, offset)
  local before = redis.call('HLEN', KEYS[3])
  for i = 9, #ARGV, 5 do
    local at, head, tail = ARGV[i], ARGV[i + 2], ARGV[i + 3]
    local frame = tail == '' and head or head .. offset .. tail
    redis.call('HSET', KEYS[3], at, origin .. ' ' .. offset .. ' ' .. frame)
    if ARGV[i + 4] == 'erase' then erase(origin, at) end
  end
  -- What was trimmed need not be known any more. An archived log is trimmed by to_archive.lua.
  local after = redis.call('HLEN', KEYS[3])
  if length ~= '' and math.floor(before / 64) ~= math.floor(after / 64) then
    local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    first = first and tonumber(string.match(first[1], '^%d+')) or tonumber(offset)
    -- What is still in the stream stays replaced.
    forget(KEYS[3], math.min(first, offset - length), tonumber(offset))
  end
end

