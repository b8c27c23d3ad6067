-- Included by other scripts. The feed of a tenant in a partition:
--   a stream with the entries <number>-<mark>, whose fields are t, the time of the commit in milliseconds since 1970, and e, the event as
--   opaque bytes. The numbers are consecutive. The stream expires when its last entry is too old
--   a hash whose field "feed" is the id of the last entry, also when that entry is not kept any more
--
-- Arguments of a script that writes, from the index `first` on:
--   ARGV[first]     mark of the event, see src/server/ports/turn-feed.ts
--   ARGV[first + 1] maximum age of an entry, milliseconds
--   ARGV[first + 2] maximum memory of the stream, bytes
--   ARGV[first + 3] channel on which nodes are notified
--   ARGV[first + 4] partition, the message

-- Entries are removed each time when this number was added.
local trim_period = 16

-- Returns the number of the next entry. Changes nothing, and fails if a key has another type.
local function get_next_number(feed, count)
  redis.call('XLEN', feed)
  local last = redis.call('HGET', count, 'feed')
  return last and tonumber(string.match(last, '%d+')) + 1 or 1
end

local function trim_by_age(feed, earliest)
  while true do
    local entries = redis.call('XRANGE', feed, '-', '+', 'COUNT', trim_period)
    local kept
    for _, entry in ipairs(entries) do
      if tonumber(entry[2][2]) >= earliest then
        kept = entry[1]
        break
      end
    end
    if kept == (entries[1] and entries[1][1]) then return end
    if kept then
      redis.call('XTRIM', feed, 'MINID', kept)
      return
    end
    redis.call('XTRIM', feed, 'MINID', tonumber(string.match(entries[#entries][1], '%d+')) + 1)
  end
end

local function trim_by_memory(feed, max_bytes)
  local bytes = redis.call('MEMORY', 'USAGE', feed) or 0
  if bytes <= max_bytes then return end
  redis.call('XTRIM', feed, 'MAXLEN', math.floor(redis.call('XLEN', feed) * max_bytes / bytes))
end

local function append_event(feed, count, number, committed, event, first)
  -- The position may have been evicted, but not the stream.
  if number == 1 then redis.call('DEL', feed) end
  local id = string.format('%d-%s', number, ARGV[first])
  redis.call('XADD', feed, id, 't', committed, 'e', event)
  redis.call('HSET', count, 'feed', id)
  if number % trim_period == 0 then
    trim_by_age(feed, tonumber(committed) - tonumber(ARGV[first + 1]))
    trim_by_memory(feed, tonumber(ARGV[first + 2]))
  end
  redis.call('PEXPIRE', feed, ARGV[first + 1])
end

-- Notifies nodes, also if the user lacks the permission for the channel.
local function notify(first)
  redis.pcall('PUBLISH', ARGV[first + 3], ARGV[first + 4])
end
