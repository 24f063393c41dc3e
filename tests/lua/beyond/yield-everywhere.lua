-- Beyond C Lua: coroutine.yield, and a builtin that waits, in every place where Lua code can run (§2.4, §6.3)

local function Y(v) coroutine.yield("y") return v end
local function S(v) sleep(0.001) return v end
local fails = 0
local function drive(f)
  local co = coroutine.create(f)
  local n = 0
  while true do
    local r = table.pack(coroutine.resume(co))
    if not r[1] then error(r[2], 0) end
    if coroutine.status(co) == "dead" then return n, table.unpack(r, 2, r.n) end
    n = n + 1
    if n > 10000 then error("endless") end
  end
end
local function check(name, f, expected, strict)
  for how, W in pairs({ yield = Y, sleep = S, none = function(v) return v end }) do
    local ok, n, r = pcall(drive, function() return f(W) end)
    if not ok then print(name, how, n) fails = fails + 1
    elseif r ~= expected then print(name, how, "got", r, "expected", expected) fails = fails + 1
    elseif how == "yield" and n == 0 then print(name, "did not yield") fails = fails + 1 end
  end
end
local mt = function(k, W, v) return setmetatable({}, { [k] = function(...) return W(v) end }) end
for _, op in ipairs { { "__add", "+" }, { "__sub", "-" }, { "__mul", "*" }, { "__div", "/" }, { "__mod", "%" }, { "__pow", "^" }, { "__idiv", "//" }, { "__band", "&" }, { "__bor", "|" }, { "__bxor", "~" }, { "__shl", "<<" }, { "__shr", ">>" }, { "__concat", ".." } } do
  check(op[1], load("local mt = ... return function(W) local a = mt('" .. op[1] .. "', W, 5) return (a " .. op[2] .. " 1) + (1 " .. op[2] .. " a) end")(mt), 10)
end
check("__unm", function(W) return -mt("__unm", W, 3) end, 3)
check("__bnot", function(W) return ~mt("__bnot", W, 3) end, 3)
check("__len", function(W) return #mt("__len", W, 3) end, 3)
check("__lt", function(W) return mt("__lt", W, true) < 1 end, true)
check("__le", function(W) return 1 >= mt("__le", W, false) end, false)
check("__eq", function(W) return mt("__eq", W, true) == mt("__eq", W, true) end, true)
check("__ne", function(W) return mt("__eq", W, true) ~= mt("__eq", W, true) end, false)
check("__index", function(W) return mt("__index", W, 3).x + mt("__index", W, 3)[1] end, 6)
check("__newindex", function(W) local r local t = setmetatable({}, { __newindex = function(t, k, v) r = W(v) end }) t.x = 4 return r end, 4)
check("__call", function(W) return mt("__call", W, 3)(1) end, 3)
check("method", function(W) return mt("__index", W, function() return 7 end):foo() end, 7)
check("__close", function(W) local r do local x <close> = setmetatable({}, { __close = function() r = W(5) end }) end return r end, 5)
check("__close return", function(W) local r local function f() local x <close> = setmetatable({}, { __close = function() r = W(5) end }) return 1, 2 end local a, b = f() return r + a + b end, 8)
check("__close error", function(W) local r local function f() local x <close> = setmetatable({}, { __close = function(_, e) r = W(e) end }) error("e", 0) end local ok, e = pcall(f) return r .. e end, "ee")
check("__close break", function(W) local r = 0 for i = 1, 3 do local x <close> = setmetatable({}, { __close = function() r = r + W(i) end }) if i == 2 then break end end return r end, 3)
check("__close goto", function(W) local r = 0 do local x <close> = setmetatable({}, { __close = function() r = W(9) end }) goto out end ::out:: return r end, 9)
check("iterator", function(W) local s = 0 for i in function(_, c) c = (c or 0) + 1 if W(c) <= 3 then return c end end do s = s + i end return s end, 6)
check("iterator closing", function(W) local s = 0 for i in function(_, c) c = (c or 0) + 1 if c <= 3 then return c end end, nil, nil, setmetatable({}, { __close = function() s = s + W(10) end }) do s = s + i end return s end, 16)
check("ipairs __index", function(W) local s = 0 for i, v in ipairs(setmetatable({}, { __index = function(_, i) if W(i) <= 3 then return i end end })) do s = s + v end return s end, 6)
check("__pairs", function(W) local s = 0 for k, v in pairs(setmetatable({}, { __pairs = function(t) W(1) return next, { 1, 2 }, nil end })) do s = s + v end return s end, 3)
check("pcall", function(W) return select(2, pcall(W, 3)) end, 3)
check("pcall err", function(W) return select(2, pcall(function() W(1) error("x", 0) end)) end, "x")
check("xpcall", function(W) return select(2, xpcall(W, print, 3)) end, 3)
check("xpcall handler", function(W) return select(2, xpcall(error, function(m) return W(m) .. "h" end, "x")) end, "xh")
check("sort", function(W) local t = { 3, 1, 2, 5, 4 } table.sort(t, function(a, b) return W(a) < b end) return table.concat(t) end, "12345")
check("sort lt", function(W) local m = {} m.__lt = function(a, b) return W(a.v) < b.v end local t = {} for _, v in ipairs { 3, 1, 2 } do t[#t + 1] = setmetatable({ v = v }, m) end table.sort(t) return t[1].v * 100 + t[2].v * 10 + t[3].v end, 123)
check("gsub fn", function(W) return (("abc"):gsub(".", function(c) return W(c:upper()) end)) end, "ABC")
check("gsub table", function(W) return (("abc"):gsub(".", setmetatable({}, { __index = function(_, k) return W(k .. k) end }))) end, "aabbcc")
check("gmatch", function(W) local s = "" for w in ("a b c"):gmatch("%a") do s = s .. W(w) end return s end, "abc")
check("load reader", function(W) local p = { "return ", "1+", "2" } local i = 0 return load(function() i = i + 1 return W(p[i]) end)() end, 3)
check("load chunk", function(W) return load("local W = ... return W(8)")(W) end, 8)
check("require", function(W) package.preload.zzz = function() return W(3) end package.loaded.zzz = nil return require("zzz") end, 3)
check("searcher", function(W) table.insert(package.searchers, 1, function(n) if n == "sss" then W(1) return function() return W(4) end end end) package.loaded.sss = nil local r = require("sss") table.remove(package.searchers, 1) return r end, 4)
check("tostring", function(W) return tostring(mt("__tostring", W, "t")) end, "t")
check("format", function(W) return ("%s-%s-%d"):format(mt("__tostring", W, "a"), mt("__tostring", W, "b"), 3) end, "a-b-3")
check("print", function(W) return select("#", tostring(mt("__tostring", W, "p"))) end, 1)
check("concat", function(W) return table.concat(setmetatable({}, { __index = function(_, k) return W("e" .. k) end, __len = function() return W(3) end }), ",") end, "e1,e2,e3")
check("unpack", function(W) return select("#", table.unpack(setmetatable({}, { __index = function(_, k) return W(k) end, __len = function() return W(4) end }))) end, 4)
check("insert", function(W) local r = {} local p = setmetatable({}, { __len = function() return W(#r) end, __index = function(_, k) return W(r[k]) end, __newindex = function(_, k, v) r[k] = W(v) end }) table.insert(p, 1) table.insert(p, 1, 0) table.insert(p, 2) return table.concat(r) end, "012")
check("remove", function(W) local r = { 1, 2, 3 } local p = setmetatable({}, { __len = function() return W(#r) end, __index = function(_, k) return W(r[k]) end, __newindex = function(_, k, v) r[k] = W(v) end }) return table.remove(p, 1) + table.remove(p) end, 4)
check("move", function(W) local r = { 1, 2, 3 } local p = setmetatable({}, { __index = function(_, k) return W(r[k]) end, __newindex = function(_, k, v) r[k] = W(v) end }) table.move(p, 1, 3, 2) return table.concat(r) end, "1123")
check("dofile", function(W) local n = os.tmpname() local f = io.open(n, "w") f:write("return WW(6)") f:close() WW = W local r = dofile(n) os.remove(n) return r end, 6)
check("nested co", function(W) local co = coroutine.wrap(function() coroutine.yield(1) return W and 2 end) return co() + co() + W(1) end, 4)
check("inner co awaits", function(W) if W == Y then return W(3) end local co = coroutine.wrap(function() local v = W(1) coroutine.yield(v) return W(2) end) return co() + co() end, 3)
check("close co", function(W) if W == Y then return W(9) end local r local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() r = W(9) end }) coroutine.yield() end) coroutine.resume(co) coroutine.close(co) return r end, 9)
check("args", function(W) return select("#", W(1), W(2), (W(3))) + #{ W(1), W(2) } end, 5)
check("logic", function(W) return W(false) or W(nil) or (W(1) and W(7)) end, 7)
check("while", function(W) local i = 0 while W(i) < 3 do i = i + 1 end repeat i = i + 1 until W(i) > 5 return i end, 6)
check("numeric for", function(W) local s = 0 for i = W(1), W(3), W(1) do s = s + W(i) end return s end, 6)
check("multi assign", function(W) local t = {} t[W(1)], t[W(2)] = W(3), W(4) return t[1] * 10 + t[2] end, 34)
check("varargs", function(W) local function f(...) local a = W(1) return a + select("#", ...) end return f(W(1), W(2)) end, 3)
check("hook", function(W) local n = 0 debug.sethook(function() n = n + 1 end, "l") local r = W(4) debug.sethook() return r end, 4)
check("goto loop", function(W) local i = 0 ::top:: i = i + W(1) if i < 3 then goto top end return i end, 3)
check("tail", function(W) local function f(n) if n == 0 then return W(5) end return f(n - 1) end return f(10) end, 5)
check("string arith", function(W) return ("10" + mt("__add", W, 1)) end, 1)
check("math.max lt", function(W) return (pcall(math.max, 1, 2)) and W(3) end, 3)
check("io.lines", function(W) local n = os.tmpname() local f = io.open(n, "w") f:write("a\nb\n") f:close() local s = "" for l in io.lines(n) do s = s .. W(l) end os.remove(n) return s end, "ab")
check("upvalue fn", function(W) local x = 0 local function inc() x = x + W(1) return x end inc() inc() return x end, 2)
check("warn/next", function(W) local t = { 1, 2, 3 } local s = 0 for k, v in next, t do s = s + W(v) t[k] = nil end return s end, 6)
check("traceback", function(W) W(1) return type(debug.traceback("x")) end, "string")
check("error obj tostring", function(W) local ok, e = pcall(error, mt("__tostring", W, "eo")) return tostring(e) end, "eo")
check("utf8.codes", function(W) local s = 0 for p, c in utf8.codes("aé") do s = s + W(p) end return s end, 3)
assert(fails == 0)
