-- §6.7 Table Manipulation
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and m:find(expected, 1, true), m)
end
-- concat
assert(table.concat({}) == "" and table.concat({ 1, 2.5, "x" }) == "12.5x" and table.concat({ 1, 2, 3 }, ", ") == "1, 2, 3" and table.concat({ 1, 2, 3 }, "-", 2) == "2-3")
assert(table.concat({ 1, 2, 3 }, "-", 2, 2) == "2" and table.concat({ 1, 2 }, "-", 3) == "" and table.concat({ [5] = "a", [6] = "b" }, "", 5, 6) == "ab" and table.concat({ "x" }, "", math.maxinteger, math.mininteger) == "")
fails("invalid value (table) at index 2 in table for 'concat'", table.concat, { 1, {}, 3 })
fails("invalid value (boolean) at index 1 in table for 'concat'", table.concat, { true })
-- insert, remove
local t = { 1, 2, 3 }
table.insert(t, 4) table.insert(t, 1, 0) table.insert(t, #t + 1, 5)
assert(table.concat(t) == "012345")
assert(table.remove(t) == 5 and table.remove(t, 1) == 0 and table.remove(t, 2) == 2 and table.concat(t) == "134" and table.remove(t, #t + 1) == nil)
assert(table.remove({}) == nil and table.remove({ [0] = "z" }, 0) == "z" and table.remove({}, 0) == nil and #t == 3)
fails("bad argument #2 to 'table.insert' (position out of bounds)", table.insert, { 1 }, 3, 1)
fails("bad argument #2 to 'table.insert' (position out of bounds)", table.insert, { 1 }, 0, 1)
fails("wrong number of arguments to 'insert'", table.insert, { 1 })
fails("wrong number of arguments to 'insert'", table.insert, { 1 }, 1, 2, 3)
fails("bad argument #2 to 'table.remove' (position out of bounds)", table.remove, { 1, 2 }, 4)
fails("bad argument #1 to 'table.insert' (table expected, got nil)", table.insert, nil, 1)
-- create
t = table.create(10, 5)
assert(next(t) == nil and #t == 0)
t[1], t.x = 1, 2
assert(#t == 1 and t.x == 2 and #table.create(0) == 0)
fails("out of range", table.create, -1)
fails("bad argument #1 to 'table.create' (number expected, got no value)", table.create)
-- move
assert(table.concat(table.move({ 1, 2, 3 }, 1, 3, 2)) == "1123" and table.concat(table.move({ 1, 2, 3 }, 2, 3, 1)) == "233" and table.concat(table.move({ 1, 2, 3 }, 1, 3, 1, {})) == "123")
assert(table.concat(table.move({ 1, 2, 3 }, 1, 0, 5)) == "123" and table.move({ 1 }, 1, 1, math.maxinteger)[math.maxinteger] == 1)
fails("too many elements to move", table.move, {}, 0, math.maxinteger, 1)
fails("destination wrap around", table.move, {}, 1, 5, math.maxinteger)
-- pack, unpack
t = table.pack() assert(t.n == 0 and #t == 0)
t = table.pack(nil, 2, nil) assert(t.n == 3 and t[2] == 2)
assert(select("#", table.unpack({}, 1, 3)) == 3 and table.unpack({ 1, 2, 3 }, -1, 1) == nil and select("#", table.unpack({ 1, 2, 3 }, -1, 1)) == 3 and select("#", table.unpack({ 1, 2 }, 2)) == 1)
assert(select("#", table.unpack({}, math.maxinteger, math.maxinteger)) == 1 and select("#", table.unpack({ n = 3 })) == 0)
fails("too many results to unpack", table.unpack, {}, 1, 1e7)
fails("too many results to unpack", table.unpack, {}, math.mininteger, math.maxinteger)
-- sort
local function sorted(list, f) table.sort(list, f) for i = 2, #list do assert(not (f or function(a, b) return a < b end)(list[i], list[i - 1])) end return table.concat(list, " ") end
assert(sorted({ 3, 1, 2 }) == "1 2 3" and sorted({}) == "" and sorted({ 1 }) == "1" and sorted({ "b", "a", "C" }) == "C a b" and sorted({ 3, 1, 2 }, function(a, b) return a > b end) == "3 2 1")
assert(sorted({ 2.5, 1, -1, 3, 2 ^ 53, math.maxinteger }):find("^%-1 1 2.5 3 9007199254740992.0 9223372036854775807$"))
local big, seed = {}, 1
for i = 1, 2000 do seed = seed * 16807 % 2147483647; big[i] = seed end
sorted(big) sorted(big) sorted(big, function(a, b) return a > b end)
for i = 1, 500 do big[i] = 1 end
sorted(big)
fails("attempt to compare", table.sort, { 1, "x", 2 })
fails("attempt to compare two table values", table.sort, { {}, {} })
fails("invalid order function for sorting", table.sort, { 1, 2, 3, 4, 5, 6 }, function() return true end)
fails("bad argument #2 to 'table.sort' (function expected, got table)", table.sort, { 1, 2 }, {})
fails("boom", table.sort, { 3, 2, 1 }, function() error("boom") end)
local objects = {}
for i = 1, 20 do objects[i] = setmetatable({ k = (i * 7) % 20 }, { __lt = function(a, b) return a.k < b.k end }) end
table.sort(objects)
for i = 2, 20 do assert(objects[i - 1].k <= objects[i].k) end
-- all of them respect metamethods
local log = 0
local proxy = setmetatable({}, { __len = function() return 3 end, __index = function(_, i) log = log + 1; return i * 10 end, __newindex = function(p, i, v) rawset(p, i, v) end })
assert(table.concat(proxy, ",") == "10,20,30" and select("#", table.unpack(proxy)) == 3 and log > 0)
table.insert(proxy, "x")
assert(rawget(proxy, 4) == "x")
fails("object length is not an integer", table.insert, setmetatable({}, { __len = function() return "x" end }), 1)

-- what concat cannot take is called by its basic type
for v, name in pairs({ [coroutine.create(print)] = "thread", [print] = "function", [true] = "boolean", [io.stdout] = "userdata" }) do
  local _, e = pcall(table.concat, { v })
  assert(e == "invalid value (" .. name .. ") at index 1 in table for 'concat'", e)
end
