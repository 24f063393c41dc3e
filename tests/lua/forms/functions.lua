-- Functions: calls, methods, varargs, closures over variables that change, recursion, tail calls.
local function fib(n) if n < 2 then return Y(n) end return fib(n - 1) + fib(n - 2) end
local obj = { v = 5 }
function obj:get(a) return Y(self.v) + Y(a) end
function obj:chain(a) self.v = Y(a) return self end

return {
  { "recursion", function() return fib(6) end },
  { "methods", function()
    local r = { obj:get(Y(1)), obj:chain(Y(7)):get(Y(2)), obj:chain(5):chain(Y(6)).v }
    obj.v = 5
    return r
  end },
  { "tail calls", function()
    local function loop(n, acc) if n == 0 then return Y(acc) end return loop(n - Y(1), acc + Y(n)) end
    local function f(...) return Y(...) end
    local function m() return obj:get(1) end
    return loop(10, 0), f(1, 2), m()
  end },
  { "mutual recursion", function()
    local even, odd
    function even(n) if Y(n) == 0 then return true end return odd(n - 1) end
    function odd(n) if Y(n) == 0 then return false end return even(n - 1) end
    return even(6), odd(6)
  end },
  { "varargs", function()
    local function f(a, ...)
      local b, c = ...
      local t = { ..., Y(a) }
      return select("#", ...), a, b, c, #t, Y(...), (...)
    end
    return f(1, 2, 3), f(Y(1)), f(Y(1, 2, 3))
  end },
  { "named varargs", function()
    local function f(...args)
      T(args.n, args[Y(1)])
      args[Y(2)] = Y("changed")
      return Y(args.n), ...
    end
    return f(1, 2, 3)
  end },
  { "forwarded arguments", function()
    local function pass(f, ...) return f(Y(...)) end
    return pass(select, "#", 1, nil, 3), pass(math.max, 1, 5, 3), pass(function(...) return ... end)
  end },
  { "closures capture loop variables", function()
    local fs = {}
    for i = 1, 3 do
      local j = Y(i) * 10
      fs[#fs + 1] = function() j = j + Y(1) return i, j end
    end
    local s = ""
    for _, f in ipairs(fs) do local a, b = f() s = s .. a .. b .. " " end
    local a, b = fs[1]()
    return s, a, b
  end },
  { "closures share a variable", function()
    local n = Y(0)
    local function inc() n = n + Y(1) return n end
    local function get() return Y(n) end
    inc() inc()
    n = n + Y(10)
    return get(), inc(), n
  end },
  { "fresh variables per round of goto and while", function()
    local fs, i = {}, 0
    while Y(i) < 2 do local v = Y(i) fs[#fs + 1] = function() v = v + 1 return v end i = i + 1 end
    ::again::
    local w = Y(i * 100)
    fs[#fs + 1] = function() w = w + 1 return w end
    i = i + 1
    if Y(i) < 4 then goto again end
    return fs[1](), fs[1](), fs[2](), fs[3](), fs[3](), fs[4]()
  end },
  { "parameters captured and assigned", function()
    local function f(p, ...)
      local get = function() return Y(p) end
      p = Y(p) + select("#", ...)
      return get(), p
    end
    return f(1, 2, 3)
  end },
  { "nested closures", function()
    local function a(x) return function(y) x = x + Y(1) return function(z) y = y + Y(x) return x + y + Y(z) end end end
    local b = a(1)
    local c = b(10)
    return c(100), c(100), b(20)(200)
  end },
  { "upvalues of upvalues in loops", function()
    local out = {}
    for i = 1, Y(2) do
      local acc = {}
      for j = 1, Y(2) do acc[j] = function() return Y(i) .. Y(j) end end
      out[i] = function() return acc[1]() .. acc[2]() end
    end
    return out[1](), out[2]()
  end },
  { "local function sees itself", function()
    local function down(n, f) if Y(n) == 0 then return f == down end return down(n - 1, down) end
    return down(3)
  end },
  { "natives that call back", function()
    local r = { pcall(Y, 1, 2) }
    local s = { select(2, pcall(pcall, Y, 3)) }
    local ok, m = pcall(function() error(Y("e"), 0) end)
    local ok2, m2 = xpcall(function(a) error(Y(a), 0) end, function(e) return e .. "!" end, "x")
    return #r, s[2], ok, m, ok2, m2, select(Y(2), Y(1, 2, 3)), math.max(Y(1), Y(2)), tostring(Y(nil))
  end },
  { "load", function() return load("local a = Y(1) return a + Y(2), Y(...)")(Y(3)) end },
  { "many locals", function()
    local a, b, c, d, e, f, g, h, i, j = Y(1), Y(2), Y(3), Y(4), Y(5), Y(6), Y(7), Y(8), Y(9), Y(10)
    a, j = j, Y(a)
    return a, b, c, d, e, f, g, h, i, j
  end },
}
