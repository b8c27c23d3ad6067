#!lua flags=no-writes
-- Loads a session, the recorded turn with the given id if there is one (5.1), and on request the state before the session's last
-- turn (section 13).
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  turn id
-- ARGV[2]  "1" to load the state before the last turn, else "0"
-- ARGV[3]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {state or false if there is no session, time to live in ms or negative, log entry or false if the id is not known,
--          state before the last turn or false}, or LARGE

local known_revision, state = unpack(redis.call('HMGET', KEYS[1], 't:' .. ARGV[1], 's'))
local entry = false
if known_revision then
  entry = redis.call('XRANGE', KEYS[2], known_revision .. '-0', known_revision .. '-0')[1] or false
end
local before = false
if ARGV[2] == '1' then
  local revision, before_revision, kept = unpack(redis.call('HMGET', KEYS[1], 'r', 'br', 'b'))
  if revision and before_revision == revision then before = kept end
end
local size = (state and #state or 0) + (entry and #entry[2][8] + #entry[2][10] or 0) + (before and #before or 0)
if size > tonumber(ARGV[3]) then return redis.status_reply('LARGE') end
return { state, redis.call('PTTL', KEYS[1]), entry, before }
