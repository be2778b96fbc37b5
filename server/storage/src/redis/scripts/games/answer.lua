-- Takes an answer, by this clock alone. Decides as `quiz::take` does.
-- KEYS: game, seats, the answers to this question
-- ARGV: id, player, question, head and tail of the answer around the time that
--       it took, seconds to live
-- Returns {what became of it, the answer that counts or how much too late}.

local game, seats, answers = KEYS[1], KEYS[2], KEYS[3]
local id, player, question, head, tail, live = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local known = redis.call('HMGET', game, 'id', 'open', 'question', 'opened', 'closes')
if known[1] ~= id or redis.call('HEXISTS', seats, player) == 0 then return {'absent', ''} end
local first = redis.call('HGET', answers, player)
if first then return {'duplicate', first} end
if known[2] ~= '1' then return {'closed', ''} end
if known[3] ~= question then
  return {tonumber(question) < tonumber(known[3]) and 'late' or 'closed', ''}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local opened, closes = tonumber(known[4]), tonumber(known[5])
if now < opened then return {'closed', ''} end
if closes and now >= closes then return {'late', string.format('%.0f', now - closes)} end
local given = head .. string.format('%.0f', now - opened) .. tail
redis.call('HSET', answers, player, given)
redis.call('EXPIRE', answers, live)
return {'accepted', given}
