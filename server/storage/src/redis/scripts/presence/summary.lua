-- How many are in a channel, and how many entries of one node it has.
-- KEYS: version, people, the node's own. Returns {the version; false where there is none, people, entries}.

return {redis.call('GET', KEYS[1]), redis.call('HLEN', KEYS[2]), redis.call('SCARD', KEYS[3])}
