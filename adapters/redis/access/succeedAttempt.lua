-- Takes back an attempt of an address whose password was right.
-- KEYS[1] hash { failed, until } (takeAttempt.lua)
-- Returns nothing. Only the one attempt is taken back: whoever has an account cannot wash their guesses with it.
if tonumber(redis.call('HGET', KEYS[1], 'failed') or '0') > 0 then
  redis.call('HINCRBY', KEYS[1], 'failed', -1)
  redis.call('HDEL', KEYS[1], 'until')
end
