#!lua flags=allow-oom
-- Changes an entry of the timers of a partition, unless it has changed or the lease was lost.
--
-- KEYS[1]  sorted set, the timers, see due.lua
-- KEYS[2]  hash, the lease, see timer-lease.lua
--
-- ARGV[1]  holder
-- ARGV[2]  fence of the lease
-- ARGV[3]  member
-- ARGV[4]  its time when it was read
-- ARGV[5]  change, see due.lua, without ""
-- ARGV[6]  time to live of a session, milliseconds. The argument after it is ignored
--
-- Returns CHANGED or UNCHANGED

-- include due
-- include timer-lease

local now = get_now()
local holder, fence = read_lease(KEYS[2], now)
local at = redis.call('ZSCORE', KEYS[1], ARGV[3])
if holder ~= ARGV[1] or fence ~= tonumber(ARGV[2]) or not at or tonumber(at) ~= tonumber(ARGV[4]) then
  return redis.status_reply('UNCHANGED')
end
local change = ARGV[5]
if change ~= 'none' then change = math.min(tonumber(change), now + tonumber(ARGV[6])) end
change_due(KEYS[1], ARGV[3], change)
return redis.status_reply('CHANGED')
