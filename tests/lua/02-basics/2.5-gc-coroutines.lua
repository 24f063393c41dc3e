-- §2.5 Garbage Collection: tables that only their own content refers to, by way of a coroutine and a closure in it
-- In a file of its own: the heap is searched for such tables only as long as that takes no more than a share of the time
-- (src/lualib/finalizers.ts), but the first time in any case.
do
  local collected = false
  do
    local function f(param)
      (function()
        param = { param, f }
        setmetatable(param, { __gc = function() collected = true end })
        coroutine.yield()
      end)()
    end
    local co = coroutine.create(f)
    assert(coroutine.resume(co, co))
  end
  collectgarbage()
  collectgarbage()
  assert(collected)
end
