#!lua flags=allow-oom
-- Removes all versions of a scenario and all relationships that reference it. All checks come before the first write.
--
-- KEYS[1]  hash, the catalogue, see put-scenario.lua
-- KEYS[2]  hash, the latest versions, see put-scenario.lua
-- KEYS[3]  hash, all versions of the scenario, see put-scenario.lua
-- KEYS[4]  hash, the relationships, see put-relationship.lua
--
-- ARGV[1]  scenario id
-- ARGV[2]  scenario id, escaped as in the fields of the relationships
-- ARGV[3]  expected latest version, "0" for none, "" for any
-- ARGV[4]  channel for change notifications
-- ARGV[5]  notification
--
-- Returns 1 if the scenario existed, 0 if it did not exist,
--         {"conflict", latest version or 0} if the latest version is not the expected one

local catalogue, latest_versions, versions, relationships = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, escaped_id = ARGV[1], ARGV[2]
local current = redis.call('HGET', catalogue, 'newest:' .. id)
local fields = redis.call('HKEYS', relationships)
redis.call('HLEN', latest_versions) -- fails for a key of another type before the first write

if ARGV[3] ~= '' and (current or '0') ~= ARGV[3] then
  return { 'conflict', tonumber(current or '0') }
end
if not current then
  return 0
end

for _, field in ipairs(fields) do
  local _, source_type, source, target = string.match(field, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)$')
  if target == escaped_id or (source_type == 'SCENARIO' and source == escaped_id) then
    redis.call('HDEL', relationships, field)
  end
end
redis.call('DEL', versions)
redis.call('HDEL', latest_versions, id)
redis.call('HDEL', catalogue, 'newest:' .. id, 'hash:' .. id)
redis.call('HINCRBY', catalogue, 'revision', 1)
redis.pcall('PUBLISH', ARGV[4], ARGV[5])
return 1
