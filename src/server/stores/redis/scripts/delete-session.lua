#!lua flags=allow-oom
-- Deletes a session and publishes an empty notification on a channel with the name of KEYS[1]. Also notifies all nodes, so that they
-- remove the session from their caches, removes it from the index, and adds the deletion to the feed if anything was deleted.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
-- KEYS[3]  stream, the feed, and KEYS[4]  hash, its position and the counters: turn-feed.lua, session-index.lua
-- KEYS[5] to KEYS[7]  index, order and expiry: session-index.lua
-- KEYS[8]  sorted set, the timers of the partition, only if the session may have one: due.lua
--
-- ARGV[1]  channel on which all nodes are notified; the message is KEYS[1]
-- ARGV[2]  time of the deletion, milliseconds since 1970
-- ARGV[3]  event of the deletion, see turn-feed.lua
-- ARGV[4] to ARGV[8] arguments of the feed, see turn-feed.lua
-- ARGV[9]  member of the session in the timers, and ARGV[10] the change of its timer: due.lua. The argument after it is ignored
--
-- Returns the number of deleted keys

-- include turn-feed
-- include session-index
-- include due

local number = get_next_number(KEYS[3], KEYS[4])
local keys = { count = KEYS[4], index = KEYS[5], order = KEYS[6], expiry = KEYS[7] }
local id, session = parse_session_key(KEYS[1])
local previous = read_entry(keys, session)
check_due(KEYS[8], ARGV[10])
local deleted = redis.call('UNLINK', KEYS[1], KEYS[2])
remove_entry(keys, id, session, previous)
-- A session that has expired, and was not swept yet, is only in the index.
if deleted > 0 or previous then
  append_event(KEYS[3], KEYS[4], number, ARGV[2], ARGV[3], 4)
  notify(4)
end
change_due(KEYS[8], ARGV[9], ARGV[10])
redis.pcall('PUBLISH', KEYS[1], '')
redis.pcall('PUBLISH', ARGV[1], KEYS[1])
return deleted
