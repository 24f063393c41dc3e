-- Nested loops over integers and floats, while and repeat loops, and branches.
-- long: 4000
local N = tonumber(arg and arg[1]) or 2000

local count, sum = 0, 0
for i = 1, N do
  for j = i, N do
    for k = 1, 20 do
      local v = i + j - k
      if v % 7 == 0 then
        count = count + 1
      elseif v % 3 == 0 then
        sum = sum + k
      end
    end
  end
end
print("for", count, sum)

-- the longest Collatz chain
local best, where = 0, 0
for start = 1, N * 30 do
  local n, steps = start, 0
  while n ~= 1 do
    if n % 2 == 0 then n = n // 2 else n = 3 * n + 1 end
    steps = steps + 1
  end
  if steps > best then best, where = steps, start end
end
print("collatz", best, where)

local x, turns = 0.0, 0
repeat
  x = x + 0.25
  turns = turns + 1
until x >= N * 500
print("repeat", turns, string.format("%.2f", x))
