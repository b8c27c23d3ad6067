#!lua flags=allow-oom
-- Deletes a session and publishes an empty notification on a channel with the name of KEYS[1]. Also notifies all nodes, so that they
-- remove the session from their caches.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  channel on which all nodes are notified; the message is KEYS[1]
--
-- Returns the number of deleted keys

local deleted = redis.call('UNLINK', KEYS[1], KEYS[2])
redis.pcall('PUBLISH', KEYS[1], '')
redis.pcall('PUBLISH', ARGV[1], KEYS[1])
return deleted
