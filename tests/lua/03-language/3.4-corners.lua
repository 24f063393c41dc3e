-- corners of operators, loops and calls (§3.3.5, §3.4)
-- constants that are no tables
assert(not pcall(function() return (10)[3] end))
assert(not pcall(function() (10)[3] = 1 end))

-- 64-bit integers and float constants are equal by value
local big = 1 << 62
assert(big == 2^62 and 2^62 == big and not (big + 1 == 2^62))

-- variables that hold an integral float
local lim = 2^18
assert(lim - 1 == 262143.0 and math.type(lim + 1000) == "float")
local minus = -0.0
assert(1 / minus == -math.huge)

-- a float step makes a float loop, even from integers
for i = 3, 1, -1.0 do assert(math.type(i) == "float") end
-- numeric strings are converted
local n = 0
for i = "10", "1", "-3" do n = n + i end
assert(n == 10 + 7 + 4 + 1)

-- strings take part in bitwise operations only by a metamethod
assert(not pcall(function() return "3" & 1 end))
local mt = getmetatable("")
mt.__band = function(a, b) return "band" end
assert("3" & 1 == "band" and 1 & "3" == "band")
mt.__band = nil
local add = mt.__add
mt.__add = function() return "add" end
assert("3" + 1 == "add")
mt.__add = add
assert("3" + 1 == 4)

-- the named vararg table's n must be an integer in range
local function f(n, ...t) t.n = n return select("#", ...) end
assert(f(3) == 3)
for _, bad in ipairs { -1, math.maxinteger, 1.0, "1" } do
  local ok, e = pcall(f, bad)
  assert(not ok and e:find("no proper 'n'", 1, true))
end

-- chains of __call
local callee = function(...) return select("#", ...) end
for _ = 1, 15 do callee = setmetatable({}, { __call = callee }) end
assert(callee("x") == 16)
local ok, e = pcall(setmetatable({}, { __call = callee }))
assert(not ok and e:find("too long", 1, true))

-- # passes its operand twice
local t = setmetatable({}, { __len = function(a, b) return rawequal(a, b) end })
assert(#t == true)

-- finalisers run while a loop goes on, and again after a resurrection
local done = false
setmetatable({}, { __gc = function() done = collectgarbage() == nil end })
local garbage
repeat garbage = {} until done

-- bitwise not at the border of what a double can hold
local borders = {9007199254740990, 9007199254740991, 9007199254740992, -9007199254740991, math.maxinteger}
for _, n in ipairs(borders) do
  assert(math.type(~n) == "integer" and ~n == -n - 1 and ~~n == n)
end

-- arithmetic on strings is done by a native metamethod, which has no position
for _, f in ipairs {function() return "-0" % 1 == 0 and 1 // "0" end, function() return 1 % "-0" end} do
  local ok, m = pcall(f)
  assert(not ok and (m == "attempt to perform 'n%0'" or m == "attempt to divide by zero"), m)
end

-- powers are rounded once; a sum of fractions without one is still a float
assert(("%.17g"):format(3^100) == "5.1537752073201132e+47", ("%.17g"):format(3^100))
assert(10^-5 == 1e-05 and 7^3 == 343.0 and (-2)^5 == -32.0 and 1.5^3 == 3.375)
assert(2^1000 == 0x1p1000 and 10^308 == 1e308 and 10^309 == math.huge and 0.5^1000 == 0x1p-1000)
local half = -0.5
assert(math.type(half % 1.5) == "float" and tostring(half % 1.5) == "1.0")
assert(tostring((half % 1.5) * "-0") == "0.0" and tostring((1 / -2^63) % 1) == "1.0")

-- constants that C Lua finds are no variables, so messages don't name them
do
  local kept <const> = (nil and 1 or true)
  local folded <const> = (nil and nil or true)
  local _, m = pcall(function() return kept.x end)
  assert(m:find("(upvalue 'kept')", 1, true), m)
  _, m = pcall(function() return folded.x end)
  assert(m:find("attempt to index a boolean value$"), m)
end

-- a sign fails before what stands behind it is evaluated
do
  local calls = 0
  local function called(x) calls = calls + 1 return x end
  local nothing
  local ok, m = pcall(function() return -nothing + (called(1) + 0.5) end)
  assert(not ok and m:find("attempt to perform arithmetic on a nil value (upvalue 'nothing')", 1, true), m)
  ok, m = pcall(function(x) return -x * called(2) + 1.5 end, nil)
  assert(not ok and m:find("(local 'x')", 1, true), m)
  assert(calls == 0)
end
