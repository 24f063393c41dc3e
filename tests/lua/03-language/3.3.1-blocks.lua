-- §3.3.1-3.3.3 Blocks, chunks, assignment
do local hidden = 1 end
assert(hidden == nil)
do end do return_value = (function() do return 5 end end)() end
assert(return_value == 5)
return_value = nil

-- a chunk is a vararg function
local f = load("local a, b = ...; return b, a, select('#', ...)")
local x, y, n = f(1, 2, 3)
assert(x == 2 and y == 1 and n == 3)

-- assignment evaluates everything first
local i, a = 3, {}
i, a[i] = i + 1, 20
assert(i == 4 and a[3] == 20 and a[4] == nil)
local p, q, r = 1, 2, 3
p, q, r = r, p, q
assert(p == 3 and q == 1 and r == 2)
a = { 1, 2, 3 }
a[1], a[2], a[3] = a[3], a[1], a[2]
assert(a[1] == 3 and a[2] == 1 and a[3] == 2)

-- adjustment of the number of values
local function three() return 1, 2, 3 end
local b1, b2, b3, b4 = three()
assert(b3 == 3 and b4 == nil)
b1, b2 = three()
assert(b1 == 1 and b2 == 2)
b1, b2, b3 = three(), 10
assert(b1 == 1 and b2 == 10 and b3 == nil)
b1, b2, b3, b4 = 0, three()
assert(b1 == 0 and b2 == 1 and b4 == 3)
local t = {}
t.a, t.b, t.c = 1
assert(t.a == 1 and t.b == nil)
t.x, t.y = (three())
assert(t.x == 1 and t.y == nil)

-- assignments through metamethods keep their operands
local log = {}
local m = setmetatable({}, { __newindex = function(_, k, v) log[#log + 1] = k .. "=" .. tostring(v) end })
m.a, m.b, m[1] = 1, "two"
table.sort(log)
assert(table.concat(log, ",") == "1=nil,a=1,b=two")

-- the table and key of a target are fixed before the assignment
local t1, t2 = {}, {}
local cur = t1
cur.x, cur = 1, t2
assert(t1.x == 1 and t2.x == nil and cur == t2)
local k = 1
k, t1[k] = 2, "one"
assert(t1[1] == "one" and t1[2] == nil)
