#!lua flags=allow-oom
-- Erases a session.
--
-- KEYS[1]  hash, the session, as in commit.lua
-- KEYS[2]  stream, the turn log, as in commit.lua
--
-- ARGV     none
--
-- Returns how many of the two there were, an integer

return redis.call('UNLINK', KEYS[1], KEYS[2])
