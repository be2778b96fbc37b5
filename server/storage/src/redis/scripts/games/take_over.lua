-- Uses a code up and adds a host.
-- KEYS: game, code, hosts. ARGV: id, the host's id, the host up to the time,
-- hosts at most, seconds to live.

local game, code, hosts = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HGET', game, 'id') ~= ARGV[1] or redis.call('EXISTS', code) == 0 then return 'wrong' end
if redis.call('HLEN', hosts) >= tonumber(ARGV[4]) then return 'full' end
redis.call('DEL', code)
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', hosts, ARGV[2], ARGV[3] .. now .. '}')
redis.call('EXPIRE', hosts, ARGV[5])
return 'yes'
