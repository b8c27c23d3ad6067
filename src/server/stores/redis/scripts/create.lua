#!lua
-- Creates a session without turns, at revision 0, if it does not exist (section 8). Atomic; all checks come before the first
-- write. The state is opaque bytes.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
-- KEYS[3]  stream, the feed, and KEYS[4]  hash, its position and the counters: turn-feed.lua, session-index.lua
-- KEYS[5] to KEYS[7]  index, order and expiry: session-index.lua
-- KEYS[8]  sorted set, the timers of the partition, missing if its timer does not change: due.lua
--
-- ARGV[1]  state
-- ARGV[2]  time to live of the session, milliseconds
-- ARGV[3]  import, see commit.lua
-- ARGV[4]  current time, milliseconds since 1970
-- ARGV[5] to ARGV[9] arguments of the feed, see turn-feed.lua
-- ARGV[10] entry of the index: session-index.lua
-- ARGV[11] time of the last message, milliseconds since 1970
-- ARGV[12] event of the expiry of an earlier session with the same id
-- ARGV[13] member of the session in the timers, and ARGV[14] the change of its timer: due.lua
-- ARGV[15] maximum size of the reply, in bytes, see large-values.ts
--
-- Returns 1 if the session was created,
--         {state, time to live in ms or negative} if a session exists, or LARGE

-- include turn-feed
-- include session-index
-- include due

local session, log = KEYS[1], KEYS[2]
local state = redis.call('HGET', session, 's')
local recorded = redis.call('XLEN', log)

if state then
  if #state > tonumber(ARGV[15]) then return redis.status_reply('LARGE') end
  return { state, redis.call('PTTL', session) }
end

local number = get_next_number(KEYS[3], KEYS[4])
local keys = { count = KEYS[4], index = KEYS[5], order = KEYS[6], expiry = KEYS[7] }
local id, session_id = parse_session_key(session)
local previous = read_entry(keys, session_id)
check_due(KEYS[8], ARGV[14])

-- An eviction may have removed the session but not its log. The old entry ids would conflict with the new ones.
if recorded > 0 then
  redis.call('DEL', log)
end
redis.call('HSET', session, 's', ARGV[1], 'r', '0', 'i', ARGV[3], 'm', ARGV[11])
put_entry(keys, id, session_id, previous, ARGV[10], string.format('%d', tonumber(ARGV[4]) + tonumber(ARGV[2])))
-- The session with this id has expired, and was not swept yet.
if previous then
  append_event(KEYS[3], KEYS[4], number, ARGV[4], ARGV[12], 5)
  notify(5)
end
redis.call('PEXPIRE', session, ARGV[2])
change_due(KEYS[8], ARGV[13], ARGV[14])
return 1
