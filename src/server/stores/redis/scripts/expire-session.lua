#!lua flags=allow-oom
-- Removes a session that has expired from the index, and adds that to the feed. If the session exists, looks at it again when it may expire.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the feed, and KEYS[3]  hash, its position and the counters: turn-feed.lua, session-index.lua
-- KEYS[4] to KEYS[6]  index, order and expiry: session-index.lua
--
-- ARGV[1]  current time, milliseconds since 1970
-- ARGV[2]  event of the expiry, see turn-feed.lua
-- ARGV[3] to ARGV[7] arguments of the feed, see turn-feed.lua
--
-- Returns 1 if the session had expired, else 0

-- include turn-feed
-- include session-index

-- A session without a time to live is looked at again after this time, in milliseconds.
local persistent_period = 86400000

local keys = { count = KEYS[3], index = KEYS[4], order = KEYS[5], expiry = KEYS[6] }
local id, session = parse_session_key(KEYS[1])
local ttl = redis.call('PTTL', KEYS[1])
if ttl ~= -2 then
  local next_look = tonumber(ARGV[1]) + (ttl < 0 and persistent_period or ttl + 1)
  redis.call('ZADD', keys.expiry, 'XX', string.format('%d', next_look), id)
  return 0
end
local number = get_next_number(KEYS[2], KEYS[3])
local previous = read_entry(keys, session)
if previous then append_event(KEYS[2], KEYS[3], number, ARGV[1], ARGV[2], 3) end
remove_entry(keys, id, session, previous)
if not previous then return 0 end
notify(3)
return 1
