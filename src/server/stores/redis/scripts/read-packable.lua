#!lua flags=no-writes
-- Reads the oldest entries of the turn log, encoded as the content of a block, if there are enough of them to pack.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  maximum number of turns of a block
-- ARGV[2]  minimum number of entries; with fewer, nothing is read
-- ARGV[3]  number of last turns that are not read; at least 1
-- ARGV[4]  maximum bytes of requests and responses of a block; a block with one turn may have more
-- ARGV[5]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {content, see src/server/codec/stored/turn-block.ts; revision of the first turn; bytes of requests and responses; time of the
-- commit of the first turn; of the last turn; the newest block if the turns belong to it, because it is not full, else false; then for each
-- turn its id and 1 if its state is kept, else 0}. Or nil if there are too few entries, or LARGE

-- include turn-blocks

local session, log = KEYS[1], KEYS[2]
local max_turns, max_bytes, max_reply = tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
local recorded = redis.call('XLEN', log)
if recorded < tonumber(ARGV[2]) then return nil end

local count = math.min(max_turns, recorded - tonumber(ARGV[3]))
local reply, content, turns, message_bytes, reply_bytes = { '', '', '', '', '', false }, {}, 0, 0, 0
local index = parse_index(redis.call('HGET', session, 'ci'))
local newest = index and read_block(session, index.newest)
local header = newest and read_header(newest)
if header and header.turns < max_turns and header.bytes < max_bytes then
  count = math.min(count, max_turns - header.turns)
  message_bytes, reply_bytes = header.bytes, #newest
  reply[6] = newest
end
local first_bytes = message_bytes
for _, entry in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', count)) do
  local revision, fields = string.match(entry[1], '%d+'), entry[2]
  local optional = {}
  for i = 11, #fields, 2 do
    optional[fields[i]] = fields[i + 1]
  end
  local request, response, trace, basis = fields[8], fields[10], optional.trace or '', optional.basis
  message_bytes = message_bytes + #request + #response
  if message_bytes > max_bytes and turns == 0 and reply[6] then
    -- The first turn does not fit into the newest block any more, so a new one starts with it.
    message_bytes, first_bytes, reply[6] = #request + #response, 0, false
  end
  if message_bytes > max_bytes and turns > 0 then
    message_bytes = message_bytes - #request - #response
    break
  end
  local state = redis.call('HGET', session, 'k:' .. revision)
  reply_bytes = reply_bytes + #request + #response + (state and #state or 0)
  if reply_bytes > max_reply then return redis.status_reply('LARGE') end
  content[#content + 1] = struct.pack('>ddI2I2I4I4I4', tonumber(fields[4]), tonumber(fields[6]), #trace, basis and #basis + 1 or 0,
    #request, #response, state and #state + 1 or 0) .. trace .. (basis or '')
  content[#content + 1] = request
  content[#content + 1] = response
  content[#content + 1] = state or ''
  if turns == 0 then
    reply[2], reply[4] = revision, fields[6]
  end
  turns = turns + 1
  reply[5 + 2 * turns], reply[6 + 2 * turns] = fields[2], state and '1' or '0'
  reply[5] = fields[6]
end
reply[1], reply[3] = table.concat(content), string.format('%d', message_bytes - first_bytes)
return reply
