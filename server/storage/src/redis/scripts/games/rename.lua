-- Gives a player who has a seat, or for whom one is kept, another name.
-- KEYS: game, seats, names, the seats of those who are away
-- ARGV: id, the version that the game is to be at, player, the seat under the
--       new name, what the name before looks like, what the new one does
-- Returns what became of it.

local game, seats, names, away = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, version, player, seat, before, skeleton = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local known = redis.call('HMGET', game, 'id', 'version')
if known[1] ~= id or known[2] ~= version then return 'stale' end
local place = redis.call('HEXISTS', seats, player) == 1 and seats or away
if redis.call('HEXISTS', place, player) == 0 then return 'stale' end
local holder = redis.call('HGET', names, skeleton)
if holder and holder ~= player then return 'taken' end

if redis.call('HGET', names, before) == player then redis.call('HDEL', names, before) end
redis.call('HSET', names, skeleton, player)
redis.call('HSET', place, player, seat)
return 'yes'
