-- Statements: assignments, branches, loops, goto, blocks.
return {
  { "assignment", function()
    local a, b, c = Y(1), Y(2)
    a, b = Y(b), Y(a)
    c = Y(3)
    return a, b, c
  end },
  { "multiple assignment to fields", function()
    local t, i = {}, 1
    i, t[i], t.x = Y(2), Y("one"), Y("x")
    t[Y(5)], t[Y(6)] = Y("five", "lost"), Y("six")
    t.a, t.b, t.c = Y(1, 2)
    return i, t[1], t.x, t[5], t[6], t.a, t.b, t.c
  end },
  { "targets evaluated before values", function()
    local log = {}
    local function at(k) T("at", k) return Y(log) end
    at("a")[Y(1)], at("b")[Y(2)] = Y("x"), Y("y")
    return log[1], log[2]
  end },
  { "if", function()
    local function grade(n)
      if Y(n) > 10 then return Y("big") elseif Y(n) > 5 then return Y("middle") elseif Y(n == 0) then return "zero" else T(Y("else")) end
      return "small"
    end
    return grade(11), grade(6), grade(0), grade(1)
  end },
  { "if with and or not", function()
    local n = 0
    for _, a in ipairs({ true, false }) do
      for _, b in ipairs({ true, false }) do
        if Y(a) and Y(b) then n = n + 1 end
        if Y(a) or not Y(b) then n = n + 10 end
        if not (Y(a) and Y(b)) then n = n + 100 end
        if Y(a) and (Y(b) or Y(a)) and not Y(nil) then n = n + 1000 end
      end
    end
    return n
  end },
  { "while", function()
    local i, s = 0, ""
    while Y(i) < Y(4) do
      i = Y(i) + 1
      if i == Y(2) then goto continue end
      s = s .. Y(i)
      ::continue::
    end
    return s, i
  end },
  { "while with break", function()
    local i = 0
    while true do
      i = i + Y(1)
      if Y(i) == 3 then break end
      while Y(true) do if Y(i) then break end end
    end
    return i
  end },
  { "repeat", function()
    local i = 0
    repeat
      local done = Y(i) >= 2
      i = i + Y(1)
      T(i)
    until Y(done)
    return i
  end },
  { "numeric for", function()
    local s = ""
    for i = Y(1), Y(3) do s = s .. Y(i) end
    for i = Y(10), Y(1), Y(-4) do s = s .. "," .. Y(i) end
    for i = Y(1.0), Y(2), Y(0.5) do s = s .. ";" .. Y(i) end
    for i = Y(math.maxinteger - 1), Y(math.maxinteger) do s = s .. "|" .. Y(i) end
    for i = Y(3), Y(1) do s = s .. "never" .. Y(i) end
    return s
  end },
  { "nested for with early exits", function()
    local s = ""
    for i = 1, Y(3) do
      for j = i, Y(3) do
        if Y(i + j) == 4 then break end
        if Y(j) == 3 then goto next end
        s = s .. Y(i) .. Y(j) .. " "
      end
      ::next::
    end
    return s
  end },
  { "generic for", function()
    local s = ""
    local function iter(state, c) if Y(c) < state then return Y(c + 1), Y(c * 10) end end
    for i, v in Y(iter), Y(3), Y(0) do s = s .. Y(i) .. ":" .. Y(v) .. " " end
    for k, v in pairs(Y({ 5, 6 })) do s = s .. Y(k) .. Y(v) end
    for k, v in next, Y({ x = 1 }) do s = s .. Y(k) .. Y(v) end
    for i, v in ipairs({ Y(7), Y(8) }) do s = s .. Y(i) .. Y(v) end
    for w in ("a b"):gmatch("%a") do s = s .. Y(w) end
    return s
  end },
  { "for returns from inside", function()
    local function find(list, x)
      for i, v in ipairs(list) do
        for j = 1, Y(2) do if Y(v) == x and Y(j) == 2 then return Y(i), Y(j) end end
      end
      return Y(nil)
    end
    return find({ 4, 5, 6 }, 5), find({}, 1)
  end },
  { "goto backward and forward", function()
    local i, s = 0, ""
    ::top::
    i = i + Y(1)
    if Y(i) > 5 then goto done end
    if Y(i) % 2 == 0 then goto top end
    s = s .. Y(i)
    goto top
    ::done::
    return s
  end },
  { "goto out of nested loops", function()
    for i = 1, 3 do
      for j = 1, 3 do
        while Y(true) do
          if Y(i) * Y(j) == 4 then T(i, j) goto out end
          break
        end
      end
    end
    ::out::
    return Y("out")
  end },
  { "state machine", function()
    local s, n = "", 0
    ::a:: s = s .. Y("a") n = n + 1
    if Y(n) > 6 then goto done end
    if Y(n) % 3 == 0 then goto c end
    ::b:: s = s .. Y("b") n = n + Y(1)
    if Y(n) < 4 then goto a end
    ::c:: s = s .. Y("c") n = n + Y(2)
    goto a
    ::done::
    return s
  end },
  { "blocks shadow", function()
    local x = Y(1)
    do
      local x = Y(x + 1)
      T(x)
      do local x = x + Y(1) T(x) end
      T(Y(x))
    end
    return x
  end },
  { "globals", function()
    formsGlobal = Y(1)
    formsGlobal = Y(formsGlobal) + Y(formsGlobal)
    local r = formsGlobal
    formsGlobal = nil
    return r, formsGlobal
  end },
  { "local env", function()
    local T, Y = T, Y
    local _ENV = { v = Y(5) }
    v = Y(v) + Y(1)
    return v, _ENV[Y("v")]
  end },
  { "while with complex condition", function()
    local i = 0
    while Y(i) < 3 and (Y(i) ~= 2 or Y(false)) or Y(nil) do i = i + 1 end
    return i
  end },
}
