-- §6.11 traceback and §6.2 error: native functions that call back into Lua are levels of their own

local function fail() local y = nil + 1 end

-- the native function stands between its callback and its caller
local function trace(f)
  local _, t = xpcall(f, debug.traceback)
  return t
end
for name, f in pairs({
  gsub = function() string.gsub("a", ".", fail) end,
  sort = function() table.sort({ 3, 2, 1 }, fail) end,
  tostring = function() tostring(setmetatable({}, { __tostring = fail })) end,
  format = function() string.format("%s", setmetatable({}, { __tostring = fail })) end,
  pairs = function() pairs(setmetatable({}, { __pairs = fail })) end,
  concat = function() table.concat(setmetatable({}, { __index = fail }), "", 1, 2) end,
}) do
  local t = trace(f)
  local row = t:match("\n\t[^\n]*callbacks%.lua:3: (in function <[^\n]*callbacks%.lua:3>)\n\t%[C%]: in %l+ '" .. name .. "'\n")
  assert(row, t)
end

-- levels of error count it; it has no position
local function at(n) return function() error("x", n) end end
local function position(f)
  local _, m = pcall(f)
  return m:match(":(%d+): x$") or m
end
local line = debug.getinfo(1, "l").currentline
for n, expected in pairs({ line - 5, "x", line + 4 }) do
  expected = tostring(expected)
  assert(position(function()
    string.gsub("a", ".", at(n)) -- line + 4
  end) == expected)
end
local _, m = pcall(function() table.sort({ 2, 1 }, at(2)) end)
assert(m == "x", m)
-- load returns the error of its reader
local _, e = load(at(3))
assert(e:find("callbacks.lua:%d+: x"), e)
_, e = load(at(2))
assert(e:find("^x"))
-- numbers are pieces of a chunk, too
local pieces = { "return ", 12 }
local f = load(function() return table.remove(pieces, 1) end)
assert(f() == 12)

-- message handlers get nil for an error without a value, pcall a text
local got = "none"
local ok, value = xpcall(error, function(v) got = v return v end)
assert(not ok and got == nil and value == "<no error object>")
ok, value = pcall(error)
assert(not ok and value == "<no error object>")

-- headers of binary chunks
ok, e = load("\27Lua ")
assert(e:find("bad binary format (version mismatch)", 1, true), e)
ok, e = load("\27Lua\x55\x01")
assert(e:find("bad binary format (format mismatch)", 1, true), e)

-- a tail call shows in the traceback of an error where a local function was called
local function failing() local x = nil + 1 end
local function leaving() return failing() end
local t = trace(function() leaving() end)
assert(t:find("in function <[^\n]*>\n\t%(%.%.%.tail calls%.%.%.%)\n") and not t:find("'leaving'", 1, true), t)
local function staying() failing() end
t = trace(function() staying() end)
assert(t:find("in upvalue 'failing'\n", 1, true) and t:find("in upvalue 'staying'\n", 1, true), t)
