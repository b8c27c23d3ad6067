#!lua flags=no-writes
-- Reads recorded turns, oldest first, one after another, so that hardly more is read than is given out.
--
-- KEYS[1]  stream, the turn log, as in commit.lua
--
-- ARGV[1]  revision above which
-- ARGV[2]  how many at most
-- ARGV[3]  bytes of requests and responses at most; the first turn is given whatever its size
--
-- Returns {log entries, 1 where there are more behind them or 0}

local most, room = tonumber(ARGV[2]), tonumber(ARGV[3])
local entries, from = {}, '(' .. ARGV[1] .. '-0'
while true do
  local entry = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
  if not entry then return { entries, 0 } end
  room = room - #entry[2][8] - #entry[2][10]
  if #entries == most or (room < 0 and #entries > 0) then return { entries, 1 } end
  entries[#entries + 1] = entry
  from = '(' .. entry[1]
end
