-- Changes a game, numbers the change and tells it as one step, after
-- identity.lua, trim.lua and the setting `bytes`.
--
-- KEYS: game, meta, log, deliveries, seats, the seats as this question left
--       them, the seats of those who are away, then all else that must live as
--       long as the game, then what is past and goes
-- ARGV: id, the expected version (nothing: there must be no game), state,
--       when answers are taken: question, since, before, 1 if they are; 1 if
--       nobody new comes in, seconds to live, head and tail of the frame, an
--       epoch for a new log, which Redis this is, the log's length, PUBLISH or
--       SPUBLISH, how many seats, how many who are away, the number of the first
--       key that goes, then each seat as player and seat, each player who is away,
--       then fields of the game that are different, each with its value
-- Returns the version; false where the game is not at the expected one.

local game, meta, log, deliveries, seats, counted, away =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local id, expected, state = ARGV[1], ARGV[2], ARGV[3]
local question, opened, closes, open, locked = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local live, head, tail, new_epoch, run, length, publish =
  ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[14], ARGV[15]
local first_past = tonumber(ARGV[18])
local last_seat = 18 + 2 * ARGV[16]
local last_away = last_seat + ARGV[17]

if expected == '' then
  if redis.call('EXISTS', game) == 1 then return false end
else
  local known = redis.call('HMGET', game, 'id', 'version')
  if known[1] ~= id or known[2] ~= expected then return false end
end

local epoch, top = identify(redis.call, meta, log, new_epoch, run)
-- A game that lost its log goes on above what people have seen of it.
local version = string.format('%.0f', math.max(tonumber(top), tonumber(expected) or 0) + 1)
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

redis.call('HSET', meta, 'top', version)
local frame = head .. version .. tail
redis.call('XADD', log, 'MAXLEN', '~', length, version .. '-0', 'f', frame)
trim_bytes(log, tonumber(version), bytes)
for at = 1, first_past - 1 do
  if at ~= 4 then redis.call('EXPIRE', KEYS[at], live) end
end
for at = first_past, #KEYS do redis.call('UNLINK', KEYS[at]) end
-- The form that `envelope.rs` reads.
redis.call(publish, deliveries, 'p' .. epoch .. ' ' .. version .. ' ' .. frame)
return version
