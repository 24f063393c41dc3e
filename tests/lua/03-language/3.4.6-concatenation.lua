-- §3.4.6 concatenation of several operands at once, and two by two where that can't be
local a, b, c, z, half = 1, "x", 2.5, 2.0, -0.5
assert(a .. b == "1x" and b .. a == "x1" and a .. a == "11" and a .. b .. c == "1x2.5")
assert(z .. "|" .. a == "2.0|1" and half .. a .. half == "-0.51-0.5" and -0.0 .. b == "-0.0x")
assert(a .. 1e100 .. b == "11e+100x" and b .. 1 / 0 .. a == "xinf1" and 2 ^ 53 .. b == string.format("%sx", 2 ^ 53))
-- numerals and strings in the text, which must survive in a template of JavaScript
assert("`" .. a .. "${a}" .. "\\" .. b .. "$" == "`1${a}\\x$" and "\\u0041" .. a == "\\u00411")
assert(a .. "\r\n\0\255\u{2028}\t'\"" .. b == "1\r\n\0\255\xe2\x80\xa8\t'\"x")
assert(#(a .. "\r\n" .. a .. "\r" .. a) == 6 and 5 .. b .. -3 == "5x-3" and 1 .. "" == "1" and "" .. a == "1")
-- large integers
local big, wide = math.maxinteger, 1 << 40
assert(a .. ":" .. big == "1:9223372036854775807" and math.mininteger .. b == "-9223372036854775808x")
assert(wide .. "" == "1099511627776" and a .. wide .. b == "11099511627776x" and -wide .. b == "-1099511627776x")
-- variables that are known to be integers
for i = -1, 1 do assert("k" .. i == ("k%d"):format(i) and i .. "" .. i == tostring(i):rep(2)) end
for i = wide, wide do assert("k" .. i == "k1099511627776") end
for i = 2.0, 2 do assert("k" .. i .. i == "k2.02.0") end
-- what is joined of constants is another string than the constant, if it is long
local joined, constant = ("0123456789"):rep(5), "01234567890123456789012345678901234567890123456789"
assert("0123456789" .. "0123456789012345678901234567890123456789" == joined and joined == constant)
assert(string.format("%p", "0123456789" .. "0123456789012345678901234567890123456789") ~= string.format("%p", constant))
-- the target is an operand
local s = ""
for i = 1, 3 do s = s .. i .. "," end
for i = 1, 2 do s = i .. s .. s end
assert(s == "211,2,3,1,2,3,11,2,3,1,2,3,", s)
local n = 7
n = n .. n .. n
assert(n == "777")
-- many operands
local long = a .. b .. a .. b .. a .. b .. a .. b .. a .. b .. a .. b .. a .. b .. a .. b .. a .. b .. a .. b
assert(long == ("1x"):rep(10))
local p, q, r, t, u, v, w, x, y = 1, 2, 3, 4, 5, 6, 7, 8, 9
assert(p .. q .. r .. t .. u .. v .. w .. x .. y .. p == "1234567891")
-- evaluated from left to right, each once; joined from right to left
local log = {}
local function note(v) log[#log + 1] = tostring(v); return v end
assert(note(1) .. note("-") .. note(2) .. note("-") .. note(3) == "1-2-3" and table.concat(log, " ") == "1 - 2 - 3")
local mt = {}
mt.__concat = function(l, r)
  l = type(l) == "table" and l.name or l
  r = type(r) == "table" and r.name or r
  return setmetatable({ name = "(" .. l .. "." .. r .. ")" }, mt)
end
local m = setmetatable({ name = "m" }, mt)
assert((a .. b .. m).name == "(1.(x.m))" and (m .. a .. b).name == "(m.1x)" and (a .. m .. b .. m).name == "(1.(m.(x.m)))")
-- waits in an operand, and in a metamethod
local co = coroutine.wrap(function()
  local waiting = setmetatable({}, { __concat = function(l, r) return coroutine.yield("meta") .. tostring(r) end })
  local first = a .. coroutine.yield("operand") .. b .. coroutine.yield("again") .. a
  return first .. "|" .. (a .. waiting .. b)
end)
assert(co() == "operand" and co(5) == "again" and co("y") == "meta" and co("z") == "15xy1|1zx")
-- errors name the operand that can't be joined
local function fails(expected, f)
  local ok, message = pcall(f)
  assert(not ok and message:find(expected, 1, true), message)
end
fails("attempt to concatenate a nil value (local 'none')", function() local none; return a .. none .. b end)
fails("attempt to concatenate a table value (field 'list')", function() local o = { list = {} }; return "x" .. a .. o.list end)
fails("attempt to concatenate a boolean value", function() return a .. b .. (a == 1) end)
fails("attempt to concatenate a function value (global 'print')", function() return print .. a .. b end)
-- many times, with what changes its type
local function join(v, i) return "v" .. v .. ":" .. i end
for _, v in ipairs { 1, "s", 2.5, 3.0, wide, big } do
  for i = 1, 2000 do assert(join(v, i) == string.format("v%s:%d", tostring(v), i)) end
end
