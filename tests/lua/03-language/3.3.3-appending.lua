-- §3.3.3, §3.4.7: t[#t + 1] = v is length, sum and store, each with its metamethods

-- lists, from empty ones on
local t = {}
for i = 1, 10 do t[#t + 1] = i * i end
t[#t + 1] = "s"
t[#t + 1] = print
t[#t + 1] = false
assert(#t == 13 and t[10] == 100 and t[11] == "s" and t[12] == print and t[13] == false)
t[#t + 1] = nil
assert(#t == 13)

-- the length is taken before the value is computed
local u = { 0 }
u[#u + 1] = (function() u[2] = "inner"; u[3] = "third"; return "outer" end)()
assert(#u == 3 and u[2] == "outer" and u[3] == "third")
u[#u + 1] = (function() u = { "other" }; return "late" end)()
assert(#u == 1)

-- keys that follow move over
local h = { "a", [3] = "c", [4] = "d" }
h[#h + 1] = "b"
assert(#h == 4)
h[#h + 1] = tostring(5)
assert(#h == 5 and h[5] == "5")

-- metamethods, that may yield
local log = {}
local m = setmetatable({ 1 }, {
  __len = function() return coroutine.yield("len") end,
  __newindex = function(o, k, v) log[#log + 1] = k; rawset(o, k, coroutine.yield(v)) end,
})
local co = coroutine.wrap(function()
  local v = "plain"
  m[#m + 1] = v
  m[#m + 1] = coroutine.yield("value")
  return "end"
end)
assert(co() == "len" and co(4) == "plain" and co("stored") == "len" and m[5] == "stored")
assert(co(7) == "value" and co("v") == "v" and co("late") == "end" and m[8] == "late")
assert(#log == 2 and log[1] == 5 and log[2] == 8)

-- weak tables
local w = setmetatable({}, { __mode = "v" })
w[#w + 1] = t
w[#w + 1] = (function() return u end)()
assert(#w == 2 and w[1] == t and w[2] == u)
setmetatable(w, nil)
w[#w + 1] = h
assert(#w == 3 and w[3] == h)

-- what can't be appended to
local function failure(f) return select(2, pcall(f)):gsub("^.-:%d+: ", "") end
assert(failure(function() local q; q[#q + 1] = 1 end) == "attempt to get length of a nil value (local 'q')")
assert(failure(function() local q = "s"; q[#q + 1] = 1 end) == "attempt to index a string value (local 'q')")
local ro = setmetatable({}, { __len = function() return {} end })
assert(failure(function() ro[#ro + 1] = 1 end):find("attempt to perform arithmetic on a table value", 1, true))
