-- §2.6 Coroutines
local co = coroutine.create(function(a, b)
  assert(a == 1 and b == 10)
  local c = coroutine.yield(a + b)
  assert(c == "r")
  local d, e = coroutine.yield()
  assert(d == nil and e == nil)
  return b, "end"
end)
assert(coroutine.status(co) == "suspended")
local function same(t, ...) assert(t.n == select("#", ...)); for i = 1, t.n do assert(t[i] == select(i, ...)) end end
same(table.pack(coroutine.resume(co, 1, 10)), true, 11)
same(table.pack(coroutine.resume(co, "r")), true)
same(table.pack(coroutine.resume(co)), true, 10, "end")
same(table.pack(coroutine.resume(co)), false, "cannot resume dead coroutine")
assert(coroutine.status(co) == "dead")

-- an error ends the coroutine, and resume reports it
co = coroutine.create(function() local x = nil + 1 end)
local ok, m = coroutine.resume(co)
assert(not ok and m:find("attempt to perform arithmetic on a nil value", 1, true))
assert(coroutine.status(co) == "dead")
local wrapped = coroutine.wrap(function() error({ code = 5 }) end)
ok, m = pcall(wrapped)
assert(not ok and m.code == 5)
ok, m = pcall(wrapped)
assert(not ok and m:find("cannot resume dead coroutine", 1, true))

-- yields in every place inside
local function tree(n) if n > 0 then tree(n - 1); coroutine.yield(n); tree(n - 1) end end
local out = {}
for v in coroutine.wrap(function() tree(3) end) do out[#out + 1] = v end
assert(table.concat(out) == "1213121")

-- through pcall, xpcall, metamethods, iterators, table functions
local mt = {}
for _, event in ipairs({ "add", "concat", "eq", "lt", "le", "unm", "len", "call", "index", "close" }) do
  mt["__" .. event] = function(...) return coroutine.yield(event) end
end
mt.__newindex = function() coroutine.yield("newindex") end
local A, B = setmetatable({}, mt), setmetatable({}, mt)
local gen = coroutine.wrap(function()
  assert(A + B == "add result")
  assert(A .. "x" == "concat result")
  assert((A == B) == true)
  assert((A < B) == true)
  assert((A <= B) == true)
  assert(-A == "unm result")
  assert(#A == "len result")
  assert(A(1) == "call result")
  assert(A.field == "index result")
  A.field = 1
  do local c <close> = A end
  for v in function(_, last) if not last then return coroutine.yield("iterator") end end do
    assert(v == "iterator result")
  end
  assert(pcall(function() assert(coroutine.yield("pcall") == "pcall result"); error("x") end) == false)
  assert(select(2, xpcall(coroutine.yield, print, "xpcall")) == "xpcall result")
  return "done"
end)
local order, v = {}, gen()
while v ~= "done" do
  order[#order + 1] = v
  v = gen(v .. " result")
end
assert(table.concat(order, " ") ==
  "add concat eq lt le unm len call index newindex close iterator pcall xpcall", table.concat(order, " "))

-- coroutines that resume each other
local inner = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
local outer = coroutine.wrap(function() for _ = 1, 3 do coroutine.yield(inner() * 10) end end)
assert(outer() == 10 and outer() == 20 and outer() == 30)

-- a coroutine can't resume itself or one that resumed it
co = coroutine.create(function()
  local ok1, m1 = coroutine.resume(co)
  assert(not ok1 and m1 == "cannot resume non-suspended coroutine")
  local c2 = coroutine.create(function() return coroutine.status(co), coroutine.resume(co) end)
  local _, status, ok2, m2 = coroutine.resume(c2)
  assert(status == "normal" and not ok2 and m2 == "cannot resume non-suspended coroutine")
end)
assert(coroutine.resume(co))

-- many, alive at once
local many = {}
for i = 1, 1000 do many[i] = coroutine.wrap(function() local n = i; while true do n = n + coroutine.yield(n) end end); many[i]() end
local sum = 0
for i = 1, 1000 do sum = sum + many[i](1) end
assert(sum == 501500)
