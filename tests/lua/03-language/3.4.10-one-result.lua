-- §3.4.10, §3.3.4 functions that give one value whenever they return, called by their names, and such that seem to
local function id(x) return x end
local function pick(c) if c then return {c} else do return nil end end end
local function fall(c) if c then return c end end
local function two() return 1, 2 end
local function tail(n) if n == 0 then return "done" end return tail(n - 1) end
local function through(x) return id(x) end
local function list(...) return ... end
local function paren(...) return (...) end
local function multi() return two() end
local function noargs() return end
local function circle(n)
  local function inner(m) if m == 0 then return 1, 2 end return circle(m - 1) end
  return inner(n)
end
for i = 1, 1000 do
  assert(id(i) == i and id(nil) == nil and id({}) ~= nil)
  local t = pick(i)
  assert(t[1] == i and pick(false) == nil)
  assert(fall(i) == i and fall(false) == nil and select("#", fall(false)) == 0)
  assert(two() == 1 and tail(3) == "done" and through(2.0) == 2.0 and math.type(through(2.0)) == "float")
  local a, b = multi()
  assert(a == 1 and b == 2 and multi() == 1 and list(3, 4) == 3 and paren(5, 6) == 5 and noargs() == nil)
  assert(circle(1) == 1 and circle(0) == 1)
  -- at the end of a list
  assert(select("#", id(i)) == 1 and select("#", id(nil)) == 1 and select("#", two()) == 2 and select("#", noargs()) == 0)
  t = { id(i), through(i), pick(i), multi() }
  assert(#t == 5 and t[2] == i and t[3][1] == i and t[5] == 2)
  t = { two(), id(nil), paren(1, 2) }
  assert(t[1] == 1 and t[2] == nil and t[3] == 1)
  a, b = id(i)
  assert(a == i and b == nil and math.max(1, id(i)) == i and string.format("%d %s", i, tail(1)) == i .. " done")
end
local co = coroutine.wrap(function()
  local function ask(q) local a = coroutine.yield(q) return a end
  local function asks(q) return ask(q) end
  local function raw(q) return coroutine.yield(q) end
  local r = {}
  for i = 1, 3 do r[#r + 1] = ask(i); r[#r + 1] = asks(i); r[#r + 1] = raw(i) end
  return table.concat(r, ",")
end)
local v = co()
while type(v) == "number" do v = co(v * 2, "more") end
assert(v == "2,2,2,4,4,4,6,6,6", v)
local closed = 0
local function closing(x) local c <close> = setmetatable({}, { __close = function() closed = closed + 1 end }) return x end
local function failing() local c <close> = setmetatable({}, { __close = function() coroutine.yield() end }) return { 1 } end
assert(closing("x") == "x" and closed == 1)
co = coroutine.wrap(function() local t = failing() return t[1] end)
assert(co() == nil and co() == 1)
