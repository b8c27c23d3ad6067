#!lua flags=no-writes
-- Reads the counters of the index as one text, which is faster to send and to read than their fields: session-index.lua.
--
-- KEYS[1]  hash, the counters
--
-- ARGV[1]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns the fields and values of the hash, each followed by a line feed, or LARGE

local text = table.concat(redis.call('HGETALL', KEYS[1]), '\n')
if #text > tonumber(ARGV[1]) then return redis.status_reply('LARGE') end
return text
