-- Included by other scripts. The timers of a partition:
--   a sorted set of the sessions of all tenants with a next timer: the member is <tenant>/<session>, as in the keys of the session, and the score
--   is the time of the timer, or of the expiry of the session if that is earlier, or a later time after a failure, in milliseconds since 1970
--
-- A change of a timer is an argument: "" for none, "none" to remove it, or its new time

-- Fails if the key has another type. Changes nothing.
local function check_due(due, change)
  if change ~= '' then redis.call('ZCARD', due) end
end

local function change_due(due, member, change)
  if change == '' then return end
  if change == 'none' then
    redis.call('ZREM', due, member)
  else
    redis.call('ZADD', due, change, member)
  end
end
