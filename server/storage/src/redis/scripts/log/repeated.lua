-- Finds an earlier append with a key.
--
-- KEYS: meta, the key of the append
-- ARGV: a digest of what is said
-- Returns {epoch, offset}; nothing where there was none, false for another digest.

local known = redis.call('HMGET', KEYS[1], 'epoch', 'top', 'origin')
local memory = redis.call('GET', KEYS[2])
if not known[1] or not memory then return {} end
local of_log, of, at = string.match(memory, '^(%w+) (.*) (%d+)$')
-- As in commit.lua: a log that began anew does not hold the entry, whatever is remembered.
if of_log ~= (known[3] or known[1]) or tonumber(at) > tonumber(known[2] or '0') then return {} end
if of ~= ARGV[1] then return false end
return {known[1], at}
