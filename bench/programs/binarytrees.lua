-- Allocation: many short-lived binary trees and one long-lived (Benchmarks Game).
-- long: 17
local N = tonumber(arg and arg[1]) or 15

local function bottomUp(depth)
  if depth == 0 then return {} end
  depth = depth - 1
  return { bottomUp(depth), bottomUp(depth) }
end

local function check(tree)
  if tree[1] then return 1 + check(tree[1]) + check(tree[2]) end
  return 1
end

print("stretch", check(bottomUp(N + 1)))
local long = bottomUp(N)
for depth = 4, N, 4 do
  local iterations = 1 << (N - depth + 4)
  local sum = 0
  for _ = 1, iterations do sum = sum + check(bottomUp(depth)) end
  print(iterations, depth, sum)
end
print("long", check(long))
