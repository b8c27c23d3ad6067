#!lua flags=no-writes
-- Reads a whole catalogue at one revision.
--
-- KEYS[1]  hash, the catalogue, see put-scenario.lua
-- KEYS[2]  hash, the latest versions, see put-scenario.lua
-- KEYS[3]  hash, the relationships, see put-relationship.lua
-- KEYS[4]  hash, the field definitions, see put-fields.lua
--
-- ARGV[1]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {revision or false if the catalogue never had content, list of "<version>:<bytes>", list of relationship bytes,
-- {version, bytes} of the field definitions, both false if none were ever stored}, or LARGE

local revision = redis.call('HGET', KEYS[1], 'revision')
local versions = redis.call('HVALS', KEYS[2])
local relationships = redis.call('HVALS', KEYS[3])
local fields = redis.call('HMGET', KEYS[4], 'version', 'bytes')

local size = fields[2] and #fields[2] or 0
for _, version in ipairs(versions) do size = size + #version end
for _, relationship in ipairs(relationships) do size = size + #relationship end
if size > tonumber(ARGV[1]) then return redis.status_reply('LARGE') end
return { revision, versions, relationships, fields }
