#!lua flags=no-writes
-- Reads a recorded turn, and the turns before it up to the nearest one with the state before it.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  turn id, "" to find the turn by its revision
-- ARGV[2]  turn id as it is in the header of a block
-- ARGV[3]  revision of the turn, if there is no turn id
-- ARGV[4]  maximum number of turns
-- ARGV[5]  maximum total size of the requests and responses of the turns before the requested one, in bytes
-- ARGV[6]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {blocks, {{log entry, state before the turn or false}, ...}}, both newest first; nil if the turn is not recorded; or LARGE. The
-- reply ends where a state is found or a limit is exceeded. The first block may also have turns after the requested one

-- include turn-blocks

local session, log, max_reply = KEYS[1], KEYS[2], tonumber(ARGV[6])
local max_turns, remaining_bytes = tonumber(ARGV[4]), tonumber(ARGV[5])
local index = parse_index(redis.call('HGET', session, 'ci'))
local blocks, entries, turns, reply_bytes = {}, {}, 0, 0

local function find_by_id()
  local revision = tonumber(redis.call('HGET', session, 't:' .. ARGV[1]) or '')
  if revision then return revision end
  for number = index and index.newest or 0, index and index.oldest or 1, -1 do
    local block = read_block(session, number)
    local revision = find_id(block, ARGV[2])
    if revision then return revision end
  end
end

local revision = ARGV[1] == '' and tonumber(ARGV[3]) or find_by_id()
if not revision then return nil end

local entry = redis.call('XRANGE', log, revision .. '-0', revision .. '-0')[1]
local state = false
while entry and not state and turns < max_turns and remaining_bytes >= 0 do
  local bytes = #entry[2][8] + #entry[2][10]
  state = redis.call('HGET', session, 'k:' .. revision)
  entries[#entries + 1] = { entry, state }
  reply_bytes = reply_bytes + bytes + (state and #state or 0)
  if turns > 0 then remaining_bytes = remaining_bytes - bytes end
  turns, revision = turns + 1, revision - 1
  entry = redis.call('XRANGE', log, revision .. '-0', revision .. '-0')[1]
end

local number = index and not state and revision <= index.last and find_block(session, index, revision) or nil
while number and number >= index.oldest and not state and turns < max_turns and remaining_bytes >= 0 do
  local block = read_block(session, number)
  local header = read_header(block)
  if header.first > revision then break end
  blocks[#blocks + 1] = block
  reply_bytes = reply_bytes + #block
  state = has_state(header, revision)
  if turns > 0 then remaining_bytes = remaining_bytes - header.bytes end
  turns, revision, number = turns + revision - header.first + 1, header.first - 1, number - 1
end
if turns == 0 then return nil end
if reply_bytes > max_reply then return redis.status_reply('LARGE') end
return { blocks, entries }
