-- Forgets a quiz; tells whether there was one.
-- KEYS: the author's list, the quiz, its versions, their pictures. ARGV: id.

redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
return redis.call('HDEL', KEYS[1], ARGV[1])
