#!lua flags=no-writes
-- Reads a part of the index: session-index.lua.
--
-- KEYS[1]  sorted set, the order
-- KEYS[2]  hash, the index
--
-- ARGV[1]  lower bound of the places, as ZRANGEBYLEX has it
-- ARGV[2]  upper bound of the places
-- ARGV[3]  maximum number of sessions to return
-- ARGV[4]  maximum number of sessions to examine
-- ARGV[5]  pattern of the first line of a selected entry, "" for any
-- ARGV[6]  pattern of a line of a selected entry that is one of its instances, "" for any
-- ARGV[7]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {number of examined sessions, last examined place or false if there are no more, {place, entry, ...}}, or LARGE

local limit, maximum = tonumber(ARGV[3]), tonumber(ARGV[4])
local places = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, maximum)
if #places == 0 then return { 0, false, {} } end
local sessions = {}
for i, place in ipairs(places) do
  sessions[i] = string.match(place, '[^/]*$')
end
local found, bytes = {}, 0
for i, entry in ipairs(redis.call('HMGET', KEYS[2], unpack(sessions))) do
  if entry and string.find(entry, ARGV[5]) and string.find(entry, ARGV[6]) then
    found[#found + 1] = places[i]
    found[#found + 1] = entry
    bytes = bytes + #places[i] + #entry
    if bytes > tonumber(ARGV[7]) then return redis.status_reply('LARGE') end
    if #found == 2 * limit then return { i, places[i], found } end
  end
end
return { #places, #places == maximum and places[#places] or false, found }
