-- Arrays of arrays: multiplication of square matrices of floats and of integers.
-- long: 500
local N = tonumber(arg and arg[1]) or 320

local function build(n, f)
  local m = {}
  for i = 1, n do
    local row = {}
    for j = 1, n do row[j] = f(i, j) end
    m[i] = row
  end
  return m
end

local function multiply(a, b, n)
  local columns = build(n, function(i, j) return b[j][i] end)
  local c = {}
  for i = 1, n do
    local ai, ci = a[i], {}
    for j = 1, n do
      local column, sum = columns[j], 0
      for k = 1, n do sum = sum + ai[k] * column[k] end
      ci[j] = sum
    end
    c[i] = ci
  end
  return c
end

local function trace(m, n)
  local sum = 0
  for i = 1, n do sum = sum + m[i][i] end
  return sum
end

local f = build(N, function(i, j) return (i - j) * (i + j - 1.5) / N end)
print("floats", string.format("%.6f", trace(multiply(f, f, N), N)))
local g = build(N, function(i, j) return (i * 3 + j * 7) % 11 - 5 end)
local p = multiply(g, g, N)
print("integers", trace(p, N), p[1][1], p[N][N])
