-- §6.5 byte, char, len, lower, upper, rep, reverse, sub
local function fails(expected, f, ...)
  local ok, m = pcall(f, ...)
  assert(not ok and m:find(expected, 1, true), m)
end
-- sub: all the corners of indices
assert(("123456789"):sub(2, 4) == "234" and ("123456789"):sub(7) == "789" and ("123456789"):sub(7, 6) == "")
assert(("123456789"):sub(0, 0) == "" and ("123456789"):sub(-10, 10) == "123456789" and ("123456789"):sub(-4) == "6789")
assert(("123456789"):sub(-6, -4) == "456" and ("123456789"):sub(math.mininteger, math.maxinteger) == "123456789")
assert(("123456789"):sub(math.mininteger, -4) == "123456" and ("123456789"):sub(math.maxinteger) == "" and ("123"):sub("2", 3.0) == "23")
assert(("\0\0\0a"):sub(4) == "a" and (""):sub(1) == "" and string.sub(12345, 2, 3) == "23")
-- byte, char
assert(("a"):byte() == 97 and ("\xff"):byte() == 255 and ("abc"):byte(-1) == 99 and select("#", ("abc"):byte(1, -1)) == 3)
assert(select("#", ("abc"):byte(4)) == 0 and select("#", (""):byte()) == 0 and select("#", ("abc"):byte(0)) == 0 and ("\0x"):byte(1) == 0)
assert(string.char() == "" and string.char(0, 255, 65) == "\0\xffA" and string.char(string.byte("héllo", 1, -1)) == "héllo")
fails("bad argument #1 to 'string.char' (value out of range)", string.char, 256)
fails("bad argument #2 to 'string.char' (value out of range)", string.char, 1, -1)
-- as many results as C Lua's stack holds
fails("stack overflow (string slice too long)", string.byte, ("x"):rep(1000000), 1, -1)
-- len, case, reverse
assert(("\0\0"):len() == 2 and ("aBc1é"):upper() == "ABC1é" and ("aBC1É"):lower() == "abc1É" and ("abc\0d"):reverse() == "d\0cba" and (""):reverse() == "")
-- rep
assert(("ab"):rep(3) == "ababab" and ("ab"):rep(3, ",") == "ab,ab,ab" and ("ab"):rep(0) == "" and ("ab"):rep(-1) == "" and ("ab"):rep(1, ",") == "ab")
assert((""):rep(1000000000) == "" and (""):rep(3, "-") == "--")
fails("resulting string too large", string.rep, "x", math.maxinteger)
fails("resulting string too large", string.rep, "abc", math.maxinteger // 2, "x")
-- numbers as strings, strings as methods
