-- Floating point in arrays: the spectral norm of an infinite matrix (Benchmarks Game).
-- long: 1300
local N = tonumber(arg and arg[1]) or 650

local function A(i, j)
  local ij = i + j - 1
  return 1.0 / (ij * (ij - 1) * 0.5 + i)
end

local function Av(x, y)
  for i = 1, N do
    local a = 0
    for j = 1, N do a = a + x[j] * A(i, j) end
    y[i] = a
  end
end

local function Atv(x, y)
  for i = 1, N do
    local a = 0
    for j = 1, N do a = a + x[j] * A(j, i) end
    y[i] = a
  end
end

local u, v, t = {}, {}, {}
for i = 1, N do u[i] = 1 end
for _ = 1, 10 do
  Av(u, t)
  Atv(t, v)
  Av(v, t)
  Atv(t, u)
end

local vBv, vv = 0, 0
for i = 1, N do
  local ui, vi = u[i], v[i]
  vBv = vBv + ui * vi
  vv = vv + vi * vi
end
print("spectralnorm", string.format("%.9f", math.sqrt(vBv / vv)))
