#!lua flags=no-writes
-- Reads the oldest entries of the turn log, encoded as the content of a block, if there are enough of them to pack.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  maximum number of turns to read
-- ARGV[2]  number of last turns that are not read; at least 1
-- ARGV[3]  maximum bytes of requests and responses; the first turn may have more
-- ARGV[4]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {content, see src/server/codec/stored/turn-block.ts; revision of the first turn; bytes of requests and responses; time of the
-- commit of the first turn; of the last turn; then for each turn its id and 1 if its state is kept, else 0}. Or nil if the log has fewer
-- entries than the first two arguments together, or LARGE

local session, log = KEYS[1], KEYS[2]
local max_turns, remaining_bytes, max_reply = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('XLEN', log) < max_turns + tonumber(ARGV[2]) then return nil end

local reply, content, turns, message_bytes, reply_bytes = { '', 0, 0, '', '' }, {}, 0, 0, 0
for _, entry in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', max_turns)) do
  local revision, fields = string.match(entry[1], '%d+'), entry[2]
  local optional = {}
  for i = 11, #fields, 2 do
    optional[fields[i]] = fields[i + 1]
  end
  local request, response, trace, basis = fields[8], fields[10], optional.trace or '', optional.basis
  message_bytes = message_bytes + #request + #response
  if message_bytes > remaining_bytes and turns > 0 then
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
    reply[2], reply[4] = tonumber(revision), fields[6]
  end
  turns = turns + 1
  reply[4 + 2 * turns], reply[5 + 2 * turns] = fields[2], state and 1 or 0
  reply[5] = fields[6]
end
reply[1], reply[3] = table.concat(content), message_bytes
return reply
