-- Makes a room the most recently active one; forgets those quiet for longest.
-- KEYS: rooms, titles. ARGV: room, title or nothing, how many rooms to know.

local ROOMS, TITLES = KEYS[1], KEYS[2]
local room, title, most = ARGV[1], ARGV[2], tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', ROOMS, string.format('%.0f', now), room)
if title ~= '' then
  redis.call('HSETNX', TITLES, room, title)
end

local excess = redis.call('ZCARD', ROOMS) - most
if excess > 0 then
  local quiet = redis.call('ZPOPMIN', ROOMS, math.min(excess, 100))
  for at = 1, #quiet, 2 do
    redis.call('HDEL', TITLES, quiet[at])
  end
end
