#!lua flags=allow-oom
-- Removes a relationship.
--
-- KEYS[1]  hash, the catalogue, see put-scenario.lua
-- KEYS[2]  hash, the relationships, see put-relationship.lua
--
-- ARGV[1]  field of the relationship
-- ARGV[2]  channel for change notifications
-- ARGV[3]  notification
--
-- Returns 1 if the relationship existed, else 0

redis.call('HLEN', KEYS[1]) -- fails for a key of another type before the first write
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  return 0
end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return 1
