#!lua
-- Stores a new version of a scenario unless the latest version has the same content hash. All checks come before the first
-- write. The version is opaque bytes.
--
-- KEYS[1]  hash, the catalogue: "revision", and for each scenario id "newest:<id>" (the latest version, missing if there is
--          none), "hash:<id>" (its content hash), "last:<id>" (the last version number, kept after a delete, so that numbers
--          are never reused)
-- KEYS[2]  hash, the latest versions: scenario id -> "<version>:<bytes>"
-- KEYS[3]  hash, all versions of the scenario: version -> bytes
--
-- ARGV[1]  scenario id
-- ARGV[2]  content hash
-- ARGV[3]  bytes of the version
-- ARGV[4]  expected latest version, "0" for none, "" for any
-- ARGV[5]  channel for change notifications
-- ARGV[6]  notification
--
-- Returns the version, an integer, if it was stored,
--         {"unchanged", "<version>:<bytes>"} if the latest version has the same hash,
--         {"conflict", latest version or 0} if the latest version is not the expected one

local catalogue, latest_versions, versions = KEYS[1], KEYS[2], KEYS[3]
local id = ARGV[1]
local current, hash, last = unpack(redis.call('HMGET', catalogue, 'newest:' .. id, 'hash:' .. id, 'last:' .. id))
local stored = redis.call('HGET', latest_versions, id)
redis.call('HLEN', versions) -- fails for a key of another type before the first write

if ARGV[4] ~= '' and (current or '0') ~= ARGV[4] then
  return { 'conflict', tonumber(current or '0') }
end
if current and hash == ARGV[2] then
  return { 'unchanged', stored }
end

local version = string.format('%d', tonumber(last or '0') + 1)
redis.call('HSET', versions, version, ARGV[3])
redis.call('HSET', latest_versions, id, version .. ':' .. ARGV[3])
redis.call('HSET', catalogue, 'newest:' .. id, version, 'hash:' .. id, ARGV[2], 'last:' .. id, version)
redis.call('HINCRBY', catalogue, 'revision', 1)
redis.pcall('PUBLISH', ARGV[5], ARGV[6])
return tonumber(version)
