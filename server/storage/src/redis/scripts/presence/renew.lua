-- Renews a node's lease and claims what is left of dead ones.
-- KEYS: leases, expired. ARGV: node, length of a lease in ms, how many dead nodes to claim at most,
-- 'take' to begin a lease.
-- Gives 'kept' or 'lost', when leases and claims of now end, the least version of all nodes (0 if this lease is
-- lost), and the claimed nodes.

local LEASES, EXPIRED = KEYS[1], KEYS[2]
local node, length, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local ends = text(now + length)

local lease = redis.call('ZSCORE', LEASES, node)
local kept = ARGV[4] == 'take' or (lease and tonumber(lease) > now)
if kept then
  redis.call('ZADD', LEASES, ends, node)
else
  -- Its name is used up. What it wrote too late is removed once more, after
  -- the last of that must have arrived.
  redis.call('ZREM', LEASES, node)
  redis.call('ZADD', EXPIRED, ends, node)
end

-- A name ends in the version of its node; the first version did not say so. Dead nodes count until they are
-- claimed: when Redis was away, all leases have run out, those of living nodes too.
local least = kept and math.huge or 0
for _, name in ipairs(redis.call('ZRANGE', LEASES, 0, -1)) do
  least = math.min(least, tonumber(string.match(name, '~(%d+)$') or 1))
end

local reply = { kept and 'kept' or 'lost', ends, text(least) }
if kept and most > 0 then
  for _, dead in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', text(now), 'LIMIT', 0, most)) do
    redis.call('ZREM', LEASES, dead)
    redis.call('ZADD', EXPIRED, text(now), dead)
  end
  -- Claimed until `ends`: if this node dies over it, another one takes over.
  for _, dead in ipairs(redis.call('ZRANGEBYSCORE', EXPIRED, '-inf', text(now), 'LIMIT', 0, most)) do
    redis.call('ZADD', EXPIRED, ends, dead)
    reply[#reply + 1] = dead
  end
end
return reply
