-- Marks the keys that are due and still one-sided, and tells the outbox.
--
-- KEYS  1 open  2 due  3 outbox  4 base  5 positions (see apply.lua)
-- ARGV  1 until (second)  2 most due keys to look at  3 outbox limit  then partition, position ...: where event time is from
-- Returns {marked, more}: how many keys were marked, and 1 when more are due.
-- Invariants: doing it twice marks nothing new; a due second leaves the index only with its whole list; nothing is marked in a
-- slot that lacks events which that event time counts on.
local open, due, outbox, base = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local budget = tonumber(ARGV[2])
local marked, records = 0, {}
for i = 4, #ARGV, 2 do
  local position = redis.call('HGET', KEYS[5], ARGV[i])
  if not position or tonumber(position) < tonumber(ARGV[i + 1]) then return { 0, 1 } end
end
if redis.call('XLEN', outbox) >= tonumber(ARGV[3]) then return { 0, 1 } end
local match, sub = string.match, string.sub

local function one_sided(lines, part)
  local side = nil
  for line in string.gmatch(lines, '[^\n]+') do
    local p, mark = match(line, '^([^\t]*)\t(.)')
    if p == part then
      if mark == '!' then return false end
      if mark ~= '*' then
        local s = match(line, '^[^\t]*\t%d+\t(.)')
        if side and side ~= s then return false end
        side = s
      end
    end
  end
  return side ~= nil
end

-- Most keys that are due have long been matched: their orders are asked for together. unpack takes no more than this.
local KEYS_A_QUESTION = 1000

local function look(items)
  local keys, parts, orders, order_of = {}, {}, {}, {}
  for i, item in ipairs(items) do
    local tab = string.find(item, '\t', 1, true)
    if tab then
      keys[i], parts[i] = sub(item, 1, tab - 1), sub(item, tab + 1)
    else
      keys[i], parts[i] = item, 'P'
    end
  end
  local states = redis.call('HMGET', open, unpack(keys))
  for i, key in ipairs(keys) do
    local lines = order_of[key] or states[i]
    if lines and one_sided(lines, parts[i]) then
      if not order_of[key] then orders[#orders + 1] = key end
      order_of[key] = lines .. '\n' .. parts[i] .. '\t!'
      marked = marked + 1
    end
  end
  for _, key in ipairs(orders) do
    redis.call('HSET', open, key, order_of[key])
    records[#records + 1] = 'S' .. key .. '\n' .. order_of[key]
  end
end

while budget > 0 do
  local second = redis.call('ZRANGEBYSCORE', due, '-inf', ARGV[1], 'LIMIT', 0, 1)[1]
  if not second then break end
  local list = base .. 'd:' .. second
  local items = redis.call('LRANGE', list, 0, math.min(budget, KEYS_A_QUESTION) - 1)
  if #items > 0 then look(items) end
  redis.call('LTRIM', list, #items, -1)
  if redis.call('EXISTS', list) == 0 then redis.call('ZREM', due, second) end
  budget = budget - math.max(#items, 1)
end
if #records > 0 then redis.call('XADD', outbox, '*', 'r', table.concat(records, '\30')) end
return { marked, redis.call('ZCOUNT', due, '-inf', ARGV[1]) > 0 and 1 or 0 }
