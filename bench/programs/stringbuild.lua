-- Strings built up: concatenation, table.concat, rep, sub, reverse, upper.
-- long: 2400000
local N = tonumber(arg and arg[1]) or 600000

local s = ""
for i = 1, N // 20 do s = s .. i .. ";" end
print("append", #s, s:sub(-12))

local parts = {}
for i = 1, N do parts[#parts + 1] = "item" .. i % 1000 end
local joined = table.concat(parts, ",")
print("concat", #joined, joined:sub(1, 20))

local n = 0
for i = 1, N * 3 do
  local k = "k" .. i % 64 .. ":" .. (i & 15)
  n = n + #k
  if k == "k5:5" then n = n + 1 end
end
print("keys", n)

local letters = 0
for i = 1, #joined, 7 do
  if joined:sub(i, i) == "e" then letters = letters + 1 end
end
print("sub", letters)

local r = 0
for i = 1, N // 10 do
  local w = ("ab" .. i):rep(5, "-"):reverse():upper()
  r = r + #w + (w:sub(1, 1) == "0" and 1 or 0)
end
print("rep", r)
