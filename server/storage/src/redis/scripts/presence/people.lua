-- Comes before enter.lua and leave.lua.
-- KEYS: people, order, version, the node's own, deliveries. ARGV: PUBLISH or SPUBLISH, then the script's own.
-- No step costs more in a room of ten thousand than in a room of ten, but for the logarithm of `order`.

local PEOPLE, ORDER, VERSION, OWN, DELIVERIES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local DAY = 86400

-- The nodes and the name in a field of the people.
local function read(value)
  return value:match('^(.-)\n(.*)$')
end

local function without(nodes, node)
  local rest = {}
  for other in nodes:gmatch('%S+') do
    if other ~= node then
      rest[#rest + 1] = other
    end
  end
  return table.concat(rest, ' ')
end

-- Tells all nodes what changed: the JSON of a `notice::PresenceChange`, in the form
-- that `broker/redis/envelope.rs` reads.
local function announce(what)
  local count = redis.call('HLEN', PEOPLE)
  local last = redis.call('GET', VERSION)
  local version
  if last then
    version = tonumber(last) + 1
  else
    -- Above every version of the past, which may be forgotten or lost.
    local now = redis.call('TIME')
    version = now[1] * 1000 + math.floor(now[2] / 1000)
  end
  version = string.format('%.0f', version)
  if count > 0 then
    redis.call('SET', VERSION, version)
  else
    redis.call('SET', VERSION, version, 'EX', DAY)
  end
  redis.call(ARGV[1], DELIVERIES, 'n{"version":' .. version .. ',"count":' .. count .. ',' .. what .. '}')
end

