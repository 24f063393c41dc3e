-- §2.1 Values and Types
assert(type(nil) == "nil" and type(true) == "boolean" and type(1) == "number")
assert(type("") == "string" and type({}) == "table" and type(print) == "function")
assert(type(coroutine.create(print)) == "thread" and type(io.stdout) == "userdata")

-- only nil and false are false
for _, v in ipairs({ 0, 0.0, "", "false", {}, print }) do
  assert(v, "is true")
end
assert(not nil and not false)

-- both subtypes of numbers
assert(math.type(1) == "integer" and math.type(1.0) == "float" and math.type("1") == nil)
assert(1 == 1.0 and math.type(3 // 1) == "integer" and math.type(3 // 1.0) == "float")

-- integers wrap around
assert(math.maxinteger + 1 == math.mininteger)
assert(math.mininteger - 1 == math.maxinteger)
assert(math.maxinteger * 2 == -2)
assert(math.mininteger * -1 == math.mininteger)
assert(-math.mininteger == math.mininteger)

-- strings are bytes
local s = "\0\255\xe4\0"
assert(#s == 4 and s:byte(1) == 0 and s:byte(2) == 255 and s:byte(4) == 0)

-- table keys: floats with integral values are integers; NaN and nil are no keys
local t = {}
t[1.0] = "a"
t[2 ^ 53] = "b"
assert(t[1] == "a" and next(t) == 1 and math.type(next(t)) == "integer")
assert(t[9007199254740992] == "b" and t[1 << 53] == "b")
t["1"] = "string"
assert(t[1] == "a" and t["1"] == "string")
t[-0.0] = "zero"
assert(t[0] == "zero" and t[0.0] == "zero")
local ok, message = pcall(function() t[nil] = 1 end)
assert(not ok and message:find("index is nil", 1, true), message)
ok, message = pcall(function() t[0 / 0] = 1 end)
assert(not ok and message:find("index is NaN", 1, true), message)
assert(t[nil] == nil and t[0 / 0] == nil)

-- names that are special elsewhere are plain keys here
local odd = {}
for _, k in ipairs({ "__proto__", "constructor", "toString", "hasOwnProperty", "prototype",
  "length", "valueOf", "arguments", "-1", "0", "01", "1.0", "1e5", "" }) do
  assert(odd[k] == nil, k)
  odd[k] = k
end
local count = 0
for k, v in pairs(odd) do
  assert(k == v and type(k) == "string")
  count = count + 1
end
assert(count == 14 and odd[-1] == nil and odd[0] == nil and odd[1] == nil)

-- every value but nil and NaN can be a key
local keys = { true, false, 1.5, -1, math.maxinteger, math.mininteger, "x", print, {}, io.stdout,
  coroutine.running(), math.huge, -math.huge, 2 ^ 63, 1e300 }
local map = {}
for i, k in ipairs(keys) do map[k] = i end
for i, k in ipairs(keys) do assert(map[k] == i, tostring(k)) end
assert(map[math.maxinteger + 0] == 5 and map[1 << 63] == 6 and map[2.0 ^ 63] == 14)

-- objects are references
local a = {}
local b = a
b.x = 1
assert(a.x == 1 and a == b and a ~= { x = 1 })
