-- §6.2 next, pairs, ipairs, rawequal, rawget, rawset, rawlen, setmetatable
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and m:find(expected, 1, true), m)
end
assert(next({}) == nil and next({ 5 }) == 1 and select(2, next({ 5 })) == 5 and next({ 5 }, 1) == nil)
local t = { 1, 2, 3, x = 1, y = 2, [1.5] = 3, [true] = 4 }
local n, k = 0, nil
repeat k = next(t, k); if k ~= nil then n = n + 1 end until k == nil
assert(n == 7)
fails("invalid key to 'next'", next, {}, "missing")
fails("bad argument #1 to 'next' (table expected, got nil)", next, nil)
local f, s, c = pairs(t)
assert(f == next and s == t and c == nil)
-- ipairs stops at the first nil and respects __index
local seen = {}
for i, v in ipairs({ 1, 2, nil, 4 }) do seen[i] = v end
assert(#seen == 2)
local proxy = setmetatable({}, { __index = function(_, i) if i < 5 then return i * i end end })
local sum = 0
for i, v in ipairs(proxy) do sum = sum + v end
assert(sum == 30)
assert(select("#", ipairs({})) == 3 and select(3, ipairs({})) == 0)
-- growing and shrinking while iterating with ipairs
local g = { 1, 2, 3 }
local count = 0
for i in ipairs(g) do count = count + 1; if i == 2 then g[3] = nil end end
assert(count == 2)

-- removing while traversing
local big = {}
for i = 1, 300 do big[i] = i; big["s" .. i] = i; big[i + 0.5] = i end
local removed = 0
for key in pairs(big) do big[key] = nil; removed = removed + 1 end
assert(removed == 900 and next(big) == nil)
-- collected garbage and refilled tables
for round = 1, 3 do
  for i = 1, 50 do big[i .. "k"] = round end
  local c2 = 0
  for key, v in pairs(big) do c2 = c2 + v; big[key] = nil end
  assert(c2 == 50 * round)
end

-- raw access
local m = setmetatable({}, { __index = function() return "i" end, __newindex = function() error("no") end,
  __len = function() return 99 end, __eq = function() return true end })
assert(rawget(m, "x") == nil and rawset(m, "x", 1) == m and rawget(m, "x") == 1 and rawlen(m) == 0 and rawlen("abc") == 3)
assert(not rawequal(m, {}) and m == setmetatable({}, getmetatable(m)) and rawequal(1, 1.0) and not rawequal("1", 1))
fails("table or string expected", rawlen, 5)
fails("bad argument #1 to 'rawget' (table expected, got string)", rawget, "x", 1)
fails("index is nil", rawset, {}, nil, 1)
fails("bad argument #2 to 'setmetatable' (nil or table expected, got no value)", setmetatable, {})
fails("bad argument #2 to 'setmetatable' (nil or table expected, got number)", setmetatable, {}, 1)
assert(getmetatable(setmetatable(setmetatable({}, {}), nil)) == nil)

-- what is no table is next's problem
assert(select("#", pairs({})) == 4 and pairs(nil) == next)
local ok, m = pcall(function() for _ in pairs(nil) do end end)
assert(m:find("bad argument #1 to 'for iterator' (table expected, got nil)", 1, true), m)
ok, m = pcall(pairs)
assert(m == "bad argument #1 to 'pairs' (value expected)", m)
ok, m = pcall(rawlen, 5)
assert(m == "bad argument #1 to 'rawlen' (table or string expected, got number)", m)

-- fields may be cleared on the way, whatever happens in between
local function clearing(t, between)
  local n = 0
  local k = next(t)
  while k ~= nil do
    t[k] = nil
    n = n + 1
    between()
    k = next(t, k)
  end
  assert(next(t) == nil)
  return n
end
local function others()
  for _ = 1, 20 do next({ x = 1, y = 2 }) end
end
for _, between in ipairs { others, collectgarbage } do
  assert(clearing({ a = 1, b = 2, c = 3 }, between) == 3)
  assert(clearing({ [0] = "zero", "one", "two", x = 1, [true] = 2, [-1] = 3, [1.5] = 4 }, between) == 7)
  assert(clearing({ [2 ^ 70] = 1, [math.maxinteger] = 2, [print] = 3, [{}] = 4, [""] = 5 }, between) == 5)
  local names = {}
  for i = 1, 60 do names["name " .. i] = i end
  assert(clearing(names, between) == 60)
end
-- but 0 is no key of a table that never had it
ok, m = pcall(next, { 0, 3 }, 0)
assert(not ok and m == "invalid key to 'next'", m)

-- what a loop over the iterator of ipairs begins with may be anything that stands for an integer
do
  local t = setmetatable({ 10, 20, 30 }, { __index = function(_, i) if i > 4 or i < 0 then return "x" end end })
  local next_of = ipairs(t)
  local source = [[
    local f, t, c, n = ...
    local seen = {}
    for i, v in f, t, c do
      assert(math.type(i) == "integer")
      seen[#seen + 1] = i .. " " .. v
      n = n - 1
      if n == 0 then break end
    end
    return table.concat(seen, ", ")]]
  local walk = load(source)
  for _ = 1, 20 do
    assert(walk(next_of, t, 1, 9) == "2 20, 3 30")
    assert(walk(next_of, t, 1.0, 9) == "2 20, 3 30")
    assert(walk(next_of, t, "1", 9) == "2 20, 3 30")
    assert(walk(next_of, t, " 0x1p0 ", 9) == "2 20, 3 30")
    assert(walk(next_of, t, -3, 9) == "-2 x, -1 x")
    assert(walk(next_of, t, 2147483646, 2) == "2147483647 x, 2147483648 x")
    assert(walk(next_of, t, 9007199254740990, 3) == "9007199254740991 x, 9007199254740992 x, 9007199254740993 x")
    assert(walk(next_of, t, 9007199254740991, 2) == "9007199254740992 x, 9007199254740993 x")
    assert(walk(next_of, t, math.maxinteger, 1) == "-9223372036854775808 x")
    for wrong, message in pairs {
      [0.5] = "number has no integer representation",
      ["0.5"] = "number has no integer representation",
      ["1e300"] = "number has no integer representation",
      [math.huge] = "number has no integer representation",
      x = "number expected, got string",
      [true] = "number expected, got boolean",
    } do
      message = "bad argument #2 to 'for iterator' (" .. message .. ")"
      local ok, m = pcall(walk, next_of, t, wrong, 9)
      assert(not ok and m:find(message, 1, true), m)
    end
  end
  local i, v = next_of(t, "1")
  assert(i == 2 and v == 20)
  assert(math.type((next_of(t, 9007199254740991))) == "integer")
  fails("number has no integer representation", next_of, t, 0.5)
end
