#!lua flags=no-writes
-- Reads a whole catalogue at one revision.
--
-- KEYS[1]  hash, the catalogue, see put-scenario.lua
-- KEYS[2]  hash, the latest versions, see put-scenario.lua
-- KEYS[3]  hash, the relationships, see put-relationship.lua
-- KEYS[4]  hash, the field definitions, see put-fields.lua
--
-- Returns {revision or false if the catalogue never had content, list of "<version>:<bytes>", list of relationship bytes,
-- {version, bytes} of the field definitions, both false if none were ever stored}

return {
  redis.call('HGET', KEYS[1], 'revision'),
  redis.call('HVALS', KEYS[2]),
  redis.call('HVALS', KEYS[3]),
  redis.call('HMGET', KEYS[4], 'version', 'bytes'),
}
