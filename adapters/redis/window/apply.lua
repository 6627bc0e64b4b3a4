-- Applies one slot's events of one read range and records the range's end: all of it or nothing.
--
-- KEYS  1 open      hash: orderKey -> lines of the order (fact lines and marks), "\n" between
--       2 positions hash: partition -> first position not yet applied
--       3 outbox    stream: field r = records, "\30" between
--       4 due       sorted set of the seconds that have a due list
--       5 days      set of the days (since 1970) that have matched sets
--       6 base      prefix "dz:{slot}:" of the slot's further keys:
--                   k:<day>:<group> matched key hashes, f:<day>:<group> their facts' hashes, d:<second> due lists
-- ARGV  1 partition  2 from  3 end  4 start  5 outbox limit  6 groups  7 number of restored orders  8 lines per order
--       then per restored order: orderKey, lines;  then per event: orderKey, part, line, keyHash, factHash, payHash,
--       due ("" when late)
-- Returns {"OK"} | {"GAP", position} | {"FULL"} | {"HIT", index, ...} | {"MANY", index} (0-based); only OK wrote.
-- Invariants: an event applied twice or in another order leaves the same lines; only counts and equality of strings are
-- judged here, never money; a payment is let go of when matched, a refund only after its payment was.
local open, positions, outbox, due, days, base = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local partition, from, range_end = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local stored = tonumber(redis.call('HGET', positions, partition) or ARGV[4])
if stored < from then return { 'GAP', tostring(stored) } end
if redis.call('XLEN', outbox) >= tonumber(ARGV[5]) then return { 'FULL' } end
local groups, max_lines = tonumber(ARGV[6]), tonumber(ARGV[8])

local function record_position()
  if range_end > stored then redis.call('HSET', positions, partition, ARGV[3]) end
end

local WIDTH = 7
local at = 9
local restored = {}
for _ = 1, tonumber(ARGV[7]) do
  restored[ARGV[at]] = ARGV[at + 1]
  at = at + 2
end
local first, last = at, #ARGV
if first > last then
  record_position()
  return { 'OK' }
end

-- 1. The orders touched, with what is known of them.
local order_keys, orders = {}, {}
for i = first, last, WIDTH do
  local key = ARGV[i]
  if not orders[key] then
    orders[key] = { lines = {}, seen = {}, parts = {}, changed = false }
    order_keys[#order_keys + 1] = key
  end
end

local function add_line(order, line)
  if order.seen[line] then return false end
  order.seen[line] = true
  order.lines[#order.lines + 1] = line
  local part, mark = string.match(line, '^([^\t]*)\t(.)')
  if mark ~= '!' and mark ~= '*' then order.parts[part] = (order.parts[part] or 0) + 1 end
  return true
end

local states = redis.call('HMGET', open, unpack(order_keys))
for i, key in ipairs(order_keys) do
  local order = orders[key]
  if states[i] then
    order.existed = true
    for line in string.gmatch(states[i], '[^\n]+') do add_line(order, line) end
  end
  if restored[key] then
    order.restored = true
    for line in string.gmatch(restored[key], '[^\n]+') do
      if add_line(order, line) then order.changed = true end
    end
  end
end

-- 2. What the window has let go of: keys without a line here may stand in the matched sets.
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
if #day_list > 0 then
  for i = first, last, WIDTH do
    local order, part = orders[ARGV[i]], ARGV[i + 1]
    if not order.restored then
      if not order.parts[part] then ask(ARGV[i + 3]) end
      if part ~= 'P' and not order.parts['P'] then ask(ARGV[i + 5]) end
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

local hits, repeats = {}, {}
for i = first, last, WIDTH do
  local order = orders[ARGV[i]]
  local day = not order.restored and not order.parts[ARGV[i + 1]] and asked[ARGV[i + 3]]
  if day then
    local fact = ARGV[i + 4]
    if ARGV[i + 6] == '' or redis.call('SISMEMBER', base .. 'f:' .. day .. ':' .. (fact % groups), fact) == 1 then
      repeats[i] = true
    else
      hits[#hits + 1] = (i - first) / WIDTH
    end
  end
end
if #hits > 0 then
  table.insert(hits, 1, 'HIT')
  return hits
end

-- 3. The facts. Nothing is written before all of them are known to fit.
for i = first, last, WIDTH do
  if not repeats[i] then
    local key, part, due_second = ARGV[i], ARGV[i + 1], ARGV[i + 6]
    local order = orders[key]
    local is_new = not order.parts[part]
    if due_second ~= '' or not is_new then
      if add_line(order, ARGV[i + 2]) then
        if #order.lines > max_lines then return { 'MANY', tostring((i - first) / WIDTH) } end
        order.changed = true
        order.touched = order.touched or {}
        order.touched[part] = order.touched[part] or { hash = ARGV[i + 3] }
        if is_new and due_second ~= '' then order.touched[part].due = due_second end
        if part ~= 'P' and asked[ARGV[i + 5]] then add_line(order, 'P\t*') end
      end
    end
  end
end

-- 4. What is matched, what stays open.
local set_args, del_args, due_lists, matched, records = {}, {}, {}, {}, {}

local function let_go(day, kind, hash)
  local name = base .. kind .. ':' .. day .. ':' .. (hash % groups)
  local members = matched[name]
  if not members then
    members = {}
    matched[name] = members
  end
  members[#members + 1] = hash
end

-- The two lines of a part that is matched by the shortcut: one a side, equal amount strings.
local function pair_of(order, part)
  if order.parts[part] ~= 2 then return nil end
  local a, b
  for _, line in ipairs(order.lines) do
    local p, mark = string.match(line, '^([^\t]*)\t(.)')
    if p == part and mark ~= '!' and mark ~= '*' then
      if a then b = line else a = line end
    end
  end
  local hash_a, side_a, fen_a, day_a = string.match(a, '^[^\t]*\t(%d+)\t(.)(%d+)\t%d+\t(%d+)')
  local hash_b, side_b, fen_b, day_b = string.match(b, '^[^\t]*\t(%d+)\t(.)(%d+)\t%d+\t(%d+)')
  if side_a == side_b or fen_a ~= fen_b then return nil end
  return { a, b, hash_a, hash_b, side_a == 'P' and day_a or day_b }
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
  local pair = pair_of(order, part)
  if not pair or (part ~= 'P' and not order.seen['P\t*']) then return end
  records[#records + 1] = 'M' .. key .. '\n' .. pair[1] .. '\n' .. pair[2]
  let_go(pair[5], 'k', touched.hash)
  let_go(pair[5], 'f', pair[3])
  let_go(pair[5], 'f', pair[4])
  remove_part(order, part)
  touched.due = nil
  if part == 'P' and #order.lines > 0 then add_line(order, 'P\t*') end
end

for _, key in ipairs(order_keys) do
  local order = orders[key]
  if order.changed then
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
      if judged or string.find(text, '\t!', 1, true) then records[#records + 1] = 'S' .. key .. '\n' .. text end
      for part, mark in pairs(touched) do
        if mark.due then
          local list = due_lists[mark.due]
          if not list then
            list = {}
            due_lists[mark.due] = list
          end
          list[#list + 1] = key .. '\t' .. part
        end
      end
    end
  end
end

-- 5. Writes. The caller bounds a call to 1,000 events, well below what unpack can take.
if #set_args > 0 then redis.call('HSET', open, unpack(set_args)) end
if #del_args > 0 then redis.call('HDEL', open, unpack(del_args)) end
for name, members in pairs(matched) do
  if redis.call('SADD', name, unpack(members)) == redis.call('SCARD', name) then
    redis.call('SADD', days, string.match(name, ':(%d+):%d+$'))
  end
end
for second, list in pairs(due_lists) do
  if redis.call('RPUSH', base .. 'd:' .. second, unpack(list)) == #list then redis.call('ZADD', due, second, second) end
end
if #records > 0 then redis.call('XADD', outbox, '*', 'r', table.concat(records, '\30')) end
record_position()
return { 'OK' }
