#!lua
-- Registers a process that fires timers, and removes those whose registration has expired.
--
-- KEYS[1]  sorted set, the holders by the ends of their registrations, milliseconds since 1970
--
-- ARGV[1]  holder
-- ARGV[2]  duration of the registration, milliseconds. The argument after it is ignored
--
-- Returns the number of holders

-- include timer-lease

local now = get_now()
local ends = now + tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
-- A later end was written before the clock of the server was set back.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. ends, '+inf')
redis.call('ZADD', KEYS[1], ends, ARGV[1])
return redis.call('ZCARD', KEYS[1])
