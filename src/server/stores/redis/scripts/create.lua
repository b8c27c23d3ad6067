#!lua
-- Stores a session that no turn made, at revision 0, where there is none (section 8), in one atomic step. Everything is checked
-- before the first write; the state is opaque bytes.
--
-- KEYS[1]  hash, the session, as in commit.lua
-- KEYS[2]  stream, the turn log, as in commit.lua
--
-- ARGV[1]  state
-- ARGV[2]  time to live of the session, milliseconds
--
-- Returns, when it was stored:       1
--          when there is a session:  {state, time to live in ms or below 0}

local session, log = KEYS[1], KEYS[2]
local state = redis.call('HGET', session, 's')
local recorded = redis.call('XLEN', log)

if state then
  return { state, redis.call('PTTL', session) }
end

-- A log without its session was left behind by an eviction; its ids would stand in the way.
if recorded > 0 then
  redis.call('DEL', log)
end
redis.call('HSET', session, 's', ARGV[1], 'r', '0')
redis.call('PEXPIRE', session, ARGV[2])
return 1
