-- What tells the bounds of one partition, without the events: its last position (false: none yet), and when entries are
-- kept, the id and the header of the first and the id of the last.
-- KEYS: its stream, the key of its last position. ARGV: bytes of a header.
local last = redis.call('GET', KEYS[2])
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if not first then return { last } end
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
return { last, first[1], string.sub(first[2][2], 1, ARGV[1]), newest[1] }
