-- Makes a room the most recently active one; forgets those quiet for longest.
-- KEYS: rooms, titles, listed. ARGV: room, title or nothing, how many rooms to
-- know, how many to forget at once, and what happens: 'enter' changes rooms that
-- are known, 'speak' makes them known, 'list' puts those it makes known on the list.

local ROOMS, TITLES, LISTED = KEYS[1], KEYS[2], KEYS[3]
local room, title, most, at_once, what = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]

local is_known = redis.call('ZSCORE', ROOMS, room)
if what == 'enter' and not is_known then return end

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('ZADD', ROOMS, now, room)
if title ~= '' then
  redis.call('HSETNX', TITLES, room, title)
end
if (what == 'list' and not is_known) or redis.call('ZSCORE', LISTED, room) then
  redis.call('ZADD', LISTED, now, room)
end

local excess = redis.call('ZCARD', ROOMS) - most
if excess > 0 then
  local quiet = redis.call('ZPOPMIN', ROOMS, math.min(excess, at_once))
  for at = 1, #quiet, 2 do
    redis.call('HDEL', TITLES, quiet[at])
    redis.call('ZREM', LISTED, quiet[at])
  end
end
