-- A version of a quiz; the latest for an empty one.
-- KEYS: the quiz. ARGV: version or nothing.

local version = ARGV[1]
if version == '' then
  version = redis.call('HGET', KEYS[1], 'top')
end
return version and redis.call('HGET', KEYS[1], version)
