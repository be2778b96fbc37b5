-- Sends players away for good; their names are free again. For a while, nobody
-- new comes in from the networks that they came from.
-- KEYS: game, seats, names, kicked, networks, blocked, the seats of those who
--       are away
-- ARGV: id, seconds to live, milliseconds to block or nothing, then each player
--       and what the name looks like
-- Returns those who had a seat.

local game, seats, names, kicked, networks, blocked, away =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local id, live, block_for = ARGV[1], ARGV[2], tonumber(ARGV[3])

if redis.call('HGET', game, 'id') ~= id then return {} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local gone = {}
for at = 4, #ARGV, 2 do
  local player, skeleton = ARGV[at], ARGV[at + 1]
  if redis.call('HDEL', seats, player) + redis.call('HDEL', away, player) > 0 then
    gone[#gone + 1] = player
    redis.call('SADD', kicked, player)
    if redis.call('HGET', names, skeleton) == player then redis.call('HDEL', names, skeleton) end
    local network = redis.call('HGET', networks, player)
    redis.call('HDEL', networks, player)
    if block_for and network and network ~= '' then
      redis.call('HSET', blocked, network, string.format('%.0f', now + block_for))
    end
  end
end
redis.call('EXPIRE', kicked, live)
redis.call('EXPIRE', blocked, live)
return gone
