#!lua flags=no-writes
-- Reads a recorded turn, and the turns before it up to the nearest one with the state before it.
--
-- KEYS[1]  hash, the session, see commit.lua
-- KEYS[2]  stream, the turn log, see commit.lua
--
-- ARGV[1]  turn id, "" to find the turn by its revision
-- ARGV[2]  revision of the turn, if there is no turn id
-- ARGV[3]  maximum number of turns
-- ARGV[4]  maximum total size of the requests and responses of the turns before the requested one, in bytes
-- ARGV[5]  maximum size of the reply, in bytes, see large-values.ts
--
-- Returns {log entries with the requested one first, state before the last entry}, or {{requested entry}, false} if no state is kept that
-- can be reached within the limits, or nil if the turn is not recorded, or LARGE

local session, log, max_reply = KEYS[1], KEYS[2], tonumber(ARGV[5])

local function size_of(entry)
  return #entry[2][8] + #entry[2][10]
end

local function read(revision)
  return redis.call('XRANGE', log, revision .. '-0', revision .. '-0')[1]
end

local revision = tonumber(ARGV[2])
if ARGV[1] ~= '' then revision = tonumber(redis.call('HGET', session, 't:' .. ARGV[1]) or '') end
local requested = revision and read(revision)
if not requested then return nil end

local entries, entry, state = {}, requested, false
local max_turns, remaining_bytes = tonumber(ARGV[3]), tonumber(ARGV[4]) + size_of(requested)
local reply_bytes = 0
while entry and not state and #entries < max_turns do
  remaining_bytes = remaining_bytes - size_of(entry)
  if remaining_bytes < 0 then break end
  reply_bytes = reply_bytes + size_of(entry)
  entries[#entries + 1] = entry
  state = redis.call('HGET', session, 'k:' .. revision)
  revision = revision - 1
  entry = read(revision)
end
if not state then
  entries, reply_bytes = { requested }, size_of(requested)
end
if reply_bytes + (state and #state or 0) > max_reply then return redis.status_reply('LARGE') end
return { entries, state }
