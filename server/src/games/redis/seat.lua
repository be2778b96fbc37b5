-- Gives a player the seat they have, or a new one.
-- KEYS: game, seats, names, kicked
-- ARGV: id, player, what the name looks like, head of the seat up to the time,
--       what stands between it and the number of seats before, seats at most,
--       seconds to live
-- Returns {what became of it, the seat}.

local game, seats, names, kicked = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, player, skeleton, head, between, most, live = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]

local known = redis.call('HMGET', game, 'id', 'locked')
if known[1] ~= id then return {'gone', ''} end
if redis.call('SISMEMBER', kicked, player) == 1 then return {'kicked', ''} end
local before = redis.call('HGET', seats, player)
if before then return {'at', before} end
if known[2] == '1' then return {'locked', ''} end
local after = redis.call('HLEN', seats)
if after >= tonumber(most) then return {'full', ''} end
if redis.call('HEXISTS', names, skeleton) == 1 then return {'taken', ''} end

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local seat = head .. now .. between .. after .. '}'
redis.call('HSET', seats, player, seat)
redis.call('HSET', names, skeleton, player)
redis.call('EXPIRE', seats, live)
redis.call('EXPIRE', names, live)
return {'at', seat}
