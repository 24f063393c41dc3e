-- §3.4.1: exponentiation gives a float, whatever its operands are; §2.4: __pow.

local function same(a, b) return a == b and math.type(a) == math.type(b) and tostring(a) == tostring(b) end

-- a constant exponent of 2, of values of all kinds
local function square(x) return x ^ 2 end
local values = {
  {3, "9.0"}, {-3, "9.0"}, {0, "0.0"}, {-0.0, "0.0"}, {1.5, "2.25"}, {-1.5, "2.25"}, {2.0, "4.0"}, {"5", "25.0"},
  {"0x10", "256.0"}, {1 / 0, "inf"}, {-1 / 0, "inf"}, {math.maxinteger, "8.5070591730234616e+37"},
  {math.mininteger, "8.5070591730234616e+37"}, {1 << 53, "8.1129638414606682e+31"}, {1e200, "inf"}, {1e-200, "0.0"},
}
for round = 1, 300 do
  for _, v in ipairs(values) do
    local r = square(v[1])
    assert(math.type(r) == "float" and tostring(r) == v[2], v[2])
  end
end
local nan = square(0 / 0)
assert(nan ~= nan)

-- other exponents
local function power(x, y) return x ^ y end
for round = 1, 300 do
  assert(same(power(2, 10), 1024.0) and same(power(2, -1), 0.5) and same(power(9, 0.5), 3.0))
  assert(same(power(-8, 1 / 3), power(-8, 1 / 3)) == false) -- not a number
  assert(same(power(0, 0), 1.0) and same(power(0 / 0, 0), 1.0) and same(power(1, 0 / 0), 1.0))
  assert(same(power(-1, 1 / 0), 1.0) and same(power(-1, -1 / 0), 1.0) and same(power(1, 1 / 0), 1.0))
  assert(same(power(0, -1), 1 / 0) and same(power(-0.0, -1), -1 / 0) and same(power(-0.0, -2), 1 / 0))
  assert(same(power(-0.0, 3), -0.0) and same(power(-2, 3), -8.0) and same(power(-1 / 0, 3), -1 / 0))
  assert(same(power(10, 400), 1 / 0) and same(power(10, -400), 0.0) and same(power("2", "3"), 8.0))
end

-- rounded once: the exact cubes of these end in more digits than a double has
assert(string.format("%a", power(1.1, 3)) == "0x1.54bc6a7ef9db4p+0")
assert(string.format("%a", power(0.1, 5)) == "0x1.4f8b588e368f2p-17")
assert(string.format("%a", power(1.0000001, 999)) == "0x1.00068c20a4fp+0")
assert(string.format("%a", power(1e-80, 3)) == "0x1.aac0bf9b9e65bp-798")
assert(string.format("%a", power(3e100, 3)) == "0x1.4289312c0633ap+1001")

-- in sums and longer expressions, for fractions and for integral results
local function distance(a, b) return (a.x - b.x) ^ 2 + (a.y - b.y) ^ 2 end
local function sums(n, x)
  local squares, roots, mixed = 0, 0, 0
  for i = 1, n do
    squares = squares + i ^ 2
    roots = roots + (i * x) ^ 0.5
    mixed = mixed + x ^ i / (i + 1) - (i - x) ^ 2 * 2
  end
  return squares, roots, mixed
end
for round = 1, 300 do
  assert(same(distance({x = 3, y = 4}, {x = 0, y = 0}), 25.0))
  assert(same(distance({x = 0.5, y = 4}, {x = 0, y = 1.5}), 6.5))
  assert(same(distance({x = 1 << 60, y = 0}, {x = 0, y = 0}), 2.0 ^ 120))
  assert(same(distance({x = math.maxinteger, y = 0}, {x = -1, y = 0}), 2.0 ^ 126)) -- wraps around
end
local squares, roots, mixed = sums(10, 4)
assert(same(squares, 385.0))
assert(string.format("%.12g %.12g", roots, mixed) == "44.9365563724 131489.611544", roots .. " " .. mixed)
local none = sums(0, 1)
assert(same(none, 0))

-- the sign of a zero below an infinity
local function inverse(a, b) return 1 / (a * b) ^ 3, (a * b) ^ -1, 1 + 2 ^ (1 / (a * b)) end
for round = 1, 300 do
  local p, q, r = inverse(-0.0, 5.0)
  assert(same(p, -1 / 0) and same(q, -1 / 0) and same(r, 1.0))
  p, q, r = inverse(0, -5)
  assert(same(p, 1 / 0) and same(q, 1 / 0) and same(r, 1 / 0))
end

-- metamethods and errors
local mt = {__pow = function(a, b) return type(a) .. type(b) end}
local t = setmetatable({}, mt)
for round = 1, 300 do
  assert(square(t) == "tablenumber" and power(2, t) == "numbertable" and power(t, t) == "tabletable")
end
local ok, message = pcall(function() local v = {} return v ^ 2 end)
assert(not ok and message:find("attempt to perform arithmetic on a table value %(local 'v'%)"))
ok, message = pcall(square, "x")
assert(not ok and message:find("attempt to pow a 'string' with a 'number'"), message)
ok, message = pcall(function() local s = 0 for i = 1, 3 do s = s + nope ^ 2 end return s end)
assert(not ok and message:find("attempt to perform arithmetic on a nil value %(global 'nope'%)"))
