-- §3.4.11 Function Definitions: the first runs of a function that is passed to a call, or long, are like those later on,
-- when it is compiled.
local RUNS = 12
local function pass(...) return ... end

-- Gives the functions that a chunk returns.
local function made(source)
  return assert(load(source, "=c", "t", setmetatable({ pass = pass }, { __index = _G })))()
end
local function rows(...)
  local r = table.pack(...)
  for i = 1, r.n do r[i] = tostring(r[i]) end
  return table.concat(r, " ", 1, r.n)
end
-- Calls it again and again: what it gives must stay the same.
local function gives(expected, source, ...)
  local f = made(source)
  for i = 1, RUNS do
    local got = rows(pcall(f, ...))
    if got ~= expected then error(("run %d of %s: %s\nnot %s"):format(i, source, got, expected), 2) end
  end
end

-- parameters and extra arguments
gives("true 1 nil", "return pass(function(a, b) return a, b end)", 1)
gives("true 1 2", "return pass(function(a, b) return a, b end)", 1, 2, 3)
gives("true 3 1 2 3", "return pass(function(a, ...) return 1 + select('#', ...), a, ... end)", 1, 2, 3)
gives("true 0", "return pass(function(...) return select('#', ...) end)")
gives("true 2 b", "return pass(function(...) local t = { ... } return #t, t[2] end)", "a", "b")
gives("true 2 1", "return pass(function(a, b) a, b = b, a return a, b end)", 1, 2)
gives("true 3", "return pass(function(a, ...rest) return a + rest.n end)", 1, 2, 2)
gives("true", "return pass(function() end)")

-- variables that are shared with others
do
  local f = made([[
    local n, list = 0, {}
    local function add(x) n = n + x return n end
    return pass(function(x) n = n + x list[#list + 1] = x local old = n add(1) return old, n, #list end)]])
  for i = 1, RUNS do assert(rows(f(10)) == ("%d %d %d"):format(11 * i - 1, 11 * i, i)) end
end
do
  local inner = {}
  local outer = made("return pass(function(x) local y = x return pass(function() x = x + 1 y = y - 1 return x, y end) end)")
  for i = 1, RUNS do inner[i] = outer(i) end
  for n = 1, RUNS do
    for i = 1, RUNS do assert(rows(inner[i]()) == ("%d %d"):format(i + n, i - n)) end
  end
end
do
  local f = made("local f f = pass(function(n) if n == 0 then return 0 end return n + f(n - 1) end) return f")
  assert(f(3) == 6 and f(100) == 5050 and f(4) == 10)
end

-- errors name variables and places
gives("false c:2: attempt to index a nil value (upvalue 't')", "local t\nreturn pass(function() return t.x end)")
gives("false c:1: attempt to index a number value (local 'a')", "return pass(function(a) a.x = 1 end)", 1)
gives("false c:2: attempt to call a nil value (field 'g')", "return pass(function(a)\n a.g() end)", {})
gives("false c:1: bad argument #1 to 'floor' (number expected, got nil)",
  "return pass(function(a) return math.floor(a) end)")
gives("false x", "return pass(function() error('x', 0) end)")
do
  local f = made("local function g() error('deep') end\nreturn pass(function()\n  g()\n  return 1\nend)")
  for _ = 1, RUNS do
    local _, trace = xpcall(f, function(m) return m .. "\n" .. debug.traceback() end)
    assert(trace:find("c:1: deep\n", 1, true))
    assert(trace:find("\tc:1: in upvalue 'g'\n\tc:3: in function <c:2>\n", 1, true), trace)
  end
end

-- it is one function to all who look
do
  local level, upvalue
  function Look() level = debug.getinfo(2, "flSu") level.a = table.pack(debug.getlocal(2, 1)) end
  local f = made("local up = 7\nreturn pass(function(a)\n  local b = up\n  Look()\n  return b\nend)")
  for i = 1, RUNS do
    upvalue = table.pack(debug.getupvalue(f, 1))
    assert(upvalue[1] == "up" and upvalue[2] == 7)
    assert(f(i) == 7)
    assert(level.func == f and level.currentline == 4 and level.linedefined == 2 and level.nparams == 1)
    assert(level.a[1] == "a" and level.a[2] == i)
  end
  f = made("local n = 0 n = n + 1 return pass(function() n = n + 1 return n end)")
  assert(debug.setupvalue(f, 1, 5) == "n" and f() == 6 and debug.setupvalue(f, 1, 50) == "n" and f() == 51)
  assert(load(string.dump(made("return pass(function(a, b) return a .. b end)")))("x", "y") == "xy")
end

-- as a coroutine's body, a comparator, a replacement, a metamethod, a message handler
for _ = 1, RUNS do
  local co = made("return coroutine.wrap(pass(function(a) local b = coroutine.yield(a + 1) return a + b end))")
  assert(co(1) == 2 and co(10) == 11)
  assert(made("local t = { 3, 1, 2 } table.sort(t, function(a, b) return a > b end) return t")[1] == 3)
  assert(made("return (('abc'):gsub('%w', function(c) return c .. c end))") == "aabbcc")
  assert(made("return setmetatable({}, { __add = pass(function(a, b) return 'sum' end) })") + 1 == "sum")
  assert(select(2, made("return table.pack(xpcall(error, function(m) return 'h' .. m end, 'x'))")[2]) == nil)
end

-- long ones, with loops and without; many calls; tail calls to themselves; names
local filler = ("local x%d = (a or 0) + %d "):rep(12):gsub("%%d", "1")
gives("true 13 3", "local function f(a) " .. filler .. " return x1 + 10, a + 1 end return f", 2)
gives("true 6", "local function f(n) " .. filler:gsub("a or", "n or") .. " local s = 0 for i = 1, n do s = s + i end return s end return f", 3)
gives("true 55", "local function f(n) " .. filler:gsub("a or", "n or") .. " if n == 0 then return 0 end return n + f(n - 1) end return f", 10)
gives("true done", "local function f(n) " .. filler:gsub("a or", "n or") .. " if n == 0 then return 'done' end return f(n - 1) end return f", 100000)
gives("true m 5", "local M = {} function M:go(a) " .. filler .. " return self.name, a end M.name = 'm' return function(a) return M:go(a) end", 5)
gives("false c:1: attempt to call a nil value (global 'nothing')", "local function f(a) " .. filler .. " nothing() end return f")
do
  local f = made("local function f(a) " .. filler .. " if a > 0 then return 1 + f(a - 1) end return 0 end return f")
  assert(f(5000) == 5000)
  local endless = made("local function f(a) " .. filler .. " return 1 + f(a) end return f")
  local ok, message = pcall(endless, 1)
  assert(not ok and tostring(message):find("stack overflow", 1, true))
end

-- a hook that other code sets while a statement is suspended: nothing is done twice
do
  local log = {}
  local env = setmetatable({
    side = function(x) log[#log + 1] = x return x end,
    hook = load("if ... then debug.sethook(function() end, 'l') else debug.sethook() end"),
  }, { __index = _G })
  local co = coroutine.wrap(assert(load([[
    local x = side("a") .. (hook(true) or "") .. coroutine.yield() .. side("b")
    for i = 1, 2 do local b = side(i) .. (coroutine.yield() or "") .. side(10 * i) end
    hook(false)
    return x
  ]], "=c", "t", env)))
  co()
  co("y")
  co()
  assert(co() == "ayb")
  assert(table.concat(log, " ") == "a b 1 10 2 20", table.concat(log, " "))
end
