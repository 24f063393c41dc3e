-- Deep coroutines: a recursive walk that yields at every node, and permutations.
-- long: 21
local N = tonumber(arg and arg[1]) or 19

local function build(depth, from)
  if depth == 0 then return nil, from end
  local left, here = build(depth - 1, from)
  local right, after = build(depth - 1, here + 1)
  return { left = left, value = here, right = right }, after
end

local function walk(node)
  if node then
    walk(node.left)
    coroutine.yield(node.value)
    walk(node.right)
  end
end

local tree = build(N, 1)
for _ = 1, 4 do
  local sum, count, expect = 0, 0, 1
  for v in coroutine.wrap(function() walk(tree) end) do
    assert(v == expect)
    expect = expect + 1
    sum = sum + v
    count = count + 1
  end
  print("walk", count, sum)
end

local function permute(a, n)
  if n == 0 then
    coroutine.yield(a)
  else
    for i = 1, n do
      a[n], a[i] = a[i], a[n]
      permute(a, n - 1)
      a[n], a[i] = a[i], a[n]
    end
  end
end

local hash, count = 0, 0
for p in coroutine.wrap(function() permute({ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, 9) end) do
  hash = (hash * 31 + p[1] * 10 + p[9]) % 1000000007
  count = count + 1
end
print("permutations", count, hash)
