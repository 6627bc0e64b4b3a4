-- Tells what a slot holds in this moment, and leaves a mark there. What Redis loses, it loses from the end: while the mark
-- is there, so is everything that was written before it.
--
-- KEYS  1 positions  2 due  3 outbox  4 mark
-- ARGV  1 until (second)  2 how long the mark lives (ms)
-- Returns {deadlines that are due, id of the newest entry of the outbox ("" when none waits), partition, position, ...}.
local newest = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
local reply = { redis.call('ZCOUNT', KEYS[2], '-inf', ARGV[1]), newest and newest[1] or '' }
for _, text in ipairs(redis.call('HGETALL', KEYS[1])) do reply[#reply + 1] = text end
redis.call('SET', KEYS[4], '', 'PX', ARGV[2])
return reply
