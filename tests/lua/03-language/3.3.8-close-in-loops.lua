-- §3.3.8 variables to be closed in loops of a main function, also in loops inside of others: what
-- follows runs once

local order = {}
local function note(v) order[#order + 1] = v end
local function closer(name)
  return setmetatable({}, { __close = function() note(name) end })
end

local n = 0
repeat
  n = n + 1
  local a = 0
  repeat a = a + 1 until a > 2
  local b = 0
  while b < 4 do
    b = b + 1
    do
      local c <close> = closer("inner" .. b)
    end
    if b == 2 then break end
  end
  note("middle")
until n > 1
for i = 1, 2 do
  for j = 1, 2 do
    local c <close> = closer(i .. "," .. j)
  end
  for j = 1, 2 do note(j) end
end
note("end")
assert(
  table.concat(order, " ")
    == "inner1 inner2 middle inner1 inner2 middle 1,1 1,2 1 2 2,1 2,2 1 2 end",
  table.concat(order, " ")
)

-- the same where the chunk returns from its end
local count = 0
local f = load([[
  local count, closer = ...
  for i = 1, 2 do
    local k = 0
    repeat k = k + 1 until k > 1
    while k < 4 do
      k = k + 1
      local c <close> = closer("x")
    end
  end
  count()
  return "result"
]])
assert(f(function() count = count + 1 end, closer) == "result" and count == 1)
