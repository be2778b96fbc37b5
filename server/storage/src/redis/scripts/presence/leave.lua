-- Removes a node's entry for a person, or some of its entries, after people.lua.
-- ARGV: ..., node, user or nothing for anybody, how many entries at most.
-- Gives how many entries it removed.

local node, user, most = ARGV[2], ARGV[3], ARGV[4]

local users
if user == '' then
  users = redis.call('SPOP', OWN, most)
else
  redis.call('SREM', OWN, user)
  users = { user }
end

local left = {}
for _, who in ipairs(users) do
  local value = redis.call('HGET', PEOPLE, who)
  if value then
    local nodes, name = read(value)
    local rest = without(nodes, node)
    if rest == '' then
      redis.call('HDEL', PEOPLE, who)
      redis.call('ZREM', ORDER, who)
      left[#left + 1] = '"' .. who .. '"'
    elseif rest ~= nodes then
      redis.call('HSET', PEOPLE, who, rest .. '\n' .. name)
    end
  end
end
if #left > 0 then
  announce('"left":[' .. table.concat(left, ',') .. ']')
end
return #users
