#!lua
-- Applies a turn to a session, or says why not, in one atomic step (section 5). Everything is checked before the first write;
-- the state, the requests and the responses are opaque bytes. Who follows the session is told on the channel that has the name
-- of KEYS[1]; a user without the right to that still commits.
--
-- KEYS[1]  hash, the session: "s" state, "r" revision, "t:<turn id>" the revision of each recorded turn
-- KEYS[2]  stream, the turn log: entry <revision>-0 with turn, occurred, committed, request, response, and trace where there is one
--
-- ARGV[1]  turn id
-- ARGV[2]  revision that the turn was decided on, "" for a session that does not exist
-- ARGV[3]  revision after the turn
-- ARGV[4]  state after the turn
-- ARGV[5]  when the turn occurred, milliseconds since 1970
-- ARGV[6]  when it is committed, milliseconds since 1970
-- ARGV[7]  request
-- ARGV[8]  response
-- ARGV[9]  how many turns stay recorded, at least 1
-- ARGV[10] time to live of the session, milliseconds
-- ARGV[11] last turn of the session that the turn was decided on, "" where it had none
-- ARGV[12] trace context that the turn was decided in, "" where it was not traced
--
-- Returns, when the turn was applied:      the revision after it, an integer
--          when its id is known:           {"known", log entry or false where the log lacks it}
--          when the session is another:    {"conflict", state or false where there is no session, time to live in ms or below 0}

local session, log = KEYS[1], KEYS[2]
local known, revision, last = unpack(redis.call('HMGET', session, 't:' .. ARGV[1], 'r', 't:' .. ARGV[11]))
local recorded = redis.call('XLEN', log)

if known then
  local entries = redis.call('XRANGE', log, known .. '-0', known .. '-0')
  return { 'known', entries[1] or false }
end
-- The last turn is always recorded. A session that was erased and begun anew may have the same revision, and another last turn.
if (revision or '') ~= ARGV[2] or (ARGV[11] ~= '' and last ~= revision) then
  return { 'conflict', redis.call('HGET', session, 's'), redis.call('PTTL', session) }
end

-- A log without its session was left behind by an eviction; its ids would stand in the way.
if not revision and recorded > 0 then
  redis.call('DEL', log)
  recorded = 0
end

-- The log goes first: it is the one write that could still refuse, and then nothing has happened.
local trace = ARGV[12] == '' and {} or { 'trace', ARGV[12] }
redis.call('XADD', log, ARGV[3] .. '-0', 'turn', ARGV[1], 'occurred', ARGV[5], 'committed', ARGV[6],
  'request', ARGV[7], 'response', ARGV[8], unpack(trace))
redis.call('HSET', session, 's', ARGV[4], 'r', ARGV[3], 't:' .. ARGV[1], ARGV[3])

-- A turn id is known exactly as long as its entry is there. More than one goes only after the bound was lowered.
local excess = recorded + 1 - tonumber(ARGV[9])
if excess > 0 then
  local from = '-'
  while excess > 0 do
    local oldest = redis.call('XRANGE', log, from, '+', 'COUNT', math.min(excess, 100))
    for _, entry in ipairs(oldest) do
      redis.call('HDEL', session, 't:' .. entry[2][2])
    end
    excess = excess - #oldest
    from = '(' .. oldest[#oldest][1]
  end
  redis.call('XTRIM', log, 'MAXLEN', ARGV[9])
end

redis.call('PEXPIRE', session, ARGV[10])
redis.call('PEXPIRE', log, ARGV[10])
redis.pcall('PUBLISH', session, '')
return tonumber(ARGV[3])
