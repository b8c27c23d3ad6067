#!lua flags=allow-oom
-- Replaces the oldest entries of the turn log by a block with the same turns. Changes nothing if the log has changed: another node may have
-- packed the turns, or the session was deleted or created again. All checks come before the first write.
--
-- KEYS[1]  hash, the session, see commit.lua and turn-blocks.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  block. If it starts with the turns of the newest block, it replaces that block
-- ARGV[2]  maximum number of recorded turns
-- ARGV[3]  number of turns whose ids are known
-- ARGV[4]  maximum bytes of all blocks
-- ARGV[5]  earliest time of the commit of a recorded turn, milliseconds since 1970
-- ARGV[6], ARGV[7]  id and time of the commit of the first of the entries
-- ARGV[8], ARGV[9]  those of the last turn. The argument after them is ignored
--
-- Returns PACKED if the turns were replaced, else UNCHANGED. Only commit.lua replies with an integer, by which tools/chaos recognizes it

-- include turn-blocks

local unchanged = redis.status_reply('UNCHANGED')
local session, log, block = KEYS[1], KEYS[2], ARGV[1]
local header = read_header(block)
local revision, text = unpack(redis.call('HMGET', session, 'r', 'ci'))
revision = tonumber(revision or '')
local index = parse_index(text) or { oldest = 1, newest = 0, bytes = 0, known = 1 }
local first = header.first
if index.last and index.last >= header.first then
  -- The newest block is replaced.
  local newest = read_block(session, index.newest)
  if read_header(newest).first ~= header.first then return unchanged end
  first = index.last + 1
  index.newest, index.bytes = index.newest - 1, index.bytes - #newest
elseif index.last and index.last ~= header.first - 1 then
  return unchanged
end
if not revision or header.last >= revision or first > header.last
  or redis.call('XLEN', log) <= header.last - first + 1 then return unchanged end

local function is(entry, turn_revision, turn_id, committed)
  return entry and entry[1] == turn_revision .. '-0' and entry[2][2] == turn_id and entry[2][6] == committed
end

-- A session that was created again does not have the same first and last turn at the same times, so the turns between them are the same.
local last_id = header.last .. '-0'
if not is(redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1], first, ARGV[6], ARGV[7])
  or not is(redis.call('XRANGE', log, last_id, last_id)[1], header.last, ARGV[8], ARGV[9]) then
  return unchanged
end

index.newest, index.bytes, index.last = index.newest + 1, index.bytes + #block, header.last
index.known = math.min(index.known, index.newest)
redis.call('HSET', session, 'c:' .. index.newest, block)
redis.call('XTRIM', log, 'MINID', header.last + 1)
local states = {}
for packed = first, header.last do
  states[#states + 1] = 'k:' .. packed
end
redis.call('HDEL', session, unpack(states))

local replayable = tonumber(ARGV[3])
while index.known <= index.newest do
  local oldest_known = read_block(session, index.known)
  if read_header(oldest_known).last > revision - replayable then break end
  forget_ids(session, oldest_known)
  index.known = index.known + 1
end
trim(session, log, index, revision, {
  turns = tonumber(ARGV[2]), replayable = replayable, bytes = tonumber(ARGV[4]), earliest = tonumber(ARGV[5]),
})
return redis.status_reply('PACKED')
