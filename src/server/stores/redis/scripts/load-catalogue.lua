#!lua flags=no-writes
-- Reads a whole catalogue at one revision.
--
-- KEYS[1]  hash, the catalogue, see put-scenario.lua
-- KEYS[2]  hash, the latest versions, see put-scenario.lua
-- KEYS[3]  hash, the relationships, see put-relationship.lua
--
-- Returns {revision or false if the catalogue never had content, list of "<version>:<bytes>", list of relationship bytes}

return {
  redis.call('HGET', KEYS[1], 'revision'),
  redis.call('HVALS', KEYS[2]),
  redis.call('HVALS', KEYS[3]),
}
