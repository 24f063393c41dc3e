-- §6.6 UTF-8 Support
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and m:find(expected, 1, true), m)
end
local s = "aé€😀"
assert(utf8.char(97, 233, 8364, 128512) == s and utf8.char() == "" and utf8.char(0x7fffffff) == "\xFD\xBF\xBF\xBF\xBF\xBF" and utf8.char(0) == "\0")
assert(utf8.charpattern == "[\0-\x7F\xC2-\xFD][\x80-\xBF]*")
local n = 0
for c in s:gmatch(utf8.charpattern) do n = n + 1 end
assert(n == 4)
-- len
assert(utf8.len(s) == 4 and utf8.len("") == 0 and utf8.len(s, 2) == 3 and utf8.len(s, -4) == 1 and utf8.len(s, 1, 1) == 1 and utf8.len(s, 1, 2) == 2)
local r, at = utf8.len("ab\xff") assert(r == nil and at == 3)
r, at = utf8.len("\u{D7FF}\xED\xA0\x80") assert(r == nil and at == 4)
assert(utf8.len("\xED\xA0\x80", 1, -1, true) == 1 and utf8.len("\xF4\x90\x80\x80") == nil and utf8.len("\xF4\x90\x80\x80", 1, -1, true) == 1 and utf8.len("\xC0\x80") == nil)
r, at = utf8.len("é", 2) assert(r == nil and at == 2)
-- codepoint
assert(utf8.codepoint(s) == 97 and utf8.codepoint(s, 2) == 233 and utf8.codepoint(s, -4) == 128512 and select("#", utf8.codepoint(s, 1, -1)) == 4 and select("#", utf8.codepoint(s, 3, 2)) == 0)
fails("invalid UTF-8 code", utf8.codepoint, "\xff")
fails("out of bounds", utf8.codepoint, "abc", 4)
fails("bad argument #3 to 'utf8.codepoint' (out of bounds)", utf8.codepoint, "abc", 1, 4)
-- offset gives where the character begins and where it ends
local b, e = utf8.offset(s, 3) assert(b == 4 and e == 6)
b, e = utf8.offset(s, -1) assert(b == 7 and e == 10)
b, e = utf8.offset(s, 0, 5) assert(b == 4 and e == 6)
assert(utf8.offset(s, 5) == 11 and utf8.offset(s, 6) == nil and utf8.offset(s, -5) == nil and utf8.offset("abc", 1) == 1 and utf8.offset("", 1) == 1)
fails("initial position is a continuation byte", utf8.offset, "é", 1, 2)
fails("position out of bounds", utf8.offset, "abc", 1, 5)
-- codes
local list = {}
for p, c in utf8.codes(s) do list[#list + 1] = p .. ":" .. c end
assert(table.concat(list, " ") == "1:97 2:233 4:8364 7:128512")
fails("invalid UTF-8 code", function() for _ in utf8.codes("ab\xff") do end end)
fails("invalid UTF-8 code", function() for _ in utf8.codes("\u{200000}") do end end)
n = 0
for _, c in utf8.codes("\u{200000}a", true) do n = n + c end
assert(n == 0x200000 + 97)
fails("bad argument #1 to 'utf8.char' (value out of range)", utf8.char, -1)
fails("value out of range", utf8.char, 0x80000000)
fails("stack overflow (string slice too long)", utf8.codepoint, ("x"):rep(1000000), 1, -1)
