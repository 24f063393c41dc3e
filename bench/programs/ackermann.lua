-- Deep recursive calls: the Ackermann function and Takeuchi's function.
-- long: 10
local N = tonumber(arg and arg[1]) or 9

local function ack(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ack(m - 1, 1) end
  return ack(m - 1, ack(m, n - 1))
end

local function tak(x, y, z)
  if y >= x then return z end
  return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
end

local sum = 0
for n = 1, N do sum = sum + ack(3, n) end
print("ack", N, sum)
print("tak", tak(3 * N, 2 * N, N))
