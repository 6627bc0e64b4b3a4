-- Prolongs or ends a lease, if it is still the caller's.
-- KEYS[1] lease   ARGV[1] "<token> <runId>"   ARGV[2] lease time, ms; 0 ends it
-- Returns 1 when it was the caller's, else 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
