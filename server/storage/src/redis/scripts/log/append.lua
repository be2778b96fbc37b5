-- Appends something once to a log that the node knows, numbers and announces
-- it: the short way, which nearly every message takes. Where anything is out of
-- the ordinary it changes nothing, and commit.lua finds out what to do.
--
-- What Lua is given and what it makes costs Redis more than the commands, so
-- there is little of either: texts are put together once, and settings are a
-- part of the script (`length`, `bytes`, `publish`, `database`, `remember`, `retain`; see scripts.rs).
--
-- KEYS: meta, log, the append's key
-- ARGV: the epoch that the node knows, what to remember but for the offset, head
--       and tail of the frame, the header to announce (nothing: a node may live
--       that would not understand it)
-- Returns the offset; false where commit.lua has to do it.

local meta, log, once = KEYS[1], KEYS[2], KEYS[3]
local epoch, head, tail, header = ARGV[1], ARGV[3], ARGV[4], ARGV[5]

if redis.call('HGET', meta, 'epoch') ~= epoch then return false end
local top = redis.call('HINCRBY', meta, 'top', 1)
local offset = string.format('%d', top)
if redis.pcall('SET', once, ARGV[2] .. offset, 'EX', remember, 'NX', 'GET') then
  redis.call('HINCRBY', meta, 'top', -1)
  return false
end
redis.call('XADD', log, offset .. '-0', 'h', head, 't', tail)
-- Now and then: it goes in whole nodes of the stream anyway. A log without a length is trimmed as it is archived.
if top % 64 == 0 then
  if length ~= '' then redis.call('XTRIM', log, 'MAXLEN', '~', length) end
  -- As in trim.lua; a function would be made for every message.
  if top % 256 == 0 then
    local size = length ~= '' and redis.pcall('MEMORY', 'USAGE', log, 'SAMPLES', 0)
    if retain ~= '' then
      redis.call('EXPIRE', meta, retain)
      redis.call('EXPIRE', log, retain)
    end
    if type(size) == 'number' and size > bytes then
      redis.call('XTRIM', log, 'MAXLEN', '~', math.floor(redis.call('XLEN', log) * bytes / size))
    end
  end
end
-- The forms that `envelope.rs` reads.
local form = header == '' and 'p' or 'e'
redis.call(publish, log .. database, form .. epoch .. ' ' .. offset .. ' ' .. header .. head .. offset .. tail)
return top
