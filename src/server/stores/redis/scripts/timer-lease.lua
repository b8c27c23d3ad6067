-- Included by other scripts. The lease of the timers of a partition is a hash: "holder" an id, "" if the lease was released; "fence" a number that
-- grows with each claim; "until" the end of the lease, milliseconds since 1970; "ms" its duration in milliseconds.

-- Returns the time of the server in milliseconds since 1970.
local function get_now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Returns the holder of a lease or "", its fence, and the milliseconds that are left. A lease that ends later than its duration from now was
-- written before the clock of the server was set back, and counts as expired.
local function read_lease(lease, now)
  local holder, fence, expires, ms = unpack(redis.call('HMGET', lease, 'holder', 'fence', 'until', 'ms'))
  if not holder then return '', 0, 0 end
  local left = tonumber(expires) - now
  if left <= 0 or left > tonumber(ms) then holder = '' end
  return holder, tonumber(fence), left
end
