-- §3.3.2 Chunks: a main function runs like any other, the first times and later, when it is compiled.
local RUNS = 12

-- Runs a chunk again and again: results, or the error and its traceback, must stay the same.
local function same(source, ...)
  local f = assert(load(source, "=c"))
  local function run(...)
    local r = table.pack(xpcall(f, function(m) return tostring(m) .. "\n" .. debug.traceback() end, ...))
    for i = 1, r.n do r[i] = tostring(r[i]) end
    return table.concat(r, " ", 1, r.n)
  end
  local first
  for i = 1, RUNS do
    local again = run(...)
    first = first or again
    if again ~= first then error(("run %d of %s: %s\nnot %s"):format(i, source, again, first), 2) end
  end
  return first
end
local function gives(expected, source, ...)
  local got = same(source, ...)
  if got ~= expected then error(("%s: %s\nnot %s"):format(source, got, expected), 2) end
end
-- Fails with the message, at its place.
local function fails(message, source, ...)
  local got = same(source, ...)
  local text = got:match("^false ([^\n]*)\n")
  if text ~= message then error(("%s: %s\nnot %s"):format(source, got, message), 2) end
end

-- arguments and results
gives("true 1 2 1 2 3", "local a, b = ... return a, b, ...", 1, 2, 3)
gives("true", "")
gives("true", "return")
gives("true nil", "return nil")
gives("true 1", "return (...)", 1, 2)
gives("true 3 nil", "return select('#', ...), (select(2, ...))", 1, nil, 3)
gives("true 1 2", "local t = { ... } t[3], t[1] = t[1], t[2] return t[3], t[1]", 1, 2)

-- declarations and blocks
gives("true 5 nil 6", "local a <const>, b = 5 do local a = 7 b = a end local c <const> = 6 return a, b and nil, c")
gives("true 1 2 3", "local x = 1 if x == 1 then local y = 2 x = y end local z = 3 return x - 1, x, z")
gives("true b", "local x = 2 if x == 1 then return 'a' elseif x == 2 then return 'b' else return 'c' end")
gives("true 7", "local function f(n) if n == 0 then return 7 end return f(n - 1) end return f(3)")
gives("true 3 4", "local n = 2 local function up() n = n + 1 return n end return up(), up()")
gives("true 10", "local _ENV = { x = 10 } return x")
gives("true 11", "local t = {} function t.a() return 11 end function t:b() return self.a() end return t:b()")
fails("c:1: global 'print' already defined", "global print = 1")
fails("c:1: global 'print' already defined", "global function print() end")

-- expressions
gives("true 1.5 -7 0.0 -0.0", "local a = 3 return a / 2, -(a + 4), 0.0, -0.0")
gives("true 0.0 -0.0", "local z = -0.0 return z - 0, z + -0.0")
gives("true 9223372036854775807 -9223372036854775808", "local m = math.maxinteger return m, m + 1")
gives("true a1b2.5", "local a = 'a' return a .. 1 .. 'b' .. 2.5")
gives("true false true true false", "local a = 1 return a > 2, a < 2, a ~= nil, not a")
gives("true 2 3 nil", "local a, b = nil, 2 return a or b, b and 3, a and b")
gives("true 1 2 y 4 5 6", [[
  local t = { 1, 2, x = 'y', [10 + 1] = 4, (function() return 5, 6 end)() }
  return t[1], t[2], t.x, t[11], t[3], t[4] ]])
gives("true 2 x", "local t = { [1] = 'a', 'x', n = 2 } return t.n, t[1]")
do
  local sum = {}
  for i = 1, 5000 do sum[i] = "a" end
  gives("true 5000", "local a = 1 return " .. table.concat(sum, " + "))
  gives("true 5", "local a = 5 return " .. table.concat(sum, " and "))
  gives("true 1", "local t = { v = 1 } t.a = t return t." .. table.concat(sum, ".") .. ".v")
end

-- errors name what failed, and where
fails("c:2: attempt to index a nil value (local 'a')", "local a\nreturn a.b")
fails("c:2: attempt to index a nil value (field 'b')", "local a = {}\na.b.c = 1")
fails("c:1: attempt to call a nil value (global 'nothing')", "nothing()")
fails("c:1: attempt to call a nil value (method 'x')", "local s = '' s:x()")
fails("c:3: attempt to perform arithmetic on a nil value (field 'x')", "local a = {}\nlocal b =\n  1 + a.x")
fails("c:1: attempt to concatenate a table value (local 'a')", "local a = {} return 'x' .. a .. 'y'")
fails("c:1: attempt to compare number with nil", "local a return 1 < a")
fails("c:1: attempt to get length of a number value (local 'a')", "local a = 1 return #a")
fails("c:1: number (local 'a') has no integer representation", "local a = 1.5 return a | 1")
fails("c:1: bad argument #1 to 'rep' (string expected, got nil)", "return string.rep(nil, 1)")
fails("c:1: calling 'rep' on bad self (string expected, got table)", "local t = { rep = string.rep } t:rep()")
fails("c:2: table index is nil", "local k\nlocal t = { [k] = 1 }")
fails("c:1: boom", "error('boom')")
fails("c:2: boom", "local function f() error('boom', 2) end\nf() return 1")
assert(same("local x = 1\nlocal y = x.z.w"):find("\n\tc:2: in function <c:0>\n", 1, true)
  or same("local x = 1\nlocal y = x.z.w"):find("\n\tc:2: in main chunk\n", 1, true))

-- it is one function to all who look
local seen
function look(level) seen = debug.getinfo(level or 2, "Slf") return seen.currentline end
gives("true 3 3", "local a = 1\nlocal b = 2\nreturn look(), (look())")
local f = load("look() return 1", "=c")
for _ = 1, RUNS do
  f()
  assert(seen.func == f and seen.what == "main" and seen.short_src == "c" and seen.currentline == 1)
end
assert(debug.getinfo(f, "u").isvararg and debug.getinfo(f, "L").activelines[1])

-- its variables can be looked at and changed from outside
function peek(n) return debug.getlocal(3, n) end
function poke(n, v) return debug.setlocal(2, n, v) end
gives("true a:1 b:2 nil 5", [[
  local a, b = 1, 2
  local function show(n) local k, v = peek(n) return k and k .. ":" .. v end
  local x, y = show(1), show(2)
  do local c = 3 end
  local z = show(9)
  poke(2, 5)
  return x, y, z, b]])

-- so can its environment
f = load("return x", "=c")
for i = 1, RUNS do
  assert(debug.setupvalue(f, 1, { x = i }) == "_ENV")
  assert(f() == i)
end
assert(debug.getupvalue(f, 1) == "_ENV")
assert(load(string.dump(load("local a = ... return a + 1")))(2) == 3)

-- a hook that is set while it runs sees the lines that follow
local lines
function watch() lines = {} debug.sethook(function(_, l) lines[#lines + 1] = l end, "l") end
f = load("local x = 1\nwatch()\nx = x + 1\nif x > 1 then\n  x = x\n    + 2\nend\nlocal t = {\n x }\nreturn x", "=c")
for i = 1, RUNS do
  local x = f()
  debug.sethook()
  assert(x == 4)
  lines = table.concat(lines, " "):match("3 4.*10")
  assert(lines == "3 4 6 8 9 10", i .. ": " .. tostring(lines))
end

-- also in a loop that has nothing in it
local left
function again()
  left = left - 1
  if left == 3 then watch() end
  if left > 0 then return left end
  debug.sethook()
end
for loop, expected in pairs {
  ["while again() do\nend"] = 2,
  ["repeat\nuntil not again()"] = 3,
  ["for _ in again do\nend"] = 2,
} do
  f = load("local x = 1\n" .. loop, "=c")
  for i = 1, RUNS do
    left = 5
    f()
    local seen = {}
    for _, l in ipairs(lines) do if l <= 3 then seen[#seen + 1] = l end end
    assert(table.concat(seen) == tostring(expected):rep(3), loop)
  end
end

-- it may be suspended at any step, go on, be closed or fail then
local function yielding(source)
  return coroutine.wrap(assert(load(source, "=c")))
end
Y = coroutine.yield
local w = yielding("local a = Y(1) + Y(2) local t = { Y(3), k = Y(4) } return a, t[1], t.k")
assert(w() == 1 and w(10) == 2 and w(20) == 3 and w(30) == 4)
assert(table.concat({ w(40) }, " ") == "30 30 40")
w = yielding("local t = setmetatable({}, { __newindex = function(_, k, v) Y(k) rawset(_, k, v) end }) local n = 0 "
  .. "t.a, n, t.b = 1, 2, 3 return t.a, n, t.b")
assert(w() == "b" and w() == "a")
assert(table.concat({ w() }, " ") == "1 2 3")
local co = coroutine.create(load("local x = 1\nlocal y = Y(x)\nreturn y.z", "=c"))
assert(coroutine.resume(co))
assert(debug.traceback(co) == "stack traceback:\n\t[C]: in global 'Y'\n\tc:2: in function <c:0>"
  or debug.traceback(co):find("c:2: in main chunk", 1, true))
local ok, message = coroutine.resume(co)
assert(not ok and message == "c:3: attempt to index a nil value (local 'y')")
co = coroutine.create(load("Y(1) Y(2)"))
coroutine.resume(co)
assert(coroutine.close(co) and coroutine.status(co) == "dead")

-- calls in tail position take no stack, others do
function step(n) return load("local n = ... if n == 0 then return 'end' end return step(n - 1)")(n) end
assert(step(20000) == "end")
function deep(n) return load("return 1 + deep()")() end
ok, message = pcall(deep)
assert(not ok and tostring(message):find("stack overflow", 1, true))

-- while it runs it may be called again
f = load("local n = ... if n == 0 then return 0 end return n + F(n - 1)")
F = f
assert(f(100) == 5050 and f(3) == 6)
