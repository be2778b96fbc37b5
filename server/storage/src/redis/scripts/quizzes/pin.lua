-- Notes that a quiz names a picture: it stays while any does.
-- KEYS: the picture, the quizzes that name it. ARGV: quiz.

if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('SADD', KEYS[2], ARGV[1])
  redis.call('PERSIST', KEYS[1])
end
