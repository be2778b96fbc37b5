-- Keeps a quiz as the version after the one that is kept.
-- KEYS: the author's list, the quiz, its versions, their pictures. ARGV: id,
-- version, the version before it, the version that is forgotten (0 for none), the
-- whole, its summary, its line among the versions, how many quizzes an author may
-- have, the pictures it names.
-- Answers saved and how many bytes went with what is forgotten; or missing,
-- many, or stale and the version that is kept.

local LIST, QUIZ, VERSIONS, PICTURES = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, version, before, forgotten = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local whole, summary, line, most = ARGV[5], ARGV[6], ARGV[7], tonumber(ARGV[8])

-- Compared as texts: numbers lose their last digits.
local current = redis.call('HGET', QUIZ, 'top') or '0'
if current ~= before then
  return { current == '0' and 'missing' or 'stale', current }
end
if current == '0' and redis.call('HLEN', LIST) >= most then
  return { 'many', '0' }
end

redis.call('HSET', QUIZ, 'top', version, version, whole)
local freed = redis.call('HSTRLEN', QUIZ, forgotten)
redis.call('HDEL', QUIZ, forgotten)
redis.call('HSET', VERSIONS, version, line)
redis.call('HDEL', VERSIONS, forgotten)
if ARGV[9] ~= '' then redis.call('HSET', PICTURES, version, ARGV[9]) end
redis.call('HDEL', PICTURES, forgotten)
redis.call('HSET', LIST, id, summary)
return { 'saved', tostring(freed) }
