-- All of a channel's people, at one moment. A script and no transaction: Redis begins none while its memory is full.
-- KEYS: people, version. Returns {users with their fields of the people in turn, the version; false where there is none}.

return {redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2])}
