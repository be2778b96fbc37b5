-- Comes before the scripts that read a log: what its entries are since events replaced them. A hash has them by their
-- offsets, each as the log's origin, the offset of the event and the frame.

-- The frame of a value of the hash; nothing where the log is another one by now.
local function replaced(value, origin)
  if not value then return end
  local of, frame = string.match(value, '^(%w+) %d+ (.*)$')
  return of == origin and frame or nil
end

-- The frame of an entry of the stream.
local function frame_of(entry, offset)
  local fields = entry[2]
  return fields[4] and fields[2] .. offset .. fields[4] or fields[2]
end

-- Puts into `entries` what those from `low` to `high` are now, or only those that are not in the stream any more; at most
-- `count`, the last first if `is_reverse`.
local function merge(rewritten, origin, entries, low, high, count, is_reverse, only_missing)
  if redis.call('EXISTS', rewritten) == 0 then return entries end
  local known, offsets, odd = {}, {}, {}
  for _, entry in ipairs(entries) do
    local at = tonumber(string.match(entry[1], '^(%d+)%-0$'))
    if at then
      known[at] = entry
      offsets[#offsets + 1] = at
    else
      odd[#odd + 1] = entry
    end
  end
  -- Behind a log that was lost, offsets may go on far above: then those are looked at that were replaced.
  local candidates, is_far = nil, high - low > 4 * count
  if is_far then candidates = redis.call('HKEYS', rewritten) end
  for i = is_far and 1 or low, is_far and #candidates or high do
    local at = is_far and tonumber(candidates[i]) or i
    if at >= low and at <= high and not known[at] then offsets[#offsets + 1] = at end
  end
  table.sort(offsets, is_reverse and function(a, b) return a > b end or nil)
  local merged = {}
  -- So many at a time: a call has a limit.
  for from = 1, #offsets, 500 do
    local fields = {}
    for i = from, math.min(from + 499, #offsets) do
      fields[#fields + 1] = string.format('%.0f', offsets[i])
    end
    for i, value in ipairs(redis.call('HMGET', rewritten, unpack(fields))) do
      local entry = known[offsets[from + i - 1]]
      local frame = not (entry and only_missing) and replaced(value, origin)
      if frame then entry = {fields[i] .. '-0', {'f', frame}} end
      if entry and #merged < count then merged[#merged + 1] = entry end
    end
  end
  for _, entry in ipairs(odd) do merged[#merged + 1] = entry end
  return merged
end

-- Forgets what entries before `first` are, if the event about them is at `last` or before.
local function forget(rewritten, first, last)
  for _, at in ipairs(redis.call('HKEYS', rewritten)) do
    if tonumber(at) < first then
      local value = redis.call('HGET', rewritten, at)
      local event = tonumber(string.match(value, '^%w+ (%d+) '))
      if not event or event <= last then redis.call('HDEL', rewritten, at) end
    end
  end
end

