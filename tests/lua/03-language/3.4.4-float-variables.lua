-- §3.4.4 comparisons of variables that only ever hold floats, which the compiler keeps unboxed

-- with an integer beyond 2^53
local a = 2 ^ 53
local i = math.tointeger(a)
assert(a == i and i == a and not (a ~= i) and rawequal(a, i))
local b = a * 2
assert(b == 1 << 54 and (1 << 54) == b and b ~= (1 << 54) + 1 and b < (1 << 54) + 1 and b <= 1 << 54)
local function same(x, y) return x == y end
assert(same(a, i) and same(i, a))

-- metamethods get a float
local seen
local function note(x, y)
  seen = math.type(x) or math.type(y)
  return true
end
local o = setmetatable({}, { __lt = note, __le = note })
local f = 2.0
for _, compare in ipairs({
  function() return f < o end,
  function() return o < f end,
  function() return f <= o end,
  function() return o >= f end,
}) do
  seen = nil
  assert(compare() and seen == "float")
end
local g = f * 3
seen = nil
assert(g < o and seen == "float")

-- §3.4.1: variables that are floats only if their operands are numbers
do
  local Vector = {}
  Vector.__index = Vector
  local function vector(x) return setmetatable({ x = x }, Vector) end
  Vector.__mul = function(a, k) return vector(a.x * k) end
  Vector.__div = function(a, k) return type(k) == "number" and vector(a.x / k) or a.x // 1 | 0 end

  local function half(v)
    local h = v * 0.5
    local log = {}
    for i = 1, 3 do log[i] = i end
    return h, #log
  end
  for _ = 1, 3 do
    assert(half(3) == 1.5 and half(4) == 2.0 and math.type(half(4)) == "float")
    assert(half("8") == 4.0 and math.type(half("8")) == "float")
    local h, n = half(vector(10))
    assert(h.x == 5.0 and n == 3)
  end
  local ok, message = pcall(half, {})
  assert(not ok and message:find("attempt to perform arithmetic on a table value %(local 'v'%)"))

  -- a quotient is a float, of integers too; a metamethod may give anything
  local function quotient(a, b)
    local q = a / b
    local sum = 0.0
    while sum < 2 do sum = sum + q end
    return q, sum
  end
  assert(select("#", quotient(4, 2)) == 2 and quotient(4, 2) == 2.0)
  assert(math.type((quotient(4, 2))) == "float" and math.type((quotient(1, 3))) == "float")
  local q, sum = quotient(vector(1), "x")
  assert(math.type(q) == "integer" and q == 1 and sum == 2.0)
  local a, b = 7, 2
  local function counted(n)
    local mean = n / b
    local text = mean .. ""
    return text, math.type(mean), mean == n // b
  end
  assert(counted(8) == "4.0" and select(2, counted(8)) == "float" and select(3, counted(8)))
  assert(a / 0 == math.huge and -a / 0 == -math.huge and 0 / 0 ~= 0 / 0)

  -- assigned in a loop that begins with integers from outside
  local function escape(x, size)
    local c = 2.0 * x / size - 1.5
    local z, n = c, 0
    while z * z < 4.0 and n < 50 do
      z = z * z + c
      n = n + 1
    end
    return n, z
  end
  for x = 0, 4 do
    local n, z = escape(x, 4)
    assert(math.type(z) == "float" and math.type(n) == "integer")
  end
end

-- §3.4.4: elements of tables compared with each other, boxes among them
do
  local t = { 1.5, 2.0, 2, "a", 2.5, -0.0, 0, 1 << 53, 2.0 ^ 53 }
  local function less(i, j) return t[i] < t[j], t[i] <= t[j], t[i] > t[j], t[i] >= t[j] end
  for _ = 1, 3 do
    assert(less(1, 2) and not less(2, 3) and select(2, less(2, 3)) and less(2, 5))
    assert(select(4, less(6, 7)) and select(2, less(6, 7)))
    assert(select(2, less(8, 9)) and select(4, less(8, 9)) and not less(8, 9))
    local ok, message = pcall(less, 1, 4)
    assert(not ok and message:find("attempt to compare number with string", 1, true))
    ok, message = pcall(less, 1, 40)
    assert(not ok and message:find("attempt to compare number with nil", 1, true))
  end
  local function ordered(i) return t[i] <= t[i + 1], t[i + 1] > t[i] end
  assert(ordered(1) and select(2, ordered(1)) and ordered(2) and not select(2, ordered(2)))
  assert(not pcall(ordered, 3) and not pcall(ordered, #t))
  local proxy = setmetatable({}, { __index = function(_, k) return k * 1.0 end })
  t = proxy
  assert(ordered(1) and less(3, 4) and not less(4, 3))
end

-- §3.4.1: sums that are floats, with boxes among their operands and results
do
  local function blend(a, b) return a * 0.5 + b, (a + b) * 2.0 - a, a / 4 + b / 4, 1.0 / (a * (a - 1) * 0.5 + b) end
  local function shown(...)
    local t = { ... }
    for i, v in ipairs(t) do t[i] = math.type(v) .. " " .. v end
    return table.concat(t, ", ")
  end
  for _ = 1, 3 do
    assert(shown(blend(4, 2)) == "float 4.0, float 8.0, float 1.5, float 0.125")
    assert(shown(blend(4.0, 2)) == "float 4.0, float 8.0, float 1.5, float 0.125")
    assert(shown(blend(-0.0, 0)) == "float 0.0, float 0.0, float 0.0, float inf")
    assert(1 / blend(-0.0, -0.0) == -math.huge and 1 / blend(0, -0.0) == math.huge)
    assert(shown(blend("4", 2)) == "float 4.0, float 8.0, float 1.5, float 0.125")
    assert(blend(2^60, 1) == 2^59 + 1 and blend(1 << 60, 1) == 2^59 + 1 and blend(math.huge, 1) == math.huge)
    assert(not pcall(blend, {}, 1) and not pcall(blend, 1, nil))
  end
  -- integers inside wrap around as integers
  local function mixed(i, j, k) return i * j + k * 0.5, i + j - k + 0.5 end
  assert(select(2, mixed((1 << 53) - 1, (1 << 53) - 2, 1 << 53)) == (1 << 53) - 3 + 0.5)
end

-- §3.4.1: variables that are negated floats
do
  local function id(x) return x end
  local function f(x)
    local v = - ((id(x) - 2 ^ 31))
    local w = -(x * 0.5)
    local u = -(-(x / 2))
    w = w + v
    return 1.5 + v, w, u, -v
  end
  for _ = 1, 3 do
    local a, b, c, d = f(4)
    assert(a == 2147483645.5 and b == 2147483642.0 and math.type(b) == "float" and c == 2.0 and d == 4 - 2.0 ^ 31)
    a, b, c = f("4")
    assert(a == 2147483645.5 and c == 2.0)
    assert(not pcall(f, {}))
  end
  local unm = setmetatable({}, { __mul = function() return 3 end, __unm = function() return "minus" end })
  local function g(x)
    local v = -(x * 0.5)
    return v, math.type(v)
  end
  assert(g(unm) == -3 and select(2, g(unm)) == "integer" and g(1) == -0.5)
  local function h(x)
    local v = -(x - 0.5)
    return v
  end
  assert(h(0.5) == 0 and 1 / h(0.5) == -math.huge and 1 / -h(0.5) == math.huge)
end
