#!lua flags=no-writes
-- Reads a part of a feed.
--
-- KEYS[1]  stream, the feed, and KEYS[2]  hash, its position: turn-feed.lua
--
-- ARGV[1]  number of the first entry
-- ARGV[2]  maximum number of entries
-- ARGV[3]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {id of the last entry, kept or not, or false if there was none; id of the oldest entry that is kept or false; entries from the
-- number on}, or LARGE

local last = redis.call('HGET', KEYS[2], 'feed')
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
local entries = redis.call('XRANGE', KEYS[1], ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])
local bytes = 0
for _, entry in ipairs(entries) do
  bytes = bytes + #entry[2][4]
end
if bytes > tonumber(ARGV[3]) then return redis.status_reply('LARGE') end
return { last, oldest and oldest[1] or false, entries }
