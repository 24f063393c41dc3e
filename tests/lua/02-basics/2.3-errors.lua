-- §2.3 Error Handling: error values, positions and names in messages, tracebacks
local function message(f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok)
  return m
end
local function has(m, text) assert(type(m) == "string" and m:find(text, 1, true), m) end

-- any value is an error value
local object = {}
for _, v in ipairs({ object, true, 42, 1.5, "text" }) do
  assert(message(error, v, 0) == v)
end
-- Lua 5.5 puts a text in the place of a nil error
assert(message(error) == "<no error object>" and message(error, nil) == "<no error object>")

-- positions
local function thrower() error("plain") end
has(message(thrower), "2.3-errors.lua:18: plain")
local function level2() error("above", 2) end
has(message(function() level2() end), "2.3-errors.lua:21: above")
assert(message(function() error("none", 0) end) == "none")

-- names of variables
local t = {}
has(message(function() local a; a.b = 1 end), "attempt to index a nil value (local 'a')")
has(message(function() t.x.y = 1 end), "attempt to index a nil value (field 'x')")
has(message(function() return undefinedGlobal.x end), "index a nil value (global 'undefinedGlobal')")
has(message(function() undefinedGlobal() end), "attempt to call a nil value (global 'undefinedGlobal')")
has(message(function() t:nomethod() end), "attempt to call a nil value (method 'nomethod')")
has(message(function() t.nofield() end), "attempt to call a nil value (field 'nofield')")
has(message(function() local f = 1; f() end), "attempt to call a number value (local 'f')")
has(message(function() t() end), "attempt to call a table value (upvalue 't')")
has(message(function() return t.x + 1 end), "attempt to perform arithmetic on a nil value (field 'x')")
has(message(function() return 1 + t end), "attempt to perform arithmetic on a table value (upvalue 't')")
has(message(function() return -{} end), "attempt to perform arithmetic on a table value")
has(message(function() return "a" + 1 end), "attempt to add a 'string' with a 'number'")
has(message(function() return t .. "x" end), "attempt to concatenate a table value (upvalue 't')")
has(message(function() return #5 end), "attempt to get length of a number value")
has(message(function() return {} < {} end), "attempt to compare two table values")
has(message(function() return 1 < "2" end), "attempt to compare number with string")
has(message(function() return nil <= 1 end), "attempt to compare nil with number")
has(message(function() return 1.5 | 1 end), "number has no integer representation")
has(message(function() return "a" | 1 end), "attempt to perform bitwise operation on a string value")
has(message(function() return 1 // 0 end), "attempt to divide by zero")
has(message(function() return 1 % 0 end), "attempt to perform 'n%0'")
has(message(function() for i = 1, 10, 0 do end end), "'for' step is zero")
has(message(function() for i = "a", 10 do end end), "bad 'for' initial value (number expected, got string)")
has(message(function() for i = 1, {} do end end), "bad 'for' limit (number expected, got table)")
has(message(function() for i = 1, 2, "x" do end end), "bad 'for' step (number expected, got string)")
has(message(function() for a in 5 do end end), "attempt to call a number value")
has(message(string.rep), "bad argument #1 to 'string.rep' (string expected, got no value)")
has(message(function() ("x"):rep({}) end), "bad argument #1 to 'rep' (number expected, got table)")
has(message(function() ("x"):rep(1.5) end), "bad argument #1 to 'rep' (number has no integer representation)")
has(message(function() setmetatable(1, {}) end), "bad argument #1 to 'setmetatable' (table expected, got number)")
has(message(function() math.floor("x") end), "bad argument #1 to 'floor' (number expected, got string)")
has(message(function() ipairs() end), "bad argument #1 to 'ipairs' (value expected)")

-- xpcall: the handler runs where the error was raised, and sees its arguments
local ok, m, extra = xpcall(function(a, b) error(a .. b, 0) end, function(e) return e .. "!", "lost" end, "x", "y")
assert(not ok and m == "xy!" and extra == nil)
local trace
xpcall(function() local x = nil; x() end, function(e) trace = debug.traceback(e, 1) end)
has(trace, "attempt to call a nil value (local 'x')")
has(trace, "stack traceback:\n")
has(trace, "2.3-errors.lua:")
has(trace, "in main chunk")

-- errors inside the handler end in a status, not in a loop
ok, m = xpcall(error, function(e) error(e) end, "x")
assert(ok == false)

-- a native function called by a native one has its own name in messages
local function badArgument(...)
  local ok, m = pcall(...)
  assert(not ok)
  return m
end
has(badArgument(table.sort, {1, 2, 3}, table.sort), "#1 to 'table.sort' (table expected")
has(badArgument(string.gsub, "s", "s", setmetatable), "#1 to 'setmetatable' (table expected")
has(badArgument(coroutine.wrap(string.rep)), "#1 to 'string.rep' (string expected")
has(badArgument(string.rep), "#1 to 'string.rep' (string expected")

-- yielding outside of coroutines is an error without a position
if coroutine.isyieldable() == false then
  local ok, m = pcall(function() coroutine.yield() end)
  assert(not ok and m == "attempt to yield from outside a coroutine", m)
end

-- a stack overflow in the handler of a stack overflow
do
  local function loop(x) return 1 + loop(x) end
  local ok, m = xpcall(loop, function(first)
    local ok, second = pcall(loop)
    assert(first:find("stack overflow", 1, true) and not ok)
    return second
  end)
  assert(not ok and m == "error in error handling", m)
end

-- stack overflow is an ordinary error
local function endless(n) return 1 + endless(n + 1) end
has(message(endless, 1), "stack overflow")

-- pcall inside pcall
local a, b, c = pcall(pcall, error, "inner")
assert(a == true and b == false and c == "inner")
local r = table.pack(pcall(function(...) return select("#", ...), ... end, nil, 2, nil))
assert(r.n == 5 and r[1] == true and r[2] == 3 and r[4] == 2)

-- error objects with __tostring keep their identity
local e = setmetatable({}, { __tostring = function() return "custom" end })
assert(message(error, e) == e and tostring(e) == "custom")

-- names in messages end at a NUL
do
  local t = {}
  local _, m = pcall(function() return t["a\0b"].x end)
  assert(m:find("(field 'a')", 1, true), m)
  _, m = pcall(function() return 1 | "k\0l" end)
  assert(m:find("(constant 'k')", 1, true), m)
end

-- in a..b..c the result of b..c goes by the name of b
do
  local b = setmetatable({}, { __concat = function() return true end })
  local _, m = pcall(function() return 1 .. b .. 2 end)
  assert(m:find("a boolean value (upvalue 'b')", 1, true), m)
  _, m = pcall(function() return 1 .. (b .. 2) end)
  assert(m:find("a boolean value (upvalue 'b')", 1, true), m)
end

-- a handler that never ends is given up when it has filled the stack for the second time
do
  local begun = 0
  local function endless(e, isInside)
    if not isInside then begun = begun + 1 end
    return endless(e, true) .. ""
  end
  local ok, m = xpcall(error, endless, "x")
  assert(not ok and m == "error in error handling", m)
  assert(begun <= 3, begun)
end
