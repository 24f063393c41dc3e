-- §6.11 The Debug Library
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and m:find(expected, 1, true), m)
end
-- getinfo
local function here() return debug.getinfo(1, "nSlutf"), debug.getinfo(2, "l") end
local info, caller = here()
assert(info.short_src:find("functions.lua$") and info.source:find("^@") and info.what == "Lua" and info.linedefined == 7 and info.lastlinedefined == 7 and info.currentline == 7)
assert(info.name == "here" and info.namewhat == "local" and info.nups == 0 or info.nups == 1)
assert(info.func == here and info.nparams == 0 and info.isvararg == false and info.istailcall == false and caller.currentline == 8)
info = debug.getinfo(print)
assert(info.what == "C" and info.short_src == "[C]" and info.currentline == -1 and info.linedefined == -1 and info.source == "=[C]" and info.isvararg == true)
assert(debug.getinfo(1, "S").what == "main" and debug.getinfo(1000) == nil)
local lines = debug.getinfo(here, "L").activelines
assert(lines[7] and not lines[8])
fails("bad argument #2 to 'debug.getinfo' (invalid option '>')", debug.getinfo, 1, ">")
fails("bad argument #1 to 'debug.getinfo' (number expected, got nil)", debug.getinfo, nil)
local function va(a, b, ...) return debug.getinfo(1, "u") end
assert(va().nparams == 2 and va().isvararg == true)
local function tail() return debug.getinfo(1, "t").istailcall end
local function callsTail() return tail() end
assert(callsTail() == true)
-- names by use
local obj = { method = function() return debug.getinfo(1, "n") end }
local r = obj:method()
assert(r.name == "method" and r.namewhat == "method")
r = obj.method()
assert(r.name == "method" and (r.namewhat == "field" or r.namewhat == "method"))
function globalFunction() return (debug.getinfo(1, "n")) end
r = globalFunction()
assert(r.name == "globalFunction" and r.namewhat == "global")
globalFunction = nil
-- locals
local function locals(a, b)
  local c = 30
  local names = {}
  local i = 1
  while true do
    local n, v = debug.getlocal(1, i)
    if not n then break end
    names[n] = v
    i = i + 1
  end
  return names
end
local got = locals(10, 20)
assert(got.a == 10 and got.b == 20 and got.c == 30)
assert(debug.getlocal(locals, 1) == "a" and debug.getlocal(locals, 2) == "b" and debug.getlocal(locals, 3) == nil)
local function setter() local v = 1; assert(debug.setlocal(1, 1, 5) == "v"); return v end
assert(setter() == 5)
local function varargs(...) return debug.getlocal(1, -1), select(2, debug.getlocal(1, -2)) end
local vn, vv = varargs("x", "y")
assert(vn == "(vararg)" and vv == "y")
fails("level out of range", debug.getlocal, 1000, 1)
-- upvalues
local u1, u2 = 1, 2
local function up() return u1, u2 end
local function other() return u2 end
assert(debug.getupvalue(up, 1) == "u1" and select(2, debug.getupvalue(up, 2)) == 2 and debug.getupvalue(up, 3) == nil)
assert(debug.setupvalue(up, 1, 10) == "u1" and u1 == 10 and up() == 10)
assert(debug.upvalueid(up, 2) == debug.upvalueid(other, 1) and debug.upvalueid(up, 1) ~= debug.upvalueid(up, 2))
local j1 = 100
local function joined() return j1 end
debug.upvaluejoin(other, 1, joined, 1)
assert(other() == 100)
assert(debug.upvalueid(up, 5) == nil)
fails("invalid upvalue index", debug.upvaluejoin, up, 5, joined, 1)
-- metatables of any type
local mt = { __index = function(n, k) return k .. n end }
debug.setmetatable(1, mt)
assert((5).x == "x5" and debug.getmetatable(7) == mt)
debug.setmetatable(1, nil)
debug.setmetatable(nil, { __call = function() return "nil called" end })
local nothing
assert(nothing() == "nil called")
debug.setmetatable(nil, nil)
assert(debug.getmetatable(setmetatable({}, { __metatable = 1 })).__metatable == 1)
assert(type(debug.getregistry()) == "table" and debug.getregistry()[2] == _G)
assert(debug.getuservalue(io.stdout, 1) == nil and debug.getuservalue(5) == nil)
-- traceback
local tb = debug.traceback("msg")
assert(tb:find("^msg\nstack traceback:\n\t") and tb:find("functions.lua:%d+: in main chunk"))
assert(debug.traceback(nil) == nil or debug.traceback(nil):find("^stack traceback"))
assert(debug.traceback({ 1 })[1] == 1 and debug.traceback("m", 100) == "m\nstack traceback:")
local function f1() return (debug.traceback("t", 1)) end
local function f2() local s = f1(); return s end
tb = f2()
assert(tb:find("in upvalue 'f1'", 1, true) and tb:find("in local 'f2'", 1, true), tb)
local co = coroutine.create(function() local x = 1; coroutine.yield() end)
coroutine.resume(co)
assert(debug.traceback(co):find("functions.lua:%d+: in function <", 1) and debug.traceback(co, "cm"):find("^cm\n"))
assert(debug.getinfo(co, 1, "l").currentline > 0 and debug.getlocal(co, 1, 1) == "x")
-- hooks
local count = 0
local oldHook = debug.gethook()
debug.sethook(function(event, line) if event == "line" then count = count + 1 end end, "l")
local y = 1
y = 2
debug.sethook()
assert(count >= 2 and debug.gethook() == oldHook)
local calls = {}
debug.sethook(function(event) calls[#calls + 1] = event end, "cr")
local function empty() end
empty()
debug.sethook()
local joinedCalls = table.concat(calls, " ")
assert(joinedCalls:find("call") and joinedCalls:find("return"), joinedCalls)
count = 0
debug.sethook(function(event) assert(event == "count"); count = count + 1 end, "", 100)
for i = 1, 10000 do end
debug.sethook()
assert(count > 10)

-- upvaluejoin is about one closure only
do
  local a, b = 3, 5
  local function sum1() return a + b end
  local function sum2() return b + a end
  debug.upvaluejoin(sum1, 2, sum2, 2)
  assert(sum1() == 6 and sum2() == 8)
  assert(debug.upvalueid(sum1, 2) == debug.upvalueid(sum2, 2))
  a = 10
  assert(sum1() == 20 and sum2() == 15)
end

-- upvalues of native functions have no name
assert(debug.getupvalue(string.gmatch("x", "x"), 1) == "")
assert(debug.upvalueid(string.gmatch("x", "x"), 1) ~= nil)
assert(debug.getinfo(string.gmatch("x", "x"), "u").nups > 0)
assert(debug.getupvalue(print, 1) == nil)

-- tail calls are seen without a hook
do
  local callee, info
  function tailCaller() return callee() end
  callee = function() info = debug.getinfo(1, "t"); return 1 end
  tailCaller()
  assert(info.istailcall)
  callee()
  assert(not info.istailcall)
  tailCaller = nil
end

-- a chunk without debug information
do
  local stripped = load(string.dump(load("local a = 12; local n, v = debug.getlocal(1, 1) " ..
    "return n, v, debug.getinfo(1, 'l').currentline"), true))
  local n, v, line = stripped()
  assert(n == "(temporary)" and v == 12 and line == -1)
  local at = true
  local f = load(string.dump(function() local x = 1; return x end, true))
  debug.sethook(function(_, l) at = l end, "l")
  f(); debug.sethook(nil)
  assert(at == nil)
end

-- user values: files have none
assert(debug.setuservalue(io.stdout, 1) == nil)
assert(debug.getuservalue(io.stdout, 1) == nil)
assert(debug.getuservalue({}) == nil)
assert(not pcall(debug.setuservalue, {}, 1))

-- a local function that has called itself by a tail call, as long as it likes
do
  local info
  local function f(n)
    if n == 0 then
      info = debug.getinfo(1, "tnf")
      return debug.traceback("t")
    end
    return f(n - 1)
  end
  local trace = f(0)
  assert(not info.istailcall and info.name == "f")
  trace = f(100000)
  assert(info.istailcall and info.name == nil and info.func == f)
  assert(trace:find("in function <", 1, true) and trace:find("\n\t(...tail calls...)", 1, true))
  -- also when it has waited in between
  local co = coroutine.wrap(function()
    local function g(n)
      coroutine.yield(debug.getinfo(1, "t").istailcall)
      return g(n + 1)
    end
    g(1)
  end)
  assert(co() == false and co() == true and co() == true)
end

-- hooks see each of these calls
do
  local function f() return f() end
  local n = 0
  debug.sethook(function()
    n = n + 1
    if n > 100 then
      debug.sethook()
      error("enough", 0)
    end
  end, "", 100)
  local ok, m = pcall(f)
  assert(not ok and m == "enough")
  local function g(n, a)
    if n == 0 then return a end
    return g(n - 1,
      a + n)
  end
  local function events(mask)
    local t = {}
    local line = debug.getinfo(g, "S").linedefined
    debug.sethook(function(e, l)
      local info = debug.getinfo(2, "tf")
      if info.func ~= g then return end
      t[#t + 1] = e == "line" and l - line or e
      assert(e == "line" or info.istailcall == (e == "tail call"))
    end, mask)
    local r = g(2, 1)
    debug.sethook()
    assert(r == 4)
    return table.concat(t, " ")
  end
  assert(events("l") == "1 2 3 2 1 2 3 2 1")
  assert(events("c") == "call tail call tail call")
end

-- the last item of a constructor's list is stored at the closing brace
do
  local function lines(source)
    local t = {}
    local f = load(source)
    debug.sethook(function(_, l) t[#t + 1] = l end, "l")
    f()
    debug.sethook()
    return table.concat(t, " ", 2, #t - 1)
  end
  assert(lines("local t = {\n1,\n2,\n}\nreturn t") == "1 2 4 5")
  assert(lines("local t = {\nx = 1,\ny = 2,\n}\nreturn t") == "1 2 3 5")
  assert(lines("local t = {\n{\n1,\n},\n{\n2,\n},\n}\nreturn t") == "1 4 7 8 9")
  assert(debug.getinfo(load("return 1\n\n"), "S").lastlinedefined == 0)
  assert(lines("for _ in next, { 1, 2 } do end\nreturn") == "1 1 1 2")
  assert(lines("for _ in next, { 1, 2 } do\nlocal x end\nreturn"):find("1 2 1 2 1 "))
end

-- loops have hidden variables
do
  local names = {}
  for i = 1, 1 do
    for n = 1, 60 do
      local name = debug.getlocal(1, n)
      if name == nil then break end
      names[#names + 1] = name
    end
  end
  local text = table.concat(names, " ")
  assert(text:find("names (for state) (for state) i (for state) (for state) n", 1, true), text)
end

-- a function that pcall has called, and that has left by a tail call
do
  local function inner() return (debug.traceback("t")) end
  local _, trace = pcall(function() return inner() end)
  assert(trace:find("\n\t(...tail calls...)\n\t[C]: in ", 1, true), trace)
end

-- the metamethods of strings are levels, unlike operators that fail without one (§3.4.3)
do
  local function trace(f) return select(2, xpcall(f, debug.traceback)) end
  local t = trace(function() return "a" * 1.5 end)
  assert(t:find("\n\t[C]: in metamethod 'mul'\n", 1, true), t)
  t = trace(function() return ("1" // 0) | 0 end)
  assert(t:find("\n\t[C]: in metamethod 'idiv'\n", 1, true), t)
  t = trace(function() return {} * 1.5 end)
  assert(not t:find("metamethod", 1, true), t)
end

-- debug.setlocal gives values of other types to variables that nothing else assigns
do
  local function set() for i, v in ipairs({ "text", {}, 2.5 }) do debug.setlocal(2, i, v) end end
  local function user()
    local a, b, c = 1, "s", 2
    local function get() return c end
    set()
    local ok, e = pcall(function(x) return x * 0.5 + 1 end, a)
    assert(not ok and e:find("arithmetic on a string value") or e:find("'number'"))
    assert(a == "text" and type(b) == "table" and c == 2.5 and get() == 2.5)
    return a < 1
  end
  local ok, e = pcall(user)
  assert(not ok and e:find("attempt to compare string with number"), e)
end
