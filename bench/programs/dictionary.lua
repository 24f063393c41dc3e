-- Dictionaries with computed keys: sparse integers, strings made up on the spot, tables, deletion.
-- long: 1600000
local N = tonumber(arg and arg[1]) or 400000

local sparse = {}
for i = 1, N do sparse[i * 7919 % 1000003] = i end
local hits, sum = 0, 0
for i = 1, N * 5 do
  local v = sparse[i]
  if v then
    hits = hits + 1
    sum = sum + v
  end
end
print("sparse", hits, sum)

local grid = {}
for i = 1, N do
  local key = i % 450 .. "," .. i // 450
  grid[key] = (grid[key] or 0) + i
end
local found = 0
for i = 1, N do
  local v = grid[(i + 1) % 450 .. "," .. i // 450]
  if v then found = found + v % 10 end
end
print("grid", found)

local nodes, rank = {}, {}
for i = 1, N do
  local node = { i }
  nodes[i] = node
  rank[node] = i
end
local r = 0
for i = N, 1, -1 do
  r = r + rank[nodes[i]]
  if i % 2 == 0 then rank[nodes[i]] = nil end
end
local left = 0
for node, v in pairs(rank) do left = left + v - node[1] + 1 end
print("objects", r, left)
