#!lua flags=allow-oom
-- Removes all versions of a scenario and the relationships that name it. Everything is checked before the first write.
--
-- KEYS[1]  hash, the catalogue, as in put-scenario.lua
-- KEYS[2]  hash, the newest versions, as in put-scenario.lua
-- KEYS[3]  hash, all versions of the scenario, as in put-scenario.lua
-- KEYS[4]  hash, the relationships, as in put-relationship.lua
--
-- ARGV[1]  scenario id
-- ARGV[2]  the scenario id as it stands in the fields of the relationships
-- ARGV[3]  the newest version that the caller expects, "0" for none, "" for any
-- ARGV[4]  channel of changes
-- ARGV[5]  message of this change
--
-- Returns, when nothing is in the way:   1 where there was a scenario, 0 where there was none, an integer
--          when the newest is another:   {"conflict", number of the newest or 0}

local catalogue, newest, versions, relationships = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, name = ARGV[1], ARGV[2]
local current = redis.call('HGET', catalogue, 'newest:' .. id)
local fields = redis.call('HKEYS', relationships)
redis.call('HLEN', newest) -- refuses a key of another type before anything is written

if ARGV[3] ~= '' and (current or '0') ~= ARGV[3] then
  return { 'conflict', tonumber(current or '0') }
end
if not current then
  return 0
end

for _, field in ipairs(fields) do
  local _, source_type, source, target = string.match(field, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)$')
  if target == name or (source_type == 'SCENARIO' and source == name) then
    redis.call('HDEL', relationships, field)
  end
end
redis.call('DEL', versions)
redis.call('HDEL', newest, id)
redis.call('HDEL', catalogue, 'newest:' .. id, 'hash:' .. id)
redis.call('HINCRBY', catalogue, 'revision', 1)
redis.pcall('PUBLISH', ARGV[4], ARGV[5])
return 1
