-- Gives a player the seat they have or that is kept for them, or a new one;
-- where newcomers are to be let in, notes that they wait.
-- KEYS: game, seats, names, kicked, arrivals, networks, blocked, waiting, admitted,
--       declined, the seats of those who are away
-- ARGV: id, player, what the name looks like, head of the seat up to the time,
--       what stands between it and the number of seats before, seats at most,
--       seconds to live, the network to block them by, head of them as one who
--       waits up to since when, how many may wait, for how many milliseconds,
--       then each network that they come from: its name, milliseconds for one
--       more seat, milliseconds that its bucket may be ahead
-- Returns {what became of it, the seat or the milliseconds to wait}.

local game, seats, names, kicked, arrivals = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local networks, blocked, waiting, admitted, declined, away = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local id, player, skeleton, head, between, most, live = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local network, waiting_head, waiting_most, waits_for = ARGV[8], ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11])
local first_arrival = 12

local known = redis.call('HMGET', game, 'id', 'locked')
if known[1] ~= id then return {'gone', ''} end
if redis.call('SISMEMBER', kicked, player) == 1 then
  return {redis.call('SISMEMBER', declined, player) == 1 and 'declined' or 'kicked', ''}
end
local before = redis.call('HGET', seats, player)
if before then return {'at', before} end
local kept = redis.call('HGET', away, player)
if kept then
  redis.call('HDEL', away, player)
  redis.call('HSET', seats, player, kept)
  redis.call('EXPIRE', seats, live)
  return {'at', kept}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- When somebody who waits asked the last time.
local function asked_at(entry)
  return tonumber(string.match(entry, '"askedAt":(%d+)}$'))
end

local is_admitted = redis.call('SISMEMBER', admitted, player) == 1
local waited = redis.call('HGET', waiting, player)
local waits = waited and asked_at(waited) >= now - waits_for
local blocked_for = tonumber(redis.call('HGET', blocked, network) or now) - now
-- Whom a host lets in comes in, whatever else keeps people out; who waits
-- already goes on waiting for that word.
if not is_admitted and not waits then
  if known[2] == '1' then return {'locked', ''} end
  if blocked_for > 0 then return {'blocked', string.format('%.0f', blocked_for)} end
end
local after = redis.call('HLEN', seats)
if after >= tonumber(most) then return {'full', ''} end
if redis.call('HEXISTS', names, skeleton) == 1 then return {'taken', ''} end

-- Whether as many wait as may. Who does not ask any more makes room.
local function is_crowded()
  if redis.call('HLEN', waiting) < waiting_most then return false end
  local all = redis.call('HGETALL', waiting)
  for at = 1, #all, 2 do
    if asked_at(all[at + 1]) < now - waits_for then redis.call('HDEL', waiting, all[at]) end
  end
  return redis.call('HLEN', waiting) >= waiting_most
end

local must_wait = not is_admitted and (known[2] ~= '0' or blocked_for > 0)
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
  local asked = string.format('%.0f', now)
  local since = waits and string.match(waited, '"since":(%d+),"askedAt":%d+}$') or asked
  redis.call('HSET', waiting, player, waiting_head .. since .. ',"askedAt":' .. asked .. '}')
  redis.call('EXPIRE', waiting, live)
  return {waits and 'waiting' or 'new', ''}
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
