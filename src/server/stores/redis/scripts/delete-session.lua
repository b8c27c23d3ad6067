#!lua flags=allow-oom
-- Deletes a session and publishes an empty notification on a channel with the name of KEYS[1].
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- Returns the number of deleted keys

local deleted = redis.call('UNLINK', KEYS[1], KEYS[2])
redis.pcall('PUBLISH', KEYS[1], '')
return deleted
