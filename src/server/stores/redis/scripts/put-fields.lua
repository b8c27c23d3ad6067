#!lua
-- Stores a new version of the field definitions of an agent unless the stored version has the same content hash. All checks
-- come before the first write. The version is opaque bytes.
--
-- KEYS[1]  hash, the catalogue, see put-scenario.lua
-- KEYS[2]  hash, the field definitions: "version", "hash" (the content hash), "bytes"
--
-- ARGV[1]  content hash
-- ARGV[2]  bytes of the version
-- ARGV[3]  expected version, "0" for none, "" for any
-- ARGV[4]  channel for change notifications
-- ARGV[5]  notification
--
-- Returns the version, an integer, if it was stored,
--         {"unchanged", version, bytes} if the stored version has the same hash,
--         {"conflict", version or 0} if the stored version is not the expected one

local catalogue, fields = KEYS[1], KEYS[2]
local current, hash, bytes = unpack(redis.call('HMGET', fields, 'version', 'hash', 'bytes'))
redis.call('HLEN', catalogue) -- fails for a key of another type before the first write

if ARGV[3] ~= '' and (current or '0') ~= ARGV[3] then
  return { 'conflict', tonumber(current or '0') }
end
if current and hash == ARGV[1] then
  return { 'unchanged', tonumber(current), bytes }
end

local version = string.format('%d', tonumber(current or '0') + 1)
redis.call('HSET', fields, 'version', version, 'hash', ARGV[1], 'bytes', ARGV[2])
redis.call('HINCRBY', catalogue, 'revision', 1)
redis.pcall('PUBLISH', ARGV[4], ARGV[5])
return tonumber(version)
