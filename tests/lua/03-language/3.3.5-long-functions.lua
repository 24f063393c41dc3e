-- §3.3.4, §3.3.5 functions of exceptional length, whose innermost loops are compiled apart

local STEPS = 60

-- one function with loops in loops, each of many statements; `hook` is called in the midst of them
local function make(prologue, statement, epilogue)
  local lines = { "local hook, n, m = ...", "local a, b, c, d, e = 0, 1, 2, 3, 4.5", "local list, names = {}, {}" }
  lines[#lines + 1] = "for i = 1, n do"
  lines[#lines + 1] = prologue
  lines[#lines + 1] = "  for j = i, m do"
  for k = 1, STEPS do lines[#lines + 1] = (statement:gsub("%$k", k)) end
  lines[#lines + 1] = "  end"
  lines[#lines + 1] = "  local w = 0"
  lines[#lines + 1] = "  while w < 3 do"
  for k = 1, STEPS do lines[#lines + 1] = (statement:gsub("%$k", k):gsub("%f[%w]j%f[%W]", "w")) end
  lines[#lines + 1] = "    w = w + 1 end"
  lines[#lines + 1] = epilogue
  lines[#lines + 1] = "end"
  lines[#lines + 1] = "return a, b, c, d, e, #list, table.concat(names, ',')"
  return assert(load(table.concat(lines, "\n"), "=long"))
end

-- what the statements do, in a function of their own
local function reference(hook, n, m, each, epilogue)
  local s = { a = 0, b = 1, c = 2, d = 3, e = 4.5, list = {}, names = {} }
  for i = 1, n do
    for j = i, m do
      for k = 1, STEPS do
        if each(s, i, j, k, hook) == "break" then goto out end
      end
    end
    ::out::
    for w = 0, 2 do
      for k = 1, STEPS do
        if each(s, i, w, k, hook) == "break" then goto next end
      end
    end
    ::next::
    epilogue(s, i)
  end
  return s.a, s.b, s.c, s.d, s.e, #s.list, table.concat(s.names, ",")
end

local function same(f, g)
  local p, q = table.pack(f()), table.pack(g())
  assert(p.n == q.n)
  for i = 1, p.n do assert(p[i] == q[i] and math.type(p[i]) == math.type(q[i]), string.format("%d: %s, not %s", i, p[i], q[i])) end
end

-- arithmetic, and values that change from the one loop to the next
local long = make("", "a = (a * 31 + j * $k) % 1000003; b, c = c, b + a; if c > 1000000 then c = c % 1000 end; d = d ~ a; e = e + a * 0.25", "list[i] = a")
local function each(s, _, j, k)
  s.a = (s.a * 31 + j * k) % 1000003
  s.b, s.c = s.c, s.b + s.a
  if s.c > 1000000 then s.c = s.c % 1000 end
  s.d = s.d ~ s.a
  s.e = s.e + s.a * 0.25
end
for _, size in ipairs { { 0, 0 }, { 1, 1 }, { 3, 2 }, { 7, 12 }, { 40, 40 } } do
  same(function() return long(nil, size[1], size[2]) end, function()
    return reference(nil, size[1], size[2], each, function(s, i) s.list[i] = s.a end)
  end)
end

-- calls that wait in each of the loops, `break`, and closures over variables of the loops
long = make("local up = i", "a = a + hook(j * $k + up); if a % 17 == 5 then break end; list[#list + 1] = function() up = up + 1 return up + j end", "names[i] = list[#list] and list[#list]() or 'none'")
local function eachCall(s, i, j, k, hook)
  if k == 1 and s.last ~= i then s.last, s.up = i, { i } end
  local up = s.up
  s.a = s.a + hook(j * k + up[1])
  if s.a % 17 == 5 then return "break" end
  s.list[#s.list + 1] = function() up[1] = up[1] + 1 return up[1] + j end
end
local function ending(s, i) s.names[i] = s.list[#s.list] and s.list[#s.list]() or "none" end
local function plain(x) return x % 11 end
same(function() return long(plain, 6, 5) end, function() return reference(plain, 6, 5, eachCall, ending) end)

local function waiting(x)
  if x % 7 == 0 then coroutine.yield(x) end
  return x % 11
end
local yields = 0
local co = coroutine.create(function() return long(waiting, 6, 5) end)
local results
repeat
  results = table.pack(coroutine.resume(co))
  assert(results[1], results[2])
  yields = yields + 1
until coroutine.status(co) == "dead"
assert(yields > 5)
same(function() return table.unpack(results, 2, results.n) end, function() return reference(plain, 6, 5, eachCall, ending) end)

-- errors have the line of the statement; a return inside of a loop
long = make("", "if hook(j, $k) then return 'left', i, j, $k end", "")
local ok, message = pcall(long, function(_, k) if k == 60 then error("stop", 2) end end, 2, 2)
assert(not ok and message == "long:66: stop", message)
local a, b, c, d = long(function(j, k) return j == 2 and k == 59 end, 2, 2)
assert(a == "left" and b == 1 and c == 2 and d == 59)
