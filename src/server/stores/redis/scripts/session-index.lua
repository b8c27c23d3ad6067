-- Included by other scripts. The index of the sessions of a tenant in a partition:
--   "index"   hash, the entry of each session, by the escaped session id: src/server/codec/stored/index-entry.ts has its format
--   "order"   sorted set with score 0: /<order>/<session> and, if the session has a customer, <customer>/<order>/<session>
--   "count"   hash, the number of sessions s:<agent>, and of instances i:<agent>/<scenario>/<version>/<step>/<status>. A counter that
--             becomes 0 is removed. The hash also has the position of the feed (turn-feed.lua)
--   "expiry"  sorted set of the partition, of all tenants: <tenant>/<session>, scored with the time when the session may have expired, in
--             milliseconds since 1970. It is not changed by later turns; the sweep moves it
-- The changes of the counters follow from the stored entry and the new one, so that the counters equal the entries whatever wrote them.

-- Returns <tenant>/<session> and <session> for the key of a session.
local function parse_session_key(key)
  local id = string.match(key, '[^:]*$')
  return id, string.match(id, '[^/]*$')
end

-- Returns the stored entry or false. Changes nothing, and fails if a key has another type, so that later writes do not. With an entry, the other
-- keys exist.
local function read_entry(keys, session)
  local previous = redis.call('HGET', keys.index, session)
  if not previous then
    redis.call('ZCARD', keys.order)
    redis.call('ZCARD', keys.expiry)
  end
  return previous
end

local function add_counters(changes, entry, by)
  local agent = string.match(entry, '^[^ ]*')
  local field = 's:' .. agent
  changes[field] = (changes[field] or 0) + by
  for instance in string.gmatch(entry, '\n([^ \n]+)') do
    field = 'i:' .. agent .. '/' .. instance
    changes[field] = (changes[field] or 0) + by
  end
end

local function update_counters(count, previous, entry)
  local changes = {}
  if previous then add_counters(changes, previous, -1) end
  if entry then add_counters(changes, entry, 1) end
  for field, by in pairs(changes) do
    if by ~= 0 and redis.call('HINCRBY', count, field, by) <= 0 then redis.call('HDEL', count, field) end
  end
end

-- Returns the members of a session in the order; none without an entry.
local function list_members(entry, session)
  if not entry then return {} end
  local customer, place = string.match(entry, '^[^ ]* ([^ ]*) (%d+)')
  local members = { '/' .. place .. '/' .. session }
  if customer ~= '' then members[2] = customer .. '/' .. place .. '/' .. session end
  return members
end

-- Adds before it removes: while its slot moves, a key that was emptied and removed cannot be written again.
local function change_order(order, session, previous, entry)
  local is_kept = {}
  for _, member in ipairs(list_members(entry, session)) do
    is_kept[member] = true
    redis.call('ZADD', order, 0, member)
  end
  for _, member in ipairs(list_members(previous, session)) do
    if not is_kept[member] then redis.call('ZREM', order, member) end
  end
end

-- Stores the entry of a session that is stored until a time.
local function put_entry(keys, id, session, previous, entry, expires_at)
  if previous == entry then return end
  redis.call('HSET', keys.index, session, entry)
  update_counters(keys.count, previous, entry)
  if not previous then redis.call('ZADD', keys.expiry, expires_at, id) end
  if previous and string.match(previous, '^[^\n]*') == string.match(entry, '^[^\n]*') then return end
  change_order(keys.order, session, previous, entry)
end

local function remove_entry(keys, id, session, previous)
  redis.call('ZREM', keys.expiry, id)
  if not previous then return end
  redis.call('HDEL', keys.index, session)
  update_counters(keys.count, previous, nil)
  change_order(keys.order, session, previous, nil)
end
