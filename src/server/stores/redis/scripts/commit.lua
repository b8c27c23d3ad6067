#!lua
-- Commits a turn atomically (section 5). All checks come before the first write. State, request and response are opaque bytes.
-- Publishes an empty notification on a channel with the name of KEYS[1]. The commit succeeds even if the user lacks the
-- permission for the channel.
--
-- KEYS[1]  hash, the session: "s" state, "r" revision, "t:<turn id>" the revision of each recorded turn; optionally "b" the state
--          before a turn, "" if there was no session, and "br" the revision after that turn. It counts only if "br" equals "r",
--          because releases up to 0.2 change neither (section 13). "i" identifies an import until its first turn; sessions that a
--          release up to 0.2 imported do not have it. "k:<revision>" the state before the recorded turn that led to the revision, ""
--          if there was no session; only some turns have it. "o" the time of the commit of the oldest recorded turn, or of the last
--          turn of the oldest block; missing if a release up to 0.2 recorded it. "m" the time of the last message, or of the start of a
--          session without one, for the index. Blocks of older turns: turn-blocks.lua
-- KEYS[2]  stream, the turn log: entries <revision>-0 with the fields turn, occurred, committed, request, response, and
--          optionally trace and basis
-- KEYS[3]  stream, the feed, and KEYS[4]  hash, its position and the counters: turn-feed.lua, session-index.lua
-- KEYS[5] to KEYS[7]  index, order and expiry, missing if its entry does not change: session-index.lua
-- the last key: sorted set, the timers of the partition, missing if its timer does not change: due.lua
--
-- ARGV[1]  turn id
-- ARGV[2]  revision of the previous session, "" if there was no session
-- ARGV[3]  revision after the turn
-- ARGV[4]  state after the turn
-- ARGV[5]  time when the turn occurred, milliseconds since 1970
-- ARGV[6]  time of the commit, milliseconds since 1970
-- ARGV[7]  request
-- ARGV[8]  response
-- ARGV[9]  maximum number of recorded turns, at least 1. Turns in blocks are only counted when they are packed
-- ARGV[10] time to live of the session, milliseconds
-- ARGV[11] last turn id of the previous session, "" if it had no turns
-- ARGV[12] trace context of the turn as a text, "" if there is none
-- ARGV[13] the state before the turn: "previous" for the one that the commit replaces, "given" for the next argument
-- ARGV[14] the given state, else ""
-- ARGV[15] import of the previous session if it had no turns, else ""
-- ARGV[16] "1" to keep the state before the turn until the next turn, else "0"
-- ARGV[17] maximum size of the state before the turn to keep it with the record, in bytes; "" to keep none
-- ARGV[18] basis of the turn, "" if there is none
-- ARGV[19] number of last turns whose ids are known, at least 1
-- ARGV[20] earliest time of the commit of a recorded turn, milliseconds since 1970
-- ARGV[21] event of the turn, see turn-feed.lua
-- ARGV[22] to ARGV[26] arguments of the feed, see turn-feed.lua
-- ARGV[27] member of the session in the timers, and ARGV[28] the change of its timer: due.lua
-- ARGV[29] entry of the index, "" if it is that of the previous session: session-index.lua
-- ARGV[30] time of the last message, milliseconds since 1970
-- ARGV[31] event of the expiry of an earlier session with the same id; "" if there is a previous session
-- ARGV[32] maximum size of the reply, in bytes, see large-values.ts
--
-- Returns the number of entries of the log, an integer, if the turn was committed,
--         {"known", log entry, block with the turn, or false if it is missing, revision of the turn} if the turn id is known,
--         {"conflict", state or false if there is no session, time to live in ms or negative} if the session has changed,
--         LARGE if one of the last two is too large

-- include turn-blocks
-- include turn-feed
-- include session-index
-- include due

local session, log = KEYS[1], KEYS[2]
local turn_id, previous_revision, last_turn_id = ARGV[1], ARGV[2], ARGV[11]
local known_revision, revision, last_turn_revision, import, index, oldest =
  unpack(redis.call('HMGET', session, 't:' .. turn_id, 'r', 't:' .. last_turn_id, 'i', 'ci', 'o'))
local recorded = redis.call('XLEN', log)
local max_reply = tonumber(ARGV[32])

if is_known(known_revision, revision, ARGV[19]) then
  local turn, size = find_turn(session, log, index, known_revision)
  if size > max_reply then return redis.status_reply('LARGE') end
  return { 'known', turn, known_revision }
end
-- The last turn is always recorded. A session that was deleted and created again may reach the same revision, but its last turn
-- differs, or its import if it has no turns.
if (revision or '') ~= previous_revision or (last_turn_id ~= '' and last_turn_revision ~= revision)
  or (ARGV[15] ~= '' and import and import ~= ARGV[15]) then
  local state = redis.call('HGET', session, 's')
  if state and #state > max_reply then return redis.status_reply('LARGE') end
  return { 'conflict', state, redis.call('PTTL', session) }
end

local number = get_next_number(KEYS[3], KEYS[4])
local due = KEYS[#KEYS]
check_due(due, ARGV[28])
local index_keys, entry, id, session_id, previous_entry = nil, ARGV[29], nil, nil, nil
if entry ~= '' then
  index_keys = { count = KEYS[4], index = KEYS[5], order = KEYS[6], expiry = KEYS[7] }
  id, session_id = parse_session_key(session)
  previous_entry = read_entry(index_keys, session_id)
end

-- An eviction may have removed the session but not its log. The old entry ids would conflict with the new ones.
if not revision and recorded > 0 then
  redis.call('DEL', log)
  recorded = 0
end

-- XADD comes first, because it is the only write that can still fail. If XADD fails, nothing has changed.
local optional = {}
if ARGV[12] ~= '' then optional = { 'trace', ARGV[12] } end
if ARGV[18] ~= '' then
  optional[#optional + 1] = 'basis'
  optional[#optional + 1] = ARGV[18]
end
redis.call('XADD', log, ARGV[3] .. '-0', 'turn', turn_id, 'occurred', ARGV[5], 'committed', ARGV[6],
  'request', ARGV[7], 'response', ARGV[8], unpack(optional))
local is_supersedable, max_kept_size = ARGV[16] == '1', tonumber(ARGV[17])
local before
if is_supersedable or max_kept_size then
  before = ARGV[13] == 'given' and ARGV[14] or redis.call('HGET', session, 's') or ''
end
if is_supersedable then
  redis.call('HSET', session, 'b', before, 'br', ARGV[3])
else
  redis.call('HDEL', session, 'b', 'br')
end
if max_kept_size and #before <= max_kept_size then
  redis.call('HSET', session, 'k:' .. ARGV[3], before)
end
redis.call('HSET', session, 's', ARGV[4], 'r', ARGV[3], 't:' .. turn_id, ARGV[3], 'm', ARGV[30])
if entry ~= '' then
  put_entry(index_keys, id, session_id, previous_entry, entry, string.format('%d', tonumber(ARGV[6]) + tonumber(ARGV[10])))
end
if import then
  redis.call('HDEL', session, 'i')
end

if not oldest then
  oldest = recorded == 0 and ARGV[6] or '0'
  redis.call('HSET', session, 'o', oldest)
end
if recorded + 1 > tonumber(ARGV[9]) or tonumber(oldest) < tonumber(ARGV[20]) then
  trim(session, log, parse_index(index), tonumber(ARGV[3]), {
    turns = tonumber(ARGV[9]), replayable = tonumber(ARGV[19]), bytes = math.huge, earliest = tonumber(ARGV[20]),
  })
end

-- The session with this id has expired, and was not swept yet.
if previous_entry and not revision then
  append_event(KEYS[3], KEYS[4], number, ARGV[6], ARGV[31], 22)
  number = number + 1
end
append_event(KEYS[3], KEYS[4], number, ARGV[6], ARGV[21], 22)
change_due(due, ARGV[27], ARGV[28])
redis.call('PEXPIRE', session, ARGV[10])
redis.call('PEXPIRE', log, ARGV[10])
redis.pcall('PUBLISH', session, '')
notify(22)
return recorded + 1
