-- §6.2 and the other sections of §6: an argument that was not passed is "no value", unlike nil

local function message(f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok)
  return m
end

-- called by Lua code
local function says(code, expected)
  local m = message(assert(load(code, "=c")))
  assert(m == "c:1: " .. expected, m)
end
says("next()", "bad argument #1 to 'next' (table expected, got no value)")
says("next(nil)", "bad argument #1 to 'next' (table expected, got nil)")
says("local r = math.ult(1) return r", "bad argument #2 to 'ult' (number expected, got no value)")
says("return math.ult(1, nil)", "bad argument #2 to 'ult' (number expected, got nil)")
says("rawset()", "bad argument #1 to 'rawset' (table expected, got no value)")
says("table.move({}, 1)", "bad argument #3 to 'move' (number expected, got no value)")
says("debug.getupvalue(print)", "bad argument #2 to 'getupvalue' (number expected, got no value)")
says("debug.setmetatable({})", "bad argument #2 to 'setmetatable' (nil or table expected, got no value)")
says("load()", "bad argument #1 to 'load' (function expected, got no value)")
-- the object of a method call counts
says("local o = { m = math.ult } o:m()", "calling 'm' on bad self (number expected, got table)")
says("local s = { rep = table.move } s:rep()", "bad argument #1 to 'rep' (number expected, got no value)")

-- an object with __call is an extra argument of a native function
local object = "local o = setmetatable({}, { __call = %s }) "
says(object:format("math.ult") .. "o(1)", "bad extra argument #1 to 'o' (number expected, got table)")
says(object:format("rawset") .. "return o(1)", "bad argument #2 to 'o' (value expected)")
says(object:format("error") .. "o('x')", "bad argument #1 to 'o' (number expected, got string)")
says(
  object:format("setmetatable({}, { __call = string.rep })") .. "o(2)",
  "bad extra argument #1 to 'o' (string expected, got table)"
)

-- called by pcall
assert(message(next) == "bad argument #1 to 'next' (table expected, got no value)")
assert(message(next, nil) == "bad argument #1 to 'next' (table expected, got nil)")
assert(message(math.ult, 1) == "bad argument #2 to 'math.ult' (number expected, got no value)")

-- no argument at all means the running coroutine, nil is an error
says("coroutine.isyieldable(nil)", "bad argument #1 to 'isyieldable' (thread expected, got nil)")
says("coroutine.close(nil)", "bad argument #1 to 'close' (thread expected, got nil)")

-- the level of error
says("error('x', {})", "bad argument #2 to 'error' (number expected, got table)")
says("error('x', 1.5)", "bad argument #2 to 'error' (number has no integer representation)")

-- a handler that returns nothing leaves no error object
local ok, m = xpcall(error, function() end, "x")
assert(not ok and m == "<no error object>")

-- an invalid key has no position; load converts numbers
assert(message(function() next({}, 1) end) == "invalid key to 'next'")
local f, e = load(1)
assert(f == nil and e == "[string \"1\"]:1: unexpected symbol near '1'", e)
-- the reader's error has one
local r, why = load(function() return {} end)
assert(r == nil and why:find("^[^:]*missing%-arguments.lua:%d+: reader function must return a string"), why)
