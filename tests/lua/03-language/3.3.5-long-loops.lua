-- §3.3.5, §3.3.4 long loops of a main chunk, which run in slices, give what they give inside of a function

local texts = {
  integers = [[
    local s, x = 0, 7
    for i = 1, N do x = (x * 31 + i) % 1000003; s = s + x end
    return s, x]],
  floats = [[
    local s, x = 0.0, 0.5
    for i = 1, N do x = x * 0.999 + 0.25; s = s + x end
    return s, x, math.type(s)]],
  mixed = [[
    local s = 0
    for i = 1, N do s = s + (i % 7 == 0 and 0.5 or 1) end
    return s, math.type(s)]],
  words = [[
    local h, big = 1, 1
    for i = 1, N do
      h = h ~ (h << 5) ~ i & 0xffffffff
      big = big * 6364136223846793005 + i
    end
    return h, big]],
  floatCounter = [[
    local n = 0
    for x = 0.5, N, 0.75 do n = n + x end
    return n]],
  countsDown = [[
    local n, last = 0
    for i = N, 1, -1 do n = n + i * 2; last = i end
    return n, last]],
  steps = [[
    local n, step = 0, 3
    for i = -N, N, step do n = n + i % 5; if i % 1001 == 0 then step = step + 1 end end
    return n, step]],
  whiles = [[
    local i, s = 0, ""
    while i < N do
      i = i + 1
      if i % 4999 == 0 then s = s .. i .. "," end
    end
    return i, s]],
  repeats = [[
    local a, b, n = 0, 1, 0
    repeat
      local c = (a + b) % 1000007
      a, b, n = b, c, n + 1
    until n >= N or c < 0
    return a, b, n]],
  pairs = [[
    local t, n, m = {}, 0, 0
    for i = 1, N do t[i] = i * 3 end
    for i = 1, N, 100 do t["k" .. i] = i end
    for k, v in pairs(t) do n = n + v; if type(k) == "string" then m = m + #k end end
    for i, v in ipairs(t) do m = m + i - v end
    for k, v in next, t do if v == N * 3 then return n, m, k end end]],
  iterator = [[
    local n, last = 0
    for a, b, c in function(limit, x) if x < limit then return x + 1, x * 2, nil end end, N, 0 do
      n = n + a + b + (c or 1)
      last = b
    end
    return n, last]],
  nested = [[
    local n, rows = 0, 0
    for i = 1, 40 do
      local row = i
      for j = 1, N // 20 do n = n + (i * j) % 3; if j % 997 == 0 then row = row + j end end
      for j = 1, N // 30 do n = n + j % 2 end
      rows = rows + row
    end
    return n, rows]],
  alone = [[
    local n = 0
    for i = 1, 50 do for j = 1, N // 20 do n = n + (i ~ j) % 7 end end
    return n]],
  jumps = [[
    local n, odd = 0, 0
    for i = 1, N do
      if i % 3 == 0 then goto continue end
      if i % 2 == 1 then odd = odd + 1 else goto next end
      n = n + i
      ::next::
      n = n + 1
      ::continue::
    end
    for i = 1, N do if i > N - 10 then n = n * 3 + i; break end end
    return n, odd]],
  closures = [[
    local made, n = {}, 0
    local outside = 0
    for i = 1, N do
      local x = i
      if i % 1000 == 0 then made[#made + 1] = function() x = x + 1; outside = outside + 1; return x + i end end
      outside = outside + 2
    end
    for _, f in ipairs(made) do n = n + f() + f() end
    return n, outside, #made]],
  closing = [[
    local n, closed = 0, 0
    for i = 1, N do
      local c <close> = i % 5000 == 0 and setmetatable({}, { __close = function() closed = closed + i end }) or nil
      n = n + i
    end
    return n, closed]],
  overflow = [[
    local s, f = math.maxinteger - N // 2, 2 ^ 53
    for i = 1, N do s = s + 1; f = f + 1 end
    return s, f]],
  kinds = [[
    local x = 0
    for i = 1, N do
      if i == 7000 then x = x + 0.5 elseif i == 14000 then x = "10" elseif i == 21000 then x = x // 1 end
      x = x + 1
    end
    return x, math.type(x)]],
}

local N = 30000
local function result(f, ...)
  local r = table.pack(pcall(f, ...))
  for i = 1, r.n do r[i] = tostring(r[i]) .. (math.type(r[i]) or "") end
  return table.concat(r, " ", 1, r.n)
end

for name, text in pairs(texts) do
  local main = assert(load("local N = ...; " .. text, "=" .. name))
  -- in a function, loops stay where they are
  local inner = assert(load("return function(N) " .. text .. " end", "=" .. name))()
  for _, n in ipairs { N, 0, 1, 499, 500, 501, 1003 } do
    local a, b = result(main, n), result(inner, n)
    assert(a == b, name .. ": " .. a .. " instead of " .. b)
  end
end

-- a yield in any iteration goes on in the rest of the loop
local yielding = [[
  local N, at = ...
  local n, x, h = 0, 0.5, 1
  for i = 1, N do
    n = n + i
    x = x * 0.5 + i
    h = h ~ (h << 5) ~ i & 0xffffffff
    if i == at or i == at + 1 then n = n + coroutine.yield(i, n) end
  end
  return n, x, h]]
for _, at in ipairs { 1, 499, 500, 501, 502, 1500, 1501, 9000 } do
  local function run(f)
    local co = coroutine.wrap(f)
    local i, n = co(10000, at)
    local j, m = co(0.5)
    return table.concat({ i, n, j, m, co(7) }, " ")
  end
  local a = run(load(yielding))
  local b = run(load("return function(...) " .. yielding .. " end")())
  assert(a == b, at)
  assert(a:match("^" .. at .. " %d+ " .. at + 1 .. " "), a)
end

-- an error says where it was
local failing = load("local n = 0\nfor i = 1, 20000 do\n  n = n + i\n  if i == 12345 then error('at ' .. n) end\nend", "=failing")
assert(select(2, pcall(failing)) == "failing:4: at 76205685")
local comparing = load("local n, x = 0\nfor i = 1, 20000 do\n  n = n + i\n  if i == 9999 then x = {} end\n  if x and n < x then n = 0 end\nend", "=comparing")
assert(select(2, pcall(comparing)) == "comparing:5: attempt to compare number with table")

-- what an iteration held is not kept beyond it
local weak = setmetatable({}, { __mode = "v" })
local collecting = load([[
  local weak = ...
  local found = 0
  for i = 1, 4000 do
    weak[1] = i == 499 and {} or weak[1]
    if i == 3500 then collectgarbage() end
    if weak[1] ~= nil then found = i end
  end
  return found]])
assert(collecting(weak) < 4000)
