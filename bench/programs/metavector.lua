-- Metamethods: vector arithmetic with operators, equality, order, length, calls.
-- long: 2000000
local N = tonumber(arg and arg[1]) or 500000

local V = {}
V.__index = V
local function vec(x, y, z) return setmetatable({ x = x, y = y, z = z }, V) end
function V.__add(a, b) return vec(a.x + b.x, a.y + b.y, a.z + b.z) end
function V.__sub(a, b) return vec(a.x - b.x, a.y - b.y, a.z - b.z) end
function V.__mul(a, b)
  if type(a) == "number" then return vec(a * b.x, a * b.y, a * b.z) end
  if type(b) == "number" then return vec(a.x * b, a.y * b, a.z * b) end
  return a.x * b.x + a.y * b.y + a.z * b.z
end
function V.__unm(a) return vec(-a.x, -a.y, -a.z) end
function V.__eq(a, b) return a.x == b.x and a.y == b.y and a.z == b.z end
function V.__lt(a, b) return a * a < b * b end
function V.__len(a) return 3 end
function V.__call(a, k) return a.x * k end

local p, v, g = vec(0, 100, 0), vec(1.5, 0.25, -0.5), vec(0, -0.01, 0)
local equal, less, calls = 0, 0, 0
for i = 1, N do
  v = v + g * 0.5
  p = p + 0.01 * v - -g
  if p == v then equal = equal + 1 end
  if p < v then less = less + 1 end
  calls = calls + #p
  if i % 1000 == 0 then calls = calls + g(2) end
end
print("vector", equal, less, calls, string.format("%.6f %.6f %.6f", p.x, p.y, p.z))
