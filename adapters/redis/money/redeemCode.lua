-- Uses up a verification code, or counts a wrong try.
-- KEYS[1] code: hash of { digest, tries }, ends by itself   ARGV[1] digest of what was entered   ARGV[2] tries allowed
-- Returns 1 when it was right (and is gone now), 0 when there is none, or -1 - n where n tries are left after a wrong one.
-- Of two calls at once with the right code one gets it.
local digest = redis.call('HGET', KEYS[1], 'digest')
if not digest then
  return 0
end
if digest == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return 1
end
local left = tonumber(ARGV[2]) - redis.call('HINCRBY', KEYS[1], 'tries', 1)
if left <= 0 then
  redis.call('DEL', KEYS[1])
  left = 0
end
return -1 - left
