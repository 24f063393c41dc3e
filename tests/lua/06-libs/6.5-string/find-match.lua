-- §6.5 find, match, gmatch, gsub, and §6.5.1 Patterns
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and m:find(expected, 1, true), m)
end
local function is(...)
  local a = table.pack(...)
  local n = a.n // 2
  for i = 1, n do assert(a[i] == a[n + i], ("%s ~= %s"):format(tostring(a[i]), tostring(a[n + i]))) end
end
-- find
local i, j = ("hello world"):find("o w") is(i, j, 5, 7)
i, j = (""):find("") is(i, j, 1, 0)
i, j = ("alo"):find("", 4) is(i, j, 4, 3)
assert(("alo"):find("", 5) == nil and ("alo"):find("l", -2) == 2 and ("alo"):find("a", -2) == nil and ("alo"):find("a", -100) == 1)
assert(("a.b"):find(".", 1, true) == 2 and ("a.b"):find(".", 3, true) == nil and ("a\0b"):find("\0") == 2 and ("a+b"):find("+", 1, true) == 2)
local a, b, c, d = ("key = value"):find("(%w+) = (%w+)") is(a, b, c, d, 1, 11, "key", "value")
-- classes
local all = {}
for k = 0, 255 do all[k + 1] = string.char(k) end
all = table.concat(all)
local counts = { a = 52, c = 33, d = 10, g = 94, l = 26, p = 32, s = 6, u = 26, w = 62, x = 22 }
for class, n in pairs(counts) do
  assert(select(2, all:gsub("%" .. class, "")) == n, class)
  assert(select(2, all:gsub("%" .. class:upper(), "")) == 256 - n, class)
end
assert(("a-b]c^d"):gsub("[]^-]", "") == "abcd" and ("a1B"):gsub("[%a]", "") == "1" and ("x-y"):gsub("[a-]", "") == "xy" and ("^"):find("[%^]") == 1)
assert(("abc"):gsub("[^b]", "") == "b" and ("\0\1"):gsub("[\0-\1]", "x") == "xx" and ("é"):gsub("[\x80-\xff]", "") == "" and ("%"):gsub("%%", "p") == "p")
-- repetition: greedy, lazy, optional
is(("<<a>>"):match("<(.*)>"), ("<<a>><b>"):match("<(.-)>"), "<a>", "<a")
is(("aaa"):match("^a*$"), ("aaab"):match("a+"), ("b"):match("a*"), ("color colour"):gsub("colou?r", "x"), "aaa", "aaa", "", "x x")
is(("  x "):match("^%s*(.-)%s*$"), "x")
assert(("aab"):find("a-b") == 1 and ("[[x]]"):match("%[%[(.-)%]%]") == "x" and ("abc"):match("b?c") == "bc")
-- anchors
assert(("abab"):gsub("^a", "x") == "xbab" and ("a$"):find("$", 1, true) == 2 and ("a$b"):match("a$b") == "a$b" and ("aa"):match("a$") == "a" and ("^a"):find("^^") == 1)
-- captures, positions, back references, balance, frontier
a, b, c = ("flaaap"):match("()aa()(.)") is(a, b, c, 3, 5, "a")
is(("'it' \"was\""):match("([\"'])(.-)%1"), "'")
assert(("THE (quick) fox"):find("%((%a+)%)") == 5 and ("f(a(b)c)d"):match("%b()") == "(a(b)c)" and ("((a)"):match("%b()") == "(a)")
assert(("THE (quick) fox"):gsub("%f[%a]%a+%f[%A]", "W") == "W (W) W" and ("[a]"):gsub("%f[%z]", ".") ~= nil and ("abc"):find("%f[\0]") == 4)
assert(("x"):match("((x))") == "x" and select("#", ("x"):match("((x))")) == 2 and ("abc"):match("()") == 1 and ("hello"):match(".-(l+)(.*)") == "ll")
-- gmatch
local t = {}
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do t[k] = v end
assert(t.a == "1" and t.b == "2")
local words = {}
for w in ("one two  three"):gmatch("%a+") do words[#words + 1] = w end
assert(table.concat(words, "|") == "one|two|three")
words = {}
for p in ("abc"):gmatch("()") do words[#words + 1] = p end
assert(table.concat(words) == "1234")
words = {}
for w in ("abcab"):gmatch("ab", 2) do words[#words + 1] = w end
assert(#words == 1)
words = {}
for w in ("xuxx uu ppar r"):gmatch("%f[%w]%S*") do words[#words + 1] = w end
assert(table.concat(words, ",") == "xuxx,uu,ppar,r")
-- in gmatch a leading ^ is an ordinary character
for _ in ("a,a"):gmatch("^a") do error("matched") end
assert(("x^a"):gmatch("^a")() == "^a")
-- gsub
local r, n = ("hello world"):gsub("o", "0") is(r, n, "hell0 w0rld", 2)
r, n = ("hello"):gsub("l", "L", 1) is(r, n, "heLlo", 1)
r, n = ("abc"):gsub("", "-") is(r, n, "-a-b-c-", 4)
r, n = ("abc"):gsub("%w", "%0%0") is(r, n, "aabbcc", 3)
assert(("hello world"):gsub("(%w+) (%w+)", "%2 %1") == "world hello" and ("a"):gsub("a", "%%") == "%" and ("abc"):gsub("b", "%1") == "abc")
assert(("$name is $age"):gsub("%$(%w+)", { name = "Lua", age = 30 }) == "Lua is 30" and ("abc"):gsub("%w", { a = false, b = true and "B" }) == "aBc")
assert(("abc"):gsub("(b)(c)", function(x, y) return y .. x end) == "acb" and ("abc"):gsub("b", function() end) == "abc" and ("abc"):gsub("b", function() return false end) == "abc")
assert(("abc"):gsub("()b", function(p) return p end) == "a2c" and ("x"):gsub("x", 5) == "5" and ("x y"):gsub("%s*", "-") == "-x-y-")
assert(("  a  b "):gsub("^%s+", "") == "a  b " and ("abc"):gsub("$", "!") == "abc!" and ("a b c"):gsub("%w", "%0x", 2) == "ax bx c" and ("abc"):gsub("x*", "-", 0) == "abc")
-- errors
fails("malformed pattern (ends with '%')", string.find, "a", "%")
fails("malformed pattern (missing ']')", string.find, "a", "[a")
fails("malformed pattern (missing ']')", string.find, "a", "[]")
fails("malformed pattern (missing ']')", string.find, "a", "[%a")
fails("unfinished capture", string.find, "a", "(a")
fails("invalid pattern capture", string.find, "a", "(a))")
fails("invalid capture index %1", string.gsub, "a", "%1", "")
fails("invalid capture index %2", string.gsub, "a", "a", "%2")
fails("invalid use of '%' in replacement string", string.gsub, "a", "a", "%x")
fails("invalid replacement value (a table)", string.gsub, "a", "a", function() return {} end)
fails("bad argument #3 to 'string.gsub' (string/function/table expected, got no value)", string.gsub, "a", "a")
fails("missing '[' after '%f' in pattern", string.find, "a", "%f")
fails("missing arguments to '%b'", string.find, "a", "%b")
fails("too many captures", string.find, "a", ("()"):rep(33))
fails("pattern too complex", string.match, ("x"):rep(300000), ("x?"):rep(300000))
-- long subjects
local long = ("a"):rep(100000)
assert(#long:match(".*") == 100000 and long:find("b") == nil and #long:match("^(a-)$") == 100000 and long:gsub("a", "") == "")
-- where only the first result counts
do
  local s = "a.b key=val"
  local function first(...) return (s:find(...)) end
  assert(first("key") == 5 and first(".", 1, true) == 2 and first("(%a)(%.)") == 1 and first("()k") == 5 and first("x") == nil)
  assert((string.find(s, "%s")) == 4 and (s:find("", 20)) == nil and (s:find("", 12)) == 12 and (s:find("a", -2)) == 10)
  assert(s:find("b") == 3 and not s:find("z") and (s:find("k") or 0) + 1 == 6)
  local function fails(expected, ...) local ok, m = pcall(first, ...) assert(not ok and m:find(expected, 1, true), m) end
  fails("unfinished capture", "(a") fails("malformed pattern", "[a") fails("#1 to 'find' (string expected, got no value)")
  fails("number expected, got table", "a", {})
  -- another function of that name
  local find = string.find
  string.find = function() return "mine", 2 end
  assert(s:find("a") == "mine" and (string.find(s)) == "mine")
  string.find = find
  assert(s:find("a") == 1)
end

-- gsub: pieces of all lengths, captures of all kinds
do
  for _, n in ipairs { 0, 1, 63, 64, 65, 8191, 8192, 8193, 20000 } do
    local gap, word = (" "):rep(n), ("w"):rep(n + 1)
    local text = gap .. word .. gap .. "\0\xff" .. gap
    local result, count = text:gsub("(w+)()(%s*)", "%3<%0%%%2>%1")
    local expected = gap .. gap .. "<" .. word .. gap .. "%" .. (2 * n + 2) .. ">" .. word .. "\0\xff" .. gap
    assert(result == expected and count == 1, n)
    assert(text:gsub("[^w]", "%0"):sub(1, #text) == text)
    local twice = word:gsub("w", "%0%0")
    assert(twice == word .. word)
  end
end

-- texts without any special meaning, by texts that have one to JavaScript
assert(("a.b.c"):gsub("%.", "$&$1") == "a$&$1b$&$1c")
assert(select(2, ("a.b.c"):gsub("%.", "_")) == 2)
assert(("aaa"):gsub("aa", "b") == "ba")
assert(("x^y"):gsub("^x", "z") == "z^y")
assert(("abc"):gsub("b", "") == "ac")
assert(("a\0b\0"):gsub("\0", "$$") == "a$$b$$")
assert(("hello"):gsub("l", "L", 1) == "heLlo")
assert(("é$"):gsub("$", "x") == "é$x")
assert(("é$"):gsub("%$", "x") == "éx")
local text = ("ITEM,"):rep(1000)
local r, n = text:gsub("ITEM", "x")
assert(r == ("x,"):rep(1000) and n == 1000)
r, n = text:gsub("ITEM", "x", 999)
assert(r == ("x,"):rep(999) .. "ITEM," and n == 999)
r, n = text:gsub("I.EM", "%%")
assert(r == ("%,"):rep(1000) and n == 1000)
assert(not pcall(string.gsub, text, "ITEM", "%2"))
r, n = ("aaaa"):gsub("aa", "aaa")
assert(r == "aaaaaa" and n == 2)
