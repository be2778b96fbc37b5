-- Gives a player the seat they have, or a new one; where newcomers are to be
-- let in, notes that they wait.
-- KEYS: game, seats, names, kicked, arrivals, networks, blocked, waiting, admitted
-- ARGV: id, player, what the name looks like, head of the seat up to the time,
--       what stands between it and the number of seats before, seats at most,
--       seconds to live, the network to block them by, head of them as one who
--       waits up to the time, how many may wait, for how many milliseconds,
--       then each network that they come from: its name, milliseconds for one
--       more seat, milliseconds that its bucket may be ahead
-- Returns {what became of it, the seat or the milliseconds to wait}.

local game, seats, names, kicked, arrivals = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local networks, blocked, waiting, admitted = KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local id, player, skeleton, head, between, most, live = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local network, waiting_head, waiting_most, waits_for = ARGV[8], ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11])
local first_arrival = 12

local known = redis.call('HMGET', game, 'id', 'locked')
if known[1] ~= id then return {'gone', ''} end
if redis.call('SISMEMBER', kicked, player) == 1 then return {'kicked', ''} end
local before = redis.call('HGET', seats, player)
if before then return {'at', before} end
if known[2] == '1' then return {'locked', ''} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local blocked_for = tonumber(redis.call('HGET', blocked, network) or now) - now
if blocked_for > 0 then return {'blocked', string.format('%.0f', blocked_for)} end
local after = redis.call('HLEN', seats)
if after >= tonumber(most) then return {'full', ''} end
if redis.call('HEXISTS', names, skeleton) == 1 then return {'taken', ''} end

-- When somebody who waits asked the last time.
local function asked_at(entry)
  return tonumber(string.match(entry, '"askedAt":(%d+)}$'))
end

-- Whether as many wait as may. Who does not ask any more makes room.
local function is_crowded()
  if redis.call('HLEN', waiting) < waiting_most then return false end
  local all = redis.call('HGETALL', waiting)
  for at = 1, #all, 2 do
    if asked_at(all[at + 1]) < now - waits_for then redis.call('HDEL', waiting, all[at]) end
  end
  return redis.call('HLEN', waiting) >= waiting_most
end

local is_admitted = redis.call('SISMEMBER', admitted, player) == 1
local waited = redis.call('HGET', waiting, player)
local must_wait = known[2] == '2' and not is_admitted
-- Who waited was accounted for then.
if not waited and not is_admitted then
  if must_wait and is_crowded() then return {'crowded', ''} end
  -- The bucket of a network is the time at which it will be full again (GCRA).
  local wait, full_at = 0, {}
  for at = first_arrival, #ARGV, 3 do
    local before = tonumber(redis.call('HGET', arrivals, ARGV[at]) or now)
    full_at[at] = math.max(before, now) + ARGV[at + 1]
    wait = math.max(wait, full_at[at] - now - ARGV[at + 2])
  end
  if wait > 0 then return {'wait', string.format('%.0f', wait)} end
  for at = first_arrival, #ARGV, 3 do
    redis.call('HSET', arrivals, ARGV[at], string.format('%.0f', full_at[at]))
  end
  redis.call('EXPIRE', arrivals, live)
end
if must_wait then
  redis.call('HSET', waiting, player, waiting_head .. string.format('%.0f', now) .. '}')
  redis.call('EXPIRE', waiting, live)
  if waited and asked_at(waited) >= now - waits_for then return {'waiting', ''} end
  return {'new', ''}
end

redis.call('HDEL', waiting, player)
redis.call('SREM', admitted, player)
local seat = head .. string.format('%.0f', now) .. between .. after .. '}'
redis.call('HSET', seats, player, seat)
redis.call('HSET', names, skeleton, player)
redis.call('HSET', networks, player, network)
redis.call('EXPIRE', seats, live)
redis.call('EXPIRE', names, live)
redis.call('EXPIRE', networks, live)
return {'at', seat}
