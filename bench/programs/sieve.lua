-- Arrays of booleans: the sieve of Eratosthenes, several times.
-- long: 12000000
local N = tonumber(arg and arg[1]) or 3000000

local count, last = 0, 0
for _ = 1, 5 do
  local composite = {}
  for i = 1, N do composite[i] = false end
  count = 0
  for i = 2, N do
    if not composite[i] then
      count = count + 1
      last = i
      for j = i * i, N, i do composite[j] = true end
    end
  end
end
print("sieve", count, last)
