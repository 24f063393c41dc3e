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
