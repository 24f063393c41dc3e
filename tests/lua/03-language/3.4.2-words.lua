-- §3.4.2 32-bit algorithms: expressions on words give what their operators give one by one

-- known answers
local crc = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = (c & 1) ~= 0 and 0xEDB88320 ~ (c >> 1) or c >> 1 end
  crc[i] = c
end
local function crc32(s)
  local c = 0xFFFFFFFF
  for i = 1, #s do c = (c >> 8) ~ crc[(c ~ s:byte(i)) & 0xFF] end
  return c ~ 0xFFFFFFFF
end
assert(crc32("123456789") == 0xCBF43926)

local function fnv1a(s)
  local h = 0x811C9DC5
  for i = 1, #s do h = ((h ~ s:byte(i)) * 0x01000193) & 0xFFFFFFFF end
  return h
end
assert(fnv1a("") == 0x811C9DC5 and fnv1a("a") == 0xE40C292C and fnv1a("foobar") == 0xBF9CF968)

local function rotl(v, n) return ((v << n) | (v >> (32 - n))) & 0xFFFFFFFF end
assert(rotl(0x80000001, 1) == 3 and rotl(0x80000001, 0) == 0x80000001 and rotl(0x12345678, 32) == 0x12345678)
assert(rotl(1, 31) == 0x80000000 and rotl(0xFFFFFFFF, 7) == 0xFFFFFFFF and rotl(-1, 4) == 0xFFFFFFFF)

-- the same functions once as one expression and once by single operators
local function op(name) return load("local a, b = ... return a " .. name .. " b") end
local band, bor, bxor, shl, shr, add, sub, mul =
  op "&", op "|", op "~", op "<<", op ">>", op "+", op "-", op "*"
local M = 0xFFFFFFFF
local t = { [0] = 5, 0x80000000, M, -3, 1 << 40, 2, 3, 4 }
local cases = {
  { function(a, b) return a ~ b end, function(a, b) return bxor(a, b) end },
  { function(a, b) return (a + b) & M end, function(a, b) return band(add(a, b), M) end },
  { function(a, b) return (a - b ~ a) & M end, function(a, b) return band(bxor(sub(a, b), a), M) end },
  { function(a, b) return (a * b) & M end, function(a, b) return band(mul(a, b), M) end },
  { function(a, b) return (a << 5) + b & 0xFFFF end, function(a, b) return band(add(shl(a, 5), b), 0xFFFF) end },
  { function(a, b) return a >> (b & 31) end, function(a, b) return shr(a, band(b, 31)) end },
  { function(a, b) return (a << (b & 63)) & M end, function(a, b) return band(shl(a, band(b, 63)), M) end },
  { function(a, b) return (a >> 3 | b) + (a & 7) end, function(a, b) return add(bor(shr(a, 3), b), band(a, 7)) end },
  { function(a, b) return a - ((a >> 1) & 0x55555555) * b end, function(a, b) return sub(a, mul(band(shr(a, 1), 0x55555555), b)) end },
  { function(a, b) return (a & b) << 4 end, function(a, b) return shl(band(a, b), 4) end },
  { function(a, b) return t[(a ~ b) & 7] ~ a end, function(a, b) return bxor(t[band(bxor(a, b), 7)], a) end },
  { function(a, b) return (~a & b) * 2 & 0x7FFFFFFF end, function(a, b) return band(mul(band(bxor(a, -1), b), 2), 0x7FFFFFFF) end },
}
local values = {
  0, 1, 7, 31, 32, 255, 0x7FFFFFFF, 0x80000000, M, M + 1, 1 << 52, (1 << 53) + 1, -1, -0x80000000, math.maxinteger, math.mininteger, 2.0, 2.0 ^ 31,
}
for i, case in ipairs(cases) do
  for _, a in ipairs(values) do
    for _, b in ipairs(values) do
      local xOk, x = pcall(case[1], a, b)
      local yOk, y = pcall(case[2], a, b)
      assert(xOk == yOk, string.format("case %d: %s, %s", i, a, b))
      if xOk then
        assert(x == y and math.type(x) == math.type(y), string.format("case %d: %s, %s: %s, not %s", i, a, b, x, y))
      end
    end
  end
end

-- a captured variable that a call changes, metamethods, operands that are no integers
local u = 1
local function change() u = 2 return 4 end
assert((change() ~ u) & M == 6 and u == 2)
local object = setmetatable({}, { __bxor = function() return 6 end, __index = { 0x80000000 } })
assert((object ~ u) & M == 6 and (object[1] ~ u) & M == 0x80000002)
local ok, message = pcall(function(a) return (a ~ 1) & M end, 1.5)
assert(not ok and message:find("has no integer representation", 1, true))
ok, message = pcall(function(a) return (a.x ~ 1) & M end, {})
assert(not ok and message:find("attempt to perform bitwise operation on a nil value (field 'x')", 1, true))
