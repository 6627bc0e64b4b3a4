-- Appends every value to one stream. One command, so that the server syncs its file once for all of them (through a
-- pipeline of XADDs it does once per 16 KB that it reads), and so that a chunk is in the log whole or not at all.
for i = 1, #ARGV do
  redis.call('XADD', KEYS[1], '0-*', 'v', ARGV[i])
end
return #ARGV
