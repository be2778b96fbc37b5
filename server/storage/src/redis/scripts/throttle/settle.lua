-- Adds what one node let pass to what all nodes did.
--
-- KEYS: buckets, each with the time at which it is full again, in microseconds
--       of Redis' clock; all in one slot
-- ARGV: for each bucket, how long what was taken takes to come back, in microseconds
-- Returns for each bucket how long it takes until it is full, in microseconds.

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_in = {}
for at, key in ipairs(KEYS) do
  local full_at = math.max(tonumber(redis.call('GET', key) or 0), now) + tonumber(ARGV[at])
  if full_at > now then
    -- pcall: a full Redis forgets what was said on other nodes, and no more.
    redis.pcall('SET', key, string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000))
  end
  full_in[at] = full_at - now
end
return full_in
