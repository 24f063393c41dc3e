-- §6.2 assert, error, pcall, xpcall, select, type
assert(select("#", assert(1, 2, 3)) == 3)
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and (m == expected or tostring(m):find(expected, 1, true)), m)
end
-- a text gets the position of the caller
local ok, at = pcall(function() assert(false, "text") end)
assert(at:find("assert%-error%.lua:%d+: text$"), at)
ok, at = pcall(function() assert(nil) end)
assert(at:find("assert%-error%.lua:%d+: assertion failed!$"), at)
ok, at = pcall(function() assert(false, 12) end)
assert(at == 12)
ok, at = pcall(function() assert(false, nil) end)
assert(at == "<no error object>")
fails("assertion failed!", assert, false)
fails("assertion failed!", assert, nil)
fails("text", assert, nil, "text")
fails("bad argument #1 to 'assert' (value expected)", assert)
local o = {}
fails(o, assert, false, o)
fails(5, assert, false, 5)
fails(o, error, o)
assert(select(2, pcall(error, "m", 0)) == "m" and select(2, pcall(error, "m")) == "m")

-- select
assert(select("#") == 0 and select("#", nil, nil) == 2)
assert(select(2, "a", "b", "c") == "b" and select("#", select(2, "a", "b", "c")) == 2)
assert(select(-1, "a", "b") == "b" and select("#", select(5, 1)) == 0)
fails("bad argument #1 to 'select' (index out of range)", select, 0)
fails("bad argument #1 to 'select' (index out of range)", select, -2, 1)
fails("bad argument #1 to 'select' (number expected, got string)", select, "x")
assert(select("2", "a", "b") == "b" and select(2.0, "a", "b") == "b")

-- type
fails("bad argument #1 to 'type' (value expected)", type)
assert(type(nil) == "nil")

-- pcall, xpcall
assert(pcall(function() end) == true and select("#", pcall(function() return 1, nil end)) == 3)
fails("bad argument #1 to 'pcall' (value expected)", pcall)
assert(select(2, pcall(nil)) == "attempt to call a nil value" and select(2, pcall({})) == "attempt to call a table value")
assert(select("#", xpcall(select, print, 2, "a", "b", "c")) == 3)
fails("bad argument #2 to 'xpcall' (function expected, got no value)", xpcall, print)
local depth = 0
local function nested(n) if n == 0 then error("deep", 0) end local ok, m = pcall(nested, n - 1); depth = depth + 1; error(m, 0) end
local ok, m = pcall(nested, 50)
assert(not ok and m == "deep" and depth == 50)
-- handlers may change the error and see nested ones
local r = table.pack(xpcall(function() local ok2, m2 = xpcall(error, function(e) return e .. 1 end, "in"); error(m2 .. 2, 0) end,
  function(e) return { e } end))
assert(r[1] == false and r[2][1] == "in12")

-- native functions count as levels, without a position
local function raise2() error("s", 2) end
local function raise3() error("s", 3) end
local function messageOf(f, ...) return select(2, pcall(f, ...)) end
local here = function(m) return m:find("^.*assert%-error%.lua:%d+: s$") ~= nil end
assert(messageOf(raise2) == "s")
assert(here(messageOf(raise3)))
assert(here(messageOf(function() raise2() end)))
assert(messageOf(function() string.gsub("a", "a", raise2) end) == "s")
assert(here(messageOf(function() string.gsub("a", "a", raise3) end)))
assert(messageOf(function() table.sort({1, 2, 3}, raise2) end) == "s")
assert(messageOf(function() return tostring(setmetatable({}, {__tostring = raise2})) end) == "s")
assert(messageOf(coroutine.wrap(raise2)) == "s")
assert(here(messageOf(function() return setmetatable({}, {__index = raise2}).x end)))
assert(messageOf(string.gsub, "a", "a", error) == "a")

-- warn: all arguments are strings; control messages are not shown
warn("@off")
warn("not ", "shown")
fails("bad argument #1 to 'warn' (string expected, got no value)", warn)
fails("bad argument #2 to 'warn' (string expected, got table)", warn, "x", {})
