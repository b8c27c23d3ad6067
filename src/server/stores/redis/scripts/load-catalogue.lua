#!lua flags=no-writes
-- Reads a whole catalogue at one revision.
--
-- KEYS[1]  hash, the catalogue, as in put-scenario.lua
-- KEYS[2]  hash, the newest versions, as in put-scenario.lua
-- KEYS[3]  hash, the relationships, as in put-relationship.lua
--
-- ARGV     none
--
-- Returns {revision or false where nothing was ever stored, list of "<version>:<bytes>", list of relationship bytes}

return {
  redis.call('HGET', KEYS[1], 'revision'),
  redis.call('HVALS', KEYS[2]),
  redis.call('HVALS', KEYS[3]),
}
