-- Metamethods that may suspend, in every place that can call one.
local mt = {}
for _, name in ipairs({ "add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat", "unm", "bnot", "len" }) do
  mt["__" .. name] = function(a, b)
    T(name)
    return Y(name .. (type(a) == "table" and "L" or tostring(a)) .. (type(b) == "table" and "R" or tostring(b)))
  end
end
function mt.__eq(a, b) T("eq") return Y(a.v == b.v) end
function mt.__lt(a, b) T("lt") return Y((type(a) == "table" and a.v or a) < (type(b) == "table" and b.v or b)) end
function mt.__le(a, b) T("le") return Y((type(a) == "table" and a.v or a) <= (type(b) == "table" and b.v or b)) end
function mt.__call(self, ...) T("call", ...) return Y(...) end
function mt.__index(self, k) T("index", k) return Y(k) end
function mt.__newindex(self, k, v) T("newindex", k) rawset(self, k, Y(v)) end
function mt.__close(self) T("close") Y() end
local function new(v) return setmetatable({ v = v }, mt) end

return {
  { "arithmetic", function()
    local a, b = new(1), new(2)
    return { a + b, a - 1, 2 * a, a / b, a % 3, 4 ^ a, a // b, -a }
  end },
  { "bitwise", function() local a, b = new(1), new(2) return { a & b, a | 1, 2 ~ a, a << b, 1 >> a, ~a } end },
  { "concat chains", function()
    local a = new(1)
    return a .. "x", "x" .. a, "p" .. a .. "q", 1 .. a .. 2 .. "s", "l" .. "m" .. a
  end },
  { "comparison", function()
    local a, b, c = new(1), new(2), new(1)
    return a == b, a == c, a ~= c, a < b, a <= b, a > b, a >= b, a < 5, 5 < a, a <= 1, not (a < b)
  end },
  { "comparison in conditions", function()
    local a, b, s = new(1), new(2), ""
    if a < b then s = s .. "1" end
    if not (a == b) then s = s .. "2" end
    if a > b or a <= b then s = s .. "3" end
    if a == b then s = s .. "never" elseif a ~= b and b >= a then s = s .. "4" end
    while a < b do a = new(2) s = s .. "5" end
    repeat s = s .. "6" until a == b
    return s, a < b and "x" or "y", (a == b) == true
  end },
  { "index", function()
    local a = new(1)
    return a.foo, a[7], a.foo .. a.bar, a:method(1, 2) == nil
  end },
  { "methods through __index functions", function()
    local o = setmetatable({}, { __index = function(_, k) return Y(function(self, x) return k .. Y(x) end) end })
    return o:m(1), o.f(o, 2), o[Y("g")](o, Y(3))
  end },
  { "newindex", function()
    local a = new(1)
    a.x, a.y = Y(1), Y(2)
    a[Y(3)] = Y(4)
    a.x = 5
    return rawget(a, "x"), rawget(a, "y"), rawget(a, 3)
  end },
  { "index chains", function()
    local base = setmetatable({}, { __index = function(_, k) return Y(k .. "!") end })
    local t = setmetatable({}, { __index = setmetatable({}, { __index = base }) })
    return t.a, t[Y("b")], t.a .. t.c
  end },
  { "call", function()
    local a = new(1)
    return a(1, 2), (a(3, 4)), a(), select("#", a(nil, nil)), pcall(a, 5)
  end },
  { "tail call of a callable", function()
    local a = new(1)
    local function f(...) return a(...) end
    return f(1, 2)
  end },
  { "len", function() local a = new(1) return #a, #a .. "x" end },
  { "close", function() do local a <close> = new(1) T("body") end return Y("after") end },
  { "iterator objects", function()
    local it = setmetatable({}, { __call = function(_, n, i) if i < n then return Y(i + 1) end end })
    local s = 0
    for i in it, Y(3), Y(0) do s = s + Y(i) end
    return s
  end },
  { "pairs", function()
    local o = setmetatable({}, { __pairs = function(o) return function(_, k) if not k then return Y(1), Y("v") end end, o, nil end })
    for k, v in pairs(o) do T(k, v) end
    return Y(1)
  end },
  { "environment with metamethods", function()
    local T, Y, setmetatable, rawset = T, Y, setmetatable, rawset
    local env = setmetatable({}, { __index = function(_, k) return Y(k .. "?") end, __newindex = function(t, k, v) rawset(t, k, Y(v)) end })
    local _ENV = env
    x = y
    return x, z
  end },
  { "metamethods raising", function()
    local e = setmetatable({}, { __add = function() error(Y("add"), 0) end, __index = function() error(Y("index"), 0) end })
    return pcall(function() return e + 1 end), pcall(function() return e.x end)
  end },
  { "multiple assignment with metamethods", function()
    local a, b = new(1), new(2)
    a.p, b.q, a[1] = b.r, a + b, #a
    return rawget(a, "p"), rawget(b, "q"), rawget(a, 1)
  end },
}
