-- Lets go of a slot's outbox up to an entry that the ledger has.
--
-- KEYS  1 outbox (see apply.lua)
-- ARGV  1 id of the entry  2 SHA-1 of its record
-- Returns 1, or 0 when that entry is not there: it was let go of before, or Redis has come back older. Then other changes may
-- by now have ids below it that the ledger does not have, since ids follow the clock of whichever server is the master.
local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not entry or redis.sha1hex(entry[2][2]) ~= ARGV[2] then return 0 end
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
redis.call('XDEL', KEYS[1], ARGV[1])
return 1
