#!lua
-- Claims or renews the leases of the timers of partitions, and reads what is due. In a Redis Cluster, a call can have one partition only.
--
-- For each partition, from i = 1 on:
--   KEYS[2i-1]  sorted set, the timers, see due.lua
--   KEYS[2i]    hash, the lease, see timer-lease.lua
--
-- ARGV[1]  holder
-- ARGV[2]  duration of the lease, milliseconds
-- ARGV[2 + i] maximum number of entries of partition i. The argument after the last one is ignored
--
-- Returns {time of the server, partition, ...}. A partition is {fence, number of due entries, {member, score, ...}}, or false if another holder
-- has the lease

-- include timer-lease

local now, ms = get_now(), tonumber(ARGV[2])

local function read(due, lease, limit)
  local holder, fence, left = read_lease(lease, now)
  if holder ~= '' and holder ~= ARGV[1] then return false end
  -- A lease of which most is left is not written again, so that an idle partition causes few writes.
  if holder == '' or left < ms * 2 / 3 then
    if holder == '' then fence = fence + 1 end
    redis.call('HSET', lease, 'holder', ARGV[1], 'fence', fence, 'until', now + ms, 'ms', ARGV[2])
  end
  local count = redis.call('ZCOUNT', due, '-inf', now)
  if count == 0 then return { fence, 0, {} } end
  return { fence, count, redis.call('ZRANGEBYSCORE', due, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit) }
end

local reply = { now }
for i = 1, #KEYS / 2 do
  reply[i + 1] = read(KEYS[2 * i - 1], KEYS[2 * i], ARGV[2 + i])
end
return reply
