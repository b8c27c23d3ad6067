#!lua
-- Stores a relationship in the place of one of the same kind, source and target; the same bytes again change nothing.
--
-- KEYS[1]  hash, the catalogue, as in put-scenario.lua
-- KEYS[2]  hash, the relationships: "<kind>|<source type>|<source id>|<target id>", ids escaped -> bytes
--
-- ARGV[1]  field of the relationship
-- ARGV[2]  its bytes
-- ARGV[3]  channel of changes
-- ARGV[4]  message of this change
--
-- Returns 1 when it is new, 0 when there was one; it never refuses

local stored = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('HLEN', KEYS[1]) -- refuses a key of another type before anything is written
if stored == ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.pcall('PUBLISH', ARGV[3], ARGV[4])
return stored and 0 or 1
