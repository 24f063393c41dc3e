-- §6.4 Modules
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and tostring(m):find(expected, 1, true), m)
  return m
end
assert(package.loaded._G == _G and package.loaded.string == string and require("math") == math)
assert(type(package.path) == "string" and type(package.cpath) == "string" and #package.config > 8)
assert(package.config:sub(1, 1) == "/" and package.config:find("^/\n;\n%?\n!\n%-\n"))
-- C Lua has 4; where modules are embedded in the program there are more
assert(#package.searchers >= 4 and type(package.preload) == "table")

-- preload
package.preload["test.pre"] = function(name, extra) return { name = name, extra = extra } end
local pre, data = require("test.pre")
assert(pre.name == "test.pre" and pre.extra == ":preload:" and data == ":preload:")
assert(require("test.pre") == pre and package.loaded["test.pre"] == pre)

-- files
local dir = os.tmpname()
os.remove(dir)
local base = dir:match("^(.*)/") .. "/"
local name = "m" .. dir:match("([^/]*)$"):gsub("%W", "")
local file = base .. name .. ".lua"
local function write(text) local h = assert(io.open(file, "w")); h:write(text); h:close() end
local oldPath = package.path
package.path = base .. "?.lua;" .. base .. "?/none.lua"
write("local name, where = ...; return { name = name, where = where }")
local mod, where = require(name)
assert(mod.name == name and mod.where == file and where == file)
assert(require(name) == mod and select("#", require(name)) == 1)
package.loaded[name] = nil
write("return nil")
assert(require(name) == true and package.loaded[name] == true)
package.loaded[name] = nil
write("return false")
assert(require(name) == false)
package.loaded[name] = nil
write("package.loaded[...] = 'own'")
assert(require(name) == "own")
package.loaded[name] = nil
write("error('broken', 0)")
fails("broken", require, name)
write("x =")
local m = fails("error loading module '" .. name .. "' from file '" .. file .. "'", require, name)
assert(m:find("unexpected symbol near <eof>", 1, true))
os.remove(file)
m = fails("module '" .. name .. "' not found:", require, name)
assert(m:find("no field package.preload['" .. name .. "']", 1, true) and m:find("no file '" .. file .. "'", 1, true), m)

-- searchpath
local found, tried = package.searchpath("a.b", "./?.x;./?/y")
assert(found == nil and tried:find("no file './a/b.x'", 1, true) and tried:find("no file './a/b/y'", 1, true))
found, tried = package.searchpath("a-b", "?.x", "-", "+")
assert(tried:find("no file 'a+b.x'", 1, true))
-- own searchers
table.insert(package.searchers, 2, function(n) if n == "virtual" then return function(a, b) return a .. b end, "!" end return "no virtual" end)
assert(require("virtual") == "virtual!")
assert(fails("not found", require, "other"):find("no virtual", 1, true))
table.remove(package.searchers, 2)
package.path = nil
fails("'package.path' must be a string", require, "zzz")
package.path = oldPath
-- loadlib gives a reason
local f, why, kind = package.loadlib("/nonexistent.so", "*")
assert(f == nil and type(why) == "string" and (kind == "open" or kind == "absent"))
