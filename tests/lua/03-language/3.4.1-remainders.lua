-- §3.4.1 `%` and `//` of large integers, and the remainder of a product, which is computed in one piece

-- operator by operator
local function product(a, b) return a * b end
local function remainder(a, b) return a % b end

local function same(x, y)
  return math.type(x) == math.type(y) and (x == y and 1 / (x + 0.0) == 1 / (y + 0.0) or x ~= x and y ~= y)
end
local function check(a, b, m)
  local r = a * b % m
  local expected = remainder(product(a, b), m)
  assert(same(r, expected), string.format("%s * %s %% %s is %s, not %s", a, b, m, r, expected))
  local quotient, rest = a // m, a % m
  assert(quotient * m + rest == a or math.type(m) == "float", string.format("%s // %s", a, m))
  if m > 0 then assert(rest >= 0 and rest < m, string.format("%s %% %s is %s", a, m, rest)) end
end

local borders = {}
for _, n in ipairs { 0, 1, 2, 3, 7, 10, 255, 65535, 65536, 1000003, 1 << 31, 1 << 32, 1000000007, 1 << 51, 1 << 52, 1 << 53, 1 << 62 } do
  for d = -2, 2 do
    borders[#borders + 1] = n + d
    borders[#borders + 1] = -n + d
  end
end
borders[#borders + 1] = math.maxinteger
borders[#borders + 1] = math.mininteger
for _, m in ipairs(borders) do
  if m > 0 then
    for _, a in ipairs(borders) do
      for i = 1, #borders, 3 do check(a, borders[i], m) end
    end
  end
end
for _, m in ipairs { -1, -3, -1000000007, math.mininteger, 2.5, 1e9, math.huge } do
  for _, a in ipairs(borders) do
    local p = a * 12345
    assert(same(a * 12345 % m, remainder(p, m)))
  end
end

-- random factors, a constant modulus
local x, sum = 1, 0
for i = 1, 20000 do
  x = x * 6364136223846793005 + 1442695040888963407
  local a, b = x >> 32, (x >> 11) & 0x7fffffff
  local r = a * b % 1000000007
  assert(r == remainder(product(a, b), 1000000007))
  r = -a * b % 4611686018427387847
  assert(r == remainder(product(-a, b), 4611686018427387847))
  local m = (x & 0xfffffffffff) + 1
  assert(a * b % m == remainder(product(a, b), m))
  assert(a // m * m + a % m == a and x // m * m + x % m == x)
  sum = (sum * 31 + r) % 1000000007
end
assert(sum == 537187303)

-- powers modulo a prime
local function power(b, e, m)
  local r = 1
  b = b % m
  while e > 0 do
    if e & 1 == 1 then r = r * b % m end
    b = b * b % m
    e = e >> 1
  end
  return r
end
assert(power(2, 1000000005, 1000000007) == 500000004)
assert(power(3, 1 << 40, 2147483647) == 1486044991)
assert(power(5, 1000, 3) == 1 and power(7, 3, 1 << 61) == 343)

-- what is no integer
assert(same(0.5 * 3 % 1000003, 1.5))
assert(same(2.0 * 3 % 1000003, 6.0))
local f, i = 2.0, 3
assert(same(f * i % 1000003, 6.0))
assert(same(i * -0.0 % 1000003, 0.0) or same(i * -0.0 % 1000003, -0.0))
assert("12" * 100000 % 1000003 == 199997)
local object = setmetatable({}, {
  __mul = function(a, b) return type(a) == "table" and "a*" .. tostring(b) or "*" .. tostring(a) end,
})
local text = getmetatable("")
local before = text.__mod
text.__mod = function(a, b) return a .. "%" .. b end
assert(object * 3 % 1000003 == "a*3%1000003")
assert(3 * object % 1000003 == "*3%1000003")
text.__mod = before
local ok, message = pcall(function(a) return a.n * 3 % 1000003 end, {})
assert(not ok and message:find("arithmetic on a nil value (field 'n')", 1, true), message)
ok, message = pcall(function(a, m) return a * 3 % m end, 5, 0)
assert(not ok and message:find("attempt to perform 'n%0'", 1, true), message)

-- each operand is evaluated once, in order, also where it waits
local order = {}
local function value(v)
  order[#order + 1] = v
  return coroutine.yield(v)
end
local co = coroutine.wrap(function() return value("a") * value("b") % 1000000007 end)
assert(co() == "a" and co(1 << 40) == "b" and co(1 << 20) == remainder(1 << 60, 1000000007))
assert(table.concat(order) == "ab")
