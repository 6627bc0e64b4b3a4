-- Lets go of open orders whose newest line is older than a day; one step of a scan.
--
-- KEYS  1 open
-- ARGV  1 cursor  2 first day to keep (since 1970)
-- Returns {cursor, dropped}; cursor "0" ends the scan.
-- Invariant: an order with one line of a kept day stays whole.
local step = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', 500)
local fields, keep_from, dropped = step[2], tonumber(ARGV[2]), 0
for i = 1, #fields, 2 do
  local newest = 0
  for day in string.gmatch(fields[i + 1], '\t[MP]%d+\t%d+\t(%d+)') do newest = math.max(newest, tonumber(day)) end
  if newest < keep_from then
    redis.call('HDEL', KEYS[1], fields[i])
    dropped = dropped + 1
  end
end
return { step[1], dropped }
