-- §3.4.1, §3.4.2 variables of 64-bit hashes: what they hold may stop to be an integer, and may be looked at anywhere

local function xorshift(n)
  local x = 88172645463325252
  for _ = 1, n do
    x = x ~ (x << 13)
    x = x ~ (x >> 7)
    x = x ~ (x << 17)
  end
  return x
end
assert(xorshift(1) == 8748534153485358512 and xorshift(2) == 3040900993826735515 and xorshift(1000) == 1363160026601443621)

local function fnv1a(s)
  local h = 0xcbf29ce484222325
  for i = 1, #s do h = (h ~ s:byte(i)) * 0x100000001b3 end
  return h
end
assert(fnv1a("") == 0xcbf29ce484222325 and fnv1a("a") == 0xaf63dc4c8601ec8c and fnv1a("foobar") == 0x85944171f73967e8)

-- a float, a metamethod's result, an error instead
local function plus(v)
  local x = 0x9e3779b97f4a7c15
  x = x + v
  local before = x
  x = (before ~ 1) * 3
  return before, x
end
local function result(...) return { ... } end
local r = result(pcall(plus, 1))
assert(r[1] and r[2] == 0x9e3779b97f4a7c16 and r[3] == (0x9e3779b97f4a7c16 ~ 1) * 3)
r = result(pcall(plus, 1e300))
assert(not r[1] and r[2]:find("has no integer representation", 1, true))
local object = setmetatable({}, { __add = function() return 5 end, __bxor = function() return "x" end })
r = result(pcall(plus, object))
assert(r[1] and r[2] == 5 and r[3] == 12)
r = result(pcall(plus, nil))
assert(not r[1] and r[2]:find("attempt to perform arithmetic on a nil value (local 'v')", 1, true))
local function exclusive(v)
  local x = 0x7fffffffffffffff
  x = v ~ x
  return x, type(x)
end
r = result(exclusive(object))
assert(r[1] == "x" and r[2] == "string")
assert(exclusive(1) == 0x7ffffffffffffffe)

-- copies, comparisons, keys, results and arguments; a scope that is entered again and again
local seen, kinds = {}, {}
local function uses(n)
  local a = 0x7fffffffffffffff
  local b = a
  for i = 1, n do
    local c = a * i
    local d = c
    c = c + 1
    seen[d] = i
    kinds[i] = math.type(c)
    if c < d then b = b - 1 end
    if d == a then b = b ~ 0 end
    a = a + d
  end
  b = -b
  return a, b, ~b, a // 3, b % 7, tostring(a)
end
r = result(uses(5))
assert(r[1] == -720 and r[2] == -9223372036854775806 and r[3] == 9223372036854775805 and r[4] == -240 and r[5] == 1 and r[6] == "-720")
assert(kinds[1] == "integer" and kinds[5] == "integer" and seen[math.maxinteger] == 1 and seen[-4] == 2)

-- waiting in the middle, and in a loop of a main chunk
local co = coroutine.wrap(function()
  local x = 0x0123456789abcdef
  for i = 1, 3 do
    x = (x ~ coroutine.yield(x)) * 0x100000001b3
  end
  return x
end)
local x = co()
local y = 0x0123456789abcdef
assert(x == y)
for i = 1, 3 do
  x = co(i)
  y = (y ~ i) * 0x100000001b3
  assert(x == y)
end
