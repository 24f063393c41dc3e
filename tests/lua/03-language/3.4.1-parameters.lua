-- §3.4.1 arithmetic on parameters that are only ever assigned floats: they may be given anything

local function f(x)
  x = 1.5 * x
  return x
end
assert(f(2) == 3.0 and f(2.0) == 3.0 and f("2") == 3.0 and math.type(f(2)) == "float")
local ok, m = pcall(f)
assert(not ok and m:find("attempt to perform arithmetic on a nil value (local 'x')", 1, true), m)
local o = setmetatable({}, { __mul = function(a) return a end })
assert(f(o) == 1.5)

local function g(x, y)
  y, x = x / 2, 0.5 + y
  return x, y
end
local a, b = g(4.0, 1)
assert(a == 1.5 and b == 2.0)
assert(not pcall(g, 1))

-- only assigned in one branch, or in a loop
local function h(x, twice)
  if twice then x = x * 2.0 end
  return x
end
assert(h(3) == 3 and math.type(h(3)) == "integer" and h(nil) == nil and h(3, true) == 6.0)
local function sum(x, n)
  for i = 1, n do x = x + 0.5 end
  return x
end
assert(sum(1, 0) == 1 and math.type(sum(1, 0)) == "integer" and sum(1.0, 2) == 2.0)

-- the same of a named vararg table and of self
local t = setmetatable({}, { __div = function() return 0.5 end })
function t:half()
  self = self / 2
  return self
end
assert(t:half() == 0.5)
local function v(...rest)
  return rest.n
end
assert(v(1, 2) == 2)
