-- A game at one moment.
-- KEYS: game. Returns {id, version, state, kept, the time}; false where there is none.

local known = redis.call('HMGET', KEYS[1], 'id', 'version', 'state', 'kept')
if not known[1] then return false end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
return {known[1], known[2], known[3], known[4] or '', now}
