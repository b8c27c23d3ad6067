#!lua
-- Describes a store that has no description yet, and returns the description.
--
-- KEYS[1]  hash, the store: "layout" the layout of its keys, "partitions" the number of partitions of its sessions. While a conversion of an
--          earlier layout runs, or after it was interrupted, "layout" is "converting"
--
-- ARGV[1]  layout
-- ARGV[2]  number of partitions
--
-- Returns {layout, number of partitions}

local described = redis.call('HMGET', KEYS[1], 'layout', 'partitions')
if described[1] then return described end
redis.call('HSET', KEYS[1], 'layout', ARGV[1], 'partitions', ARGV[2])
return { ARGV[1], ARGV[2] }
