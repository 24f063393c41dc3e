-- string.dump and load of binary chunks (§6.5)
local K <const>, LAST <const> = 1, 'a"b\n'
local up, other = 7, 8
local t = {}
function t:m(a, ...)
  return self, a, select("#", ...), LAST, up
end

local loaded = assert(load(string.dump(t.m), "x", "b"))
local i = 1
while debug.getupvalue(loaded, i) ~= "up" do i = i + 1 end
debug.setupvalue(loaded, i, 99)
for j = 1, 5 do
  if debug.getupvalue(loaded, j) == "_ENV" then debug.setupvalue(loaded, j, _G) end
end
local s, a, n, c, u = loaded("S", "A", 1, 2, 3)
assert(s == "S" and a == "A" and n == 3 and c == LAST and u == 99 and up == 7)

-- a main chunk gets its environment
assert(load(string.dump(load("x = ...; return x")), "c", "b", t)(5) == 5 and t.x == 5)

-- lines and the chunk's name stay, unless stripped
local function fails() error("no") end
local line = debug.getinfo(fails, "S").linedefined
local function message(chunk)
  local f = assert(load(chunk))
  if debug.getupvalue(f, 1) then debug.setupvalue(f, 1, _G) end
  return select(2, pcall(f))
end
assert(message(string.dump(fails)):find(":" .. line .. ": no", 1, true))
assert(message(string.dump(fails, true)) == "no")

-- truncated and damaged chunks
local d = string.dump(fails)
for k = 1, #d - 1 do
  local f, m = load(d:sub(1, k))
  assert(not f and m:find("truncated", 1, true), k)
end
local f, m = load("\27Lub" .. d:sub(6))
assert(not f and m:find("bad binary format", 1, true))
f, m = load(d, "=d", "t")
assert(not f and m:find("attempt to load a binary chunk", 1, true))

-- messages of stripped code name no variables, but fields and methods
local function stripped(f)
  return select(2, pcall(load(string.dump(f, true))))
end
for expected, fn in pairs {
  ["?:?: attempt to index a nil value"] = function() local x; return x.y end,
  ["?:?: attempt to call a nil value"] = function(x) x() end,
  ["?:?: attempt to get length of a nil value"] = function(x) return #x end,
  ["?:?: attempt to perform arithmetic on a table value"] = function() local x, y = 1, {}; return x + y end,
  ["?:?: number has no integer representation"] = function() local x = 1.5; return x | 1 end,
  ["?:?: attempt to call a table value (upvalue '?')"] = function() up() end, -- the first is set to the globals
  ["?:?: attempt to call a nil value (field 'missing')"] = function() missing() end,
  ["?:?: attempt to index a nil value (field 'gone')"] = function() return gone.x end,
  ["?:?: attempt to index a nil value (field 'z')"] = function() local x = {}; return x.z.y end,
  ["?:?: attempt to call a nil value (method 'go')"] = function() local x = {}; x:go() end,
  ["?:?: variable '(temporary)' got a non-closable value"] = function() local x <close> = 5 end,
  ["?:?: bad 'for' limit (number expected, got table)"] = function() for _ = 1, {} do end end,
  ["?:?: 'for' step is zero"] = function() for _ = 1, 2, 0 do end end,
  ["?:?: global 'print' already defined"] = function() global print = 1 end,
  -- the library's have no position without a line
  ["bad argument #1 to 'floor' (number expected, got table)"] = function() math.floor({}) end,
  ["bad argument #1 to 'rep' (number expected, got table)"] = function() (""):rep({}) end,
} do
  local m = stripped(fn)
  assert(m == expected, m)
end
-- nor does debug.getinfo
local names = stripped(function()
  local function f(getinfo) local info = getinfo(1, "n"); return info end
  local info = f(debug.getinfo)
  return info
end)
assert(names.name == nil and names.namewhat == "")
