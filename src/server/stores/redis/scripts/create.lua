#!lua
-- Creates a session without turns, at revision 0, if it does not exist (section 8). Atomic; all checks come before the first
-- write. The state is opaque bytes.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
-- KEYS[3]  sorted set, the timers of the partition, missing if its timer does not change: due.lua
--
-- ARGV[1]  state
-- ARGV[2]  time to live of the session, milliseconds
-- ARGV[3]  import, see commit.lua
-- ARGV[4]  member of the session in the timers, and ARGV[5] the change of its timer: due.lua
-- ARGV[6]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns 1 if the session was created,
--         {state, time to live in ms or negative} if a session exists, or LARGE

-- include due

local session, log = KEYS[1], KEYS[2]
local state = redis.call('HGET', session, 's')
local recorded = redis.call('XLEN', log)

if state then
  if #state > tonumber(ARGV[6]) then return redis.status_reply('LARGE') end
  return { state, redis.call('PTTL', session) }
end

check_due(KEYS[3], ARGV[5])

-- An eviction may have removed the session but not its log. The old entry ids would conflict with the new ones.
if recorded > 0 then
  redis.call('DEL', log)
end
redis.call('HSET', session, 's', ARGV[1], 'r', '0', 'i', ARGV[3])
redis.call('PEXPIRE', session, ARGV[2])
change_due(KEYS[3], ARGV[4], ARGV[5])
return 1
