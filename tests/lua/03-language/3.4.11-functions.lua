-- §3.4.10-3.4.12 Function calls, definitions, multiple results
local function id(...) return ... end
-- call forms
assert(id"s" == "s" and id[[l]] == "l" and id{ 1 }[1] == 1 and (id)(5) == 5 and ("x"):rep(3) == "xxx")
local obj = { v = 7 }
function obj.get(self) return self.v end
function obj:set(v) self.v = v; return self end
obj.sub = { sub = {} }
function obj.sub.sub.f(a) return a end
function obj.sub.sub:m(a) return self, a end
assert(obj:get() == 7 and obj:set(8):get() == 8 and obj.sub.sub.f(1) == 1 and select(2, obj.sub.sub:m(3)) == 3)
-- the object of a method call is evaluated once
local n = 0
local function make() n = n + 1; return obj end
make():get()
assert(n == 1)

-- arguments are filled up or dropped
local function ab(a, b) return a, b end
local x, y = ab(1)
assert(x == 1 and y == nil)
x, y = ab(1, 2, 3)
assert(y == 2 and select("#", ab()) == 2)
local function va(a, ...) return a, select("#", ...), ... end
assert(select("#", va()) == 2 and select("#", va(1, nil, nil)) == 4 and select(2, va(1, nil, nil)) == 2)

-- named vararg tables
local function named(...args) return args.n, args[1], #args, ... end
local cnt, firstArg = named(5, nil, 7)
assert(cnt == 3 and firstArg == 5 and select("#", named(5, nil, 7)) == 6)
assert(named() == 0)
local function changed(a, ...t) t[1] = "changed"; return a, ... end
assert(select(2, changed(1, 2)) == "changed")
local function grows(...t) t.n = 1; return ... end
assert(select("#", grows(1, 2, 3)) == 1)
local function escapes(...t) return function() return t end end
assert(escapes(1, 2)()[2] == 2)
local ok, m = pcall(load("local function f(...t) t.n = 'x'; return ... end f(1)"))
assert(not ok and m:find("vararg table has no proper 'n'", 1, true), m)
assert(select(2, load("function f(...t) t = 1 end", "=s")):find("attempt to assign to const variable 't'", 1, true))

-- recursion: local function sees itself, local f = function does not
local function fact(k) return k <= 1 and 1 or k * fact(k - 1) end
assert(fact(20) == 2432902008176640000)
local g = function() return g end
assert(g() == nil)

-- tail calls need no stack
local function loop(k, acc) if k == 0 then return acc end return loop(k - 1, acc + 1) end
assert(loop(200000, 0) == 200000)
local even, odd
function even(k) if k == 0 then return true end return odd(k - 1) end
function odd(k) if k == 0 then return false end return even(k - 1) end
assert(even(100000) and not odd(100000))
function obj:down(k) if k == 0 then return "bottom" end return self:down(k - 1) end
assert(obj:down(100000) == "bottom")
local callable = setmetatable({}, { __call = function(self, k)
  if k == 0 then return "called" end
  return self(k - 1)
end })
assert(callable(100000) == "called")

-- closures share variables
local function pair() local v = 0; return function() v = v + 1; return v end, function(w) v = w end end
local inc, set = pair()
inc() set(10)
assert(inc() == 11)
local function outer(a) return function(b) return function(c) a = a + 1; return a + b + c end end end
local inner = outer(1)(10)
assert(inner(100) == 112 and inner(100) == 113)
-- parameters can be assigned and captured
local function cap(p) local f = function() return p end; p = p + 1; return f end
assert(cap(1)() == 2)
-- 255 arguments and results, many locals
local many = {}
for i = 1, 250 do many[i] = i end
assert(select("#", table.unpack(many)) == 250 and select(250, id(table.unpack(many))) == 250)
local names = {}
for i = 1, 200 do names[i] = "v" .. i end
local src = "local " .. table.concat(names, ",") .. " = ... ; return v1, v200"
local v1, v200 = load(src)(table.unpack(many))
assert(v1 == 1 and v200 == 200)
assert(select(2, load("local " .. table.concat(names, ",") .. ", w", "=s")):find("too many local variables", 1, true))

-- adjustment (§3.4.12)
local function two() return 1, 2 end
local function collect(...) return table.pack(...) end
assert(collect(two(), two()).n == 3 and collect((two())).n == 1 and collect(two(), 5).n == 2 and collect(5, two()).n == 3)
assert(collect(id()).n == 0 and collect((id())).n == 1 and collect(id(), id()).n == 1)
local r = table.pack((function(...) return ..., ... end)(1, 2))
assert(r.n == 3 and r[1] == 1 and r[2] == 1 and r[3] == 2)
assert((function(...) local a, b, c = ...; return c end)(1, 2) == nil)
assert(select("#", (function() return end)()) == 0 and (two()) == 1)
assert(not pcall(load, nil) and not load("function f() return ... end"))
assert(select(2, load("function f() return ... end", "=s")):find("cannot use '...' outside a vararg function", 1, true))
-- ambiguity across lines is resolved as a call
local function h(v) return function(w) return v + w end end
local res = h(1)
(2)
assert(res == 3)

-- §3.4.10: tail calls of what is no function, constants among it
do
  local one <const>, text <const>, none <const> = 1, "x", nil
  local function calls(f) return select(2, pcall(f)) end
  assert(calls(function() return one() end):find("attempt to call a number value"))
  assert(calls(function() return (1.5)() end):find("attempt to call a number value"))
  assert(calls(function() return none() end):find("attempt to call a nil value"))
  assert(calls(function() return (text)() end):find("attempt to call a string value"))
  assert(calls(function() return (true)(1) end):find("attempt to call a boolean value"))
end
