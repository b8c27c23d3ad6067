#!lua
-- Stores the cursor of a consumer, unless it is new and there are too many.
--
-- KEYS[1]  hash, the cursors by the names of the consumers
--
-- ARGV[1]  name
-- ARGV[2]  cursor
-- ARGV[3]  maximum number of consumers
--
-- Returns STORED or REFUSED

if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then
  return redis.status_reply('REFUSED')
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.status_reply('STORED')
