-- 64-bit integer hashing: xorshift, a linear congruential generator, FNV-1a, and a mixer, all of
-- which wrap around.
-- long: 32000000
local N = tonumber(arg and arg[1]) or 8000000

local x = 88172645463325252
local xors = 0
for _ = 1, N do
  x = x ~ (x << 13)
  x = x ~ (x >> 7)
  x = x ~ (x << 17)
  xors = xors + (x & 0xff)
end
print("xorshift", x, xors)

local seed = 42
local high = 0
for _ = 1, N do
  seed = seed * 6364136223846793005 + 1442695040888963407
  high = high ~ (seed >> 33)
end
print("lcg", seed, high)

local function fnv1a(s)
  local h = 0xcbf29ce484222325
  for i = 1, #s do
    h = (h ~ s:byte(i)) * 0x100000001b3
  end
  return h
end
local text = ("the quick brown fox jumps over the lazy dog"):rep(20)
local acc = 0
for i = 1, N // 1000 do
  acc = acc ~ fnv1a(text .. i)
end
print("fnv1a", string.format("%016x", acc))

local z = 0
for i = 1, N // 2 do
  local v = i * 0x9e3779b97f4a7c15
  v = (v ~ (v >> 30)) * 0xbf58476d1ce4e5b9
  v = (v ~ (v >> 27)) * 0x94d049bb133111eb
  z = z ~ v ~ (v >> 31)
end
print("splitmix", string.format("%016x", z))
