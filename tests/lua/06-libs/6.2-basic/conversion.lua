-- §6.2 tonumber, tostring, print, _VERSION
assert(_VERSION == "Lua 5.5")
for s, v in pairs({ ["10"] = 10, [" 10 "] = 10, ["0x10"] = 16, ["-0x10"] = -16, ["1e1"] = 10.0, ["0x1p4"] = 16.0, ["."] = false,
  [""] = false, [" "] = false, ["1 2"] = false, ["0x"] = false, ["1e"] = false, ["abc"] = false, ["inf"] = false, ["nan"] = false,
  [".5"] = 0.5, ["5."] = 5.0, ["-.5"] = -0.5, ["+1"] = 1, ["- 1"] = false, ["--1"] = false, ["0x.8"] = 0.5, ["1_000"] = false,
  ["\t\n1\r\v\f"] = 1, ["1\0"] = false, ["9223372036854775807"] = math.maxinteger, ["9223372036854775808"] = 2 ^ 63,
  ["-9223372036854775808"] = math.mininteger, ["0xffffffffffffffffff"] = -1, ["1e400"] = math.huge, ["0e12"] = 0.0 }) do
  local r = tonumber(s)
  assert(r == (v or nil) and math.type(r) == (v and math.type(v) or nil), s)
end
assert(tonumber(5) == 5 and tonumber(nil) == nil and tonumber({}) == nil and tonumber(true) == nil)
assert(not pcall(tonumber))
-- bases
assert(tonumber("ff", 16) == 255 and tonumber("FF", 16) == 255 and tonumber("-ff", 16) == -255 and tonumber("zz", 36) == 1295)
assert(tonumber("1010", 2) == 10 and tonumber(" 7 ", 8) == 7 and tonumber("8", 8) == nil and tonumber("", 10) == nil)
assert(tonumber("1.0", 10) == nil and tonumber("7fffffffffffffff", 16) == math.maxinteger and tonumber("ffffffffffffffff", 16) == -1)
local ok, m = pcall(tonumber, 10, 10)
assert(not ok and m:find("bad argument #1 to 'tonumber' (string expected, got number)", 1, true))
ok, m = pcall(tonumber, "1", 37)
assert(not ok and m:find("bad argument #2 to 'tonumber' (base out of range)", 1, true))

-- tostring
for _, row in ipairs({ { 1, "1" }, { -0, "0" }, { 1.0, "1.0" }, { -0.0, "-0.0" }, { 1e15, "1e+15" }, { 1e14, "100000000000000.0" }, { 123456.0, "123456.0" },
  { 1e100, "1e+100" }, { 0.1, "0.1" }, { 1 / 3, "0.33333333333333331" }, { 3.14, "3.14" }, { 2 ^ 53, "9007199254740992.0" }, { 2 ^ 63, "9.2233720368547758e+18" },
  { 1e-5, "1e-05" }, { 5e-324, "4.94065645841247e-324" }, { 0.1 + 0.2, "0.30000000000000004" }, { 1e16, "1e+16" }, { 100, "100" },
  { math.maxinteger, "9223372036854775807" }, { math.mininteger, "-9223372036854775808" }, { math.huge, "inf" }, { -math.huge, "-inf" },
  { true, "true" }, { false, "false" }, { nil, "nil" }, { "s", "s" } }) do
  assert(tostring(row[1]) == row[2], tostring(row[1]) .. " " .. tostring(row[2]))
end
assert(tostring(0 / 0):find("^-?nan$"))
-- every float reads back
for _, x in ipairs({ 1 / 3, 2 / 3, 1e23, 123456789.123456789, 2 ^ -1074, 1.7976931348623157e308, 4.35, 0.1 + 0.7, 5e-324, 1e22, 9007199254740993.0 }) do
  assert(tonumber(tostring(x)) == x and math.type(tonumber(tostring(x))) == "float", tostring(x))
end
assert(tostring({}):find("^table: 0x%x+$") and tostring(print):find("^builtin: %x+$") or tostring(print):find("^function: "))
assert(tostring(coroutine.create(print)):find("^thread: ") and tostring(io.stdout):find("^file %("))
local t = {}
assert(tostring(t) == tostring(t) and tostring(t) ~= tostring({}) and ("%p"):format(t) == tostring(t):match("0x%x+"))
ok, m = pcall(tostring)
assert(not ok and m:find("bad argument #1 to 'tostring' (value expected)", 1, true))
