#!lua
-- Stores a new version of a scenario unless the newest one has the same content hash. Everything is checked before the first
-- write; the version is opaque bytes.
--
-- KEYS[1]  hash, the catalogue: "revision", and by scenario id "newest:<id>" (absent: none), "hash:<id>", "last:<id>" (survives
--          a delete, so that no number comes twice)
-- KEYS[2]  hash, the newest versions: scenario id -> "<version>:<bytes>"
-- KEYS[3]  hash, all versions of the scenario: version -> bytes
--
-- ARGV[1]  scenario id
-- ARGV[2]  content hash
-- ARGV[3]  the version's bytes
-- ARGV[4]  the newest version that the caller expects, "0" for none, "" for any
-- ARGV[5]  channel of changes
-- ARGV[6]  message of this change
--
-- Returns, when a version was stored:          its number, an integer
--          when the newest has the same hash:  {"unchanged", "<version>:<bytes>"}
--          when the newest is another:         {"conflict", number of the newest or 0}

local catalogue, newest, versions = KEYS[1], KEYS[2], KEYS[3]
local id = ARGV[1]
local current, hash, last = unpack(redis.call('HMGET', catalogue, 'newest:' .. id, 'hash:' .. id, 'last:' .. id))
local stored = redis.call('HGET', newest, id)
redis.call('HLEN', versions) -- refuses a key of another type before anything is written

if ARGV[4] ~= '' and (current or '0') ~= ARGV[4] then
  return { 'conflict', tonumber(current or '0') }
end
if current and hash == ARGV[2] then
  return { 'unchanged', stored }
end

local version = string.format('%d', tonumber(last or '0') + 1)
redis.call('HSET', versions, version, ARGV[3])
redis.call('HSET', newest, id, version .. ':' .. ARGV[3])
redis.call('HSET', catalogue, 'newest:' .. id, version, 'hash:' .. id, ARGV[2], 'last:' .. id, version)
redis.call('HINCRBY', catalogue, 'revision', 1)
redis.pcall('PUBLISH', ARGV[5], ARGV[6])
return tonumber(version)
