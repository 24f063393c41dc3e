-- §6.2 load, loadfile, dofile
assert(load("return 1")() == 1 and load("return ...")(5) == 5)
local f, m = load("x =")
assert(f == nil and m == '[string "x ="]:1: unexpected symbol near <eof>')
f, m = load("x =", "@file.lua") assert(m == "file.lua:1: unexpected symbol near <eof>")
f, m = load("x =", "=name") assert(m == "name:1: unexpected symbol near <eof>")
f, m = load("x =\n--", "two\nlines") assert(m:find('[string "two..."]:2:', 1, true), m)
f, m = load("x =", ("long"):rep(30)) assert(m:find('^%[string "longlong.*%.%.%."%]:1:'), m)

-- a function as source
local parts = { "return ", "1 ", "+ 2" }
local i = 0
assert(load(function() i = i + 1; return parts[i] end)() == 3)
i = 0
assert(load(function() i = i + 1; if i == 1 then return "return 7" elseif i == 2 then return "" end end)() == 7)
-- under pcall, so that the message handler of a stand-alone interpreter has no say
local _
_, f, m = pcall(load, function() return 1 == 1 end)
assert(f == nil and m:find("reader function must return a string", 1, true), m)
_, f, m = pcall(load, function() error("reader", 0) end)
assert(f == nil and m == "reader")

-- modes and environments
f, m = load("return 1", "c", "b")
assert(f == nil and m:find("attempt to load a text chunk (mode is 'b')", 1, true), m)
f, m = load(string.dump(load("return 1")), "c", "t")
assert(f == nil and m:find("attempt to load a binary chunk (mode is 't')", 1, true), m)
assert(load(string.dump(load("return 1 + ...")))(2) == 3)
assert(load("return x", "c", "bt", { x = 5 })() == 5)
assert(load("x = 1; return _ENV", "c", "t", {})().x == 1)
assert(not pcall(load("return x.y", "c", "t", nil)))
assert(debug.getupvalue(load("return a"), 1) == "_ENV")
-- each load makes its own function, with the global environment
assert(load("loadedGlobal = 1") and loadedGlobal == nil)

-- a first line that begins with # is for files only
assert(not load("#!shebang\nreturn 1"))
local path = os.tmpname()
local function write(s) local h = assert(io.open(path, "wb")); h:write(s); h:close() end
write("#!shebang\nreturn 1, ...")
assert(select(2, loadfile(path)(2)) == 2 and dofile(path) == 1)
write("\xEF\xBB\xBF# comment\nreturn 'bom'")
assert(dofile(path) == "bom")
write("error('in file')")
local ok, e = pcall(dofile, path)
assert(not ok and e == path .. ":1: in file", e)
write("return x")
assert(loadfile(path, "t", { x = "env" })() == "env")
write("syntax error here")
f, m = loadfile(path)
assert(f == nil and m == path .. ":1: syntax error near 'error'", m)
ok, e = pcall(dofile, path)
assert(not ok and e == path .. ":1: syntax error near 'error'", e)
os.remove(path)
f, m = loadfile(path)
assert(f == nil and m:find("cannot open " .. path, 1, true), m)

-- dump: upvalues are fresh, strip removes debug information
local up = 10
local function g() return up end
local d = load(string.dump(g))
assert(d() == _G) -- the first upvalue is the environment
assert(debug.setupvalue(d, 1, 20) and d() == 20 and g() == 10)
ok, e = pcall(string.dump, print)
assert(not ok and e:find("bad argument #1 to 'string.dump' (Lua function expected)", 1, true), e)

-- a chunk that the mode does not allow is not read to its end
local reads = 0
f, m = load(function() reads = reads + 1 return "return 1" end, "=n", "b")
assert(f == nil and m == "attempt to load a text chunk (mode is 'b')" and reads == 1)
