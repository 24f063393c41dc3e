-- §3.3.3 Assignment: all expressions are evaluated before anything is assigned
do
  local i, a = 3, {}
  i, a[i] = i + 1, 20
  assert(i == 4 and a[3] == 20 and a[4] == nil)
  local x, y = 1, 2
  x, y = y, x
  assert(x == 2 and y == 1)
  local p, q, r = 1, 2, 3
  p, q, r = q, r, p
  assert(p == 2 and q == 3 and r == 1)
end

-- adjusting the list of values (§3.4.12)
local function two() return 1, 2 end
local function none() end
do
  local a, b, c = two()
  assert(a == 1 and b == 2 and c == nil)
  a, b, c = two(), 10
  assert(a == 1 and b == 10 and c == nil)
  a, b, c = 0, two()
  assert(a == 0 and b == 1 and c == 2)
  a, b = (two())
  assert(a == 1 and b == nil)
  a, b = none(), two()
  assert(a == nil and b == 1)
  a = two(), error, 5
  assert(a == 1)
  local t = {}
  t.x, t.y, t.z = two()
  assert(t.x == 1 and t.y == 2 and t.z == nil)
end

-- what is assigned to is evaluated, too, before anything changes
do
  local t = {x = {}}
  local old = t.x
  t.x, t.x.y = 1, 2
  assert(t.x == 1 and old.y == 2)
  local log = {}
  local function note(v)
    log[#log + 1] = v
    return v
  end
  local target = {}
  target[note("k1")], target[note("k2")] = note(1), note(2)
  assert(#log == 4 and target.k1 == 1 and target.k2 == 2)
end

-- global variables are fields of _ENV (§3.2)
do
  local _ENV = {}
  g, h = 1, 2
  g, _ENV.h = h, g
  h2 = _ENV.h
end
do
  local seen = {}
  local env = setmetatable({}, {
    __newindex = function(_, k, v) seen[k] = v end,
    __index = function(_, k) return k .. "!" end,
  })
  local f = load("a, b = 1, missing return c", "=f", "t", env)
  assert(f() == "c!" and seen.a == 1 and seen.b == "missing!")
end

-- metamethods run for each assignment; rawset does without
do
  local order = {}
  local o = setmetatable({}, {__newindex = function(t, k, v) order[#order + 1] = k; rawset(t, k, v) end})
  o.a, o.b, o.a = 1, 2, 3
  assert(o.b == 2 and (o.a == 1 or o.a == 3) and #order >= 2)
end

-- constants can't be assigned (§3.3.7)
local function refused(code, message)
  local f, m = load(code, "=c")
  assert(f == nil and m:find(message, 1, true), m)
end
refused("local x <const> = 1; x = 2", "attempt to assign to const variable 'x'")
refused("local x <const>, y = 1, 2; y, x = 3, 4", "attempt to assign to const variable 'x'")
refused("local x <close> = nil; x = 1", "attempt to assign to const variable 'x'")
refused("local x <const> = 1; function f() x = 2 end", "attempt to assign to const variable 'x'")
refused("for i = 1, 2 do i = 3 end", "attempt to assign to const variable 'i'")
refused("for k, v in pairs({}) do k = 1 end", "attempt to assign to const variable 'k'")
refused("local x <nothing> = 1", "unknown attribute 'nothing'")
refused("local <const> x, y = 1, 2; y = 1", "attempt to assign to const variable 'y'")
refused("local a <close>, b <close> = 1, 2", "multiple to-be-closed variables in local list")
refused("f() = 1", "syntax error near '='")
refused("a + 1 = 2", "syntax error near '+'")
refused("(a) = 1 = 2", "near '='")
do
  local c <const> = 5
  local function f() return c end
  local t <const> = {}
  t.x = c
  assert(f() == 5 and t.x == 5)
end
