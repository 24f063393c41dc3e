-- §3.4.1, §3.4.3 expressions for float variables, computed in one piece: zeros, infinities, integers, and what is no number

local function same(x, y)
  return math.type(x) == math.type(y) and (x == y and (x ~= 0 or 1 / x == 1 / y) or x ~= x and y ~= y)
end

-- `x` and `y` may hold anything, `c` and `s` are floats
local function turn(x, y, c, s)
  c, s = c + 0.0, s + 0.0
  local re = x * c - y * s
  local im = x * s + y * c
  re, im = re * c + x * 0.5, im * s - y / 2
  return re, im
end
-- the same, operator by operator
local function add(a, b) return a + b end
local function sub(a, b) return a - b end
local function mul(a, b) return a * b end
local function div(a, b) return a / b end
local function expected(x, y, c, s)
  c, s = add(c, 0.0), add(s, 0.0)
  local re = sub(mul(x, c), mul(y, s))
  local im = add(mul(x, s), mul(y, c))
  return add(mul(re, c), mul(x, 0.5)), sub(mul(im, s), div(y, 2))
end
local values = { 0, 1, -1, 3, 0.0, -0.0, 0.5, -2.5, 1.0, 1e308, -1e308, 5e-324, math.huge, -math.huge, 0 / 0, 1 << 53, (1 << 53) + 1, math.maxinteger, math.mininteger }
for _, x in ipairs(values) do
  for _, y in ipairs(values) do
    for _, c in ipairs(values) do
      for _, s in ipairs { 0, 1, -0.0, 0.25, math.huge } do
        local a, b = turn(x, y, c, s)
        local p, q = expected(x, y, c, s)
        assert(same(a, p) and same(b, q), string.format("%s, %s by %s, %s: %s, %s, not %s, %s", x, y, c, s, a, b, p, q))
      end
    end
  end
end

-- elements and fields; the variables hold floats from the start, and are operands of their own values
local function spin(re, im, n, wr, wi)
  local cr, ci = 1.0, 0.0
  for i = 1, n do
    local a, b = i, i + n
    local tr = re[b] * cr - im[b] * ci
    local ti = re[b] * ci + im[b] * cr
    re[b], im[b] = re[a] - tr, im[a] - ti
    re[a], im[a] = re[a] + tr, im[a] + ti
    cr, ci = cr * wr - ci * wi, cr * wi + ci * wr
  end
  return cr, ci
end
local re, im = {}, {}
for i = 1, 8 do re[i], im[i] = i, 0.0 end
local cr, ci = spin(re, im, 4, 0, 1)
assert(same(cr, 1.0) and same(ci, -0.0), cr .. " " .. ci)
assert(table.concat(re, " ") == "6.0 2.0 -4.0 4.0 -4.0 2.0 10.0 4.0", table.concat(re, " "))
assert(table.concat(im, " ") == "0.0 6.0 0.0 -8.0 0.0 -6.0 0.0 8.0", table.concat(im, " "))

-- metamethods, which may wait, and errors
local object = setmetatable({}, {
  __mul = function(_, b) return coroutine.yield(b) end,
  __add = function(a, b) return type(a) == "number" and a + 1000 or b end,
})
local function weighted(x, y, w)
  local f = w * 0.5
  f = x * f + y * f
  return f
end
assert(same(weighted(2, 3.5, 2), 5.5) and same(weighted("2", 3, 2.0), 5.0))
local co = coroutine.wrap(weighted)
assert(co(object, 3, 2) == 1.0 and co(7) == 10.0)
co = coroutine.wrap(weighted)
assert(co(object, 3, 2) == 1.0 and co(object) == 3.0)
local ok, message = pcall(weighted, 2, nil, 1)
assert(not ok and message:find("arithmetic on a nil value (local 'y')", 1, true), message)
ok, message = pcall(spin, { 1, 2 }, { 1 }, 1, 1, 1)
assert(not ok and message:find("arithmetic on a nil value (field '?')", 1, true), message)

-- what is read from tables: integers, and floats with and without a fraction, in expressions of which nothing tells the type
local function dot(a, b) return a.x * b.x + a.y * b.y - a[1] * b[1] end
local function polynomial(o, k) return (o.x * k + o.y) * k + o[1] end
local function nearer(a, b) return a.x - b.x < a.y + b[1] end
for _, x in ipairs(values) do
  for _, y in ipairs(values) do
    for i = 1, #values, 2 do
      local z = values[i]
      local a, b = { z, x = x, y = y }, { x, x = y, y = z }
      local r = dot(a, b)
      local e = sub(add(mul(x, y), mul(y, z)), mul(z, x))
      assert(same(r, e), string.format("%s*%s + %s*%s - %s*%s is %s, not %s", x, y, y, z, z, x, r, e))
      for _, k in ipairs { 0, 3, -1, 0.5 } do
        e = add(mul(add(mul(x, k), y), k), z)
        r = polynomial(a, k)
        assert(same(r, e), string.format("(%s*%s + %s)*%s + %s is %s, not %s", x, k, y, k, z, r, e))
      end
      assert(nearer(a, b) == (sub(x, y) < add(y, x)))
    end
  end
end

-- products of integers that wrap around, beside floats without a fraction
local large = { 1 << 40, (1 << 40) + 1, 3037000500, -3037000500, 94906267, (1 << 53) - 1, 1.0, -2.0, 0.5, 3 }
local function chain(a, b) return (a.x * b.x + a.y) * 0.5 + b.y * a.x end
local function three(a, b) return a.x + b.x + a.y end
local function negated(a, b) return a.y - -(a.x * b.x) end
for _, x in ipairs(large) do
  for _, y in ipairs(large) do
    for _, z in ipairs(large) do
      local a, b = { z, x = x, y = y }, { x, x = z, y = y }
      local function is(r, e) assert(same(r, e), string.format("%s, %s, %s: %s, not %s", x, y, z, r, e)) end
      is(dot(a, b), sub(add(mul(x, z), mul(y, y)), mul(z, x)))
      is(chain(a, b), add(mul(add(mul(x, z), y), 0.5), mul(y, x)))
      is(three(a, b), add(add(x, z), y))
      is(negated(a, b), sub(y, -mul(x, z)))
      is(polynomial(a, x), add(mul(add(mul(x, x), y), x), z))
    end
  end
end
