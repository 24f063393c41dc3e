-- §3.3.3, §3.4.2 words that are declared and assigned together, as the state of SHA-256: each text is run with the
-- variables as they are, and with variables that closures share, which are kept as any others

local function mask(x, n) return (x << n | x >> (32 - n)) & 0xffffffff end

--- The function of the text, and the same with its variables captured.
local function variants(text, captured)
  local function make(more)
    return assert(load(("local mask, wait = ...\nreturn function(v, n)\n%s end"):format((text:gsub("CAPTURED", more)))))
  end
  return make(""), make(("local function all() return %s end all()"):format(captured))
end

local object = setmetatable({}, {
  __band = function(a, b) return type(a) == "table" and b or a end,
  __bxor = function() return 1 << 40 end,
  __add = function() return { "sum" } end,
})
local values = {
  0, 1, 7, 0x7fffffff, 0x80000000, 0xffffffff, 1 << 32, 1 << 53, 1 << 62, -1, -0x80000000, math.mininteger, 3.0,
  2.0 ^ 31, 0.5, 2.0 ^ 80, "12", "0x80000000", "x", object, true,
}

local function told(ok, ...)
  local t = table.pack(...)
  for i = 1, t.n do
    local x = t[i]
    t[i] = type(x) == "number" and math.type(x) .. (" %q"):format(x) or tostring(x):gsub("^.-:%d+: ", ""):gsub(" %(.*", "")
    if type(x) == "table" then t[i] = x == object and "object" or tostring(x[1]) end
  end
  return tostring(ok) .. " " .. table.concat(t, " ")
end

--- Runs a function to its end, however often it waits.
local function finished(f, ...)
  local co = coroutine.create(f)
  local r = table.pack(coroutine.resume(co, ...))
  while coroutine.status(co) ~= "dead" do r = table.pack(coroutine.resume(co, table.unpack(r, 2, r.n))) end
  return told(table.unpack(r, 1, r.n))
end

local function same(text, captured)
  local plain, shared = variants(text, captured)
  for _, wait in ipairs { function(...) return ... end, coroutine.yield } do
    for _, v in ipairs(values) do
      local a, b = plain(mask, wait), shared(mask, wait)
      for _, n in ipairs { 1, 3, 40 } do
        local x, y = finished(a, v, n), finished(b, v, n)
        assert(x == y, ("%s\nwith %s, %d: %s, but %s"):format(text, v, n, x, y))
      end
    end
  end
end

-- rotations, swaps, sums with what comes from outside, and waiting between the values
same([==[
  local a, b, c, d = 0x6a09e667, 0xbb67ae85, 0xffffffff, 0
  CAPTURED
  for i = 1, n do
    local t = (a + b + (v & 0xffffffff)) & 0xffffffff
    d, c, b, a = c, b, a, (d ~ t) & 0xffffffff
    a, b = b, wait(a)
    b = b & 0xffffffff
    c, d = mask(c, 7), (wait(d) + v) & 0xffffffff
  end
  return a, b, c, d]==], "a, b, c, d")
same([==[
  local a, b = 0xffffffff, 0x80000001
  CAPTURED
  local t = {}
  for i = 1, n do
    a, t[a], b = b, a, (a ~ b) & 0xffffffff
    t[b], t[i], a = wait(i), a, (a & b) | i
    b, a = wait(v) ~ b, a
    if t[i] ~= a then a, b = b, a end
  end
  return a, b, t[1], t[2]]==], "a, b")
-- one value, two of a call, too few values, more than wanted
same([==[
  local a, b, c = 0xffffffff, 0x80000000
  CAPTURED
  local function two() return wait(a), b end
  a, b = two()
  a, b, c = a & 0xffffffff, b & 0xffffffff
  a, b = (b & v) & 0xffffffff, a & 0xf0f0f0f0, wait(v)
  return a, b, c]==], "a, b, c")
-- values that are words once only, and such that are not
same([==[
  local h = 0x9e3779b9
  local low, high = (v & 0xffffffff), v
  CAPTURED
  for i = 1, n do
    local x = (low ~ h) & 0xffffffff
    local y, z = x & h, x | h
    local w = wait(y) ~ z
    h = (x + y + z + w) & 0xffffffff
    low = h
  end
  return low, high, h]==], "low, high, h")
same([==[
  local a, b = 0xffffffff, 0xf0000000
  CAPTURED
  for i = 1, n do
    a, b = b ~ v, a
    b, a = a | wait(1), b
  end
  return a, b, a == b, a < b, -a, a .. ""]==], "a, b")

-- what functions give whose last statement masks it
same([==[
  local a, b, c = 0xffffffff, 0x12345678, 0
  CAPTURED
  local function rotated(x, by)
    if by == 3 then return v end
    return (x << by | x >> (32 - by)) & 0xffffffff
  end
  for i = 1, n do
    c, b, a = a, rotated(b, i), (rotated(a, 5) + b) & 0xffffffff
  end
  local d = rotated(a, 1)
  return a, b, c, d ~ b]==], "a, b, c")

-- keys beside the counter of a loop
same([==[
  local w = { 0x80000000, 0xffffffff, 3 }
  local h = 0xffffffff
  CAPTURED
  w[2] = v
  for i = 4, n + 12 do
    h = (w[i - 3] + w[i - 1] + h) & 0xffffffff
    w[i] = (w[i - 3] ~ h) & 0xffffffff
    if i == 9 then w[i] = nil w[i] = v end
  end
  return h, w[4], w[n + 12]]==], "w, h")
same([==[
  local w, h = setmetatable({}, { __index = function(_, k) return wait(k) end }), 0xffffffff
  CAPTURED
  for i = -2, n do h = (w[i - 2] + w[i + 1] + h) & 0xffffffff end
  for i = 0x7ffffffe, 0x80000001 do h = (w[i + 1] + w[i - 1] + h) & 0xffffffff end
  for i = (1 << 32) - 2, (1 << 32) + 2 do h = (w[i - 1] + w[i + 1] + h) & 0xffffffff end
  return h]==], "w, h")

-- what the debug library sees between the values
local function seen()
  local a, b = 0xffffffff, 0xfffffff0
  local names = {}
  local function look()
    for i = 1, 2 do names[#names + 1] = select(2, debug.getlocal(2, i)) end
    return 0x80000000
  end
  a, b = b, look() & a
  look()
  return a, b, table.concat(names, " ")
end
local a, b, names = seen()
assert(a == 0xfffffff0 and b == 0x80000000 and names == "4294967295 4294967280 4294967280 2147483648", names)
