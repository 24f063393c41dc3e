-- §2.2 and §3.3.7: global declarations
local function fails(source, expected)
  local f, message = load(source, "=src")
  assert(f == nil, "compiles: " .. source)
  assert(message:find(expected, 1, true), message)
end

-- outside of any declaration all names are global
assert(load("declaredNowhere = 1; declaredNowhere = nil"))

-- a declaration voids the implicit one, in its block and the blocks inside
fails("global X; Y = 1", "variable 'Y'")
fails("global X; do local f = function() return Y end end", "variable 'Y'")
fails("global none; print(1)", "variable 'print'")
assert(load("do global X; X = 1 end Y = 2"))
assert(load("global X; do global *; Y = 1 end"))
fails("global X; do global *; Y = 1 end Z = 1", "variable 'Z'")

-- constants
fails("global <const> X; X = 1", "const")
fails("global X <const>; X = 1", "const")
fails("global <const> *; X = 1", "const")
assert(load("global <const> *; local x = print"))
assert(load("global <const> *; global X; X = 1"))
fails("global X <close>", "global variables cannot be to-be-closed")

-- a declared name shadows a local one
do
  local v = "local"
  do
    global v
    v = "global"
  end
  assert(v == "local" and _G.v == "global")
  _G.v = nil
end

-- initialisation
do
  global assert, print, _G
  global g1, g2, g3 = 1, 2
  assert(g1 == 1 and g2 == 2 and g3 == nil)
  global function gf(n) return n == 0 and 0 or gf(n - 1) end
  assert(gf(3) == 0)
  _G.g1, _G.g2, _G.gf = nil, nil, nil
end

-- it is an error to initialise what is defined already
_G.defined = 1
local ok, message = pcall(load("global defined = 2"))
assert(not ok and message:find("global 'defined' already defined", 1, true), message)
ok, message = pcall(load("global function defined() end"))
assert(not ok and message:find("global 'defined' already defined", 1, true), message)
_G.defined = nil

-- names from right to left: each is checked, then set
do
  local _G <const> = _G
  _G.second = 0
  ok, message = pcall(load("global first, second = 1, 2"))
  assert(not ok and message:find("global 'second' already defined", 1, true), message)
  assert(_G.first == nil and _G.second == 0)
  _G.first, _G.second = 0, nil
  ok, message = pcall(load("global first, second = 1, 2"))
  assert(not ok and message:find("global 'first' already defined", 1, true), message)
  assert(_G.first == 0 and _G.second == 2)
  _G.first, _G.second = nil, nil
  local log
  local env = setmetatable({}, {
    __index = function(_, name) log[#log + 1] = "get " .. name end,
    __newindex = function(_, name, value) log[#log + 1] = "set " .. name .. " " .. tostring(value) end,
  })
  local f = load("global x, y, z = 1, 2", "=c", "t", env)
  for _ = 1, 20 do
    log = {}
    f()
    assert(table.concat(log, ", ") == "get z, set z nil, get y, set y 2, get x, set x 1")
  end
end

-- `global` is no keyword where it can't begin a declaration
do
  local global = 5
  assert(global == 5)
end
