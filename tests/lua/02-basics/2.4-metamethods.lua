-- §2.4 Metatables and Metamethods: every event
local function class(events) return function(v) return setmetatable({ v = v }, events) end end
local function name(o) return type(o) == "table" and o.v or tostring(o) end

-- binary arithmetic and bitwise operators, with the operand on either side
local log
local events = {}
for _, event in ipairs({ "add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor",
  "shl", "shr", "concat" }) do
  events["__" .. event] = function(a, b) log = event; return name(a) .. " " .. name(b) end
end
local new = class(events)
local A, B = new("A"), new("B")
local binary = {
  { "add", A + B, A + 1, 1 + A }, { "sub", A - B, A - 1, 1 - A }, { "mul", A * B, A * 1, 1 * A },
  { "div", A / B, A / 1, 1 / A }, { "mod", A % B, A % 1, 1 % A }, { "pow", A ^ B, A ^ 1, 1 ^ A },
  { "idiv", A // B, A // 1, 1 // A }, { "band", A & B, A & 1, 1 & A }, { "bor", A | B, A | 1, 1 | A },
  { "bxor", A ~ B, A ~ 1, 1 ~ A }, { "shl", A << B, A << 1, 1 << A },
  { "shr", A >> B, A >> 1, 1 >> A }, { "concat", A .. B, A .. 1, 1 .. A },
}
for _, row in ipairs(binary) do
  assert(row[2] == "A B" and row[3] == "A 1" and row[4] == "1 A", row[1])
end
assert("x" .. A == "x A" and A .. "x" == "A x" and 1.5 & A == "1.5 A" and "s" + A == "s A")
assert(log == "add")
-- the left operand's metamethod comes first
local left = setmetatable({}, { __add = function() return "left" end })
local right = setmetatable({}, { __add = function() return "right" end })
assert(left + right == "left" and right + left == "right" and 1 + right == "right")
-- results are cut to one
local multi = setmetatable({}, { __add = function() return 1, 2, 3 end, __unm = function() end })
assert(select("#", multi + 1) == 1 and (-multi) == nil)

-- a metatable may be a dictionary, its metamethods callable tables; a left operand without one has none
local many = { __sub = setmetatable({}, { __call = function(_, a, b) return "called", a, b end }) }
for i = 1, 40 do many["k" .. i] = i end
many["__" .. "mul"] = function(a, b) return rawequal(a, 2) or rawequal(b, 2) end
local D = setmetatable({}, many)
assert(D * 2 == true and 2 * D == true and 3 * D == false and D - 1 == "called" and 1 - D == "called")
assert(setmetatable({}, {}) * D == false and D * setmetatable({}, {}) == false)
assert(1.0 * D == false and (1 << 62) * D == false and D * (1 << 62) == false)
assert(not pcall(function() return D + 1 end) and not pcall(function() return 1 + D end))
-- the metatable of numbers counts only where an operand is no number, and then that on the left first
debug.setmetatable(1, { __mul = function() return "number" end })
local product, plain = 2 * D, 2 * 3
debug.setmetatable(1, nil)
assert(product == "number" and plain == 6 and 2 * D == true)

-- unary operators get their operand twice
local function unary(a, b) return rawequal(a, b) end
local U = setmetatable({}, { __unm = unary, __bnot = unary, __len = unary })
assert(-U == true and ~U == true and #U == true)

-- __eq: only for two tables, or two userdata, that are not the same
local calls = 0
local E = { __eq = function(a, b) calls = calls + 1; return 1 end }
local p, q = setmetatable({}, E), setmetatable({}, E)
assert(p == p and calls == 0)
assert((p == q) == true and calls == 1 and (p ~= q) == false and calls == 2)
assert(p == {} and {} == p and calls == 4)
assert(p ~= 1 and p ~= "x" and p ~= nil and calls == 4)
assert(not rawequal(p, q) and calls == 4)

-- __lt and __le are apart; their results become booleans
local L = { __lt = function(a, b) return name(a) end, __le = function() return nil end }
local l = class(L)
local x, y = l("x"), l("y")
assert((x < y) == true and (x > y) == true and (x <= y) == false and (x >= y) == false)
assert((x < 1) == true and (1 < x) == true and (1 > x) == true)
local ok, m = pcall(function() return setmetatable({}, { __lt = print }) <= {} end)
assert(not ok and m:find("attempt to compare two table values", 1, true))

-- __index: function, table, chain; __newindex likewise
local base = { inherited = "base" }
local mid = setmetatable({ own = "mid" }, { __index = base })
local t = setmetatable({}, { __index = mid })
assert(t.inherited == "base" and t.own == "mid" and t.none == nil)
local f = setmetatable({}, { __index = function(self, k) return k .. "?", "lost" end })
assert(f.a == "a?" and f[1] == "1?" and select("#", f.a) == 1)
local store = {}
local w = setmetatable({ old = 1 }, { __newindex = store })
w.old, w.new, w[1] = 2, 3, 4
assert(rawget(w, "old") == 2 and rawget(w, "new") == nil and store.new == 3 and store[1] == 4)
local seen = {}
local g = setmetatable({}, { __newindex = function(self, k, v) seen[k] = v end })
g.a, g[2] = 1, nil
assert(seen.a == 1 and rawget(g, "a") == nil)
rawset(g, "b", 5)
assert(rawget(g, "b") == 5 and seen.b == nil)
ok, m = pcall(function() local loop = {}; setmetatable(loop, { __index = loop }); return loop.x end)
assert(not ok and m:find("'__index' chain too long; possible loop", 1, true), m)
ok, m = pcall(function() local loop = {}; setmetatable(loop, { __newindex = loop }); loop.x = 1 end)
assert(not ok and m:find("'__newindex' chain too long; possible loop", 1, true), m)

-- __call, with a chain of callables
local C = setmetatable({}, { __call = function(...) return ... end })
assert(select("#", C(1, nil, 3)) == 4 and select(4, C(1, nil, 3)) == 3)
local CC = setmetatable({}, { __call = C })
local r1, r2, r3 = CC("arg")
assert(r1 == C and r2 == CC and r3 == "arg")

-- __len, __concat of what has a length anyway
assert(#setmetatable({ 1, 2 }, { __len = function() return "long" end }) == "long")
assert(#setmetatable({ 1, 2 }, {}) == 2)

-- __tostring, __name, __metatable, __pairs
local T = setmetatable({}, { __tostring = function() return "T!" end })
assert(tostring(T) == "T!" and ("%s"):format(T) == "T!")
ok, m = pcall(tostring, setmetatable({}, { __tostring = function() return {} end }))
assert(not ok and m:find("'__tostring' must return a string", 1, true))
assert(tostring(setmetatable({}, { __name = "Kind" })):find("^Kind: "))
local locked = setmetatable({}, { __metatable = "locked" })
assert(getmetatable(locked) == "locked")
ok, m = pcall(setmetatable, locked, {})
assert(not ok and m:find("cannot change a protected metatable", 1, true))
local P = setmetatable({}, { __pairs = function(self) return function(_, k) if not k then return 1, self end end, self, nil end })
for k, v in pairs(P) do assert(k == 1 and v == P) end

-- metatables of basic types
assert(getmetatable("").__index == string and ("x").len == string.len)
assert(getmetatable(1) == nil and getmetatable(nil) == nil and getmetatable(print) == nil)
ok, m = pcall(function() return ("x").y.z end)
assert(not ok and m:find("attempt to index a nil value (field 'y')", 1, true), m)
assert(pcall(function() return ("abc").foo end))
ok, m = pcall(function() local s = "abc"; s.foo = 1 end)
assert(not ok and m:find("attempt to index a string value (local 's')", 1, true), m)

-- what an __index that can't be indexed itself is called: it has no name of its own
do
  local t = { f = setmetatable({}, { __index = 1 }) }
  local _, message = pcall(function() return t.f[1] end)
  assert(message:find("attempt to index a number value$"), message)
  _, message = pcall(function() return t.f.name.x end)
  assert(message:find("attempt to index a number value$"), message)
  _, message = pcall(function() return t.g[1] end)
  assert(message:find("attempt to index a nil value %(field 'g'%)$"), message)
end
