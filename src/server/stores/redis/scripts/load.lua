#!lua flags=no-writes
-- Reads what a turn needs to begin: the session, and the turn where its id is known (5.1).
--
-- KEYS[1]  hash, the session, as in commit.lua
-- KEYS[2]  stream, the turn log, as in commit.lua
--
-- ARGV[1]  turn id
--
-- Returns {state or false where there is no session, time to live in ms or below 0, log entry or false where the id is new}

local known, state = unpack(redis.call('HMGET', KEYS[1], 't:' .. ARGV[1], 's'))
local entry = false
if known then
  entry = redis.call('XRANGE', KEYS[2], known .. '-0', known .. '-0')[1] or false
end
return { state, redis.call('PTTL', KEYS[1]), entry }
