-- §3.4.2 `~x & y` and `x % 2^31` on 32-bit words, and on what is none

local function complement(x) return ~x end
local function both(x, y) return x & y end
local function choose(b, c, d) return (b & c) | (~b & d) end
local function majority(b, c, d) return (b & c) ~ (b & d) ~ (c & d) end
local function left(x, y) return ~x & y end
local function right(x, y) return x & ~y end
local function neither(x, y) return ~x & ~y end

local values = { 0, 1, 2, 255, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 1 << 53, -1, -2, -0x80000000, math.maxinteger, math.mininteger, 7.0 }
for _, x in ipairs(values) do
  for _, y in ipairs(values) do
    assert(left(x, y) == both(complement(x), y), string.format("~%s & %s", x, y))
    assert(right(x, y) == both(x, complement(y)), string.format("%s & ~%s", x, y))
    assert(neither(x, y) == both(complement(x), complement(y)))
    for _, z in ipairs(values) do
      local expected = both(x, y) | both(complement(x), z)
      assert(choose(x, y, z) == expected, string.format("%s ? %s : %s", x, y, z))
      assert(math.type(choose(x, y, z)) == "integer")
      assert(majority(x, y, z) == both(x, y) ~ both(x, z) ~ both(y, z))
    end
  end
end
assert(not pcall(choose, 1, 2.5, 3) and not pcall(left, {}, 1) and not pcall(left, "x", 1))

-- powers of two as moduli: of products that wrap around, too
local function mod(x, m) return x % m end
local function step31(x, a, c) return (x * a + c) % 2147483648 end
local function step32(x, a, c) return (x * a + c) % 4294967296 end
local function step16(x, a, c) return (x * a - c) % 65536 end
local function step33(x, a, c) return (x * a + c) % 8589934592 end
for _, x in ipairs(values) do
  for _, a in ipairs { 1, 3, 1103515245, 1664525, -5, 1 << 40 } do
    for _, c in ipairs { 0, 12345, -1, math.maxinteger } do
      local p = x * a
      assert(step31(x, a, c) == mod(p + c, 2147483648), string.format("(%s * %s + %s) %% 2^31", x, a, c))
      assert(step32(x, a, c) == mod(p + c, 4294967296))
      assert(step16(x, a, c) == mod(p - c, 65536))
      assert(step33(x, a, c) == mod(p + c, 8589934592))
      assert(math.type(step32(x, a, c)) == math.type(p))
    end
  end
end
assert(step31(0.5, 3, 0) == 1.5 and math.type(step31(2.0, 3, 0)) == "float")
assert(step32(-0.5, 1, 0) == 4294967295.5 and step31("3", "4", 5) == 17)

-- the generator of many a C library
local x, sum = 42, 0
for _ = 1, 1000 do
  x = (x * 1103515245 + 12345) % 2147483648
  sum = sum ~ x
end
local y, expected = 42, 0
for _ = 1, 1000 do
  y = y * 1103515245
  y = y + 12345
  y = mod(y, 2147483648)
  expected = expected ~ y
end
assert(x == y and sum == expected)
