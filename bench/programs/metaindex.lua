-- __index and __newindex functions: proxies, defaults, properties, memoised values.
-- long: 8000000
local N = tonumber(arg and arg[1]) or 2000000

local reads, writes = 0, 0
local function proxy(target)
  return setmetatable({}, {
    __index = function(_, k) reads = reads + 1; return target[k] end,
    __newindex = function(_, k, v) writes = writes + 1; target[k] = v end,
  })
end

local p = proxy({ a = 1, b = 2 })
for i = 1, N do
  p.a = p.a + p.b
  p[i % 10] = i
end
print("proxy", p.a, reads, writes)

local defaults = setmetatable({}, { __index = function(_, k) return k * 2 end })
local sum = 0
for i = 1, N * 3 do sum = sum + defaults[i] end
print("defaults", sum)

local memo = setmetatable({}, {
  __index = function(t, n)
    local v = n < 2 and n or (t[n - 1] + t[n - 2]) % 1000007
    rawset(t, n, v)
    return v
  end,
})
local m = 0
for i = 1, N do m = m + memo[i % 100] end
print("memo", m)

local Point = {}
local getters = { length2 = function(self) return self.px * self.px + self.py * self.py end }
Point.__index = function(self, k)
  local getter = getters[k]
  if getter then return getter(self) end
  return Point[k]
end
local q = setmetatable({ px = 3, py = 4 }, Point)
local l = 0
for i = 1, N do
  q.px = i % 10
  l = l + q.length2
end
print("property", l)
