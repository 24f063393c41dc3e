-- §3.2, §2.4 variables that always hold the table they were declared with, here and in functions inside, whatever becomes
-- of that table

local t, log = {}, {}
local function set(k, v) t[k] = v end
local function get(k) return t[k] end
local function fields() return t.x, t.y, #t end
local function sums(n)
  local plus, product = 0, 1.5
  for i = 1, n do
    plus = plus + t[i]
    product = product + t[i] * t.x + t.y * 2
  end
  return plus, product
end
local function words(n)
  local w = 0
  for i = 1, n do w = (w ~ t[i & 0xff] << 1) & 0xffffffff end
  return w
end

for round = 1, 400 do
  t.x, t.y = round, nil
  for i = 1, 4 do set(i, i * round) end
  assert(get(2) == 2 * round and get(5) == nil and get("z") == nil and get(-1) == nil and get(0.5) == nil)
  local x, y, n = fields()
  assert(x == round and y == nil and n == 4)
  t.y = 0.25
  local plus, product = sums(4)
  assert(plus == 10 * round and product == 1.5 + 10 * round * round + 2)
  assert(words(4) == (round << 1 ~ round * 2 << 1 ~ round * 3 << 1 ~ round * 4 << 1) & 0xffffffff)
  for i = 4, 1, -1 do set(i, nil) end
  assert(#t == 0 and get(1) == nil)
end

setmetatable(t, {
  __index = function(_, k) log[#log + 1] = k; return k == "x" and 3 or 2 end,
  __newindex = function(_, k, v) log[#log + 1] = k; rawset(log, "last", v) end,
  __len = function() return 17 end,
})
t.x, t.y = nil, nil
assert(t.x == 3 and t.y == 2 and #t == 17 and t[1] == 2)
local x, y, n = fields()
assert(x == 3 and y == 2 and n == 17)
local plus, product = sums(2)
assert(plus == 4 and product == 1.5 + 2 * (6 + 4) and words(3) == 4)
set(1, "one")
t.z = "zet"
assert(rawget(t, 1) == nil and rawget(t, "z") == nil and log.last == "zet" and #log > 10)

-- a weak table keeps its content elsewhere
setmetatable(t, { __mode = "k" })
set(1, "strong")
t.x = "field"
assert(get(1) == "strong" and t[1] == "strong" and t.x == "field" and #t == 1)
setmetatable(t, nil)
assert(get(1) == "strong" and t.x == "field" and next(t) ~= nil)
t.x = nil
t[1] = nil
assert(next(t) == nil)

-- many keys, and a yield in the middle
for i = 1, 100 do set("key" .. i, i) end
assert(t.key7 == 7 and get("key100") == 100)
t.key7 = nil
assert(get("key7") == nil and t.key7 == nil)
local co = coroutine.wrap(function()
  local own = {}
  own.a = coroutine.yield(1)
  setmetatable(own, { __index = function(_, k) return coroutine.yield(k) end })
  local total = 0
  for i = 1, 2 do total = total + own[i] end
  return total + own.b + own.a, #own
end)
assert(co() == 1 and co(10) == 1 and co(100) == 2 and co(1000) == "b")
local total, count = co(10000)
assert(total == 11110 and count == 0)

-- tables are no numbers, and their errors have names
local ok, message = pcall(function() return t + 1 end)
assert(not ok and message:find("attempt to perform arithmetic on a table value (upvalue 't')", 1, true), message)
ok, message = pcall(function() return t() end)
assert(not ok and message:find("attempt to call a table value (upvalue 't')", 1, true), message)
ok, message = pcall(function() return t.a.b end)
assert(not ok and message:find("attempt to index a nil value (field 'a')", 1, true), message)
