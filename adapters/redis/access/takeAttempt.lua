-- Counts an attempt to log in, unless the ones before it have to be waited for.
-- KEYS[1] hash { failed, until }, of a user or of an address
-- ARGV[1] now (ms)   ARGV[2] attempts that may fail at once   ARGV[3] first delay (ms), doubled with each further failure
-- ARGV[4] longest delay (ms)   ARGV[5] how long after the last attempt they are forgotten (ms)
-- Returns 1 when the attempt may be made, 0 when it is too early; those that are too early are not counted.
-- It counts as failed until succeedAttempt.lua says otherwise: of many at once no more get through.
local now = tonumber(ARGV[1])
if now < tonumber(redis.call('HGET', KEYS[1], 'until') or '0') then
  return 0
end
local failed = redis.call('HINCRBY', KEYS[1], 'failed', 1)
local over = failed - tonumber(ARGV[2])
if over > 0 then
  -- Past 2^40 every delay is the longest one.
  local delay = math.min(tonumber(ARGV[4]), tonumber(ARGV[3]) * 2 ^ math.min(over - 1, 40))
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + delay))
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
