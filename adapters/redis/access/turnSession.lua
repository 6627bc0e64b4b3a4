-- Uses up a refresh token: of two calls with the same one the second ends the session.
-- KEYS[1] hash of the user's sessions (openSession.lua)   ARGV[1] id   ARGV[2] number of the token
-- Returns 1 when it was the one that is good now, 0 when the session has ended, -1 when it was used before (the session
-- is over then).
local good = redis.call('HGET', KEYS[1], 'n:' .. ARGV[1])
if not good then
  return 0
end
if good ~= ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1], 'n:' .. ARGV[1], 'e:' .. ARGV[1])
  return -1
end
redis.call('HINCRBY', KEYS[1], 'n:' .. ARGV[1], 1)
return 1
