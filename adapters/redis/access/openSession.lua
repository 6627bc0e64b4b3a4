-- Begins a session of a user, and forgets those that have ended.
-- KEYS[1] hash of the user's sessions: <id> what is known of it, n:<id> number of the refresh token that is good now,
--   e:<id> when it ends (ms)
-- ARGV[1] id   ARGV[2] what is known   ARGV[3] now (ms)   ARGV[4] when it ends (ms)   ARGV[5] most sessions of one user
-- Returns how many the user has. The hash lives as long as the session that ends last.
local fields = redis.call('HGETALL', KEYS[1])
local living = {}
local last = tonumber(ARGV[4])
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 2) == 'e:' then
    local ends = tonumber(fields[i + 1])
    table.insert(living, { id = string.sub(fields[i], 3), ends = ends })
    last = math.max(last, ends)
  end
end
table.sort(living, function(a, b) return a.ends < b.ends end)
local count = #living
for _, session in ipairs(living) do
  if session.ends <= tonumber(ARGV[3]) or count >= tonumber(ARGV[5]) then
    redis.call('HDEL', KEYS[1], session.id, 'n:' .. session.id, 'e:' .. session.id)
    count = count - 1
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], 'n:' .. ARGV[1], 0, 'e:' .. ARGV[1], ARGV[4])
redis.call('PEXPIRE', KEYS[1], math.max(1, last - tonumber(ARGV[3])))
return count + 1
