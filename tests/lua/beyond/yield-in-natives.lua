-- Beyond §2.6: yields from functions that natives call. C Lua answers "attempt to yield across a
-- C-call boundary" to each of these; here every native that calls back can be suspended.
local function collect(f, ...)
  local co, out = coroutine.create(f), {}
  local ok, v = coroutine.resume(co, ...)
  while coroutine.status(co) == "suspended" do
    out[#out + 1] = tostring(v)
    ok, v = coroutine.resume(co, v)
  end
  assert(ok, v)
  return v, table.concat(out, " ")
end

-- table.sort's comparator
local sorted, yields = collect(function()
  local t = { 3, 1, 2 }
  table.sort(t, function(a, b) return coroutine.yield("c") and a < b end)
  return table.concat(t)
end)
assert(sorted == "123" and #yields > 0)

-- __lt called by table.sort
local mt = { __lt = function(a, b) coroutine.yield("lt") return a.v < b.v end }
sorted, yields = collect(function()
  local t = {}
  for i = 1, 10 do t[i] = setmetatable({ v = i * 7 % 10 }, mt) end
  table.sort(t)
  local s = ""
  for i = 1, 10 do s = s .. t[i].v end
  return s
end)
assert(sorted == "0123456789" and yields:find("^lt lt"))

-- string.gsub's replacement function, and __index of its replacement table
local r
r, yields = collect(function() return (("a1b2"):gsub("%d", function(d) return coroutine.yield(d) .. "!" end)) end)
assert(r == "a1!b2!" and yields == "1 2")
r, yields = collect(function()
  return (("a b"):gsub("%a", setmetatable({}, { __index = function(_, k) return coroutine.yield(k):upper() end })))
end)
assert(r == "A B" and yields == "a b")

-- __tostring, by tostring, print's relatives and string.format
local object = setmetatable({}, { __tostring = function() return coroutine.yield("ts") .. "!" end })
r, yields = collect(function() return tostring(object) end)
assert(r == "ts!" and yields == "ts")
r, yields = collect(function() return ("<%s|%s>"):format(object, object) end)
assert(r == "<ts!|ts!>" and yields == "ts ts")

-- require, through a preload loader
package.preload["beyond.module"] = function(name) return { name = coroutine.yield(name) } end
r, yields = collect(function() return require("beyond.module").name end)
assert(r == "beyond.module" and yields == "beyond.module")

-- load's reader function
r, yields = collect(function()
  local parts, i = { "return ", "4", "2" }, 0
  return load(function() i = i + 1 return parts[i] and coroutine.yield(parts[i]) end)()
end)
assert(r == 42)

-- dofile
local path = os.tmpname()
local f = assert(io.open(path, "w"))
f:write("return coroutine.yield('in file')")
f:close()
r, yields = collect(function() return dofile(path) end)
os.remove(path)
assert(r == "in file" and yields == "in file")

-- table functions on tables with metamethods
local proxy = setmetatable({}, {
  __len = function() return coroutine.yield(2) end,
  __index = function(_, i) return coroutine.yield("i" .. i) end,
})
r, yields = collect(function() return table.concat(proxy, ",") end)
assert(r == "i1,i2" and yields == "2 i1 i2")
r, yields = collect(function() return select("#", table.unpack(proxy)) end)
assert(r == 2)
r = collect(function()
  local log = {}
  local t = setmetatable({}, { __newindex = function(_, k, v) log[#log + 1] = coroutine.yield(k) .. "=" .. v end })
  table.insert(t, "x")
  table.move({ 5, 6 }, 1, 2, 3, t)
  return table.concat(log, " ")
end)
assert(r == "1=x 3=5 4=6", r)

-- the message handler of xpcall
r, yields = collect(function() return select(2, xpcall(error, function(m) return coroutine.yield(m) .. "!" end, "e")) end)
assert(r == "e!" and yields == "e")

-- a loader as searcher of package.searchers
table.insert(package.searchers, 1, function(name)
  if name == "beyond.searched" then return function(n) return coroutine.yield(n) end end
end)
r, yields = collect(function() return (require("beyond.searched")) end)
assert(r == "beyond.searched")

-- recursion that yields at every level ends with a stack overflow, too
do
  local depth = 0
  local function descend()
    depth = depth + 1
    coroutine.yield()
    return 1 + descend()
  end
  local co = coroutine.wrap(function() return "end", pcall(descend) end)
  local finished, ok, message
  repeat finished, ok, message = co() until finished
  assert(not ok and message:find("stack overflow", 1, true) and depth > 100000, message)
end

-- a native function that is a coroutine's body goes by its own name in errors, also after a yield
do
  local t = setmetatable({}, { __len = function() coroutine.yield("len") return 5 end })
  local co = coroutine.create(table.remove)
  local _, m = coroutine.resume(co, t, 9)
  assert(m == "len")
  _, m = coroutine.resume(co)
  assert(m == "bad argument #2 to 'table.remove' (position out of bounds)", m)
end
