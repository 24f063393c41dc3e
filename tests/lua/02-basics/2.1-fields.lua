-- §2.1 string keys that the text names and those that are computed: one table to the program, whatever it is inside

-- names that a table of the host has: JavaScript's, and those of its own properties
local odd = {
  "constructor", "__proto__", "prototype", "toString", "valueOf", "hasOwnProperty", "length", "name", "get", "set", "array",
  "map", "metatable", "code", "hash", "\xB5array", "\xB5map", "\xB5metatable", "\xB5code", "\xB5get", "\xB5getStr",
  "\xB5setName", "\xB5", "\u{B5}array", "", "\0", "0", "1", "-1", "1.5", "4294967295", "NaN", "\xFF\xFE",
}
do
  local t = {}
  for _, k in ipairs(odd) do assert(t[k] == nil and rawget(t, k) == nil, k) end
  assert(t.constructor == nil and t.length == nil and t.get == nil and t.__proto__ == nil and t.toString == nil)
  t.x = 1
  for _, k in ipairs(odd) do assert(t[k] == nil and rawget(t, k) == nil, k) end
  for i, k in ipairs(odd) do t[k] = i end
  for i, k in ipairs(odd) do assert(t[k] == i and rawget(t, k) == i, k) end
  assert(t.x == 1 and t.__proto__ == 2 and t.length == 7 and t["\xB5array"] == 16 and #t == 0)
  local seen, n = {}, 0
  for k, v in pairs(t) do
    assert(k == "x" and v == 1 or odd[v] == k)
    assert(not seen[k])
    seen[k], n = true, n + 1
  end
  assert(n == #odd + 1)
  for i, k in ipairs(odd) do
    t[k] = nil
    assert(t[k] == nil and t.x == 1)
  end
  assert(next(t) == "x" and next(t, "x") == nil and getmetatable(t) == nil)
  local named = { constructor = 1, __proto__ = 2, length = 3, ["\xB5code"] = 4, ["0"] = 5, x = 6 }
  assert(named.constructor == 1 and named.__proto__ == 2 and named.length == 3 and named["\xB5code"] == 4
    and named["0"] == 5 and named.x == 6)
  setmetatable(named, { __index = function(_, k) return k .. "?" end })
  assert(named.toString == "toString?" and named["\xB5map"] == "\xB5map?" and named.x == 6)
end

-- methods of other values are not theirs, either
do
  local ok, message = pcall(function(v) return v.toFixed end, 12)
  assert(not ok and message:find("attempt to index a number value", 1, true))
  ok, message = pcall(function(v) return v.name end, print)
  assert(not ok and message:find("attempt to index a function value", 1, true))
  assert(("text").length == nil and ("text").slice == nil and ("text").constructor == nil)
end

-- computed keys are found by name, and the other way round; the order is that of insertion
local function keys(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = tostring(k) end
  return table.concat(list, " ")
end
do
  local row = {}
  for i, k in ipairs({ "host", "port", "path" }) do row[k] = i end
  assert(keys(row) == "host port path")
  assert(row.port == 2 and row.host == 1 and row.query == nil)
  assert(keys(row) == "host port path")
  row.query = 4
  row["frag" .. "ment"] = 5
  assert(row["que" .. "ry"] == 4 and row.fragment == 5 and keys(row) == "host port path query fragment")
  row["host"], row.port = nil, nil
  assert(row.host == nil and row["po" .. "rt"] == nil and keys(row) == "path query fragment")
  row["ho" .. "st"] = 6
  assert(row.host == 6)
  local count = 0
  for _ in pairs(row) do count = count + 1 end
  assert(count == 4)
end

-- a key that is assigned by both ways has one value
do
  local t = {}
  for round = 1, 50 do
    local k = "key" .. round % 5
    t[k] = round
    t.key0 = (t.key0 or 0) + 1
    if round % 7 == 0 then t.key1 = nil end
    if round % 11 == 0 then t[k] = nil end
    local found = {}
    for name, v in pairs(t) do
      assert(found[name] == nil and v == t[name] and v == rawget(t, name))
      found[name] = v
    end
    assert(found.key0 == t.key0 and found.key1 == t.key1)
  end
end

-- many computed keys, some of them named, and keys that are no strings beside them
for _, many in ipairs({ 3, 15, 16, 17, 39, 40, 41, 200 }) do
  local t = { first = 0 }
  for i = 1, many do t["k" .. i] = i end
  t[1.5], t[true], t[-7], t[1] = "float", "boolean", "integer", "element"
  assert(t.k1 == 1 and t.k3 == 3 and t.first == 0 and t.k0 == nil)
  t.last, t.k2 = many + 1, "two"
  assert(t["k" .. 2] == "two" and t["la" .. "st"] == many + 1)
  t["k" .. 2] = 2
  local sum, count = 0, 0
  for k, v in pairs(t) do
    count = count + 1
    if math.type(v) == "integer" then sum = sum + v end
    assert(t[k] == v)
  end
  assert(count == many + 6 and sum == (many + 1) * (many + 2) // 2, many)
  assert(t.k1 == 1 and t[1.5] == "float" and t[true] == "boolean" and t[-7] == "integer" and t[1] == "element")
end

-- names that are read, assigned and cleared while a traversal is under way
for _, many in ipairs({ 2, 10, 16, 30 }) do
  for _, named in ipairs({ false, true }) do
    for _, extra in ipairs({ false, true }) do
      local t = {}
      if named then t.own = 0 end
      for i = 1, many do t["k" .. i] = i end
      if extra then t[0.5] = "other" end
      local seen, count = {}, 0
      for k, v in pairs(t) do
        assert(not seen[k] and t[k] == v)
        seen[k], count = true, count + 1
        if count == 2 then
          assert(t.k1 == 1 and t.k2 == 2 and t.absent == nil)
          t.k2 = 2
        end
      end
      assert(count == many + (named and 1 or 0) + (extra and 1 or 0))
      -- by next, with each field cleared behind it
      local k, v = next(t)
      count = 0
      while k ~= nil do
        count = count + 1
        if k == "k1" then assert(t.k1 == 1) end
        t[k] = nil
        k, v = next(t, k)
      end
      assert(count == many + (named and 1 or 0) + (extra and 1 or 0) and next(t) == nil)
    end
  end
end

-- the values that a traversal gives are those of the moment
do
  local t = {}
  for i = 1, 6 do t["k" .. i] = i end
  local got = {}
  for k, v in pairs(t) do
    got[#got + 1] = k .. "=" .. v
    if k == "k1" then t.k3, t.k4 = 30, nil end
    if k == "k5" then t["k" .. 6] = 60 end
  end
  assert(table.concat(got, " ") == "k1=1 k2=2 k3=30 k5=5 k6=60")
end

-- a table that gets a finaliser on the way
do
  local t, seen = { a = 1, b = 2, c = 3 }, {}
  for k, v in pairs(t) do
    assert(not seen[k] and v == t[k])
    seen[k] = true
    setmetatable(t, { __gc = function() end })
  end
  assert(seen.a and seen.b and seen.c)
end

-- metatables and classes that are filled by computed keys
do
  local base, class = {}, {}
  for _, name in ipairs({ "new", "hello", "__index", "__add", "__newindex" }) do
    base[name] = name == "new" and function(v) return setmetatable({ v = v }, class) end
      or name == "hello" and function(self) return "hello " .. self.v end
      or name == "__index" and class
      or name == "__add" and function(a, b) return class.new(a.v + b.v) end
      or function(t, k, v) rawset(t, k, v * 2) end
  end
  for k, v in pairs(base) do class[k] = v end
  for i = 1, 30 do
    local o = class.new(i) + class.new(1)
    assert(o:hello() == "hello " .. i + 1)
    o.twice = i
    o["al" .. "so"] = i
    assert(o.twice == 2 * i and o.also == 2 * i and o.v == i + 1)
    o.v = 7
    assert(o.v == 7)
  end
end

-- weak tables and those with finalisers
do
  local weak = { a = 1, b = "text" }
  setmetatable(weak, { __mode = "k" })
  weak.c, weak["d"] = 3, 4
  assert(weak.a == 1 and weak.c == 3 and weak.d == 4 and weak["c"] == 3 and keys(weak) == "a b d c")
  weak.a, weak["b"] = nil, nil
  assert(weak.a == nil and weak.b == nil and keys(weak) == "d c")
  setmetatable(weak, nil)
  weak.a, weak.e = 5, 6
  assert(weak.c == 3 and weak.d == 4 and weak.a == 5 and weak["e"] == 6)
  local count = 0
  for k, v in pairs(weak) do count = count + v end
  assert(count == 18)

  local t = { a = 1 }
  t["b"] = 2
  setmetatable(t, { __gc = function() end })
  t.c, t["d"], t.a = 3, 4, 10
  assert(t.a == 10 and t.b == 2 and t.c == 3 and t["d"] == 4)
  local sum = 0
  for _, v in pairs(t) do sum = sum + v end
  assert(sum == 19)
  t.a, t["b"] = nil, nil
  assert(t.a == nil and rawget(t, "b") == nil)
end

-- globals by computed names, also those of the library that nothing has used so far
do
  local name = "a global"
  _G[name] = 1
  assert(_ENV["a global"] == 1 and rawget(_G, name) == 1)
  _G[name] = nil
  assert(_G[name] == nil)
  for _, library in ipairs({ "utf8", "math" }) do assert(type(_G[library]) == "table") end
  local kept = utf8
  utf8 = nil
  assert(_G["ut" .. "f8"] == nil and rawget(_G, "utf8") == nil)
  _G["ut" .. "f8"] = kept
  assert(utf8 == kept)
  local seen = {}
  for k in pairs(_G) do
    assert(not seen[k])
    seen[k] = true
  end
  assert(seen.utf8 and seen.print and seen.string and seen._G)
end
