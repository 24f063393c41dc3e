-- §3.3.4 Control Structures: while, repeat, if, break, return
local n = 0
while true do n = n + 1; if n == 5 then break end end
assert(n == 5)
while n > 0 do n = n - 1 end
assert(n == 0)
while nil do error("never") end
while false do error("never") end

-- repeat's condition sees the locals of its block
local rounds = 0
repeat local done = rounds == 3; rounds = rounds + 1 until done
assert(rounds == 4)
local caught = {}
local j = 0
repeat
  local v = j
  caught[#caught + 1] = function() return v end
  j = j + 1
until v == 2
assert(caught[1]() == 0 and caught[3]() == 2)

local function grade(v)
  if v > 90 then return "a" elseif v > 50 then return "b" elseif v > 0 then return "c" else return "d" end
end
assert(grade(95) .. grade(60) .. grade(1) .. grade(-1) == "abcd")
assert((function() if 0 then return 1 end return 2 end)() == 1)
assert((function() if nil then return 1 elseif false then return 2 end end)() == nil)

-- break leaves the innermost loop only
local trail = {}
for i = 1, 3 do
  for k = 1, 3 do
    if k == 2 then break end
    trail[#trail + 1] = i .. k
  end
  repeat break until error("never")
end
assert(table.concat(trail, " ") == "11 21 31")

-- return leaves from inside everything
local function deep()
  for i = 1, 10 do
    while true do
      repeat if i == 3 then return i, "out" end break until false
      break
    end
  end
end
local a, b = deep()
assert(a == 3 and b == "out")
assert(not load("break"))
assert(select(2, load("break", "=s")):find("break outside loop near 'break'", 1, true))
assert(not load("return 1; local x"))
assert(load("do return end local x"))

-- long `while` and `repeat` loops inside of others, with all ways out of them, errors and yields
do
  local function run(list, n, wait)
    local log, rounds, best = {}, 0, nil
    for i = 1, n do
      local j, moved = i, 0
      while j >= 1 do
        local a, b = list[j], list[j + 1]
        if wait then wait(j) end
        if a == "leave" then return "left", i, j, moved end
        if a == "stop" then break end
        if a == "skip" then goto next end
        if type(a) == type(b) and a > b then
          list[j], list[j + 1] = b, a
          moved = moved + 1
          best = moved
        end
        rounds = rounds + 1
        ::next::
        j = j - 1
      end
      log[#log + 1] = moved .. ":" .. j
    end
    return table.concat(log, " "), rounds, best
  end
  local cases = {
    { function() return { 5, 4, 3, 2, 1 } end, 4, "1:0 2:0 3:0 4:0", 10, 4 },
    { function() return { 1, "leave", 2 } end, 3, "left", 2, 2, 0 },
    { function() return { 1, "stop", 5, "skip", 4, 2 } end, 5, "0:0 0:2 0:2 0:2 1:2", 5, 1 },
    { function() return { 0.0, -0.0, 2.5, 1 } end, 3, "0:0 0:0 1:0", 6, 1 },
  }
  for _, case in ipairs(cases) do
    local make, n = case[1], case[2]
    local function check(...)
      assert(select("#", ...) == #case - 2)
      for i = 3, #case do assert((select(i - 2, ...)) == case[i], (select(i - 2, ...))) end
    end
    check(run(make(), n))
    local co = coroutine.wrap(function() return "done", run(make(), n, coroutine.yield) end)
    local r
    repeat r = table.pack(co()) until r[1] == "done"
    check(table.unpack(r, 2, r.n))
  end
  local function failing(j) if j == 2 then error("in the middle") end end
  local ok, message = pcall(run, { 1, 2, 3 }, 3, failing)
  assert(not ok and message:find("control.lua:%d+: in the middle"), message)
  ok, message = pcall(run, { {}, {} }, 1)
  assert(not ok and message:find("control.lua:%d+: attempt to compare two table values"), message)
  -- many times, so that it is compiled: of integers, then of floats, then of floats that are boxes
  for _, scale in ipairs { 1, 0.5, 1.0 } do
    local t = {}
    for i = 1, 300 do t[i] = (i * 7919 % 301) * scale end
    local _, rounds = run(t, 299)
    assert(rounds == 299 * 300 // 2)
    for i = 1, 299 do assert(t[i] <= t[i + 1]) end
  end
  -- variables of the function around, and `repeat` with a local in its condition
  local calls = 0
  local function outer(n)
    local total, kept = 0, {}
    for i = 1, n do
      local x, steps = i, 0
      repeat
        local odd = x % 2 == 1
        local y = odd and x * 3 + 1 or x // 2
        kept[#kept + 1] = function() calls = calls + 1; return y + i end
        x, steps = y, steps + 1
        total = total + (odd and 1 or 2)
        local done = x == 1 or steps > 20
      until done
    end
    return total, kept[1](), kept[#kept]()
  end
  local total, first, last = outer(10)
  assert(total == 122 and first == 5 and last == 11 and calls == 2, total)
end
