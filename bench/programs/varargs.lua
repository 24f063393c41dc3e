-- Variable arguments: select, pack, unpack, forwarding, multiple results.
-- long: 3200000
local N = tonumber(arg and arg[1]) or 800000

local function sum(...)
  local s = 0
  for i = 1, select("#", ...) do s = s + (select(i, ...)) end
  return s
end

local function packed(...)
  local t = { ... }
  local s = 0
  for i = 1, #t do s = s + t[i] end
  return s, #t
end

local function forward(f, ...) return f(...) end
local function rotate(a, ...) return ..., a end
local function swap(a, b, c) return c, a, b end

local total, count = 0, 0
for i = 1, N do
  total = total + sum(i, 2, 3, i) + forward(sum, 1, i)
  local s, n = packed(i, i, i)
  total, count = total + s, count + n
end
print("varargs", total, count)

local a, b, c = 1, 2, 3
for _ = 1, N * 4 do a, b, c = swap(a, b, c) end
print("swap", a, b, c, (rotate(1, 2)))

local u = 0
local t = { 1, 2, 3, 4, 5 }
for i = 1, N do
  t[1] = i
  u = u + sum(table.unpack(t)) + select("#", table.unpack(t, 1, 3))
  local p = table.pack(i, nil, nil)
  u = u + p.n
end
print("unpack", u)
