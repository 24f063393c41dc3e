-- §2.2 Scopes, Variables, and Environments
local x = 1
do
  local x = x + 1
  assert(x == 2)
  do local x; assert(x == nil) end
end
assert(x == 1)

-- each execution of a local statement makes new variables
local closures = {}
for i = 1, 3 do
  local y = 0
  closures[i] = function() y = y + i; return y end
end
assert(closures[1]() == 1 and closures[1]() == 2 and closures[2]() == 2 and closures[3]() == 3)

-- global names are fields of _ENV
newGlobal = 10
assert(_ENV.newGlobal == 10 and _G.newGlobal == 10 and rawget(_G, "newGlobal") == 10)
newGlobal = nil
assert(_G.newGlobal == nil and _G._G == _G and _ENV == _G)

-- a local _ENV
do
  local saved = assert
  local _ENV = { assert = assert }
  z = 5
  assert(_ENV.z == 5)
  saved(print == nil)
end
assert(z == nil)

-- _ENV as a parameter, as an upvalue, and set to something that can't be indexed
local function within(_ENV, v) field = v; return field end
local env = {}
assert(within(env, 7) == 7 and env.field == 7)
local ok, message = pcall(function()
  local _ENV = nil
  return anything
end)
assert(not ok and message:find("attempt to index a nil value (local '_ENV')", 1, true), message)
do
  local check, pcall = function(yes, m) assert(not yes and m:find("(upvalue '_ENV')", 1, true), m) end, pcall
  local _ENV = nil
  check(pcall(function() return anything end))
end

-- load with an environment
local e = { v = 3 }
local f = load("v = v + 1; return v", "chunk", "t", e)
assert(f() == 4 and e.v == 4)

-- metamethods of the environment
local log = {}
local strict = setmetatable({}, {
  __index = function(_, k) log[#log + 1] = "get " .. k; return 42 end,
  __newindex = function(t, k, v) log[#log + 1] = "set " .. k; rawset(t, k, v) end,
})
assert(load("a = b; return a", "=chunk", "t", strict)() == 42)
assert(table.concat(log, ",") == "get b,set a")
