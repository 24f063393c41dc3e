-- 32-bit bit operations: population counts, rotations, a 32-bit mixer, Gray codes.
-- long: 32000000
local N = tonumber(arg and arg[1]) or 8000000

local function popcount(v)
  v = v - ((v >> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >> 2) & 0x33333333)
  v = (v + (v >> 4)) & 0x0f0f0f0f
  return (v * 0x01010101 & 0xffffffff) >> 24
end

local function rotl(v, n)
  return ((v << n) | (v >> (32 - n))) & 0xffffffff
end

local bits, h = 0, 1
for i = 1, N do
  bits = bits + popcount(i ~ (i >> 1))
  h = rotl(h ~ i, 5) + (i & 0xff) & 0xffffffff
  h = h ~ (h << 3) & 0xffffffff
end
print("bits32", bits, h)
