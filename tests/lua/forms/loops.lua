-- Loops that go over from the interpreter to compiled code: at any iteration, with any kind of variables around them.
return {
  { "counting", function()
    local sum, product, text = 0, 1.5, ""
    for i = Y(1), Y(5) do sum = sum + i end
    for i = Y(5), 1, -2 do product = product * i end
    for i = 1.0, Y(2), 0.5 do text = text .. Y(i) .. ";" end
    for i = math.maxinteger - Y(1), math.maxinteger do text = text .. Y(i) end
    for i = Y(3), 1 do text = "never" end
    return sum, product, text
  end },
  { "counting with large steps", function()
    local text = ""
    for i = 1, 2 ^ 53, Y(2 ^ 51) do text = text .. Y(i) .. ";" end
    for i = 1, math.maxinteger, Y(1 << 61) do text = text .. Y(i) .. ";" end
    local n = 9007199254740990
    for i = n, n + 4 do text = text .. Y(i) .. ";" end
    return text
  end },
  { "loops that cannot begin", function()
    local function message(f) local _, e = pcall(f) return e end
    local step = Y(0)
    return message(function() for i = 1, Y(2), step do T(i) end end),
      message(function() for i = Y("a"), 2 do T(i) end end),
      message(function() for i = 1, Y({}) do T(i) end end),
      message(function() for i in Y(nil) do T(i) end end),
      message(function() for k in next, Y(1) do T(k) end end)
  end },
  { "traversals", function()
    local t, out = { 10, 20, 30, a = 1 }, ""
    for i, v in ipairs(Y(t)) do out = out .. i .. Y(v) end
    for k, v in pairs(t) do
      out = out .. k .. Y(v)
      t[k] = nil
    end
    for k in next, { 5, Y(6) } do out = out .. Y(k) end
    local proxy = setmetatable({}, { __index = function(_, i) return i < 4 and Y(i) or nil end })
    for i, v in ipairs(proxy) do out = out .. i .. v end
    for w, x in string.gmatch("a1 b2 c3", "(%a)(%d)") do out = out .. Y(w) .. x end
    for a, b, c in function(_, i) if i < 3 then return i + 1, Y(i), "c" end end, nil, 0 do
      out = out .. a .. b .. c
    end
    return out, next(t)
  end },
  { "a value to be closed", function()
    local out = ""
    local guard = setmetatable({}, { __close = function() out = out .. "closed" .. Y("!") end })
    for i in function(_, i) if i < 3 then return Y(i + 1) end end, nil, 0, guard do out = out .. Y(i) end
    for i in function(_, i) return Y(i + 1) end, nil, 0, guard do
      if i == 2 then break end
      out = out .. i
    end
    local ok, e = pcall(function() for _ in print, nil, nil, Y(1) do end end)
    return out, ok, e
  end },
  { "while, repeat, break", function()
    local n, out = 0, ""
    while Y(n) < 6 do
      n = n + 1
      if n == 2 then goto continue end
      if Y(n) == 5 then break end
      out = out .. n
      ::continue::
    end
    repeat
      local last = Y(n)
      n = n - 1
      if last == 1 then out = out .. "one" break end
    until last < Y(3)
    return n, out
  end },
  { "nested", function()
    local out = ""
    for i = 1, 3 do
      local j = 0
      while true do
        j = j + 1
        if Y(j) > i then break end
        for k, v in pairs({ j, x = i }) do
          if v == 2 then goto next end
          out = out .. k .. Y(v) .. " "
          ::next::
        end
      end
      repeat j = j - 1 until Y(j) <= 1
    end
    return out
  end },
  { "return out of loops", function()
    local function find(list, wanted)
      for i, v in ipairs(list) do
        for c in string.gmatch(v, ".") do
          if c == Y(wanted) then return i, v end
          if c == "z" then return end
          if c == "t" then return find({ "ab" }, Y("b")) end
          if c == "n" then return select(2, "x", Y("native")) end
        end
      end
      return "none"
    end
    local a, b = find({ "xy", "ab" }, "b")
    return a, b, (find({ "y", "z" }, "b")), find({ "y", "t" }, "b"), find({ "n" }, "b"), find({}, "b")
  end },
  { "return out of the loop of the function itself", function()
    for i = 1, 5 do
      T(i)
      for j = 1, 3 do
        if Y(i * j) == 6 then return i, j, Y("six") end
      end
    end
  end },
  { "a call in place of the function itself", function()
    local function last(...) return select("#", ...), Y(...) end
    for i = 1, 5 do
      if Y(i) == 3 then return last(i, "three") end
    end
  end },
  { "variables of each iteration", function()
    local made = {}
    for i = 1, 4 do
      local count = Y(i)
      made[i] = function() count = count + i return count end
    end
    local out = ""
    for _, f in ipairs(made) do out = out .. Y(f()) .. f() .. " " end
    return out
  end },
  { "variables that closures share", function()
    local n, log = 0, ""
    local function add(k) n = n + k log = log .. n .. " " end
    for i = 1, 4 do
      add(Y(i))
      n = n * 2
    end
    return n, log
  end },
  { "extra arguments", function()
    local function f(a, ...)
      local out = a
      for i = 1, select("#", ...) do
        local v = select(i, ...)
        out = out .. Y(v) .. #{ ... }
      end
      return out, ...
    end
    return f(Y("a"), "b", "c", "d")
  end },
  { "floats, sums, words, large integers", function()
    local f, sum, word, large = 0.5, 0, 0xffffffff, 0xcbf29ce484222325
    for i = 1, 4 do
      f = f * 1.5 + Y(i)
      sum = sum + Y(i) / 2
      word = (word ~ i) & 0xffffffff
      large = (large ~ Y(i)) * 0x100000001b3
    end
    return f, sum, word, large
  end },
  { "numbers that turn out to be something else", function()
    local odd = setmetatable({}, {
      __add = function() return "sum" end,
      __mul = function() return "product" end,
      __bxor = function() return "xor" end,
      __concat = function(a, b) return tostring(a == "sum" or b == "sum") end,
    })
    local f, sum, large = 0.5, 0, 0xcbf29ce484222325
    for i = 1, 3 do
      if Y(i) == 2 then f, sum, large = odd * f, sum + odd, large ~ odd end
      T(i, f, sum, large)
      if i == 3 then break end
    end
    for i = 1, 2 do T(f, sum, large, Y(i)) end
    return f, sum, large
  end },
  { "errors", function()
    local function message(f, ...) local _, e = pcall(f, ...) return e end
    local t = {}
    return message(function(n)
      for i = 1, n do
        if Y(i) == 3 then error("at three") end
      end
    end, 5), message(function()
      for i = 1, 3 do
        t.x = Y(i) < 3 and {} or nil
        t.x.y = i
      end
    end), message(function()
      for _, v in ipairs({ 1, 2, "x" }) do t[v] = Y(v) + 1 end
    end), message(function()
      for i in function(_, i) if i == 2 then error("iterator") end return Y(i) + 1 end, nil, 0 do T(i) end
    end)
  end },
  { "a table that is filled", function()
    local a, b, n = {}, { 1 }, Y(5)
    for i = 1, n do a[i] = 0 end
    for i = 1, n do b[i] = "x" end
    for i = 1, n do a[i] = Y(i) * 2 end
    return #a, #b, table.concat(a, ","), table.concat(b)
  end },
}
