-- §3.3.5 For Statement
local function numbers(a, b, c)
  local t = {}
  for i = a, b, c or 1 do t[#t + 1] = i; if #t > 20 then break end end
  return table.concat(t, " ")
end
assert(numbers(1, 3) == "1 2 3" and numbers(3, 1) == "" and numbers(3, 1, -1) == "3 2 1")
assert(numbers(1, 10, 4) == "1 5 9" and numbers(1, 0) == "" and numbers(1, 1) == "1")
assert(numbers(1, 3.9) == "1 2 3" and numbers(1, 2, 0.5) == "1.0 1.5 2.0" and numbers(1.0, 3) == "1.0 2.0 3.0")
assert(numbers(3, 1.1, -1) == "3 2" and numbers(-1, -3.5, -1) == "-1 -2 -3")
assert(numbers(1, math.huge):find("^1 2 3") and numbers(1, -math.huge) == "" and numbers(1, -math.huge, -1):find("^1 0 %-1"))
assert(numbers(1, 0 / 0) == "" and numbers(0 / 0, 1):find("^-?nan$"))

-- borders: no overflow, no endless loop
local max, min = math.maxinteger, math.mininteger
assert(numbers(max - 2, max) == ("%d %d %d"):format(max - 2, max - 1, max))
assert(numbers(min + 2, min, -1) == ("%d %d %d"):format(min + 2, min + 1, min))
assert(numbers(max, max) == tostring(max) and numbers(min, min, -1) == tostring(min))
assert(numbers(min, max, max) == ("%d %d %d"):format(min, -1, max - 1))
assert(numbers(max, min, min) == ("%d %d"):format(max, -1))
assert(numbers(1, 2, max) == "1" and numbers(-1, -2, min) == "-1")
assert(numbers(max - 1, 1e100) == ("%d %d"):format(max - 1, max))
assert(numbers(min + 1, -1e100, -1) == ("%d %d"):format(min + 1, min))
local count = 0
for _ = -3, 3 do count = count + 1 end
for i = 9007199254740990, 9007199254740994 do
  count = count + 1
  assert(math.type(i) == "integer" and i == 9007199254740982 + count)
end
assert(count == 12)
-- floats add the step each time
local f = {}
for x = 0, 1, 0.1 do f[#f + 1] = x end
assert(#f == 11 or #f == 10)
local y = 0.0
for i = 1, #f do assert(f[i] == y); y = y + 0.1 end

-- bounds are evaluated once, in order; the variable is read-only and fresh in each round
local log = {}
local function note(v) log[#log + 1] = v; return v end
for i = note(1), note(2), note(1) do end
assert(table.concat(log, " ") == "1 2 1")
assert(select(2, load("for i = 1, 2 do i = 3 end", "=s")):find("attempt to assign to const variable 'i'", 1, true))
assert(select(2, load("for k, v in pairs({}) do k = 3 end", "=s")):find("attempt to assign to const variable 'k'", 1, true))
assert(load("for k, v in pairs({}) do v = 3 end"))
local fs = {}
for i = 1, 3 do fs[i] = function() return i end end
assert(fs[1]() == 1 and fs[2]() == 2 and fs[3]() == 3)
for k, v in pairs({ a = 1, b = 2 }) do fs[k] = function(d) v = v + d; return k .. v end end
assert(fs.a(1) == "a2" and fs.a(1) == "a3" and fs.b(0) == "b2")

-- generic: iterator, state, control value, closing value
local closed = 0
local closer = setmetatable({}, { __close = function(_, e) closed = closed + 1; assert(e == nil or e == "boom") end })
local function iter(state, i) if i < state.n then return i + 1, i * 10 end end
local got = {}
for i, v in iter, { n = 3 }, 0, closer do got[#got + 1] = i .. ":" .. v end
assert(table.concat(got, " ") == "1:0 2:10 3:20" and closed == 1)
for i in iter, { n = 3 }, 0, closer do if i == 2 then break end end
assert(closed == 2)
local function early() for i in iter, { n = 3 }, 0, closer do return i end end
assert(early() == 1 and closed == 3)
assert(not pcall(function() for i in iter, { n = 3 }, 0, closer do error("boom", 0) end end) and closed == 4)
for i in iter, { n = 2 }, 0, closer do goto out end
::out::
assert(closed == 5)
-- callable objects as iterators
local range = setmetatable({}, { __call = function(self, max_, i) if i < max_ then return i + 1 end end })
local sum = 0
for i in range, 4, 0 do sum = sum + i end
assert(sum == 10)
-- more variables than values
for a, b, c in iter, { n = 1 }, 0 do assert(a == 1 and b == 0 and c == nil) end

-- changing existing fields while traversing
local t = {}
for i = 1, 50 do t[i] = i; t["k" .. i] = i end
for k in pairs(t) do t[k] = nil end
assert(next(t) == nil)
for i = 1, 50 do t["k" .. i] = i end
local total = 0
for k, v in pairs(t) do t[k] = v * 2; total = total + v end
assert(total == 1275 and t.k50 == 100)

-- pairs of what is no table, written as a constant
for value, name in pairs({ ["(1)"] = "number", ["1.5"] = "number", ["'s'"] = "string", ["true"] = "boolean", ["nil"] = "nil", ["(-1)"] = "number" }) do
  for f, first in pairs({ pairs = "for iterator", ipairs = nil }) do
    local _, e = pcall(load("for k in " .. f .. "(" .. value .. ") do break end", "=c"))
    assert(e == "c:1: bad argument #1 to 'for iterator' (table expected, got " .. name .. ")", e)
  end
end

-- Towards NaN an integer loop runs up not at all, and down for ever, as in C Lua
do
  local function count(from, to, step)
    local n = 0
    for i = from, to, step do
      n = n + 1
      if n == 5 then break end
    end
    return n
  end
  assert(count(1, 0 / 0, 1) == 0)
  assert(count(1, 0 / 0, -1) == 5)
  assert(count(1, 0 / 0, math.mininteger) == 2)
  assert(count(math.mininteger, 0 / 0, -1) == 1)
  assert(count(1.0, 0 / 0, -1) == 1 and count(0 / 0, 0 / 0, -1) == 1)
  local n, nan = 0, 0 / 0
  for i = 3, nan, -1 do
    n = n + 1
    if n == 7 then break end
  end
  assert(n == 7)
end

-- loops that fill a table with a constant
do
  local function filled(t, n)
    for i = 1, n do t[i] = "x" end
    return t
  end
  for _, n in ipairs { 0, -3, 1, 2, 7.5, 100, 1000 } do
    local t = filled({}, n)
    local count = math.max(0, n // 1 | 0)
    assert(#t == count and t[count + 1] == nil and t[0] == nil)
    for i = 1, count do assert(t[i] == "x") end
    t[#t + 1] = "y"
    assert(t[count + 1] == "y" and #t == count + 1)
  end
  -- tables that have something already
  local t = filled({ 1, 2, 3, 4, 5 }, 3)
  assert(table.concat(t) == "xxx45")
  t = filled({ [0] = "zero", [3] = "three", [6] = "six", name = "n" }, 4)
  assert(t[0] == "zero" and t[4] == "x" and t[5] == nil and t[6] == "six" and t.name == "n")
  t = filled({ name = "n" }, 4)
  assert(#t == 4 and t.name == "n")
  -- metamethods see every element
  local seen = 0
  t = filled(setmetatable({}, { __newindex = function(_, k) seen = seen + k end }), 4)
  assert(seen == 10 and next(t) == nil)
  t = filled(setmetatable({}, { __mode = "v" }), 4)
  assert(t[4] == "x")
  assert(not pcall(filled, nil, 1) and not pcall(filled, "text", 1))
  assert(filled(nil, 0) == nil)
  assert(#filled({}, "2") == 2 and not pcall(filled, {}))
  local floats = {}
  for i = 1, 3 do floats[i] = 1.0 end
  assert(math.type(floats[3]) == "float" and tostring(floats[1]) == "1.0")
  floats[2] = 2
  assert(floats[1] == 1.0 and floats[3] == 1.0)
  local large = {}
  for i = 1, 4300000 do large[i] = false end
  assert(#large == 4300000 and large[4300000] == false)
end
