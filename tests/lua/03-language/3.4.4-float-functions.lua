-- §3.4.3, §6.7 variables that are assigned what functions of math give: floats, if nobody has replaced these functions

local sin, sqrt <const> = math.sin, math.sqrt

local function told(...)
  local t = table.pack(...)
  for i = 1, t.n do
    local v = t[i]
    t[i] = math.type(v) and ("%s %q"):format(math.type(v), v) or tostring(v):gsub("^.-:%d+: ", ""):gsub("0x%x+", "")
  end
  return table.concat(t, " ")
end

local function waves(n)
  local step = math.pi * 2 / n
  local w, v = math.cos(step), sin(step)
  local x, y, sum = 1.0, 0.0, 0.0
  local longest = math.huge
  for i = 1, n do
    local length = math.sqrt(x * x + y * y)
    local other = sqrt(i * i)
    if length < longest then longest = length end
    sum = sum + length * other
    x, y = x * w - y * v, x * v + y * w
  end
  local whole = sqrt(n * n)
  return whole, w, v, sum, longest, (math.exp(0)), math.log(1), whole == n, whole .. "", -whole, ({ whole })[1]
end
for _, n in ipairs { 1, 2, 4, 5, 60 } do
  local whole, w, v, sum, longest, one, zero, same, text, minus, kept = waves(n)
  assert(math.type(whole) == "float" and whole == n and math.type(kept) == "float" and same)
  assert(text == n .. ".0" and math.type(minus) == "float" and minus == -n and one == 1.0 and zero == 0.0)
  assert(math.type(w) == "float" and math.type(v) == "float" and math.abs(w * w + v * v - 1) < 1e-12)
  assert(math.type(sum) == "float" and math.abs(sum - n * (n + 1) / 2) < 1e-6 and longest <= 1 + 1e-9)
end

-- what they give when they are replaced, which may also wait
local function use(n)
  local a, b = math.sqrt(n), math.cos(n)
  local c = math.random()
  local pi = math.pi
  local list = {}
  for i = 1, n do
    local d = math.tan(i)
    a = math.exp(a)
    list[i] = d
  end
  return a, b, c, pi, list[n]
end
local text = [[
local math = ...
return function(n)
  local a, b = math.sqrt(n), math.cos(n)
  local c = math.random()
  local pi = math.pi
  local list = {}
  for i = 1, n do
    local d = math.tan(i)
    a = math.exp(a)
    list[i] = d
  end
  return a, b, c, pi, list[n]
end]]
local given = { 3, 2.5, 4.0, 1 << 60, "text", "12", false, {}, print, 0 / 0, 1e300, -0.0 }
local names = { "sqrt", "cos", "random", "pi", "tan", "exp" }
local original = {}
for _, name in ipairs(names) do original[name] = math[name] end
original.random = function() return 0.5 end
for _, name in ipairs(names) do
  for g = 0, #given do
    for waits = 0, 1 do
      for _, other in ipairs(names) do math[other] = original[other] end
      local value = given[g]
      local function stand(...)
        if waits == 1 then coroutine.yield(...) end
        return value, 7
      end
      math[name] = name == "pi" and value or stand
      -- the same with `math` in a local variable, of which nothing is expected
      local reference = load(text)(math)
      for _, n in ipairs { 1, 3, 40 } do
        local results = {}
        for k, f in ipairs { use, reference } do
          local co = coroutine.create(f)
          local r = told(coroutine.resume(co, n))
          while coroutine.status(co) ~= "dead" do r = told(coroutine.resume(co)) end
          results[k] = r:gsub("%(local 'math'%)", ""):gsub("[%w%s]+ 'math'", "")
        end
        assert(results[1] == results[2], ("%s gives %s: %s, not %s"):format(name, value, results[1], results[2]))
      end
    end
  end
end
for _, name in ipairs(names) do math[name] = original[name] end

-- errors name the function and the argument
local ok, message = pcall(function(x)
  local y = math.sqrt(x)
  return y
end, {})
assert(not ok and message:find("bad argument #1 to 'sqrt' (number expected, got table)", 1, true), message)
local function looked()
  local root = math.sqrt(16)
  local name, value = debug.getlocal(1, 1)
  return name, value, root
end
assert(told(looked()) == "root float 0x1p+2 float 0x1p+2", told(looked()))
