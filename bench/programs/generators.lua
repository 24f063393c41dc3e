-- Shallow coroutines: generators through coroutine.wrap, pipelines, ping-pong with resume.
-- long: 8000000
local N = tonumber(arg and arg[1]) or 2000000

local function range(n)
  return coroutine.wrap(function()
    for i = 1, n do coroutine.yield(i) end
  end)
end

local function filter(f, source)
  return coroutine.wrap(function()
    for v in source do
      if f(v) then coroutine.yield(v) end
    end
  end)
end

local sum = 0
for v in range(N) do sum = sum + v end
print("range", sum)

local even = 0
for v in filter(function(v) return v % 2 == 0 end, range(N)) do even = even + v end
print("filter", even)

local co = coroutine.create(function(a)
  while true do a = coroutine.yield(a * 2, a + 1) end
end)
local total = 0
for i = 1, N do
  local _, x, y = coroutine.resume(co, i)
  total = total + x - y
end
print("resume", total)

local made = 0
for i = 1, N // 20 do
  local g = coroutine.wrap(function(a) local b = coroutine.yield(a); return a + b end)
  made = made + g(i) + g(1)
end
print("made", made)
