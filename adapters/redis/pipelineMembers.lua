-- Says that a pipeline lives, and learns which do.
--
-- KEYS  1 sorted set: member -> when it was last heard of, in milliseconds of this server's clock
-- ARGV  1 member  2 for how many milliseconds a member counts without being heard of; 0: this one leaves
-- Returns 1 when this one counted until now, else 0; then the members that live, sorted.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local counted = 1
if tonumber(ARGV[2]) == 0 then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms - tonumber(ARGV[2]))
  counted = 1 - redis.call('ZADD', KEYS[1], now_ms, ARGV[1])
end
local members = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(members)
table.insert(members, 1, counted)
return members
