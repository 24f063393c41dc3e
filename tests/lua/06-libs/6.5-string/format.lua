-- §6.5 string.format
local function is(expected, ...)
  local got = string.format(...)
  assert(got == expected, ("got <%s>, expected <%s>"):format(got, expected))
end
local function fails(expected, ...)
  local ok, m = pcall(string.format, ...)
  assert(not ok and m:find(expected, 1, true), m)
end
is("", "") is("%", "%%") is("a1b", "a%db", 1) is("x", "%s", "x") is("nil true 1 1.0", "%s %s %s %s", nil, true, 1, 1.0)
is("   42|42   |00042|+42| 42", "%5d|%-5d|%05d|%+d|% d", 42, 42, 42, 42, 42) is("-42", "%d", -42) is("-0042", "%05d", -42) is("00042", "%.5d", 42)
is("3", "%d", 3.0) is("3", "%d", "3") is("9223372036854775807", "%d", math.maxinteger) is("-9223372036854775808", "%i", math.mininteger)
is("ff FF 0xff 377", "%x %X %#x %o", 255, 255, 255, 255) is("ffffffffffffffff", "%x", -1) is("8000000000000000", "%x", math.mininteger)
is("A\0B", "%c%c%c", 65, 0, 66) is("    A|A    ", "%5c|%-5c", 65, 65)
is("3.140000 3.14 3 3.1", "%f %.2f %.0f %.1f", 3.14, 3.14, 3.14, 3.14) is("  3.14|3.14  |003.14|+3.14", "%6.2f|%-6.2f|%06.2f|%+.2f", 3.14, 3.14, 3.14, 3.14)
is("1e+10 1.000000e+10 1.0E-05", "%g %e %.1E", 1e10, 1e10, 1e-5) is("100000 1e+06 0.0001 1e-05", "%g %g %g %g", 1e5, 1e6, 1e-4, 1e-5)
is("0.1 0.10000000000000001 1", "%.14g %.17g %g", 0.1, 0.1, 1) is("1.00000 3.", "%#g %#.0f", 1, 3) is("2 4 2", "%.0f %.0f %.0f", 2.5, 3.5, 1.5)
is("inf -inf", "%f %g", math.huge, -math.huge) is("  inf", "%5.1f", math.huge) is("1e+300", "%g", 1e300) is("5.000000", "%f", 5) is("0.5", "%g", "0.5")
is("123456789012345680.0", "%.1f", 123456789012345678) is("0x1p+0 0x1.8p+1 -0x1p-1", "%a %a %a", 1, 3, -0.5) is("0x0p+0", "%a", 0) is("0X1.8P+1", "%A", 3) is("0x1.8p+0", "%.1a", 1.5)
-- next to the middle between two decimals, and in it: the double decides, not the text it came from
is("0.12 0.38 1.00 2.67 1.01", "%.2f %.2f %.2f %.2f %.2f", 0.125, 0.375, 1.005, 2.675, 1.0051) is("0 2 -0 -0.00 0.00 -0.0", "%.0f %.0f %.0f %.2f %.2f %.1f", 0.5, 1.5, -0.5, -0.004, 0.004, -0.0)
is("999999 1e+06 99999.9 1e+05 99999.9", "%g %g %g %.1g %g", 999999.4, 999999.5, 99999.94, 99999.95, 99999.85) is("0.0001 9.9999e-05 0.000123457 0 -0", "%g %g %g %g %g", 1e-4, 9.9999e-5, 0.000123456789, 0, -0.0)
is("123456789.123457 0.000000000123457 999999999999.999", "%.15g %.15f %.15g", 123456789.123457, 1.23457e-10, 999999999999.999) is("+0012.50|12.5   |   12.5| 12.5", "%+08.2f|%-7g|%7g|% g", 12.5, 12.5, 12.5, 12.5)
is("[  abc] [abc  ] [ab] [   ab] []", "[%5s] [%-5s] [%.2s] [%5.2s] [%.0s]", "abc", "abc", "abc", "abc", "abc") is("[    7] [1.5  ] [-12]", "[%5s] [%-5s] [%.3s]", 7, 1.5, -123)
is('"a\\0001\\0\\9\\127\xff"', "%q", "a\0001\0\9\x7f\xff") fails("string contains zeros", "%5s", "a\0b")
is("1.797693134862315708145274237317e+308", "%.30e", 1.7976931348623157e308) is("0.1000000000000000055511151231257827", "%.34f", 0.1)
is("  abc|abc  |ab|   ab", "%5s|%-5s|%.2s|%5.2s", "abc", "abc", "abc", "abc") is("a\0b", "%s", "a\0b")
is('"a\\\n\\"b\\"\\0\\13\\\\"', "%q", 'a\n"b"\0\r\\') is('"\\0001"', "%q", "\0001") is("1 0x1.8p+0 1e9999 -1e9999 (0/0)", "%q %q %q %q %q", 1, 1.5, math.huge, -math.huge, 0 / 0)
is("true nil 0x8000000000000000", "%q %q %q", true, nil, math.mininteger) is("0x1p+0", "%q", 1.0) is('"é\\9"', "%q", "é\9")
for _, v in ipairs({ 0.1, 1e300, -1 / 3, 2 ^ 53, math.mininteger, math.maxinteger, "a\0\1\0012\n\r\"\\\xff", true }) do assert(load("return " .. ("%q"):format(v))() == v) end
assert(("%p"):format(1) == "(null)" and ("%p"):format({}):find("^0x%x+$") and ("%p"):format("s") == ("%p"):format("s") and ("%20p"):format({}):find("^ +0x"))
assert(("%s"):format(setmetatable({}, { __tostring = function() return "T" end })) == "T" and #("%99d"):format(1) == 99 and #("%.99f"):format(1) == 101)
fails("bad argument #2 to 'string.format'", "%d")
fails("bad argument #2 to 'string.format' (number expected, got string)", "%d", "x")
fails("number has no integer representation", "%d", 1.5)
fails("invalid conversion '%y' to 'format'", "%y", 1)
fails("invalid conversion '%' to 'format'", "%", 1)
fails("invalid conversion specification: '%0100d'", "%0100d", 1)
fails("invalid conversion specification: '%-+ #0", "%-+ #0-+ #0-+ #0d", 1)
fails("specifier '%q' cannot have modifiers", "%10q", "x")
fails("value has no literal form", "%q", {})
fails("bad argument #2 to 'string.format' (no value)", "%s")

-- %p: literals and short strings are shared; a long string that is computed is an object of its own
do
  local function address(s) return string.format("%p", s) end
  local ten = string.rep("0123456789", 1)
  local literal = "01234567890123456789012345678901234567890123456789"
  local function other() return "01234567890123456789012345678901234567890123456789" end
  assert(address(literal) == address(other()))
  local computed = ten .. ten .. ten .. ten .. ten
  assert(computed == literal and address(computed) ~= address(literal))
  assert(address(computed) == address(computed))
  local again = ten .. ten .. ten .. ten .. ten
  assert(address(again) ~= address(computed))
  assert(address(ten) == address("0123456789"))
  local long = string.rep("a", 100)
  assert(address((long:gsub("b", "c"))) == address(long))
  assert(address((long:gsub(".", { b = "c" }))) == address(long))
  assert(address((long:gsub(".", function(c) return c end))) ~= address(long))
end
