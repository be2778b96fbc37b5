-- Makes a node's entry for a person, after people.lua.
-- ARGV: ..., node, user, name, the person as JSON.

local node, user, name, member = ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local known = redis.call('HGET', PEOPLE, user)
local nodes, before = '', nil
if known then
  nodes, before = read(known)
end
local others = without(nodes, node)
local all = others == '' and node or others .. ' ' .. node
redis.call('HSET', PEOPLE, user, all .. '\n' .. name)
redis.call('ZADD', ORDER, 0, user)
redis.call('SADD', OWN, user)
if before ~= name then
  announce('"joined":[' .. member .. ']')
end
