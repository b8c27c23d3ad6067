#!lua
-- Adds a session to the index, or updates its entry. Used for sessions of a release without an index.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2] to KEYS[5]  counters, index, order and expiry: session-index.lua
--
-- ARGV[1]  state that the entry was made from
-- ARGV[2]  entry
-- ARGV[3]  time of the last message, milliseconds since 1970
-- ARGV[4]  current time, milliseconds since 1970
--
-- Returns 1 if the session exists and has the state, else 0

-- include session-index

local keys = { count = KEYS[2], index = KEYS[3], order = KEYS[4], expiry = KEYS[5] }
if redis.call('HGET', KEYS[1], 's') ~= ARGV[1] then return 0 end
local id, session = parse_session_key(KEYS[1])
local previous = read_entry(keys, session)
redis.call('HSET', KEYS[1], 'm', ARGV[3])
local ttl = math.max(redis.call('PTTL', KEYS[1]), 0)
put_entry(keys, id, session, previous, ARGV[2], string.format('%d', tonumber(ARGV[4]) + ttl))
return 1
