-- Applies one slot's events of one read range and records the range's end: all of it or nothing.
--
-- KEYS  1 open      hash: orderKey -> lines of the order (fact lines and marks), "\n" between
--       2 positions hash: partition -> first position not yet applied
--       3 outbox    stream: field r = records, "\30" between
--       4 due       sorted set of the seconds that have a due list
--       5 days      set of the days (since 1970) that have matched sets
--       6 base      prefix "dz:{slot}:" of the slot's further keys:
--                   k:<day>:<group> matched key hashes, f:<day>:<group> their facts' hashes, d:<second> due lists
--                   of orderKey (its payment) and orderKey "\t" part (a refund)
-- ARGV  1 partition  2 from  3 end  4 start  5 outbox limit  6 groups  7 number of restored orders  8 lines per order
--       then per restored order: orderKey, lines;  last the events as one MessagePack array, four strings each:
--       orderKey, line, hash of its key (for a refund also " " and the hash of its payment's key), due ("" when late)
-- Returns {"OK"} | {"GAP", position} | {"FULL"} | {"HIT", index, ...} | {"MANY", index} (0-based); only OK wrote.
-- Invariants: an event applied twice or in another order leaves the same lines; only counts and equality of strings are
-- judged here, never money; a payment is let go of when matched, a refund only after its payment was.
-- Nearly every order is plain: one or two lines of its payment, and nothing else. Plain orders take a short way (2) that
-- makes no tables for them; all others are worked on line by line (3).
local open, positions, outbox, due, days, base = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local partition, from, range_end = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local stored = tonumber(redis.call('HGET', positions, partition) or ARGV[4])
if stored < from then return { 'GAP', tostring(stored) } end
if redis.call('XLEN', outbox) >= tonumber(ARGV[5]) then return { 'FULL' } end
local groups, max_lines = tonumber(ARGV[6]), tonumber(ARGV[8])
local match, find = string.match, string.find

-- Part and fact hash of a line.
local HEAD = '^([^\t]*)\t(%d+)'

local function record_position()
  if range_end > stored then redis.call('HSET', positions, partition, ARGV[3]) end
end

local WIDTH = 4
local at = 9
local restored = {}
for _ = 1, tonumber(ARGV[7]) do
  restored[ARGV[at]] = ARGV[at + 1]
  at = at + 2
end
local events = cmsgpack.unpack(ARGV[at])
local last = #events
if last == 0 then
  record_position()
  return { 'OK' }
end

-- 1. The orders touched, what is open of them, and which of their keys stand in the matched sets.
local keys, number_of, plain = {}, {}, {}
local event_a, event_b = {}, {}
for i = 1, last, WIDTH do
  local key = events[i]
  local n = number_of[key]
  local is_plain = find(events[i + 1], 'P\t', 1, true) == 1 and events[i + 3] ~= ''
  if not n then
    n = #keys + 1
    number_of[key], keys[n], event_a[n] = n, key, i
    plain[n] = is_plain and not restored[key]
  elseif event_b[n] or not is_plain then
    plain[n] = false
  else
    event_b[n] = i
  end
end

local states = redis.call('HMGET', open, unpack(keys))
local day_list = redis.call('SMEMBERS', days)
local asked, questions = {}, {}
local function ask(hash)
  if hash == '' or asked[hash] ~= nil then return end
  asked[hash] = false
  local group = hash % groups
  local members = questions[group]
  if not members then
    members = {}
    questions[group] = members
  end
  members[#members + 1] = hash
end

-- Lines of one order by part, for those that are not plain.
local orders = {}
local function add_line(order, line)
  if order.seen[line] then return false end
  order.seen[line] = true
  order.lines[#order.lines + 1] = line
  local part, mark = match(line, '^([^\t]*)\t(.)')
  if mark ~= '!' and mark ~= '*' then order.parts[part] = (order.parts[part] or 0) + 1 end
  return true
end

local function order_of(n)
  local key = keys[n]
  local order = orders[key]
  if order then return order end
  order = { lines = {}, seen = {}, parts = {}, changed = false }
  orders[key] = order
  plain[n] = false
  if states[n] then
    order.existed = true
    for line in string.gmatch(states[n], '[^\n]+') do add_line(order, line) end
  end
  if restored[key] then
    order.restored = true
    for line in string.gmatch(restored[key], '[^\n]+') do
      if add_line(order, line) then order.changed = true end
    end
  end
  return order
end

for n = 1, #keys do
  local state = states[n]
  if plain[n] and not state then
    ask(events[event_a[n] + 2])
  elseif not plain[n] or find(state, '\n', 1, true) then
    order_of(n)
  end
end
if #day_list > 0 then
  for i = 1, last, WIDTH do
    local order = orders[events[i]]
    if order and not order.restored then
      local key_hash, pay_hash = match(events[i + 2], '^(%d+) ?(%d*)$')
      if not order.parts[match(events[i + 1], HEAD)] then ask(key_hash) end
      if not order.parts['P'] then ask(pay_hash) end
    end
  end
  for group, members in pairs(questions) do
    for _, day in ipairs(day_list) do
      local found = redis.call('SMISMEMBER', base .. 'k:' .. day .. ':' .. group, unpack(members))
      for n, hit in ipairs(found) do
        if hit == 1 then asked[members[n]] = day end
      end
    end
  end
end

-- 2. Plain orders: one line opens, a second one that fits closes, whatever else is not plain after all.
local set_args, del_args, due_lists, records = {}, {}, {}, {}
local matched_keys, matched_facts = {}, {}

local function put(lists, at_list, member)
  local list = lists[at_list]
  if not list then
    list = {}
    lists[at_list] = list
  end
  list[#list + 1] = member
end

local FACT = '^[^\t]*\t(%d+)\t(.)(%d+)\t%d+\t(%d+)'

-- Lets go of two lines of a key when they are one a side with equal amount strings. Returns whether they were.
local function let_go(key, key_hash, a, b)
  local hash_a, side_a, fen_a, day_a = match(a, FACT)
  local hash_b, side_b, fen_b, day_b = match(b, FACT)
  if side_a == side_b or fen_a ~= fen_b then return false end
  local day = side_a == 'P' and day_a or day_b
  records[#records + 1] = 'M' .. key .. '\n' .. a .. '\n' .. b
  put(matched_keys, day * groups + key_hash % groups, key_hash)
  put(matched_facts, day * groups + hash_a % groups, hash_a)
  put(matched_facts, day * groups + hash_b % groups, hash_b)
  return true
end

local general = false
for n = 1, #keys do
  if plain[n] then
    local a, b = event_a[n], event_b[n]
    local key, line, state = keys[n], events[a + 1], states[n]
    local other = b and events[b + 1]
    if other == line then other = nil end
    if state then
      if line == state then
        line, other = other, nil
      elseif other == state then
        other = nil
      end
    end
    -- Now `line` and `other` are the lines that are new and not equal.
    if not state and asked[events[a + 2]] then
      order_of(n)
    elseif not state and not other then
      set_args[#set_args + 1] = key
      set_args[#set_args + 1] = line
      put(due_lists, events[a + 3], key)
    elseif not state then
      if not let_go(key, events[a + 2], line, other) then order_of(n) end
    elseif line then
      if other or find(state, 'P\t', 1, true) ~= 1 or not let_go(key, events[a + 2], state, line) then
        order_of(n)
      else
        del_args[#del_args + 1] = key
      end
    end
  end
  general = general or not plain[n]
end

-- 3. All other orders. Nothing is written before all their facts are known to fit.
if general then
  local hits, repeats = {}, {}
  for i = 1, last, WIDTH do
    local order = orders[events[i]]
    if order and not order.restored then
      local part, fact = match(events[i + 1], HEAD)
      local day = not order.parts[part] and asked[match(events[i + 2], '^%d+')]
      if day then
        if events[i + 3] == '' or redis.call('SISMEMBER', base .. 'f:' .. day .. ':' .. (fact % groups), fact) == 1 then
          repeats[i] = true
        else
          hits[#hits + 1] = (i - 1) / WIDTH
        end
      end
    end
  end
  if #hits > 0 then
    table.insert(hits, 1, 'HIT')
    return hits
  end

  for i = 1, last, WIDTH do
    local order = orders[events[i]]
    if order and not repeats[i] then
      local part, due_second = match(events[i + 1], HEAD), events[i + 3]
      local is_new = not order.parts[part]
      if (due_second ~= '' or not is_new) and add_line(order, events[i + 1]) then
        if #order.lines > max_lines then return { 'MANY', tostring((i - 1) / WIDTH) } end
        local key_hash, pay_hash = match(events[i + 2], '^(%d+) ?(%d*)$')
        order.changed = true
        order.touched = order.touched or {}
        order.touched[part] = order.touched[part] or { hash = key_hash }
        if is_new and due_second ~= '' then order.touched[part].due = due_second end
        if asked[pay_hash] then add_line(order, 'P\t*') end
      end
    end
  end

  -- The two lines of a part that has no more than two.
  local function lines_of(order, part)
    if order.parts[part] ~= 2 then return nil end
    local a
    for _, line in ipairs(order.lines) do
      local p, mark = match(line, '^([^\t]*)\t(.)')
      if p == part and mark ~= '!' and mark ~= '*' then
        if a then return a, line end
        a = line
      end
    end
  end

  local function remove_part(order, part)
    local kept = {}
    local prefix = part .. '\t'
    for _, line in ipairs(order.lines) do
      if string.sub(line, 1, #prefix) ~= prefix then kept[#kept + 1] = line else order.seen[line] = nil end
    end
    order.lines = kept
    order.parts[part] = nil
  end

  local function release(key, order, part, touched)
    local a, b = lines_of(order, part)
    if not b or (part ~= 'P' and not order.seen['P\t*']) or not let_go(key, touched.hash, a, b) then return end
    remove_part(order, part)
    touched.due = nil
    if part == 'P' and #order.lines > 0 then add_line(order, 'P\t*') end
  end

  for n = 1, #keys do
    local key = keys[n]
    local order = orders[key]
    if order and order.changed then
      local touched = order.touched or {}
      if touched['P'] then release(key, order, 'P', touched['P']) end
      for part, mark in pairs(touched) do
        if part ~= 'P' then release(key, order, part, mark) end
      end
      local facts, judged = 0, false
      for _, count in pairs(order.parts) do
        facts = facts + count
        if count > 1 then judged = true end
      end
      if facts == 0 then
        if order.existed then del_args[#del_args + 1] = key end
      else
        local text = table.concat(order.lines, '\n')
        set_args[#set_args + 1] = key
        set_args[#set_args + 1] = text
        if judged or find(text, '\t!', 1, true) then records[#records + 1] = 'S' .. key .. '\n' .. text end
        for part, mark in pairs(touched) do
          if mark.due then put(due_lists, mark.due, part == 'P' and key or key .. '\t' .. part) end
        end
      end
    end
  end
end

-- 4. Writes. The caller bounds a call to 1,000 events, well below what unpack can take.
local function add_matched(kind, lists)
  for at_list, members in pairs(lists) do
    local day = math.floor(at_list / groups)
    local name = base .. kind .. ':' .. day .. ':' .. at_list % groups
    if redis.call('SADD', name, unpack(members)) == redis.call('SCARD', name) then redis.call('SADD', days, day) end
  end
end

if #set_args > 0 then redis.call('HSET', open, unpack(set_args)) end
if #del_args > 0 then redis.call('HDEL', open, unpack(del_args)) end
add_matched('k', matched_keys)
add_matched('f', matched_facts)
for second, list in pairs(due_lists) do
  if redis.call('RPUSH', base .. 'd:' .. second, unpack(list)) == #list then redis.call('ZADD', due, second, second) end
end
if #records > 0 then redis.call('XADD', outbox, '*', 'r', table.concat(records, '\30')) end
record_position()
return { 'OK' }
