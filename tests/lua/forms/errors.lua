-- Errors and to-be-closed variables: positions, unwinding, closing in every way out of a block.
local function closer(name, f)
  return setmetatable({}, { __close = function(_, e) T("close", name, Y(e)) if f then f(e) end end })
end
local function raise(m) error(Y(m), 0) end

return {
  { "pcall with position", function()
    return pcall(function() local t = Y(nil); return t.x end), pcall(function() return Y({}) + 1 end), pcall(function() Y(1)() end)
  end },
  { "names in messages", function()
    local t = { f = {} }
    return { select(2, pcall(function() return t.a.b end)), select(2, pcall(function() Y(0) t.f.g() end)),
      select(2, pcall(function() Y(0) t:nothing() end)), select(2, pcall(function() return t.f .. Y("x") end)),
      select(2, pcall(function() return Y(1) < Y("x") end)), select(2, pcall(function() local v = Y("a") return v + 1 end)),
      select(2, pcall(function() for i = Y("x"), 2 do end end)), select(2, pcall(function() return #Y(5) end)) }
  end },
  { "error values", function()
    local e = {}
    local ok, m = pcall(function() error(Y(e)) end)
    return ok, m == e, pcall(error, Y("m"), 0)
  end },
  { "nested pcall", function()
    return pcall(function()
      local ok, m = pcall(raise, "inner")
      T(ok, m)
      local ok2, m2 = pcall(function() Y(1) raise("second") end)
      T(ok2, m2)
      raise("outer")
    end)
  end },
  { "error in the middle of an expression", function()
    local n = 0
    for i = 1, 3 do
      local ok, m = pcall(function() return Y(i) + (Y(i) == 2 and raise("at " .. i) or Y(i)) end)
      if ok then n = n + m else T(m) end
    end
    return n
  end },
  { "xpcall handler", function()
    return xpcall(function() local x <close> = closer("x") raise("e") end, function(m) T("handler", m) return m .. "+" end)
  end },
  { "close at the end of a block", function()
    do
      local a <close> = Y(closer("a"))
      local b <close> = Y(closer("b"))
      T(Y("body"))
    end
    T("after")
  end },
  { "close at return", function()
    local function f() local a <close> = closer("a") local b <close> = closer("b") return Y(1), Y(2, 3) end
    return f()
  end },
  { "close at return of a call", function()
    local function f(...) local a <close> = closer("a") return Y(...) end
    return f(1, nil, 3)
  end },
  { "close at break and goto", function()
    for i = 1, 3 do
      local a <close> = closer("a" .. i)
      if Y(i) == 2 then break end
    end
    local n = 0
    ::top::
    do
      local b <close> = closer("b" .. n)
      n = n + Y(1)
      if Y(n) < 3 then goto top end
    end
    while true do local c <close> = closer("c") do goto out end end
    ::out::
    return n
  end },
  { "close at errors", function()
    return pcall(function()
      local a <close> = closer("a")
      local b <close> = closer("b", function() raise("from b") end)
      local c <close> = closer("c")
      raise("orig")
    end)
  end },
  { "error in close without error before", function()
    return pcall(function()
      local a <close> = closer("a")
      do local b <close> = closer("b", function() raise("b") end) end
      T("never")
    end)
  end },
  { "closing value of for", function()
    local function iter(n, i) if Y(i) < n then return i + 1 end end
    for i in iter, 3, 0, closer("f1") do T(Y(i)) end
    for i in iter, 3, 0, closer("f2") do if Y(i) == 2 then break end end
    local function f() for i in iter, 3, 0, closer("f3") do return Y(i), "ret" end end
    T(f())
    T(pcall(function() for i in iter, 3, 0, closer("f4") do raise("e" .. i) end end))
  end },
  { "repeat with close", function()
    local i = 0
    repeat local a <close> = closer("r" .. i) i = i + 1 until Y(i) == 2
    return i
  end },
  { "close variables captured", function()
    local get
    do local a <close> = closer("a") get = function() return Y(a) ~= nil end end
    return get()
  end },
  { "pcall returns through loops", function()
    local s = 0
    for i = 1, 5 do
      local ok, v = pcall(function() if Y(i) % 2 == 0 then error({ Y(i) }) end return Y(i) end)
      s = s + (ok and v or v[1] * 100)
    end
    return s
  end },
  { "assert", function() return assert(Y(1), Y("m")), pcall(assert, Y(false), Y("msg")), pcall(assert, Y(nil)) end },
  { "stack of coroutines and errors", function()
    local co = coroutine.wrap(function()
      local a <close> = setmetatable({}, { __close = function(_, e) T("inner", e) end })
      coroutine.yield(1)
      error("from inside", 0)
    end)
    return Y(co()), Y(pcall(co))
  end },
}
