-- §6.9 Input and Output Facilities
local path = os.tmpname()
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and tostring(m):find(expected, 1, true), m)
end
-- open modes and failures
local f, m, code = io.open("/no/such/dir/file")
assert(f == nil and m == "/no/such/dir/file: No such file or directory" and code == 2)
fails("bad argument #2 to 'io.open' (invalid mode)", io.open, path, "rz")
f = assert(io.open(path, "w"))
assert(io.type(f) == "file" and io.type(5) == nil and tostring(f):find("^file %(0x%x+%)$") or tostring(f):find("^file %("))
assert(f:write("line1\n", 2, " ", 3.5, "\nline3") == f and f:close() == true)
assert(io.type(f) == "closed file" and tostring(f) == "file (closed)")
fails("attempt to use a closed file", f.read, f)
fails("attempt to use a closed file", function() return f:lines() end)
-- read formats
f = assert(io.open(path))
assert(f:read() == "line1" and f:read("n") == 2 and f:read("n") == 3.5 and f:read("L") == "\n" and f:read("a") == "line3" and f:read("a") == "" and f:read("l") == nil and f:read(0) == nil)
assert(f:seek("set") == 0 and f:read(3) == "lin" and f:read(0) == "" and f:read("l", "l") == "e1" and f:seek("cur") > 0 and f:seek("end") == 17)
assert(f:seek("set", 2) == 2 and f:read("L") == "ne1\n" and f:seek("cur", -2) == 4 and f:read(1) == "1")
assert(f:seek("set") and select("#", f:read("l", "n", "x" and "a")) == 3)
fails("(invalid format)", f.read, f, "x")
f:close()
-- numbers
f = assert(io.open(path, "w+"))
f:write(" 0x1F -7 .5 1e2 0x.8p1 +3 nan 99999999999999999999 - 12abc")
f:seek("set")
assert(f:read("n") == 31 and f:read("n") == -7 and f:read("n") == 0.5 and f:read("n") == 100.0 and f:read("n") == 1.0 and f:read("n") == 3 and f:read("n") == nil)
f:close()
-- lines
f = assert(io.open(path, "w")) f:write("a\n\nb\r\nc\0d") f:close()
local t = {}
for l in io.lines(path) do t[#t + 1] = l end
assert(#t == 4 and t[2] == "" and t[3] == "b\r" and t[4] == "c\0d")
t = {}
for l in io.lines(path, "L") do t[#t + 1] = l end
assert(t[1] == "a\n" and t[4] == "c\0d")
t = {}
for a, b in io.lines(path, 1, 2) do t[#t + 1] = a .. (b or "") end
assert(table.concat(t) == "a\n\nb\r\nc\0d")
fails("cannot open file '/no/such' (No such file or directory)", io.lines, "/no/such")
f = assert(io.open(path))
local it = f:lines()
assert(it() == "a" and io.type(f) == "file")
f:close()
fails("file is already closed", it)
it = io.lines(path)
for _ = 1, 4 do it() end
assert(it() == nil)
fails("file is already closed", it)
-- append, update, binary bytes
f = assert(io.open(path, "ab")) f:write("\xff\0\x80") f:close()
f = assert(io.open(path, "r+b")) f:write("X") f:seek("end", -3) assert(f:read("a") == "\xff\0\x80") f:seek("set") assert(f:read(2) == "X\n") f:close()
f = assert(io.open(path, "r"))
local ok, e, c = f:write("x")
assert(ok == nil and type(e) == "string" and type(c) == "number")
f:close()
-- default files
local oldOut, oldIn = io.output(), io.input()
assert(oldOut == io.stdout and oldIn == io.stdin and io.output(path) ~= oldOut)
io.write("through ", "default", 1)
assert(io.close() == true and io.output(oldOut) == oldOut)
io.input(path)
assert(io.read("a") == "through default1" and io.close(io.input()))
fails("default input file is closed", io.read)
io.input(oldIn)
for l in io.lines(path) do assert(l == "through default1") end
-- a count below zero is one too large (C takes it as a size_t)
f = io.open(path)
fails("resulting string too large", f.read, f, -1)
fails("resulting string too large", f:lines(-1))
f:close()
-- buffering, flush, tmpfile, close variables
f = io.tmpfile()
assert(f:setvbuf("full", 1024) and f:setvbuf("no") and f:setvbuf("line") and f:write("tmp") and f:flush() and f:seek("set") == 0 and f:read("a") == "tmp")
f:close()
do local h <close> = assert(io.open(path)); f = h end
assert(io.type(f) == "closed file")
assert(io.output():flush() and io.flush())
-- popen
local p = assert(io.popen("printf 'a\\nb'; exit 3"))
assert(p:read("l") == "a" and p:read("a") == "b")
local r, how, status = p:close()
assert(r == nil and how == "exit" and status == 3)
p = assert(io.popen("cat > " .. path, "w"))
p:write("piped")
assert(p:close() == true)
for l in io.lines(path) do assert(l == "piped") end
fails("invalid mode", io.popen, "true", "rw")
assert(io.stderr:write("") == io.stderr and getmetatable(f).__name == "FILE*" and getmetatable(f).__index.read == f.read)
os.remove(path)
