-- Replaces what is known of a session, if it has not ended meanwhile.
-- KEYS[1] hash of the user's sessions (openSession.lua)   ARGV[1] id   ARGV[2] what is known
-- Returns 1, or 0 when the session has ended.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
