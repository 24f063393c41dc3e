-- §2.1, §6.1 (next): integers far apart, negative ones, tables and mixed values as keys; fields that
-- are cleared during a traversal, and tables that grow while most of their keys are dead.
local sparse, n = {}, 0
for i = 1, 5000 do
  sparse[i * 7919 % 100003 - 50000] = i
end
for k, v in pairs(sparse) do
  assert(sparse[k] == v and (k + 50000) % 100003 == v * 7919 % 100003)
  n = n + 1
  sparse[k] = nil
end
assert(n == 5000 and next(sparse) == nil)

-- a key that was cleared comes back, as an integer or a float
sparse[-3] = "a"
sparse[-3] = nil
sparse[-3.0] = "b"
assert(sparse[-3] == "b" and next(sparse) == -3 and math.type(next(sparse)) == "integer")
sparse[1 << 40], sparse[1.5], sparse[true] = 1, 2, 3
assert(sparse[2.0 ^ 40] == 1 and sparse[1.5] == 2 and sparse[true] == 3 and sparse[false] == nil)

-- keys that come and go
local queue = {}
for i = 1, 3000 do
  queue[i + 100000] = i
  queue[i + 99990] = nil
end
n = 0
for k, v in next, queue do
  assert(k == v + 100000)
  n = n + 1
end
assert(n == 10)

-- tables as keys are told apart by identity
local keys, rank = {}, {}
for i = 1, 1000 do
  keys[i] = {}
  rank[keys[i]] = i
end
for i = 1, 1000, 2 do rank[keys[i]] = nil end
n = 0
for k, v in pairs(rank) do
  assert(keys[v] == k and v % 2 == 0)
  n = n + 1
  rank[k] = nil
end
assert(n == 500 and next(rank) == nil and rank[{}] == nil)
assert(next({ [keys[1]] = 1 }) == keys[1])

-- elements set in the wrong order become a sequence
local list = {}
for i = 200, 1, -1 do list[i] = i end
assert(#list == 200 and select("#", table.unpack(list)) == 200)

-- going on from a key that has been cleared, without the traversal that came there
for k in next, { [-1] = 1, [-2] = 2, [-3] = 3 } do assert(k < 0) end
local t = { [-1] = 1, [-2] = 2, [-3] = 3 }
local first = next(t)
local second = next(t, first)
t[second] = nil
local third = next(t, second)
assert(third ~= first and third ~= second and t[third] ~= nil and next(t, third) == nil)
