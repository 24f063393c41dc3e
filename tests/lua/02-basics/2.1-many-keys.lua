-- Tables as maps against a plain list of pairs: keys that lie close together or far apart, that come
-- in any order and go again, many strings, tables as keys.
local seed = 7
local function random(n)
  seed = (seed * 48271) % 2147483647
  return seed % n + 1
end

-- a second account of the same table, kept in parallel arrays that are never sparse
local function account()
  local at, keys, values = {}, {}, {}
  local count = 0
  return {
    set = function(name, key, value)
      local i = at[name]
      if not i then
        count = count + 1
        i, at[name] = count, count
        keys[i] = key
      end
      values[i] = value == nil and false or value
    end,
    check = function(t, what)
      local live = 0
      for i = 1, count do
        local v = t[keys[i]]
        if values[i] then
          live = live + 1
          assert(v == values[i], what)
        else
          assert(v == nil, what)
        end
      end
      local seen = 0
      for k, v in pairs(t) do
        assert(t[k] == v, what)
        seen = seen + 1
      end
      assert(seen == live, what)
      -- next goes on from any key
      local key, value = next(t)
      for _ = 1, 50 do
        if key == nil then break end
        assert(t[key] == value, what)
        key, value = next(t, key)
      end
    end,
  }
end

local function churn(what, steps, makeKey)
  local t, books = {}, account()
  for i = 1, steps do
    local key = makeKey(i)
    local value = random(4) > 1 and i or nil
    t[key] = value
    books.set(tostring(key), key, value)
    if i % (steps // 4) == 0 then books.check(t, what) end
  end
  -- clearing fields while traversing
  local cleared = 0
  for k in pairs(t) do
    t[k] = nil
    cleared = cleared + 1
  end
  assert(next(t) == nil, what)
  local key = makeKey(1)
  t[key] = "again"
  assert(t[key] == "again" and next(t) == key and cleared > 0, what)
end

churn("ascending", 2000, function(i) return i * 3 + 1000 end)
churn("descending", 2000, function(i) return 100000 - i * 3 end)
churn("negative", 2000, function(i) return -i end)
churn("both signs", 3000, function() return random(4000) - 2000 end)
churn("random", 5000, function() return random(20000) + 7 end)
churn("clusters", 3000, function() return random(5) * 1000000 + random(300) end)
churn("far apart", 3000, function(i) return (i * 123457) % 1000003 * 2000 - 900000000 end)
churn("borders of int32", 400, function() return 2147483647 - random(200) end)
churn("lower border of int32", 400, function() return -2147483648 + random(200) end)
churn("beyond int32", 1000, function() return 2147483600 + random(100) end)
churn("an outlier first", 2000, function(i) return i == 1 and 1000000000 or i * 2 + 50 end)
churn("strings", 3000, function() return "k" .. random(2000) end)
churn("very many strings", 36000, function() return random(40000) .. "," .. random(2) end)

-- a window that moves on: keys come at one end and go at the other
do
  local t = {}
  for i = 1000, 60000 do
    t[i] = i
    t[i - 20] = nil
  end
  local n = 0
  for k, v in pairs(t) do
    assert(k == v)
    n = n + 1
  end
  assert(n == 20)
end

-- tables as keys, of which some are keys of several tables
do
  local objects, first, second = {}, {}, {}
  for i = 1, 3000 do objects[i] = { id = i } end
  for i = 1, 3000 do first[objects[i]] = i end
  for i = 3000, 1, -7 do second[objects[i]] = -i end
  for i = 1, 3000 do
    assert(first[objects[i]] == i)
    assert(second[objects[i]] == ((3000 - i) % 7 == 0 and -i or nil))
  end
  for o, i in pairs(first) do
    assert(o.id == i)
    if i % 3 ~= 0 then first[o] = nil end
  end
  local n = 0
  for o, i in pairs(first) do
    assert(o.id == i and i % 3 == 0)
    n = n + 1
  end
  assert(n == 1000)
  n = 0
  for o, i in pairs(second) do
    assert(o.id == -i)
    n = n + 1
  end
  assert(n == 429)
end

-- strings that only differ in their middle, and equal strings from different places
do
  local t, ends = {}, ("x"):rep(40)
  for i = 1, 20000 do t[ends .. i .. ends] = i end
  for i = 1, 20000 do assert(t[ends .. i .. ends] == i) end
  assert(t[ends .. 0 .. ends] == nil)
  local n = 0
  for k, v in pairs(t) do
    n = n + 1
    if v % 2 == 0 then t[k] = nil end
  end
  assert(n == 20000)
  for i = 1, 20000 do assert(t[ends .. i .. ends] == (i % 2 == 1 and i or nil)) end
end
