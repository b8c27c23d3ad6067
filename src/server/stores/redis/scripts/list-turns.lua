#!lua flags=no-writes
-- Lists recorded turns, oldest first: blocks of older turns, then log entries. Reads one of them at a time, so that at most one entry or one
-- block beyond the result is read. The first block may also have turns before the requested ones.
--
-- KEYS[1]  hash, the session, see commit.lua and turn-blocks.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  revision; only turns after it are listed
-- ARGV[2]  maximum number of turns
-- ARGV[3]  maximum total size of requests and responses, in bytes; the first turn is listed regardless of its size
-- ARGV[4]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {blocks, log entries, 1 if there are more turns, else 0}, or LARGE. The limits are exceeded by less than one block at each end

-- include turn-blocks

local session, log, after = KEYS[1], KEYS[2], tonumber(ARGV[1])
local limit, remaining_bytes, max_reply = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local turns, reply_bytes = 0, 0

local blocks, entries = {}, {}
local index = parse_index(redis.call('HGET', session, 'ci'))
local number = find_block(session, index, after + 1)
while number and number <= index.newest do
  if turns >= limit or (remaining_bytes < 0 and turns > 0) then return { blocks, entries, 1 } end
  local block = read_block(session, number)
  local header = read_header(block)
  reply_bytes = reply_bytes + #block
  if reply_bytes > max_reply then return redis.status_reply('LARGE') end
  blocks[#blocks + 1] = block
  turns = turns + header.last - math.max(after, header.first - 1)
  -- It is not known how many bytes of the first block are after the revision.
  if #blocks > 1 then remaining_bytes = remaining_bytes - header.bytes end
  number = number + 1
end

local from = '(' .. ARGV[1] .. '-0'
while true do
  local entry = redis.call('XRANGE', log, from, '+', 'COUNT', 1)[1]
  if not entry then return { blocks, entries, 0 } end
  local bytes = #entry[2][8] + #entry[2][10]
  remaining_bytes = remaining_bytes - bytes
  if turns >= limit or (remaining_bytes < 0 and turns > 0) then return { blocks, entries, 1 } end
  reply_bytes = reply_bytes + bytes
  if reply_bytes > max_reply then return redis.status_reply('LARGE') end
  entries[#entries + 1] = entry
  turns = turns + 1
  from = '(' .. entry[1]
end
