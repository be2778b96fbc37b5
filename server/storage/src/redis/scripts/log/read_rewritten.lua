-- Reads what entries are since events replaced them, after rewritten.lua: also of those that are not in the log any more.
--
-- KEYS: meta, the hash of replaced entries
-- ARGV: offsets
-- Returns the offset and the frame of each that was replaced, one after the other.

local origin, found = redis.call('HGET', KEYS[1], 'origin'), {}
if not origin then return found end
for _, offset in ipairs(ARGV) do
  local frame = replaced(redis.call('HGET', KEYS[2], offset), origin)
  if frame then
    found[#found + 1] = offset
    found[#found + 1] = frame
  end
end
return found
