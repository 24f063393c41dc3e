-- §2.1 tables at random: keys that the text names and computed ones, assigned, cleared and traversed in any order, tables
-- that become weak or get finalisers; beside each a table that is only ever asked for computed keys
local seed
local function random(n)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return (seed // 65536) % n + 1
end

local COUNT = 48
local names, get, set, make = {}, {}, {}, {}
for i = 1, COUNT do
  names[i] = "f" .. i
  get[i] = load(("return function(t) return t.f%d end"):format(i))()
  set[i] = load(("return function(t, v) t.f%d = v end"):format(i))()
  make[i] = load(("return function(v, w) return { f%d = v, f%d = w, v, w } end"):format(i, i % COUNT + 1))()
end
local strange = { 1, 2, 3, -1, 0, 0.5, true, false, "5", "", "\xB5array", "\xB5map", "constructor", "__proto__", 2 ^ 53, print }
local metatables = {
  { __mode = "k" },
  { __gc = function() end },
  { __index = function() return nil end },
}

local function check(t, twin, round)
  local count = 0
  for k, v in pairs(t) do
    assert(twin[k] == v and rawget(t, k) == v)
    count = count + 1
    local number = type(k) == "string" and tonumber(k:match("^f(%d+)$"))
    if number and count % 3 == 1 then assert(get[number](t) == v) end
    if number and number % 6 == round % 6 then
      t[k], twin[k] = nil, nil
      count = count - 1
    end
  end
  local expected = 0
  for _ in pairs(twin) do expected = expected + 1 end
  assert(count == expected)
  local k
  repeat
    k = next(t, k)
    if k ~= nil then
      count = count - 1
      if count % 5 == 0 then get[count % COUNT + 1](t) end
    end
  until k == nil
  assert(count == 0)
end

local function run(used)
  local tables, twins = {}, {}
  for i = 1, 6 do tables[i], twins[i] = {}, {} end
  for round = 1, 2000 do
    local i, op, k = random(6), random(15), random(used)
    local t, twin, name = tables[i], twins[i], names[k]
    if op <= 2 then
      set[k](t, round)
      twin[name] = round
    elseif op <= 4 then t[name], twin[name] = round, round
    elseif op == 5 then
      set[k](t, nil)
      twin[name] = nil
    elseif op == 6 then t[name], twin[name] = nil, nil
    elseif op == 7 then assert(get[k](t) == twin[name])
    elseif op == 8 then assert(t[name] == twin[name])
    elseif op == 9 then
      k = strange[random(#strange)]
      t[k], twin[k] = round, round
    elseif op == 10 then
      k = strange[random(#strange)]
      assert(t[k] == twin[k])
    elseif op == 11 then
      if random(4) == 1 then check(t, twin, round) end
    elseif op == 12 then
      if random(12) == 1 then
        tables[i] = make[k](round, -round)
        twins[i] = { [name] = round, [names[k % COUNT + 1]] = -round, round, -round }
      end
    elseif op == 13 then
      if random(20) == 1 then setmetatable(t, metatables[random(4)]) end
    elseif op == 14 then
      if random(10) == 1 then
        for _ = 1, random(60) do
          k = "d" .. random(200)
          t[k], twin[k] = round, round
        end
      end
    else
      k = "d" .. random(200)
      assert(t[k] == twin[k])
      t[k], twin[k] = nil, nil
    end
  end
  for i = 1, 6 do check(tables[i], twins[i], i) end
end

for s = 1, 100 do
  seed = s
  local ok, message = pcall(run, 8 + random(COUNT - 8))
  assert(ok, ("seed %d: %s"):format(s, message))
end
