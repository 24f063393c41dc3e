-- §3.4.1, §3.4.3 sums in loops: integers, floats, and what is neither, also when that changes on the way

local function sum(t)
  local s = 0
  for i = 1, #t do s = s + t[i] end
  return s, math.type(s)
end
local function check(t, expected, kind)
  local s, k = sum(t)
  assert(s == expected and k == kind, string.format("%s (%s), not %s (%s)", s, k, expected, kind))
end
check({}, 0, "integer")
check({ 1, 2, 3 }, 6, "integer")
check({ 1, 2.0 }, 3.0, "float")
check({ 0.5, 0.5 }, 1.0, "float")
check({ 0.5, 0.5, 3 }, 4.0, "float")
check({ -0.0 }, 0.0, "float")
check({ 1 << 53, 1 }, (1 << 53) + 1, "integer")
check({ math.maxinteger, 1 }, math.mininteger, "integer")
check({ math.maxinteger, 1, 0.5 }, -2.0 ^ 63, "float")
check({ 2.0 ^ 53, 1 }, 2.0 ^ 53, "float")
check({ 9007199254740991, -9007199254740991, 7 }, 7, "integer")
check({ 1e308, 1e308, -1 }, math.huge, "float")
check({ "10", 1 }, 11, "integer")
assert(sum({ math.huge, -math.huge }) ~= sum({ math.huge, -math.huge }))

-- products, quotients, differences; a sum that is added to another
local function dot(a, b)
  local s, n, inverse = 0, 0, 0
  for i = 1, #a do
    s = s + a[i] * b[i]
    n = n + s - i
    inverse = inverse + 1 / a[i]
  end
  return s, n, inverse
end
local s, n, inverse = dot({ 1, 2, 4 }, { 3, 2, 1 })
assert(s == 11 and n == 15 and math.type(n) == "integer" and inverse == 1.75)
s, n = dot({ 0.5, 2 }, { 2, 2 })
assert(s == 5.0 and math.type(s) == "float" and n == 3.0)
s = dot({ 3037000500, 1 }, { 3037000500, 1 })
assert(s == -9223372036709301615)
s = dot({ 1 << 40, 0.5 }, { 1 << 30, 1 })
assert(s == 0.5)

-- metamethods, errors with the variable's name, calls that wait
local object = setmetatable({}, { __add = function() return "joined" end })
assert(sum({ 1, object }) == "joined")
local ok, message = pcall(sum, { 1, object, {} })
assert(not ok and message:find("attempt to add a 'string' with a 'table'", 1, true) or message:find("arithmetic on a table value", 1, true))
ok, message = pcall(function()
  local total = 0
  for i = 1, 3 do total = total + (i < 3 and i or nil) end
end)
assert(not ok and message:find("attempt to perform arithmetic on a nil value", 1, true))
local co = coroutine.wrap(function()
  local total = 0
  for i = 1, 3 do total = total + coroutine.yield(total) * i end
  return total
end)
co()
assert(co(1) == 1 and co(0.5) == 2.0 and co(2) == 8.0)

-- used as something else in between
local seen = {}
local count, half = 0, 0.5
for i = 1, 4 do
  for j = 1, i do
    count = count + j
    half = half + count
  end
  seen[count] = half
end
assert(seen[1] == 1.5 and seen[4] == 7.5 and seen[10] == 29.5 and seen[20] == 89.5)

-- infinities, and zeros of either sign below a product
local function quotient(x, a, b) return x + 1 / (a * b) end
assert(quotient(-math.huge, -1.0, 0.0) == -math.huge and quotient(math.huge, 1.0, 0.0) == math.huge)

-- divided by the negative of an integer zero
do
  local function divided(a, b, c)
    local s = 5
    for _ = 1, 3 do s = s + (a - b) / -c end
    return s
  end
  assert(divided(1, 0.5, 0) == 1 / 0 and divided(1, 0.5, 0.0) == -1 / 0 and divided(1, 0.5, -0.0) == 1 / 0)
  assert(divided(1, 0.5, 0) == 1 / 0 and divided(1, 0.5, 2) == 4.25)
  local function nested(a, b, c, x)
    local s = x
    for _ = 1, 3 do s = s - a / (b / -(c + b)) end
    return s
  end
  assert(nested(1, 0, 0, 1) ~= nested(1, 0, 0, 1) and nested(1, 2, 2, 0.5) == 6.5)
end

-- a sum below a division may be -0.0
do
  local function divided(a, b, c)
    local s = 5
    for _ = 1, 3 do s = s + a / (b + c) end
    return s
  end
  assert(divided(1, -0.0, -0.0) == -1 / 0 and divided(1, 0, -0.0) == 1 / 0 and divided(1, -0.0, 0.0) == 1 / 0)
  assert(divided(1, 0, 0) == 1 / 0 and divided(3, 1, 2) == 8.0)
end

-- a sum that begins with 0 and that nothing, or zeros of either sign, came to
do
  local function total(n, v)
    local s = 0
    for _ = 1, n do s = s + v end
    return s
  end
  local function isPlus(x, kind) return x == 0 and 1 / x == math.huge and math.type(x) == kind end
  assert(isPlus(total(0, 1), "integer") and isPlus(total(3, 0), "integer"))
  assert(isPlus(total(3, 0.0), "float") and isPlus(total(3, -0.0), "float"))
  assert(tostring(total(0, 1)) == "0" and tostring(total(2, -0.0)) == "0.0")
  assert(({ [total(0, 1)] = "x" })[0] == "x" and string.format("%d %.1f", total(0, 1), total(1, -0.0)) == "0 0.0")
  local function less(n, v)
    local s = 0
    for _ = 1, n do s = s - v end
    return s
  end
  assert(isPlus(less(0, 1), "integer") and isPlus(less(3, 0), "integer") and isPlus(less(3, 0.0), "float"))
  assert(less(3, 2) == -6 and math.type(less(3, 2)) == "integer" and less(3, 0.5) == -1.5)
  -- another sum is divided by it
  local function quotients(n, v)
    local s, t, u = 0, 0, 1
    for _ = 1, n do
      t = t + 1 / s
      u = u + 1 / (s - v)
    end
    for _ = 1, n do s = s + v end
    return s, t, u
  end
  local s, t, u = quotients(2, 0)
  assert(s == 0 and t == math.huge and u == math.huge)
  -- beyond 32 bits, and beyond what a double holds
  assert(total(5, 1 << 30) == 5 << 30 and total(3, math.maxinteger) == math.maxinteger * 3)
  assert(math.type(total(4, 1 << 52)) == "integer" and total(4, 1 << 52) == 1 << 54)
  -- what may be inspected while it is a sum
  local seen
  local function watched(n)
    local s = 0
    for i = 1, n do
      if i == 2 then seen = select(2, debug.getlocal(1, 2)) end
      s = s + 0
    end
    return s
  end
  assert(watched(3) == 0 and isPlus(seen, "integer"))
end

-- §2.4 what is added comes from the metatable: of all kinds, in code that has run often
do
  local values = {}
  local given = setmetatable({}, { __index = function(_, k) return values[k] end })
  local function totals(t, n)
    local plus, minus = 0, 0
    for i = 1, n do
      plus = plus + t[i]
      minus = minus - t[i]
    end
    return plus, minus
  end
  local function checkGiven(list, plus, minus)
    values = list
    local a, b = totals(given, #list)
    assert(a == plus and math.type(a) == math.type(plus))
    assert(b == minus and math.type(b) == math.type(minus))
  end
  for _ = 1, 300 do
    checkGiven({ 1, 2, 3 }, 6, -6)
    checkGiven({ 0.5, 2, 0.5 }, 3.0, -3.0)
  end
  checkGiven({ 1, 2.0, 3 }, 6.0, -6.0)
  checkGiven({ 1 << 53, 1 }, (1 << 53) + 1, -(1 << 53) - 1)
  checkGiven({ (1 << 53) - 1, 1, 1 }, (1 << 53) + 1, -(1 << 53) - 1)
  checkGiven({ math.maxinteger, 1 }, math.mininteger, math.mininteger)
  checkGiven({ 1e308, 1e308, 1 }, math.huge, -math.huge)
  checkGiven({ "10", 1 }, 11, -11)
  checkGiven({ 0, 0 }, 0, 0)
  checkGiven({ 0.0, 0 }, 0.0, 0.0)
  values = { -0.0 }
  local a, b = totals(given, 1)
  assert(1 / a == math.huge and 1 / b == math.huge)
  values = { 1, {}, 2 }
  local ok, message = pcall(totals, given, 3)
  assert(not ok and message:find("attempt to perform arithmetic on a table value (field '?')", 1, true), message)
  values = { 1, nil, 2 }
  ok, message = pcall(totals, given, 3)
  assert(not ok and message:find("attempt to perform arithmetic on a nil value (field '?')", 1, true), message)
  -- what comes later than asked for
  local later = setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end })
  local resume = coroutine.wrap(function() return totals(later, 2) end)
  assert(resume() == 1 and resume(1) == 1 and resume(2) == 2 and resume(0.5) == 2)
  local plus, minus = resume(0.25)
  assert(plus == 1.5 and minus == -2.25)
end
