#!lua flags=allow-oom
-- Gives up the lease of the timers of a partition, unless it was lost.
--
-- KEYS[1]  hash, the lease, see timer-lease.lua
--
-- ARGV[1]  holder
-- ARGV[2]  fence of the lease. The argument after it is ignored
--
-- Returns RELEASED or LOST

-- include timer-lease

local holder, fence = read_lease(KEYS[1], get_now())
if holder ~= ARGV[1] or fence ~= tonumber(ARGV[2]) then return redis.status_reply('LOST') end
redis.call('HSET', KEYS[1], 'holder', '')
return redis.status_reply('RELEASED')
