-- §2.5 Garbage Collection: finalizers, weak tables, collectgarbage
local function collect() for _ = 1, 3 do collectgarbage() end end

-- weak values and keys (§2.5.4)
local values = setmetatable({}, { __mode = "v" })
local keys = setmetatable({}, { __mode = "k" })
local kept = {}
do
  for i = 1, 20 do
    values[i] = {}
    keys[{}] = i
  end
  values.kept, keys[kept] = kept, "kept"
  values.string, values.number = "string", 42
end
collect()
assert(values.kept == kept and keys[kept] == "kept")
assert(values.string == "string" and values.number == 42)
local left = 0
for _, v in pairs(values) do if type(v) == "table" and v ~= kept then left = left + 1 end end
for k in pairs(keys) do if k ~= kept then left = left + 1 end end
-- conservative stack scanning may keep one or two alive
assert(left <= 4, left)

-- ephemerons: a value that refers to its own key doesn't keep it
local eph = setmetatable({}, { __mode = "k" })
do for _ = 1, 20 do local k = {}; eph[k] = { k } end end
collect()
left = 0
for _ in pairs(eph) do left = left + 1 end
assert(left <= 2, left)

-- finalizers (§2.5.3) run once, with the object
local finalized = {}
do
  for i = 1, 10 do
    setmetatable({ i }, { __gc = function(o) finalized[o[1]] = (finalized[o[1]] or 0) + 1 end })
  end
end
collect()
local n = 0
for _, times in pairs(finalized) do
  assert(times == 1)
  n = n + 1
end
assert(n >= 8, n)

-- a metatable without __gc at the time doesn't mark
local late = {}
local marked = false
do setmetatable({}, late) end
late.__gc = function() marked = true end
collect()
assert(not marked)

-- options
assert(type(collectgarbage("count")) == "number" and collectgarbage("count") > 0)
assert(collectgarbage("collect") == 0 and collectgarbage() == 0)
assert(type(collectgarbage("step")) == "boolean")
assert(collectgarbage("isrunning") == true)
collectgarbage("stop")
assert(collectgarbage("isrunning") == false)
collectgarbage("restart")
assert(collectgarbage("isrunning") == true)
local mode = collectgarbage("incremental")
assert(mode == "incremental" or mode == "generational")
assert(collectgarbage("generational") == "incremental")
assert(collectgarbage(mode) == "generational")
local pause = collectgarbage("param", "pause")
assert(math.type(pause) == "integer")
assert(collectgarbage("param", "pause", 300) == pause)
collectgarbage("param", "pause", pause)
local ok, m = pcall(collectgarbage, "nonsense")
assert(not ok and m:find("bad argument #1 to 'collectgarbage' (invalid option 'nonsense')", 1, true), m)
ok = pcall(collectgarbage, "param", "nonsense")
assert(not ok)

-- fields of weak tables are cleared like all others
local w = setmetatable({{10}, {20}, 30}, {__mode = "k"})
for i = 1, 3 do w[i] = nil end
assert(next(w) == nil)
w[1] = 5
assert(w[1] == 5 and #w == 1)

-- a finaliser may look at the stack
local seen
setmetatable({}, {__gc = function()
  local info = debug.getinfo(1, "n")
  seen = info.namewhat .. " " .. info.name .. debug.traceback(" x")
end})
collect()
assert(seen:find("^metamethod __gc x\nstack traceback:\n"), seen)
-- but not yield
local raised
setmetatable({}, {__gc = function() raised = select(2, pcall(coroutine.yield)) end})
collect()
assert(raised == "attempt to yield from outside a coroutine", raised)

-- table.create counts in what is in use
local before = collectgarbage("count")
local room = table.create(10000)
assert(collectgarbage("count") - before > 40)

-- while the collector is stopped, the count tells small tables, too
do
  collectgarbage()
  collectgarbage("stop")
  collectgarbage()
  local a = {}
  for i = 1, 2000 do a[i] = { {} } local _ = {} end
  a = nil
  local before = collectgarbage("count")
  collectgarbage()
  assert(collectgarbage("count") < before)
  collectgarbage("restart")
end
