#!lua flags=allow-oom
-- Erases a session and tells those who follow it.
--
-- KEYS[1]  hash, the session, as in commit.lua; also the name of the channel
-- KEYS[2]  stream, the turn log, as in commit.lua
--
-- Returns how many of the two there were, an integer

local removed = redis.call('UNLINK', KEYS[1], KEYS[2])
redis.pcall('PUBLISH', KEYS[1], '')
return removed
