-- Expressions with calls in every operand position.
local function va(...) return Y(...) end
local t = { x = 1, y = { z = 2 }, 10, 20, 30 }
local id = function(...) return ... end

return {
  { "arithmetic", function()
    return Y(1) + Y(2), Y(7) - Y(2) * Y(3), Y(7) // Y(2), Y(-7) % Y(3), Y(2) ^ Y(3), Y(1) / Y(4), -Y(5), Y(1.5) + Y(2)
  end },
  { "integer borders", function()
    return Y(math.maxinteger) + Y(1), Y(math.mininteger) // Y(-1), Y(1 << 62) * Y(4), Y(9007199254740993) + Y(0.0)
  end },
  { "bitwise", function() return Y(5) & Y(3), Y(5) | Y(3), Y(5) ~ Y(3), ~Y(5), Y(1) << Y(40), Y(-1) >> Y(60) end },
  { "words", function()
    local n = 0xF0000001
    return (Y(7) ~ n) + (n & 0xFF) & 0xFFFFFFFF, Y(n) << 4 & 0xFFFFFFFF, (n >> 4 | Y(n)) & 0xFF, (Y(8) | n) >> 1, (n ~ Y(2)) & n
  end },
  { "comparison", function()
    return Y(1) < Y(2), Y(1) <= Y(1), Y(1) > Y(2), Y(1) >= Y(2), Y(1) == Y(1.0), Y("a") ~= Y("b"), Y("a") < Y("b"), not Y(nil)
  end },
  { "concat", function() return Y("a") .. Y(1) .. Y(2.5) .. Y("z"), "p" .. Y("q") .. "r" .. Y("s") end },
  { "and or", function()
    return Y(nil) and Y(1), Y(false) or Y(2), Y(1) and Y(nil) or Y(3), (Y(nil) or Y(false)) and Y(4), not (Y(1) and Y(nil)),
      Y(1) and Y(2) and Y(3), Y(nil) or Y(nil) or Y(5)
  end },
  { "nested and or in arguments", function() return id(Y(1) and Y(2), Y(nil) or Y(3)), (Y(1) or Y(2)) + (Y(nil) or Y(3)) end },
  { "comparison as value", function() local a = Y(1) < Y(2) and Y("less") or Y("not"); return a, (Y(3) < Y(2)) == Y(false) end },
  { "index", function() return t[Y("x")], Y(t).y[Y("z")], Y(t)[Y(1)] + t[Y(2)], Y(t).y.z, (Y(t)).x end },
  { "length", function() return #Y("abc"), #Y(t), #Y("a") + #Y("bb") end },
  { "constructors", function()
    local r = { Y(1), Y(2), [Y("k")] = Y("v"), n2 = Y(5), Y(3), Y(4, 5, 6) }
    return r[1], r[2], r.k, r.n2, r[3], r[4], r[6], #r
  end },
  { "nested constructors", function()
    local r = { a = { Y(1), { b = Y(2) } }, [Y(1) + Y(1)] = { Y() }, Y(7) }
    return r.a[1], r.a[2].b, #r[2], r[1]
  end },
  { "evaluation order", function()
    local function s(v) T("operand", v) return Y(v) end
    local _ = s(1) + s(2) * s(3) - s(4)
    _ = s("a") .. s("b") .. s("c")
    _ = { s(5), [s(6)] = s(7), s(8) }
    _ = id(s(9), s(10)) == s(11)
  end },
  { "calls as operands", function() return id(Y(1), id(Y(2), Y(3))), (id(Y(1), Y(2))), id(id(Y(1))) end },
  { "results adjusted", function()
    local a, b, c = Y(1, 2), Y(3, 4)
    local d, e = (Y(5, 6))
    local f, g, h = Y()
    return a, b, c, d, e, f, g, h, Y(7, 8), (Y(9, 10))
  end },
  { "varargs", function() return select("#", va()), select("#", va(nil, nil)), va(1, 2, 3) end },
  { "functions as values", function()
    local f = Y(function(x) return Y(x) + 1 end)
    return f(Y(1)), Y(f)(Y(2)), (Y(f))(3), Y({ f = f }).f(Y(4))
  end },
  { "locals stay apart from temporaries", function()
    local a = 1
    local b = a + Y(10) + a
    a = Y(5)
    return a + (function() a = a + Y(1) return a end)() + a, b
  end },
  { "operand read before a call changes it", function()
    local a = 1
    local function change() a = a + 10 return Y(a) end
    return { a, change(), a, change() }
  end },
  { "strings and methods", function()
    return ("x"):rep(Y(3)), Y("abc"):upper(), (Y("a") .. "b"):byte(Y(1), Y(-1)), ("%d-%s"):format(Y(1), Y("z"))
  end },
  { "many temporaries", function()
    return Y(1) + (Y(2) + (Y(3) + (Y(4) + (Y(5) + (Y(6) + (Y(7) + Y(8))))))), ((((Y(1) - Y(2)) - Y(3)) - Y(4)) - Y(5))
  end },
  { "float boxes", function() return Y(1.0), Y(-0.0), Y(2 ^ 53), Y(1) + 0.0, Y(3.0) // 1, Y(1e300) * 10 end },
}
