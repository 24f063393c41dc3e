-- `coroutine.yield` outside of coroutines gives way to other tasks, as in the original; where there
-- are none it is the error that it is in C Lua
local function refused()
  local ok, message = pcall(coroutine.yield, 1)
  return not ok and message == "attempt to yield from outside a coroutine"
end

assert(refused())

local order = {}
local function task(name)
  return async.spawn(function()
    for i = 1, 3 do
      order[#order + 1] = name .. i
      local results = table.pack(coroutine.yield(name))
      assert(results.n == 0)
    end
    return name
  end)
end
local a, b = task("a"), task("b")
assert(a.await()[1] == "a" and b.await()[1] == "b")
assert(table.concat(order, " ") == "a1 b1 a2 b2 a3 b3", table.concat(order, " "))

local done
local waiting = async.spawn(function()
  sleep(0.02)
  done = true
end)
while not done do coroutine.yield() end
waiting.await()
assert(refused())

-- a task that ends with an error is none any more
pcall(async.spawn(function() error("x") end).await)
assert(refused())

-- in a coroutine of a task it is a yield as ever
local co = coroutine.wrap(function() return coroutine.yield(5) + 1 end)
async.spawn(function() assert(co() == 5 and co(1) == 2) end).await()
