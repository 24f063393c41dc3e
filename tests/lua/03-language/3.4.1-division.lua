-- §3.4.1: floor division and modulo of integers of all sizes, by properties that tell them
math.randomseed(7, 11)

-- small ones, powers of two and their neighbours, and the ends of the range
local function pick()
  local kind = math.random(1, 7)
  if kind == 1 then return math.random(-10, 10) end
  if kind == 2 then return math.random(0) end
  if kind == 3 then return (1 << math.random(0, 63)) + math.random(-3, 3) end
  if kind == 4 then return math.random(0) >> math.random(0, 63) end
  if kind == 5 then return -(math.random(0) >> math.random(1, 63)) end
  if kind == 6 then return math.mininteger + math.random(-2, 2) end
  return math.random(-1000000, 1000000) * math.random(1, 1000000)
end

local function check(a, b, q, r)
  assert(math.type(q) == "integer" and math.type(r) == "integer")
  assert(q * b + r == a, a .. " by " .. b)
  if b > 0 then assert(0 <= r and r < b, a .. " by " .. b) else assert(b < r and r <= 0, a .. " by " .. b) end
end

for _ = 1, 20000 do
  local a, b = pick(), pick()
  if b ~= 0 then check(a, b, a // b, a % b) end
  check(a, 7, a // 7, a % 7)
  check(a, 3600000, a // 3600000, a % 3600000)
  check(a, 1 << 36, a // (1 << 36), a % (1 << 36))
  check(a, (1 << 36) + 1, a // ((1 << 36) + 1), a % ((1 << 36) + 1))
end

-- at the border where a quotient could be rounded up to the next integer
for _, n in ipairs { (1 << 52) - 1, 1 << 52, (1 << 52) + 1, (1 << 53) - 1, 1 << 53, (1 << 53) + 1 } do
  for _, b in ipairs { 3, 7, 1000, (1 << 26) - 1, (1 << 51) + 1, n - 1, n, n + 1 } do
    check(n, b, n // b, n % b)
    check(-n, b, -n // b, -n % b)
    check(n, -b, n // -b, n % -b)
  end
end
assert(math.mininteger // -1 == math.mininteger and math.mininteger % -1 == 0)

-- times in milliseconds, as a loop computes with them
local seconds, hours, base = 0, 0, 1700000000000
for i = 1, 2000 do
  local t = base + i * 977
  seconds = seconds + (t // 1000) % 60
  hours = hours + (t // 3600000) % 24
end
assert(seconds == 59278 and hours == 44000)

-- floats stay floats, and keep the sign of zero
assert(math.type(7 % 2.0) == "float" and math.type(7 // 2.0) == "float")
assert(1 / (-0.0 % 5) == -math.huge and 5.5 % -2 == -0.5 and -5.5 // 2 == -3.0)

-- fractions
assert(2.75 % 1 == 0.75 and -2.75 % 1 == 0.25 and -1e-20 % 1 == 1.0 and 7 // 0.5 == 14.0 and -7.5 // 2 == -4.0)
assert(1 // 0.0 == math.huge and (0 / 0) % 1 ~= (0 / 0) % 1 and math.huge % 1 ~= math.huge % 1)
assert(5.5 // 0 == math.huge and math.type(2 ^ 53) == "float" and 2 ^ 10 == 1024 and 3 ^ 20 == 3486784401)

-- comparisons of integers beyond 2^53 with floats and with each other
local big = 1 << 60
assert(big > 1 and big > -1 and -big < 1.5 and big > 1e15 and big < 1e300 and -big > -1e300)
assert(big == 2.0 ^ 60 and big + 1 > 2.0 ^ 60 and big - 1 < 2.0 ^ 60 and big <= 2.0 ^ 60 and not (big < 2.0 ^ 60))
assert(math.maxinteger < 2.0 ^ 63 and math.mininteger <= -2.0 ^ 63 and math.mininteger > -math.huge)
assert(not (big < 0 / 0) and not (big > 0 / 0) and big - 1 < big and big <= big and -big < big - 5)
