-- Included by other scripts. Blocks of older recorded turns, in fields of the session's hash:
--   "c:<number>"  a block of consecutive turns; src/server/codec/stored/turn-block-header.ts has its layout
--   "ci"          "<oldest number> <newest number> <bytes of all blocks> <number of the oldest block whose turn ids have a field t:>
--                 <revision of the last turn of the newest block>"; missing if there is no block
-- The blocks have consecutive numbers and revisions, and the turn log continues after the last one.

local function parse_index(text)
  if not text then return nil end
  local oldest, newest, bytes, known, last = string.match(text, '(%d+) (%d+) (%d+) (%d+) (%d+)')
  return {
    oldest = tonumber(oldest), newest = tonumber(newest), bytes = tonumber(bytes), known = tonumber(known), last = tonumber(last),
  }
end

local function read_header(block)
  local _, turns, first, bytes, committed, states = struct.unpack('>BBI4I4dI4', block)
  return { turns = turns, first = first, last = first + turns - 1, bytes = bytes, committed = committed, states = states }
end

local function read_block(session, number)
  return redis.call('HGET', session, 'c:' .. number)
end

-- Returns the number of the block with a revision, or of the oldest block after it; nil if all blocks are before it.
local function find_block(session, index, revision)
  if not index or revision > index.last then return nil end
  local low, high = index.oldest, index.newest
  while low < high do
    local middle = math.floor((low + high) / 2)
    if read_header(read_block(session, middle)).last < revision then low = middle + 1 else high = middle end
  end
  return low
end

-- Returns the block with the turn of a revision, or nil.
local function find_block_with(session, index, revision)
  local number = find_block(session, index, revision)
  local block = number and read_block(session, number)
  return block and read_header(block).first <= revision and block or nil
end

-- Whether a turn id is one of the last turns whose ids are known.
local function is_known(known_revision, revision, replayable)
  return known_revision and tonumber(known_revision) > tonumber(revision) - tonumber(replayable)
end

-- Returns the log entry of a turn or the block that has it, and its size; false and 0 if it is missing.
local function find_turn(session, log, index, revision)
  local entry = redis.call('XRANGE', log, revision .. '-0', revision .. '-0')[1]
  if entry then return entry, #entry[2][8] + #entry[2][10] end
  local block = find_block_with(session, parse_index(index), tonumber(revision))
  if block then return block, #block end
  return false, 0
end

-- Removes the field of a turn id, unless a later turn has the same id.
local function forget_id(session, id, revision)
  if tonumber(redis.call('HGET', session, 't:' .. id) or '') == revision then
    redis.call('HDEL', session, 't:' .. id)
  end
end

-- Calls `visit(id as in the header, revision)` for each turn of a block until it returns true.
local function visit_ids(block, visit)
  local header, position = read_header(block), 27
  for revision = header.first, header.last do
    local length = struct.unpack('>I2', block, position)
    local next_position = position + 2 + (length == 0 and 16 or length)
    if visit(string.sub(block, position, next_position - 1), revision) then return end
    position = next_position
  end
end

-- Returns the revision of the turn with an id, as it is in the header, or nil.
local function find_id(block, id)
  local found
  visit_ids(block, function(each, revision)
    if each == id then found = revision end
    return found
  end)
  return found
end

-- Removes the fields of the turn ids of a block, except those of later turns with the same ids.
local function forget_ids(session, block)
  local fields, revisions = {}, {}
  visit_ids(block, function(encoded, revision)
    local id = string.sub(encoded, 3)
    if struct.unpack('>I2', encoded) == 0 then
      id = string.format('%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x', string.byte(id, 1, 16))
    end
    fields[#fields + 1], revisions[#revisions + 1] = 't:' .. id, revision
  end)
  local unused = {}
  for i, known in ipairs(redis.call('HMGET', session, unpack(fields))) do
    if tonumber(known or '') == revisions[i] then unused[#unused + 1] = fields[i] end
  end
  if #unused > 0 then redis.call('HDEL', session, unpack(unused)) end
end

-- Whether a block has the state before the turn of a revision or an earlier turn.
local function has_state(header, revision)
  local turns = math.min(header.last, revision) - header.first + 1
  return header.states % 2 ^ turns > 0
end

-- Removes the oldest blocks that `is_removable(header, index)` selects. Returns the index, or nil if no block is left.
local function trim_blocks(session, index, is_removable)
  while index do
    local block = read_block(session, index.oldest)
    if not is_removable(read_header(block), index) then return index end
    if index.oldest >= index.known then forget_ids(session, block) end
    redis.call('HDEL', session, 'c:' .. index.oldest)
    index.oldest, index.bytes = index.oldest + 1, index.bytes - #block
    index.known = math.max(index.known, index.oldest)
    if index.oldest > index.newest then index = nil end
  end
  return nil
end

-- Removes the oldest entries of the turn log that are before `revision` and that `is_removable(revision, time of the commit)` selects.
-- Returns the time of the commit of the oldest entry that is left.
local function trim_log(session, log, revision, is_removable)
  local from, trim_to = '-', nil
  while true do
    local entry = redis.call('XRANGE', log, from, '+', 'COUNT', 1)[1]
    local entry_revision = tonumber(string.match(entry[1], '%d+'))
    local committed = tonumber(entry[2][6])
    if entry_revision >= revision or not is_removable(entry_revision, committed) then
      if trim_to then redis.call('XTRIM', log, 'MINID', trim_to + 1) end
      return committed
    end
    forget_id(session, entry[2][2], entry_revision)
    redis.call('HDEL', session, 'k:' .. entry_revision)
    from, trim_to = '(' .. entry[1], entry_revision
  end
end

-- Removes recorded turns before `revision` that exceed a limit, oldest first. `limits` has the number of turns, the number of replayable
-- turns, the bytes of all blocks, and the earliest time of a commit. Stores the index and, in "o", when the oldest turn was committed.
local function trim(session, log, index, revision, limits)
  index = trim_blocks(session, index, function(header, current)
    return header.last <= revision - limits.turns or header.committed < limits.earliest
      or (current.bytes > limits.bytes and header.last <= revision - limits.replayable)
  end)
  if index then
    redis.call('HSET', session, 'ci', string.format('%d %d %d %d %d', index.oldest, index.newest, index.bytes, index.known, index.last),
      'o', string.format('%d', read_header(read_block(session, index.oldest)).committed))
    return
  end
  redis.call('HDEL', session, 'ci')
  local committed = trim_log(session, log, revision, function(entry_revision, committed)
    return entry_revision <= revision - limits.turns or committed < limits.earliest
  end)
  redis.call('HSET', session, 'o', string.format('%d', committed))
end
