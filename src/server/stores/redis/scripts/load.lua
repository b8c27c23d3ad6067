#!lua flags=no-writes
-- Loads a session, and the recorded turn with the given id if there is one (5.1).
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  turn id
--
-- Returns {state or false if there is no session, time to live in ms or negative, log entry or false if the id is not known}

local known_revision, state = unpack(redis.call('HMGET', KEYS[1], 't:' .. ARGV[1], 's'))
local entry = false
if known_revision then
  entry = redis.call('XRANGE', KEYS[2], known_revision .. '-0', known_revision .. '-0')[1] or false
end
return { state, redis.call('PTTL', KEYS[1]), entry }
