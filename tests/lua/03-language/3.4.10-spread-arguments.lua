-- §3.4.10 Calls whose last argument is a list of any length, behind none, one, two or more others
local function list(n) local t = {} for i = 1, n do t[i] = i end return t end
local function pass(...) return ... end
local function count(...) return select("#", ...), ... end
local object = {}
function object:count(...) assert(self == object) return count(...) end
local callable = setmetatable({}, { __call = function(self, ...) return count(...) end })

for n = 0, 9 do
  local t = list(n)
  local function check(first, results, ...)
    local fixed = select("#", ...)
    assert(results.n == n + fixed + 1 and results[1] == n + fixed, first)
    for i = 1, fixed do assert(results[i + 1] == (select(i, ...)), first) end
    for i = 1, n do assert(results[i + fixed + 1] == i, first) end
  end
  local function all(...)
    check("pass", table.pack(count(pass(table.unpack(t)))))
    check("...", table.pack(count(...)))
    check("one", table.pack(count("a", ...)), "a")
    check("two", table.pack(count("a", nil, ...)), "a", nil)
    check("three", table.pack(count("a", "b", "c", pass(...))), "a", "b", "c")
    check("method", table.pack(object:count(...)))
    check("method, one", table.pack(object:count("a", pass(...))), "a")
    check("method, two", table.pack(object:count("a", "b", ...)), "a", "b")
    check("__call", table.pack(callable(...)))
    check("__call, one", table.pack(callable("a", pass(...))), "a")
    check("tail", table.pack((function(...) return count(...) end)(...)))
    check("tail, one", table.pack((function(...) return count("a", ...) end)(...)), "a")
    check("pcall", table.pack(select(2, pcall(count, ...))))
    check("wrap", table.pack(coroutine.wrap(count)(...)))
  end
  all(table.unpack(t))
  -- trailing nils count
  t.n = n + 2
  assert(count(table.unpack(t, 1, t.n)) == n + 2)
end

-- an argument that is missing is not one that is nil
assert(not pcall(type, pass()) and type(pass(nil)) == "nil")
assert(select("#", pass()) == 0 and select("#", pass(nil, nil)) == 2 and select(2, pass(1, 2, 3)) == 2)
local _, message = pcall(string.rep, "x", pass())
assert(message == "bad argument #2 to 'string.rep' (number expected, got no value)")

-- tail calls take no stack, whatever the number of arguments
local function down(n, ...) if n == 0 then return count(...) end return down(n - 1, ...) end
function object:down(n, ...) if n == 0 then return count(...) end return self:down(n - 1, ...) end
for n = 0, 7 do
  assert(down(200000, table.unpack(list(n))) == n and object:down(200000, table.unpack(list(n))) == n)
end

-- the same call with lists of changing length, compiled or not
local function sum(...)
  local s = 0
  for i = 1, select("#", ...) do s = s + (select(i, ...)) end
  return s
end
local lists, total = {}, 0
for n = 0, 9 do lists[n] = list(n) end
for i = 1, 60000 do
  total = total + sum(table.unpack(lists[i % 10])) + sum(i, pass(table.unpack(lists[i % 4])))
end
assert(total == 60000 * 165 // 10 + 60000 * 60001 // 2 + 60000 * 10 // 4)

-- a callee may yield in the middle
local co = coroutine.wrap(function(...) return count(pass(coroutine.yield(sum(...))), pass(...)) end)
assert(co(1, 2, 3, 4, 5, 6) == 21)
local n, first, second = co("back", "cut")
assert(n == 7 and first == "back" and second == 1)
