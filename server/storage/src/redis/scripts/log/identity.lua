-- Comes before commit.lua and read.lua: which log this is.
--
-- An epoch is good for one run of Redis. After a restart or a failover the log
-- may end sooner than what was acknowledged before, and its next offsets will
-- mean something else than they did. So whoever finds that Redis is not the one
-- that the epoch was given under gives another. The entries stay, and `origin`,
-- the first epoch of them all, goes on telling that it is the same log.
--
-- What the archive has must not be numbered once more: `floor` is the last offset
-- that it has, or nothing where the node has not asked it. A log that begins, or
-- that may have lost its end, goes on above it.
--
-- Returns epoch, top, origin, and whether the log is new; nothing where the floor
-- is needed and not known. `call` is how to write: where that fails by pcall,
-- nobody else will be told this epoch.
local function identify(call, meta, log, new_epoch, run, floor)
  local known = redis.call('HMGET', meta, 'epoch', 'top', 'origin', 'run')
  local epoch, top, origin = known[1], known[2] or '0', known[3] or known[1]
  local is_of_another_run = run ~= '' and known[4] ~= run
  if (not epoch or is_of_another_run) and floor == '' then return end
  if not epoch then
    -- The first write is one that Redis refuses when its memory is full: all or nothing.
    call('HSET', meta, 'epoch', new_epoch, 'origin', new_epoch, 'run', run)
    if floor ~= '0' then call('HSET', meta, 'top', floor) end
    -- A log that lost its identity: what is left of it must not be taken for this one's.
    call('DEL', log)
    return new_epoch, floor, new_epoch, true
  end
  if is_of_another_run then
    epoch = new_epoch
    call('HSET', meta, 'epoch', epoch, 'origin', origin, 'run', run)
    if tonumber(floor) > tonumber(top) then
      top = floor
      call('HSET', meta, 'top', top)
    end
  end
  return epoch, top, origin, false
end

