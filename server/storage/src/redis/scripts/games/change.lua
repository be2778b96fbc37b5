-- Changes a game: what log/commit.lua does in the same step as it numbers the change and tells it.
--
-- KEYS from 3: game, seats, the seats as this question left them, the seats of those who are away, then all
--       else that must live as long as the game, then what is past and goes
-- ARGV from 8: id, state, when answers are taken: question, since, before, 1 if they are; 1 if nobody new comes
--       in, seconds to live, how many keys stay, how many seats, how many who are away, then
--       each seat as player and seat, each player who is away, then fields of the game that are different, each
--       with its value

-- Whether the game is at the expected version; '0': there is none.
local function may_change(expected)
  if expected == '0' then return redis.call('EXISTS', KEYS[3]) == 0 end
  local known = redis.call('HMGET', KEYS[3], 'id', 'version')
  return known[1] == ARGV[8] and known[2] == expected
end

local function change(version)
  local game, seats, counted, away = KEYS[3], KEYS[4], KEYS[5], KEYS[6]
  local id, state, question, opened, closes, open, locked, live =
    ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[14], ARGV[15]
  local first_past = 3 + ARGV[16]
  local last_seat = 18 + 2 * ARGV[17]
  local last_away = last_seat + ARGV[18]

  redis.call('HSET', game, 'id', id, 'version', version, 'state', state, 'open', open, 'locked', locked)
  if open == '1' then
    redis.call('HSET', game, 'question', question, 'opened', opened, 'closes', closes)
  end
  for at = last_away + 1, #ARGV, 2 do
    redis.call('HSET', game, ARGV[at], ARGV[at + 1])
  end
  for at = last_seat + 1, last_away do
    local seat = redis.call('HGET', seats, ARGV[at])
    if seat then
      redis.call('HSET', away, ARGV[at], seat)
      redis.call('HDEL', seats, ARGV[at])
    end
  end
  for at = 19, last_seat, 2 do
    -- Not for those who were sent away meanwhile.
    if redis.call('HEXISTS', seats, ARGV[at]) == 1 then
      redis.call('HSET', seats, ARGV[at], ARGV[at + 1])
      redis.call('HSET', counted, ARGV[at], ARGV[at + 1])
    end
  end
  for at = 3, first_past - 1 do redis.call('EXPIRE', KEYS[at], live) end
  for at = first_past, #KEYS do redis.call('UNLINK', KEYS[at]) end
end
