-- Array elements moved around: heapsort of floats from a small generator.
-- long: 2500000
local N = tonumber(arg and arg[1]) or 700000

local seed = 42
local function random()
  seed = (seed * 3877 + 29573) % 139968
  return seed / 139968
end

local function heapsort(a, n)
  local l, ir = n // 2 + 1, n
  while true do
    local v
    if l > 1 then
      l = l - 1
      v = a[l]
    else
      v = a[ir]
      a[ir] = a[1]
      ir = ir - 1
      if ir == 1 then
        a[1] = v
        return
      end
    end
    local i, j = l, l * 2
    while j <= ir do
      if j < ir and a[j] < a[j + 1] then j = j + 1 end
      if v >= a[j] then break end
      a[i] = a[j]
      i = j
      j = j * 2
    end
    a[i] = v
  end
end

local a = {}
for i = 1, N do a[i] = random() end
heapsort(a, N)
for i = 1, N - 1 do assert(a[i] <= a[i + 1]) end
print("heapsort", string.format("%.9f %.9f %.9f", a[1], a[N // 2], a[N]))
