-- Says of a pipeline whether the ledger answers it, and learns how many others it answers.
--
-- KEYS  1 sorted set: member -> when the ledger last answered it, in milliseconds of this server's clock
-- ARGV  1 member  2 whether it does: 1 or 0  3 for how many milliseconds an answer counts
-- Returns how many others the ledger answers.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms - tonumber(ARGV[3]))
redis.call('ZREM', KEYS[1], ARGV[1])
local others = redis.call('ZCARD', KEYS[1])
if ARGV[2] == '1' then
  redis.call('ZADD', KEYS[1], now_ms, ARGV[1])
end
return others
