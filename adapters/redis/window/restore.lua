-- Brings back lines of open orders that a window has lost, from the ledger.
--
-- KEYS  1 open  2 outbox (see apply.lua)
-- ARGV  per order: orderKey, lines ("\n" between)
-- Returns how many orders had not all of their lines.
-- Invariant: lines are only added; an order that changed is told to the outbox with all that is now known of it.
local open, outbox = KEYS[1], KEYS[2]
local records, set_args = {}, {}
for i = 1, #ARGV, 2 do
  local key = ARGV[i]
  local state = redis.call('HGET', open, key)
  local seen, lines = {}, {}
  local function add(text)
    for line in string.gmatch(text, '[^\n]+') do
      if not seen[line] then
        seen[line] = true
        lines[#lines + 1] = line
      end
    end
  end
  if state then add(state) end
  add(ARGV[i + 1])
  local text = table.concat(lines, '\n')
  if text ~= state then
    set_args[#set_args + 1] = key
    set_args[#set_args + 1] = text
    records[#records + 1] = 'S' .. key .. '\n' .. text
  end
end
if #set_args > 0 then
  redis.call('HSET', open, unpack(set_args))
  redis.call('XADD', outbox, '*', 'r', table.concat(records, '\30'))
end
return #records
