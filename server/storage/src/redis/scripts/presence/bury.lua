-- Forgets a dead node once all its entries are removed.
-- KEYS: expired, the node's channels. ARGV: node, when our claim ends.

-- Another score says that somebody wants its entries removed once more.
local claim = redis.call('ZSCORE', KEYS[1], ARGV[1])
if claim and tonumber(claim) == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('DEL', KEYS[2])
end
