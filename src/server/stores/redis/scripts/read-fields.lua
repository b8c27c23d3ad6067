#!lua flags=no-writes
-- Reads fields of a hash.
--
-- KEYS[1]  hash
--
-- ARGV[1..] names of fields; the last argument is the maximum size of the reply in bytes, see large-values.ts
--
-- Returns the values of the fields, each false if the field does not exist, or LARGE

local fields = {}
for index = 1, #ARGV - 1 do fields[index] = ARGV[index] end
local values = redis.call('HMGET', KEYS[1], unpack(fields))
local size = 0
for _, value in ipairs(values) do size = size + (value and #value or 0) end
if size > tonumber(ARGV[#ARGV]) then return redis.status_reply('LARGE') end
return values
