-- §3.5 Visibility: a local variable is there from the statement behind its declaration on
local x = 10
do
  local x = x
  assert(x == 10)
  x = x + 1
  do
    local x = x + 1
    assert(x == 12)
  end
  assert(x == 11)
end
assert(x == 10)

-- each execution of a declaration makes a new variable
local a = {}
do
  local shared = 20
  for i = 1, 10 do
    local y = 0
    a[i] = function()
      y = y + 1
      shared = shared + 1
      return y, shared
    end
  end
end
assert(select(1, a[1]()) == 1 and select(1, a[1]()) == 2 and select(1, a[2]()) == 1)
assert(select(2, a[3]()) == 24)

-- a local function sees itself, a function in a local declaration does not
do
  local function fact(n) return n == 0 and 1 or n * fact(n - 1) end
  assert(fact(5) == 120)
  local other = function() return other end
  assert(other() == nil)
end

-- loops: a fresh variable in each iteration, also with goto
local fs = {}
for i = 1, 3 do fs[#fs + 1] = function() return i end end
for _, v in ipairs({"a", "b"}) do fs[#fs + 1] = function() return v end end
assert(fs[1]() == 1 and fs[3]() == 3 and fs[4]() == "a" and fs[5]() == "b")
do
  local n, made = 0, {}
  ::again::
  n = n + 1
  local copy = n
  made[n] = function()
    copy = copy + 10
    return copy
  end
  if n < 3 then goto again end
  assert(made[1]() == 11 and made[2]() == 12 and made[1]() == 21)
end

-- the condition of repeat sees the variables of the block (§3.3.4)
local count = 0
repeat
  local done = count >= 3
  count = count + 1
until done
assert(count == 4)

-- parameters and upvalues of several levels
local function outer(p)
  return function(q)
    return function(r)
      p = p + 1
      return p + q + r
    end
  end
end
local inner = outer(1)(10)
assert(inner(100) == 112 and inner(100) == 113)

-- names hide others in blocks of all kinds
local v = "outer"
if v then local v = "if"; assert(v == "if") end
while v == "outer" do local v = "while"; assert(v == "while"); break end
for v = 1, 1 do assert(v == 1) end
(function(v) assert(v == nil) end)()
assert(v == "outer")
