-- §3.4.1-3.4.8 Operators, coercions, precedence
local max, min = math.maxinteger, math.mininteger
local function is(v, expected, kind)
  assert(v == expected or (v ~= v and expected ~= expected), tostring(v))
  if kind then assert(math.type(v) == kind, tostring(v)) end
end
-- integers and floats
is(1 + 2, 3, "integer") is(1 + 2.0, 3, "float") is(3 - 3.0, 0, "float") is(2 * 3, 6, "integer")
is(4 / 2, 2, "float") is(2 ^ 2, 4, "float") is(7 // 2, 3, "integer") is(7 // 2.0, 3, "float")
is(-7 // 2, -4) is(7 // -2, -4) is(-7 // -2, 3) is(-7 % 3, 2) is(7 % -3, -2) is(-7 % -3, -1) is(7 % 3, 1)
is(-6 % 3, 0, "integer") is(5.5 % 2, 1.5) is(-5.5 % 2, 0.5) is(5.5 % -2, -0.5) is(-6 // 4.0, -2)
is(5 % math.huge, 5.0) is(-5 % math.huge, math.huge) is(5 % -math.huge, -math.huge)
is(1 / 0, math.huge) is(-1 / 0, -math.huge) is(0 / 0, 0 / 0) is(1 // 0.0, math.huge) is(1 % 0.0, 0 / 0)
is(1 / -0.0, -math.huge) is(1 / (0 * -1), math.huge) is(1 / (0.0 * -1), -math.huge) is(1 / -(0), math.huge)
is(min // -1, min, "integer") is(min % -1, 0, "integer") is(max // -1, -max) is(min // 1, min)
is(max + 1.0, 2 ^ 63) is(max * 2, -2) is(min * min, 0) is(max * max, 1) is(min - 1, max) is(-min, min)
is(2 ^ 53 + 1, 2 ^ 53) is((1 << 53) + 1, 9007199254740993) is(9007199254740993 * 3, 27021597764222979)
is(123456789 * 987654321, 121932631112635269) is(3037000500 * 3037000500, -9223372036709301616)
is(9007199254740992 - 1, 9007199254740991) is(-9007199254740992 - 2, -9007199254740994)
is(9223372036854775807 // 10, 922337203685477580) is(9223372036854775807 % 10, 7)
is(-9223372036854775807 // 10, -922337203685477581) is(-9223372036854775807 % 10, 3)
is(2 ^ 0.5 * 2 ^ 0.5, 2.0000000000000004) is(-2 ^ 2, -4.0) is(2 ^ -1, 0.5) is(0 ^ 0, 1.0)
is(1e15 + 0.5, 1000000000000000.5) is(0.1 + 0.2, 0.30000000000000004)

-- bitwise
is(5 & 3, 1, "integer") is(5 | 3, 7) is(5 ~ 3, 6) is(~0, -1) is(~5, -6) is(1 << 62, 4611686018427387904)
is(1 << 63, min) is(1 << 64, 0) is(1 << -1, 0) is(-1 >> 1, max) is(-1 >> 63, 1) is(-1 >> 64, 0)
is(-1 << 64, 0) is(2 >> -1, 4) is(-1 << 1, -2) is(3.0 & 1, 1) is(-0.0 | 0, 0) is(2.0 ^ 62 | 0, 1 << 62)
is(0xffffffff << 32 >> 32, 0xffffffff) is(0xffffffff << 4 & 0xffffffff, 0xfffffff0) is(max & min, 0) is(max ~ min, -1)
is(0x123456789abcdef0 & 0xffffffff, 0x9abcdef0) is(0x123456789abcdef0 >> 4, 0x0123456789abcdef)
is(-0x80000000 >> 32, 0xffffffff) is(1 << 31, 2147483648) is(1 << 32, 4294967296) is(1 >> min, 0) is(1 << max, 0)
assert(not pcall(function() return 1.5 & 1 end) and not pcall(function() return 2 ^ 63 | 0 end))
assert(not pcall(function() return "3" & 1 end) and not pcall(function() return {} & 1 end))

-- coercions (§3.4.3)
is("10" + 5, 15, "integer") is("10" * "2", 20) is("0x10" + 0, 16) is("1e1" + 0, 10, "float") is(" 10 " + 1, 11) is("10." - 0, 10, "float")
is(-"2", -2, "integer") is("7" // 2, 3) is("2" ^ 2, 4.0) is("9223372036854775807" + 1, min) is("9223372036854775808" + 0, 2 ^ 63)
assert(not pcall(function() return "abc" + 1 end) and not pcall(function() return "" + 1 end) and not pcall(function() return "1 2" + 1 end))
assert(10 .. "" == "10" and 1.0 .. "" == "1.0" and -0.0 .. "" == "-0.0" and 1e15 .. "" == "1e+15" and 2 ^ 53 .. "" == "9007199254740992.0")
assert(1 .. 2 == "12" and 1.5 .. "x" == "1.5x")

-- comparison (§3.4.4): exact between integers and floats
assert(1 == 1.0 and 1 < 1.5 and 1.5 < 2 and -1 > -1.5 and "a" < "b" and "a" < "aa" and "Z" < "a" and "" < "\0")
assert(not (1 < 1) and 1 <= 1 and not ("a" < "a") and "a" <= "a" and "a\0b" > "a\0a" and "\xff" > "a")
assert(max < 2.0 ^ 63 and max + 0.0 == 2.0 ^ 63 and max ~= 2.0 ^ 63 and min == -2.0 ^ 63 and min >= -2.0 ^ 63)
assert(9007199254740993 > 9007199254740992.0 and 9007199254740993 ~= 9007199254740992.0 and not (9007199254740993 <= 9007199254740992.0))
assert(max > max - 1 and min < max and 1 < math.huge and max < math.huge and min > -math.huge and not (1 < 0 / 0) and not (max >= 0 / 0))
local nan = 0 / 0
assert(nan ~= nan and not (nan == nan) and not (nan < nan) and not (nan >= nan))
assert(1 ~= "1" and "0" ~= 0 and nil ~= false and {} ~= {} and -0.0 == 0 and 0.0 == -0.0)

-- logic (§3.4.5)
assert((10 or 20) == 10 and (10 or error()) == 10 and (nil or "a") == "a" and (nil and 10) == nil)
assert((false and error()) == false and (false and nil) == false and (false or nil) == nil and (10 and 20) == 20)
assert(not nil == true and not 0 == false and not not nil == false)
local function effects(...) local n = 0; for _, v in ipairs({ ... }) do n = n + v end return n end
assert((nil or effects(1, 2)) == 3 and (1 and nil or 5) == 5 and ((nil and 1) or (false and 2) or 3) == 3)
local count = 0
local function hit(v) count = count + 1; return v end
assert((hit(false) and hit(1)) == false and (hit(1) or hit(2)) == 1 and count == 2)

-- concatenation is right associative, length
assert("a" .. "b" .. "c" == "abc" and 1 .. 2 .. 3 == "123" and 2 ^ 3 ^ 2 == 512.0)
assert(#"" == 0 and #"\0\0" == 2 and #{ 1, 2, 3 } == 3 and #{ n = 1 } == 0 and -#"abc" == -3)

-- precedence (§3.4.8)
assert(2 + 3 * 4 ^ 2 / 2 == 26.0 and -3 ^ 2 == -9.0 and not 1 == 2 == false and 1 .. 2 == "12" and 2 * 3 % 4 == 2)
assert(1 | 2 ~ 3 & 4 << 1 == 1 | (2 ~ (3 & (4 << 1))) and "a" .. 1 + 2 == "a3" and 5 - 3 - 1 == 1 and 2 ^ -2 == 0.25)
assert(1 + 1 << 2 == 8 and 1 << 2 + 1 == 8 and (1 < 2) == true and 1 .. 2 < "2" and ~1 + 1 == -1 and -"2" ^ 2 == -4.0)
assert(1 or 2 and nil == 1 and (false or true and false) == false and not (1 > 2) == true and #"ab" + 1 == 3 and -2 % 3 == 1)

-- the order of evaluation of operands with effects
local seq = {}
local function s(v) seq[#seq + 1] = v; return v end
local _ = s(1) + s(2) * s(3) - s(4)
assert(table.concat(seq) == "1234")

-- §3.4.7 the length of strings and tables at the same place
do
  local function length(v) return #v end
  local counted = setmetatable({ 1, 2 }, { __len = function() return "counted" end })
  for _ = 1, 200 do
    assert(length("") == 0 and length("\0\255é") == 4 and length(("x"):rep(300)) == 300)
    assert(length({}) == 0 and length({ 1, 2, 3 }) == 3 and length(counted) == "counted")
    assert(length("a" .. 1 .. "b") == 3)
  end
  for _, v in ipairs { 1, 2.5, true, print } do
    local ok, message = pcall(length, v)
    assert(not ok and message:find("attempt to get length of a " .. type(v) .. " value (local 'v')", 1, true), message)
  end
  -- a metamethod of strings is not asked
  getmetatable("").__len = function() return -1 end
  assert(length("abc") == 3)
  getmetatable("").__len = nil
end

-- C Lua takes `x - 0` for the addition of the negative; a zero that is no literal is subtracted
do
  local b <const> = 0
  local a, c = -0.0, 0
  local function minus(x) return x - 0 end
  assert(1 / (a - 0) == math.huge and 1 / (a - b) == math.huge and 1 / minus(a) == math.huge and 1 / (a - c) == -math.huge)
  assert(1 / (a - 0.0) == -math.huge and 1 / (a - 0 - 0) == math.huge and math.type(a - 0) == "float")
  assert(math.type(minus(7)) == "integer" and minus(7) == 7 and minus(math.mininteger) == math.mininteger and minus(2.5) == 2.5)
  assert(minus("5") == 5 and tostring(minus(0)) == "0" and tostring(0 - 0) == "0")
  local t = setmetatable({}, { __sub = function(_, n) return math.type(n) .. tostring(n) .. 1 / n end })
  assert(minus(t) == "integer0inf")
end
