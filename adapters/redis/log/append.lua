-- Appends packed entries (see entryFormat.ts) to the streams of one or more partitions. One command, so that the server
-- syncs its file once for all of them (through a pipeline it does once per 16 KB that it reads), and so that a chunk is
-- in the log whole or not at all.
-- KEYS: of each partition its stream and the key of its last position.
-- ARGV: of each partition how many entries follow, then of each entry how many events it holds and its bytes.
-- XADD fails for want of memory, which is found before anything is written, or on a stream that something else wrote to;
-- the error names the stream.
local at = 1
for key = 1, #KEYS, 2 do
  local last = tonumber(redis.call('GET', KEYS[key + 1]) or '0')
  local entries = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, entries do
    last = last + tonumber(ARGV[at])
    local id = string.format('0-%.0f', last)
    local reply = redis.pcall('XADD', KEYS[key], id, 'v', ARGV[at + 1])
    if type(reply) == 'table' then
      return redis.error_reply(reply.err .. ' (' .. KEYS[key] .. ', ' .. id .. ')')
    end
    at = at + 2
  end
  redis.call('SET', KEYS[key + 1], string.format('%.0f', last))
end
return #KEYS / 2
