#!lua flags=allow-oom
-- Removes a relationship.
--
-- KEYS[1]  hash, the catalogue, as in put-scenario.lua
-- KEYS[2]  hash, the relationships, as in put-relationship.lua
--
-- ARGV[1]  field of the relationship
-- ARGV[2]  channel of changes
-- ARGV[3]  message of this change
--
-- Returns 1 when there was one, 0 when there was none; it never refuses

redis.call('HLEN', KEYS[1]) -- refuses a key of another type before anything is written
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  return 0
end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return 1
