#!lua flags=no-writes
-- Loads a session, the recorded turn with the given id if there is one (5.1), and on request the state before the session's last
-- turn (section 13).
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  turn id
-- ARGV[2]  "1" to load the state before the last turn, else "0"
-- ARGV[3]  number of last turns whose ids are known
-- ARGV[4]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {state or false if there is no session, time to live in ms or negative, log entry or block with the turn, or false if the id is
--          not known, state before the last turn or false, revision of the turn or false}, or LARGE

-- include turn-blocks

local known_revision, state, revision, index = unpack(redis.call('HMGET', KEYS[1], 't:' .. ARGV[1], 's', 'r', 'ci'))
local turn, size = false, 0
if is_known(known_revision, revision, ARGV[3]) then
  turn, size = find_turn(KEYS[1], KEYS[2], index, known_revision)
end
local before = false
if ARGV[2] == '1' then
  local before_revision, kept = unpack(redis.call('HMGET', KEYS[1], 'br', 'b'))
  if revision and before_revision == revision then before = kept end
end
size = size + (state and #state or 0) + (before and #before or 0)
if size > tonumber(ARGV[4]) then return redis.status_reply('LARGE') end
return { state, redis.call('PTTL', KEYS[1]), turn, before, known_revision }
