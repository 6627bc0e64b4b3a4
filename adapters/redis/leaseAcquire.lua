-- Takes the lease of one close and issues its fencing token.
-- KEYS[1] lease: exists while somebody closes; ends by itself
-- KEYS[2] holder: "<token> <runId>" of the latest lease, kept after it ended
-- ARGV[1] highest token that the ledger has published   ARGV[2] runId   ARGV[3] lease time, ms
-- Returns the token, or -1 while another run holds the lease.
-- Tokens only grow: above the latest holder's and above every published one, whichever of the two was lost.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return -1
end
local token = tonumber(ARGV[1])
local holder = redis.call('GET', KEYS[2])
if holder then
  token = math.max(token, tonumber(string.match(holder, '^%d+')))
end
token = token + 1
local mark = string.format('%.0f %s', token, ARGV[2])
redis.call('SET', KEYS[2], mark)
redis.call('SET', KEYS[1], mark, 'PX', ARGV[3])
return token
