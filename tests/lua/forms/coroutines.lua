-- Coroutines inside of the coroutine that is suspended.
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(Y(i)) end return nil end) end
-- what Y yields in an inner coroutine is passed on, so that it reaches the driver
local function drive(co, ...)
  local r = table.pack(coroutine.resume(co, ...))
  while r[1] and r[2] == "forms" and coroutine.status(co) == "suspended" do
    coroutine.yield("forms")
    r = table.pack(coroutine.resume(co))
  end
  return table.unpack(r, 1, r.n)
end

return {
  { "values in and out", function()
    local co = coroutine.create(function(a, b)
      T("start", a, b)
      local c = coroutine.yield(Y(a + b))
      T("got", c)
      local d, e = coroutine.yield(Y(c), Y(c))
      return Y(d), e
    end)
    T(drive(co, 1, 2)) T(drive(co, "c")) T(drive(co, "d", "e")) T(drive(co)) T(coroutine.status(co))
    return Y(1)
  end },
  { "generator in for", function()
    local s = ""
    local co = coroutine.create(function() for i = 1, 3 do coroutine.yield(Y(i)) end end)
    while true do
      local ok, v = drive(co)
      if not v then break end
      s = s .. Y(v)
    end
    return s
  end },
  { "recursive yields", function()
    local function walk(t) if t then walk(t[1]) coroutine.yield(Y(t.v)) walk(t[2]) end end
    local tree = { { nil, nil, v = 1 }, { { nil, nil, v = 3 }, nil, v = 4 }, v = 2 }
    local co, s = coroutine.create(walk), ""
    local ok, v = drive(co, tree)
    while v do s = s .. v ok, v = drive(co) end
    return s, coroutine.status(co)
  end },
  { "yield inside pcall", function()
    local co = coroutine.create(function()
      local ok, m = pcall(function() coroutine.yield(Y(1)) error(Y("e"), 0) end)
      coroutine.yield(ok, m)
      return pcall(coroutine.yield, Y("direct"))
    end)
    T(drive(co)) T(drive(co)) T(drive(co)) T(drive(co, "back"))
    return Y(0)
  end },
  { "error ends it", function()
    local co = coroutine.create(function() Y(1) local x = nil; return x.y end)
    T(drive(co)) T(drive(co)) T(coroutine.close(co))
    return Y(0)
  end },
  { "close", function()
    local co = coroutine.create(function()
      local a <close> = setmetatable({}, { __close = function(_, e) T("closed", e) end })
      coroutine.yield(Y(1))
      T("never")
    end)
    T(drive(co)) T(coroutine.close(co)) T(coroutine.status(co))
    return Y(0)
  end },
  { "wrap of natives", function()
    local a = coroutine.wrap(pcall)
    T(a(coroutine.yield, 1, 2)) T(a(Y and 3))
    return Y(0)
  end },
  { "deep stacks", function()
    local function down(n) if n == 0 then return coroutine.yield(Y("bottom")) end return 1 + down(n - 1) end
    local co = coroutine.create(down)
    T(drive(co, 50)) T(drive(co, 0))
    return Y(0)
  end },
  { "isyieldable and running", function()
    local _, main = coroutine.running()
    return coroutine.isyieldable(), Y(main), coroutine.status((coroutine.running()))
  end },
}
