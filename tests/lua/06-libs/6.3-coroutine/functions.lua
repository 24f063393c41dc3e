-- §6.3 Coroutine Manipulation: close, create, isyieldable, resume, running, status, wrap, yield
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and tostring(m):find(expected, 1, true), m)
end
local main, isMain = coroutine.running()
assert(type(main) == "thread" and isMain == true)
assert(coroutine.isyieldable() == false and coroutine.status(main) == "running")
coroutine.wrap(function()
  local co, m = coroutine.running()
  assert(type(co) == "thread" and m == false and co ~= main)
  assert(coroutine.isyieldable() and coroutine.status(main) == "normal" and not coroutine.isyieldable(main))
end)()
fails("attempt to yield from outside a coroutine", coroutine.yield)
fails("bad argument #1 to 'coroutine.create' (function expected, got no value)", coroutine.create)
fails("bad argument #1 to 'coroutine.wrap' (function expected, got number)", coroutine.wrap, 1)
fails("thread expected, got number", coroutine.resume, 1)
fails("thread expected, got no value", coroutine.status)

-- status
local co
co = coroutine.create(function() assert(coroutine.status(co) == "running"); coroutine.yield() end)
assert(coroutine.status(co) == "suspended")
coroutine.resume(co)
assert(coroutine.status(co) == "suspended")
coroutine.resume(co)
assert(coroutine.status(co) == "dead")

-- close
assert(coroutine.close(co) == true)
assert(coroutine.close(coroutine.create(print)) == true)
local log = {}
local function closer(name, e)
  return setmetatable({}, { __close = function(_, err) log[#log + 1] = name .. tostring(err); if e then error(e, 0) end end })
end
co = coroutine.create(function() local a <close> = closer("a"); local b <close> = closer("b"); coroutine.yield() end)
coroutine.resume(co)
assert(coroutine.close(co) == true and coroutine.status(co) == "dead" and table.concat(log, " ") == "bnil anil")
co = coroutine.create(function() local a <close> = closer("a"); local b <close> = closer("b", "E"); coroutine.yield() end)
log = {}
coroutine.resume(co)
local ok, m = coroutine.close(co)
assert(ok == false and m == "E" and table.concat(log, " ") == "bnil aE")
assert(coroutine.close(co) == true)
co = coroutine.create(error)
coroutine.resume(co, "dead")
ok, m = coroutine.close(co)
assert(ok == false and m == "dead")
fails("cannot close main thread", coroutine.close, main)
coroutine.wrap(function() fails("cannot close a normal coroutine", coroutine.close, main) end)()

-- a running coroutine closes itself: it ends right there (5.5)
co = coroutine.create(function() local a <close> = closer("self"); coroutine.close(); error("never") end)
log = {}
assert(coroutine.resume(co) == true and coroutine.status(co) == "dead" and log[1] == "selfnil")

-- wrap: errors get a position, and close the coroutine
local w = coroutine.wrap(function() local a <close> = closer("w"); error("msg", 0) end)
log = {}
fails("msg", w)
assert(log[1] == "wmsg")
fails("cannot resume dead coroutine", w)
local obj = {}
w = coroutine.wrap(function() error(obj) end)
ok, m = pcall(w)
assert(not ok and m == obj)

-- natives as coroutines
co = coroutine.create(pcall)
assert(select(2, coroutine.resume(co, coroutine.yield, 1)) == 1)
assert(select(3, coroutine.resume(co, "back")) == "back")
co = coroutine.wrap(coroutine.yield)
assert(co(1, 2) == 1 and select("#", co()) == 0)
co = coroutine.wrap(select)
assert(co("#", 1, 2) == 2)

-- any number of values
local many = {}
for i = 1, 200 do many[i] = i end
co = coroutine.wrap(function(...) local n = select("#", ...); while true do n = select("#", coroutine.yield(n, ...)) end end)
assert(co(table.unpack(many)) == 200 and select("#", co()) == 201 and co(nil, nil) == 2)

-- deep recursion inside of coroutines, and coroutines inside of coroutines
local function depth(n) if n == 0 then return coroutine.yield("bottom") end return 1 + depth(n - 1) end
co = coroutine.wrap(depth)
assert(co(5000) == "bottom" and co(0) == 5000)
local function nest(n) if n == 0 then coroutine.yield("inner") return 0 end
  local c = coroutine.wrap(nest)
  local v = c(n - 1)
  while v == "inner" do coroutine.yield("inner"); v = c() end
  return v + 1
end
co = coroutine.wrap(nest)
assert(co(50) == "inner" and co() == 50)

-- errors through several levels, with tracebacks of the coroutine
co = coroutine.create(function() local function inner() error("deep") end inner() end)
ok, m = coroutine.resume(co)
local tb = debug.traceback(co)
assert(not ok and tb:find("in local 'inner'", 1, true) or tb:find("in upvalue 'inner'", 1, true) or tb:find("function 'inner'", 1, true), tb)
-- yield across pcall with an error afterwards
co = coroutine.wrap(function() return pcall(function() coroutine.yield(1); error("after", 0) end) end)
assert(co() == 1)
local s, e = co()
assert(s == false and e == "after")
-- a generator dropped in the middle is simply forgotten
for i = 1, 100 do coroutine.wrap(function() coroutine.yield() end)() end
-- a coroutine that has closed itself keeps the error of a closing method, until it is asked for
do
  local co
  co = coroutine.create(function()
    local _ <close> = setmetatable({}, { __close = function() error("from close", 0) end })
    coroutine.close(co)
  end)
  local ok, e = coroutine.resume(co)
  assert(not ok and e == "from close")
  ok, e = coroutine.close(co)
  assert(not ok and e == "from close" and coroutine.close(co))
end

-- coroutine.close: closing methods have nobody to yield to
do
  local log = {}
  local function closer(name)
    return setmetatable({}, { __close = function(_, e)
      log[#log + 1] = name .. ":" .. tostring(e):gsub("^.*: ", "") .. ":" .. tostring(coroutine.isyieldable())
      coroutine.yield(name)
    end })
  end
  local boundary = "attempt to yield across a C-call boundary"
  local calls = "b:nil:false a:" .. boundary .. ":false"
  local function body(act)
    return function()
      local a <close> = closer("a")
      local b <close> = closer("b")
      act()
    end
  end
  local co = coroutine.create(body(coroutine.yield))
  assert(coroutine.resume(co))
  local ok, e = coroutine.close(co)
  assert(not ok and e == boundary and coroutine.status(co) == "dead")
  assert(table.concat(log, " ") == calls, table.concat(log, " "))
  assert(coroutine.close(co) and #log == 2)

  log = {}
  co = coroutine.create(body(function() error("x", 0) end))
  assert(not coroutine.resume(co) and #log == 0)
  ok, e = coroutine.close(co)
  assert(not ok and e == boundary and coroutine.close(co))
  assert(table.concat(log, " ") == calls:gsub("nil", "x"), table.concat(log, " "))

  log = {}
  ok, e = pcall(coroutine.wrap(body(function() error("x", 0) end)))
  assert(not ok and e == boundary and #log == 2)

  log = {}
  ok, e = coroutine.resume(coroutine.create(body(function() coroutine.close() end)))
  assert(not ok and e == boundary and table.concat(log, " ") == calls)
end

-- a coroutine that is closed counts as yieldable again, as any dead one
do
  local co
  co = coroutine.create(function() coroutine.close(co) end)
  assert(coroutine.resume(co))
  assert(coroutine.isyieldable(co) and coroutine.status(co) == "dead")
  co = coroutine.create(function()
    local a <close> = setmetatable({}, { __close = function() assert(not coroutine.isyieldable(co)) end })
    coroutine.yield()
  end)
  coroutine.resume(co)
  assert(coroutine.close(co) and coroutine.isyieldable(co))
end
