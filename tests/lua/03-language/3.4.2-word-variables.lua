-- §3.4.2 variables of 32-bit checksums and hashes: what they hold may stop to be a word, and may be looked at anywhere

local crcTable = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = c & 1 == 1 and 0xedb88320 ~ (c >> 1) or c >> 1 end
  crcTable[i] = c
end
local function crc32(s, entries)
  entries = entries or crcTable
  local c = 0xffffffff
  for i = 1, #s do c = entries[(c ~ s:byte(i)) & 0xff] ~ (c >> 8) end
  return c ~ 0xffffffff
end
assert(crc32("123456789") == 0xcbf43926 and crc32("") == 0 and crc32("a") == 0xe8b7be43)
assert(math.type(crc32("a")) == "integer")

local function result(...) return { ... } end

-- the same with a variable that is shared with a function, which is kept as any other
local function reference(s, entries)
  local c = 0xffffffff
  local function get() return c end
  for i = 1, #s do c = entries[(get() ~ s:byte(i)) & 0xff] ~ (c >> 8) end
  return c ~ 0xffffffff
end

-- entries that are no words: larger, negative, floats, strings, objects, nothing; each in new functions and old ones
local object = setmetatable({}, { __bxor = function(a, b) return type(a) == "table" and b or a end })
local entries = { 5, 0xffffffff, 1 << 32, 1 << 40, -1, math.mininteger, math.maxinteger, 3.0, 2.0 ^ 31, "7", "0x10", object, 0.5, 2.0 ^ 80, {}, "x", true }
for round = 1, 3 do
  for n = 1, #entries do
    local t = {}
    for i = 0, 255 do t[i] = crcTable[i] end
    t[0], t[17] = entries[n], entries[n]
    for _, text in ipairs({ "\xff", "\xff\xff\xff", "abc\xff\xee\xff123456789" }) do
      local a, b = result(pcall(crc32, text, t)), result(pcall(reference, text, t))
      assert(a[1] == b[1], n)
      if a[1] then
        assert(a[2] == b[2] and math.type(a[2]) == math.type(b[2]), n)
      else
        local function cause(m) return m:gsub("^.-:%d+: ", ""):gsub(" %(.*", "") end
        assert(cause(a[2]) == cause(b[2]), a[2])
      end
    end
  end
end

-- operators, bounds, and other uses: comparisons, keys, arguments, results, texts, ends of loops
local function mix(n)
  local h, sum = 0x9e3779b9, 0
  local seen = {}
  for i = 1, n do
    h = (h << 5 | h >> 27) & 0xffffffff
    h = h ~ i & 0xffffffff
    h = (h * 0x85ebca6b) & 0xffffffff
    h = h ~ (h >> 16)
    seen[h] = i
    seen[h & 3] = h
    if h > 0x80000000 then sum = sum + 1 elseif h == 0 then sum = sum - 1 end
    sum = sum + h % 7 + h // 0x10000000
  end
  local count = 0
  for _ = h & 0xf, h & 0xf + 3 do count = count + 1 end
  return h, sum, -h, ~h, h / 2, h .. "|" .. tostring(h), seen[h], #string.rep("x", h & 7), count, math.type(h), (h)
end
local r = result(mix(1000))
assert(r[1] == r[11] and r[3] == -r[1] and r[4] == -1 - r[1] and r[5] == r[1] / 2 and r[7] == 1000)
assert(r[6] == string.format("%d|%d", r[1], r[1]) and r[8] == r[1] & 7 and r[10] == "integer")
-- the same with a variable that is shared with a function, which is kept as any other
local function plain(n)
  local h
  local function get() return h end
  h = 0x9e3779b9
  for i = 1, n do
    h = (get() << 5 | h >> 27) & 0xffffffff
    h = h ~ i & 0xffffffff
    h = (h * 0x85ebca6b) & 0xffffffff
    h = h ~ (h >> 16)
  end
  return h
end
assert(plain(1000) == r[1] and plain(1) == (mix(1)))

local function shifts(v)
  local a = 0xffffffff
  a = a >> 0
  local b = a
  a = a >> 31
  local c = a
  a = v ~ (a >> 1)
  return b, c, a
end
r = result(shifts(0x80000000))
assert(r[1] == 0xffffffff and r[2] == 1 and r[3] == 0x80000000)
r = result(shifts(-5))
assert(r[3] == -5)
r = result(pcall(shifts, nil))
assert(not r[1] and r[2]:find("attempt to perform bitwise operation on a nil value (local 'v')", 1, true))
local other = setmetatable({}, { __bxor = function() return "not a word", 2 end })
r = result(shifts(other))
assert(r[3] == "not a word")

-- scopes that are entered again, jumps, loops in loops, and the name in messages
local function scopes(n)
  local all = {}
  local i = 0
  ::again::
  i = i + 1
  do
    local c = 0xffffffff
    repeat
      local j = 0
      while j < 3 do
        j = j + 1
        c = c ~ (0xf0000000 >> j)
        if c & 1 == 0 then c = c ~ 0x11111111 else c = c >> 1 end
        if j == 2 and i % 2 == 0 then break end
        all[#all + 1] = c
        if #all > 50 then return all, c end
        if c == 7 then all[#all + 1] = -c end
        c = c & 0xffffffff
      end
    until c % 5 == 0 or c < 100
    all[#all + 1] = c
  end
  if i < n then goto again end
  return all
end
local list = scopes(4)
local check = 0
for i, v in ipairs(list) do check = (check * 31 + v * i) % 1000003 end
assert(#list == 38 and check == 405201, check)
local function named()
  local c = 0xffffffff
  c = c & 0xfffffff0
  return c.x.y
end
r = result(pcall(named))
assert(not r[1] and r[2]:find("attempt to index a number value (local 'c')", 1, true))

-- waiting in the middle, and in a loop of a main chunk
local co = coroutine.wrap(function()
  local c = 0xffffffff
  for _ = 1, 4 do c = coroutine.yield(c) ~ (c >> 8) end
  return c
end)
local c = co()
local mirror = 0xffffffff
assert(c == mirror)
for _, v in ipairs({ 0x80000001, 0, 1 << 33, 0xedb88320 }) do
  c = co(v)
  mirror = v ~ (mirror >> 8)
  assert(c == mirror)
end

-- what the debug library sees
local function shown()
  local word = 0xffffffff
  word = word & 0xf000000f
  local name, value = debug.getlocal(1, 1)
  return name, value, word
end
r = result(shown())
assert(r[1] == "word" and r[2] == 0xf000000f and r[3] == 0xf000000f)

-- copies of one another, as the state of a hash function, against the same through tables
local function rotate(list, wait)
  local a, b, c, d = 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476
  for i = 1, #list do
    local p, q, r, s = a, b, c, d
    for k = 1, 4 do
      local f = (q & r) | (~q & s)
      local t = s
      s = r
      r = q
      q = (q + f + list[i] * k) & 0xffffffff
      p = t
      if wait then coroutine.yield(p, q) end
    end
    a = (a + p) & 0xffffffff
    b = (b + q) & 0xffffffff
    c = (c ~ r) & 0xffffffff
    d = s
  end
  return a, b, c, d
end
local function expected(list)
  local w = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 }
  for i = 1, #list do
    local v = { w[1], w[2], w[3], w[4] }
    for k = 1, 4 do
      local f = (v[2] & v[3]) | (~v[2] & v[4])
      v = { v[4], (v[2] + f + list[i] * k) & 0xffffffff, v[2], v[3] }
    end
    w = { (w[1] + v[1]) & 0xffffffff, (w[2] + v[2]) & 0xffffffff, (w[3] ~ v[3]) & 0xffffffff, v[4] }
  end
  return table.unpack(w)
end
for _, list in ipairs { {}, { 1 }, { 0xffffffff, 0, 7 }, { 1 << 40, -1, 0x80000000 }, { 3.0, math.mininteger } } do
  local x, y = result(rotate(list)), result(expected(list))
  for i = 1, 4 do assert(x[i] == y[i] and math.type(x[i]) == "integer") end
  co = coroutine.wrap(rotate)
  local n = 0
  repeat
    x = result(co(list, true))
    n = n + 1
  until #x == 4
  assert(n == 4 * #list + 1)
  for i = 1, 4 do assert(x[i] == y[i]) end
end

-- a copy that becomes something else, or is captured
local function changed(v)
  local x, y = 0xffffffff, 0x80000001
  local z = x
  for i = 1, 3 do
    z = x
    x = (x ~ y) & 0xffffffff
    y = y | v
    if i == 2 then z = y end
  end
  return x, y, z
end
r = result(changed(1))
assert(r[1] == 0x7ffffffe and r[2] == 0x80000001 and r[3] == 0xffffffff)
r = result(changed(1 << 33))
assert(r[1] == 0x7ffffffe and r[2] == 0x280000001 and r[3] == 0xffffffff)
local function captured()
  local x = 0xffffffff
  local y, z = x, x
  local f = function() y = y + 1 return y end
  z = z & 0xf0
  f()
  return x, y, z
end
r = result(captured())
assert(r[1] == 0xffffffff and r[2] == 0x100000000 and r[3] == 0xf0)
