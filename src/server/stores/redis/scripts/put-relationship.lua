#!lua
-- Stores a relationship. Replaces one with the same kind, source and target; identical bytes change nothing.
--
-- KEYS[1]  hash, the catalogue, see put-scenario.lua
-- KEYS[2]  hash, the relationships: "<kind>|<source type>|<source id>|<target id>" -> bytes, with escaped ids
--
-- ARGV[1]  field of the relationship
-- ARGV[2]  bytes of the relationship
-- ARGV[3]  channel for change notifications
-- ARGV[4]  notification
-- ARGV[5]  expected revision of the catalogue, "" for any
--
-- Returns 1 if the relationship is new, 0 if it was stored, -1 if the revision is not the expected one

local stored = redis.call('HGET', KEYS[2], ARGV[1])
local revision = redis.call('HGET', KEYS[1], 'revision') -- fails for a key of another type before the first write
if stored == ARGV[2] then
  return 0
end
if ARGV[5] ~= '' and (revision or '0') ~= ARGV[5] then
  return -1
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.pcall('PUBLISH', ARGV[3], ARGV[4])
return stored and 0 or 1
