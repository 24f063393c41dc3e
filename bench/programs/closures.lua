-- Closures: counters with shared variables, functions of functions, loop variables captured.
-- long: 8000000
local N = tonumber(arg and arg[1]) or 2000000

local function counter(step)
  local n = 0
  return function() n = n + step; return n end, function() return n end
end

local inc, get = counter(3)
for _ = 1, N * 5 do inc() end
print("counter", get())

local sum = 0
for i = 1, N do
  local bump = counter(i)
  bump()
  sum = sum + bump()
end
print("made", sum)

local function compose(f, g) return function(x) return f(g(x)) end end
local function adder(n) return function(x) return x + n end end
local chain = adder(0)
for i = 1, 20 do chain = compose(chain, adder(i)) end
local c = 0
for i = 1, N // 10 do c = c + chain(i) end
print("composed", c)

local function map(t, f)
  local r = {}
  for i = 1, #t do r[i] = f(t[i]) end
  return r
end
local function fold(t, f, acc)
  for i = 1, #t do acc = f(acc, t[i]) end
  return acc
end
local list = {}
for i = 1, 1000 do list[i] = i end
local total = 0
for i = 1, N // 1000 do
  total = total + fold(map(list, function(x) return x * i end), function(a, b) return a + b end, 0)
end
print("folded", total)
