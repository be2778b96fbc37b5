-- A page of a channel's people.
-- KEYS: people, order. ARGV: the user after whom it begins or nothing, how many at most.
-- Gives how many there are in all, and users with their fields of the people in turn: one more than asked for
-- where more follow.

local from = ARGV[1] == '' and '-' or '(' .. ARGV[1]
local users = redis.call('ZRANGE', KEYS[2], from, '+', 'BYLEX', 'LIMIT', 0, ARGV[2] + 1)
local page = {}
if #users > 0 then
  local fields = redis.call('HMGET', KEYS[1], unpack(users))
  for at, user in ipairs(users) do
    page[#page + 1] = user
    page[#page + 1] = fields[at] or ''
  end
end
return { redis.call('HLEN', KEYS[1]), page }
