-- §3.3.7 and §3.3.8 Variable Declarations, To-be-closed Variables
local function fails(source, expected)
  local f, m = load(source, "=s")
  assert(not f and m:find(expected, 1, true), m)
end
local c <const> = 5
assert(c == 5 and (function() return c + 1 end)() == 6)
fails("local x <const> = 1; x = 2", "attempt to assign to const variable 'x'")
fails("local x <close> = nil; x = 2", "attempt to assign to const variable 'x'")
fails("local x <const> = 1; function f() x = 2 end", "attempt to assign to const variable 'x'")
fails("local x <other> = 1", "unknown attribute 'other'")
fails("local a <close>, b <close> = nil", "multiple to-be-closed variables in local list")
-- the attribute may stand before the names
local <const> p, q = 1, 2
assert(p + q == 3)
fails("local <const> p, q = 1, 2; q = 3", "attempt to assign to const variable 'q'")

local log = {}
local function closer(name)
  return setmetatable({}, { __close = function(_, e) log[#log + 1] = name .. (e and ":" .. tostring(e) or "") end })
end
local function take() local s = table.concat(log, " "); log = {}; return s end

-- closed in reverse order however the block ends
do
  local a <close> = closer("a")
  local b <close> = closer("b")
  log[#log + 1] = "body"
end
assert(take() == "body b a")
local function ret() local a <close> = closer("a"); return "result", 2 end
local r, two = ret()
assert(r == "result" and two == 2 and take() == "a")
for i = 1, 3 do
  local a <close> = closer("l" .. i)
  if i == 2 then break end
end
assert(take() == "l1 l2")
do
  local i = 1
  ::top::
  do
    local a <close> = closer("g" .. i)
    i = i + 1
    if i < 4 then goto top end
  end
end
assert(take() == "g1 g2 g3")
while true do local a <close> = closer("w"); break end
assert(take() == "w")
repeat local a <close> = closer("r") until (function() log[#log + 1] = "cond"; return true end)()
assert(take() == "cond r")

-- nil and false are ignored; others must have the metamethod
do local x <close> = nil; local y <close> = false end
local ok, m = pcall(function() local bad <close> = {} end)
assert(not ok and m:find("variable 'bad' got a non-closable value", 1, true), m)
ok, m = pcall(function() local bad <close> = 42 end)
assert(not ok and m:find("variable 'bad' got a non-closable value", 1, true), m)

-- errors are passed on; an error in a closing method replaces the one before
ok, m = pcall(function() local a <close> = closer("a"); error("E", 0) end)
assert(not ok and m == "E" and take() == "a:E")
local function failing(name, e)
  return setmetatable({}, { __close = function(_, old) log[#log + 1] = name .. ":" .. tostring(old); error(e, 0) end })
end
ok, m = pcall(function()
  local a <close> = closer("a")
  local b <close> = failing("b", "second")
  local d <close> = failing("d", "first")
  error("orig", 0)
end)
assert(not ok and m == "second" and take() == "d:orig b:first a:second")
ok, m = pcall(function() local a <close> = closer("a"); local b <close> = failing("b", "E2"); return 1 end)
assert(not ok and m == "E2" and take() == "b:nil a:E2")

-- tail calls in a block with such a variable are no tail calls; returned values are kept
local function returns()
  local a <close> = closer("a")
  return (function(...) log[#log + 1] = "called"; return ... end)(1, nil, 3)
end
local x, y, z = returns()
assert(x == 1 and y == nil and z == 3 and take() == "called a")

-- suspended coroutines: close, and yields inside of __close
local co = coroutine.create(function()
  local a <close> = closer("a")
  local b <close> = setmetatable({}, { __close = function() coroutine.yield("closing"); log[#log + 1] = "b" end })
  coroutine.yield("body")
  return "end"
end)
assert(select(2, coroutine.resume(co)) == "body")
assert(select(2, coroutine.resume(co)) == "closing")
assert(select(2, coroutine.resume(co)) == "end" and take() == "b a")
co = coroutine.wrap(function() local a <close> = closer("never") coroutine.yield() error("x", 0) end)
co()
assert(not pcall(co) and take() == "never:x")

-- a variable that is closed can still be used by closures
local get
do
  local a <close> = closer("a")
  get = function() return a end
end
assert(getmetatable(get()).__close and take() == "a")

-- a message handler (§2.3) comes first: closing methods get what it has made of the error
do
  local log = {}
  local function closer(name)
    return setmetatable({}, { __close = function(_, e) log[#log + 1] = name .. ":" .. tostring(e) end })
  end
  local function handler(m)
    log[#log + 1] = "handler"
    return "H" .. m
  end
  local function fail()
    local _ <close> = closer("a")
    local _ <close> = closer("b")
    error("x", 0)
  end
  assert(select(2, xpcall(fail, handler)) == "Hx")
  assert(table.concat(log, " ") == "handler b:Hx a:Hx")
  -- not when a call further in takes the error
  log = {}
  assert(xpcall(pcall, handler, fail))
  assert(table.concat(log, " ") == "b:x a:x")
  -- an error of a closing method is an error of its own
  log = {}
  local _, m = xpcall(function()
    local _ <close> = closer("a")
    local _ <close> = setmetatable({}, { __close = function(_, e) error("second " .. e, 0) end })
    error("first", 0)
  end, handler)
  assert(m == "Hsecond Hfirst" and table.concat(log, " ") == "handler handler a:" .. m)
  -- and its traceback is that of the place of the error
  local trace
  xpcall(function()
    local _ <close> = setmetatable({}, { __close = function(_, e) trace = e end })
    local function deep() error("x") end
    deep()
  end, debug.traceback)
  assert(trace:find("in local 'deep'", 1, true) or trace:find("in upvalue 'deep'", 1, true), trace)
  -- in a coroutine, after a yield
  log = {}
  local co = coroutine.wrap(function()
    return xpcall(function()
      local _ <close> = closer("a")
      coroutine.yield()
      error("y", 0)
    end, handler)
  end)
  co()
  assert(select(2, co()) == "Hy" and table.concat(log, " ") == "handler a:Hy")
end

-- a handler's traceback has the function's name, and no tail call that never was
do
  local function f()
    local _ <close> = setmetatable({}, { __close = function() end })
    error("boo")
  end
  local _, trace = xpcall(function()
    f()
  end, function(m) return (debug.traceback(m, 1)) end)
  assert(trace:find("in upvalue 'f'", 1, true) and not trace:find("tail calls", 1, true), trace)
end
