-- Notes that a quiz names a picture no more; the last one that did leaves it for a while.
-- KEYS: the picture, the quizzes that name it. ARGV: quiz, seconds.

if redis.call('SREM', KEYS[2], ARGV[1]) == 1 and redis.call('SCARD', KEYS[2]) == 0 then
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
