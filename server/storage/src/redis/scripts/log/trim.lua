-- Comes before commit.lua: holds a log below `bytes` of memory.
--
-- Looks now and then, because a look goes through all nodes of the stream; the
-- log may be larger by what is appended in between. A Redis that does not allow
-- the question (an ACL) keeps the number of entries as the only limit.
local function trim_bytes(log, offset, bytes)
  if offset % 256 ~= 0 then return end
  local size = redis.pcall('MEMORY', 'USAGE', log, 'SAMPLES', 0)
  if type(size) == 'number' and size > bytes then
    redis.call('XTRIM', log, 'MAXLEN', '~', math.floor(redis.call('XLEN', log) * bytes / size))
  end
end

