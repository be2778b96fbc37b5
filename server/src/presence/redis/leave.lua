-- Removes a node's entry for a person, or all of its entries, after people.lua.
-- ARGV: ..., node, user or nothing for everybody.

local node, user = ARGV[2], ARGV[3]
local left = {}

local function remove(who, value)
  local nodes, name = read(value)
  local rest = without(nodes, node)
  if rest == '' then
    redis.call('HDEL', PEOPLE, who)
    left[#left + 1] = '"' .. who .. '"'
  elseif rest ~= nodes then
    redis.call('HSET', PEOPLE, who, rest .. '\n' .. name)
  end
end

if user ~= '' then
  local value = redis.call('HGET', PEOPLE, user)
  if value then
    remove(user, value)
  end
else
  local all = redis.call('HGETALL', PEOPLE)
  for at = 1, #all, 2 do
    remove(all[at], all[at + 1])
  end
end
if #left > 0 then
  announce('"left":[' .. table.concat(left, ',') .. ']')
end
