#!lua
-- Claims or renews the lease of the timers of a partition, and reads what is due.
--
-- KEYS[1]  sorted set, the timers, see due.lua
-- KEYS[2]  hash, the lease, see timer-lease.lua
--
-- ARGV[1]  holder
-- ARGV[2]  duration of the lease, milliseconds
-- ARGV[3]  maximum number of entries. The argument after it is ignored
--
-- Returns {fence, time of the server, number of due entries, {member, score, ...}}, or HELD if another holder has the lease

-- include timer-lease

local now = get_now()
local holder, fence, left = read_lease(KEYS[2], now)
if holder ~= '' and holder ~= ARGV[1] then return redis.status_reply('HELD') end
local ms = tonumber(ARGV[2])
redis.call('ZCARD', KEYS[1])
-- A lease of which most is left is not written again, so that an idle partition causes few writes.
if holder == '' or left < ms * 2 / 3 then
  if holder == '' then fence = fence + 1 end
  redis.call('HSET', KEYS[2], 'holder', ARGV[1], 'fence', fence, 'until', now + ms, 'ms', ARGV[2])
end
local due = redis.call('ZCOUNT', KEYS[1], '-inf', now)
local entries = due > 0 and redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[3]) or {}
return { fence, now, due, entries }
