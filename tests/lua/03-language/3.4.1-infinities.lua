-- §3.4.1: zeros, infinities and fractions of expressions that are computed in one piece
local function both(f, ...)
  local first = f(...)
  for _ = 1, 300 do
    local v = f(...)
    assert(v == first and math.type(v) == math.type(first))
  end
  return first
end
local inf = math.huge

assert(both(function(x, y, z) return x / (y * z) end, 1, -1.5, 0) == -inf)
assert(both(function(x, y, z) return x / (y * z) end, 1, -1, 0) == inf)
assert(both(function(x, y) return x / (y - y) end, -1, 2.5) == -inf)
assert(both(function(x, y) return x / y end, 1, -0.0) == -inf)
assert(both(function(x, y) return x / y + 1 end, 3, 0) == inf)
assert(both(function(x, y) return x * y + 1.5 end, 1e200, -1e200) == -inf)
assert(both(function(x, y) return x + y * 2 end, inf, 3) == inf)
local nan = both(function(x, y, z) return x / (y * z) + y end, 1, inf, -1)
assert(nan == inf)
assert(both(function(x, y, z) local m = x / (y * z) return m end, 6, 1.5, 2) == 2.0)
assert(math.type(both(function(x, y) return x * x + y * y end, 3, 4)) == "integer")
assert(math.type(both(function(x, y) return x * x + y * y end, 1.5, 2.5)) == "float")
assert(both(function(x, y) return x * x - y * y end, 2.5, 1.5) == 4.0)
assert(math.type(both(function(x, y) return x * x - y * y end, 2.5, 1.5)) == "float")

-- divisions of values of any kind, where a float is kept
local function quotient(a, b)
  local q = a / b
  local s = 0.0
  for i = 1, 3 do s = s + q * i end
  return s
end
assert(both(quotient, 1, 4) == 1.5)
assert(both(quotient, 2.0, 1) == 12.0)
assert(both(quotient, 1 << 62, 1 << 61) == 12.0)
local meta = setmetatable({}, { __div = function() return 0.5 end })
assert(both(quotient, meta, 2) == 3.0)
local text = setmetatable({}, { __div = function() return "2" end })
assert(both(quotient, text, 2) == 12)
assert(not pcall(quotient, {}, 1))

-- the negative of a quotient by the negative of zero
local function negative(a)
  local x
  x = (-(2 / -a) + a)
  local y = 0.5
  y = y * (-((2 - y) / -(a)) + (a + ((2 * y) + (y - 1))))
  return x, y
end
local x, y = negative(0)
assert(x == -math.huge and y == -math.huge)
x, y = negative(0.0)
assert(x == math.huge and y == math.huge)
x, y = negative(-0.0)
assert(x == -math.huge and y == -math.huge)
