-- Replaces entries in the same step as log/commit.lua appends the event about them.
--
-- An entry of a stream cannot be changed, and no other can take its place. So what an entry is since an event replaced it
-- stands beside the stream, and whoever reads the log puts both together (rewritten.lua). An entry whose text must go
-- leaves the stream.
--
-- KEYS from 4: the hash of replaced entries
-- ARGV from 9: for each entry its offset, the frame that it had when it was read (nothing: whatever it is), head and tail of the frame that it
--       gets (without a tail: the head is all of it), and `erase` if its text must go

local rewritten = KEYS[4]

-- The frame of an entry as it is now; false where the log does not have it.
local function current(origin, offset)
  local frame = replaced(redis.call('HGET', rewritten, offset), origin)
  if frame then return frame end
  local entry = redis.call('XRANGE', KEYS[2], offset .. '-0', offset .. '-0')[1]
  if not entry then return false end
  local fields = entry[2]
  return fields[4] and fields[2] .. offset .. fields[4] or fields[2]
end

-- Whether every entry is as it was seen.
local function may_rewrite(origin)
  for i = 9, #ARGV, 5 do
    local frame = current(origin, ARGV[i])
    if ARGV[i + 1] ~= '' and frame and frame ~= ARGV[i + 1] then return false end
  end
  return true
end

local function rewrite(origin, offset)
  for i = 9, #ARGV, 5 do
    local at, head, tail = ARGV[i], ARGV[i + 2], ARGV[i + 3]
    local frame = tail == '' and head or head .. offset .. tail
    redis.call('HSET', rewritten, at, origin .. ' ' .. offset .. ' ' .. frame)
    if ARGV[i + 4] == 'erase' then redis.call('XDEL', KEYS[2], at .. '-0') end
  end
  if retain ~= '' then redis.call('EXPIRE', rewritten, retain) else redis.call('PERSIST', rewritten) end
  -- What was trimmed need not be known any more. An archived log is trimmed by to_archive.lua.
  if length ~= '' and redis.call('HLEN', rewritten) % 64 == 0 then
    local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    forget(rewritten, tonumber(string.match(first[1], '^%d+')), tonumber(offset))
  end
end

