#!lua flags=no-writes
-- Lists recorded turns, oldest first. Reads one entry at a time, so that at most one entry beyond the result is read.
--
-- KEYS[1]  stream, the turn log, see commit.lua
--
-- ARGV[1]  revision; only turns after it are listed
-- ARGV[2]  maximum number of turns
-- ARGV[3]  maximum total size of requests and responses, in bytes; the first turn is listed regardless of its size
-- ARGV[4]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {log entries, 1 if there are more turns, else 0}, or LARGE

local limit, remaining_bytes, max_reply = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local reply_bytes = 0
local entries, from = {}, '(' .. ARGV[1] .. '-0'
while true do
  local entry = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
  if not entry then return { entries, 0 } end
  local bytes = #entry[2][8] + #entry[2][10]
  remaining_bytes = remaining_bytes - bytes
  if #entries == limit or (remaining_bytes < 0 and #entries > 0) then return { entries, 1 } end
  reply_bytes = reply_bytes + bytes
  if reply_bytes > max_reply then return redis.status_reply('LARGE') end
  entries[#entries + 1] = entry
  from = '(' .. entry[1]
end
