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
