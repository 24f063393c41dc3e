-- §3.2, §3.4.3 keys of elements in variables that hold values of many kinds, in code that has run often and in code that has not

local function get(t, k) return t[k] end
local function set(t, k, v) t[k] = v end
local function sum(t, k) return t[k] * 2 + 1.5 end
local function word(t, k) return (t[k] << 3 ~ 5) & 0xffff end

local keys = {
  1, 2, 3, 1.5, 2.0, -1, 0, 2.0 ^ 31, 2.0 ^ 31 + 0.5, 1 << 31, (1 << 31) + 1, 1 << 32, (1 << 32) + 1, 1 << 53, -(1 << 31),
  -(1 << 31) - 1, math.maxinteger, math.mininteger, "1", "2", "x", "", true, false, -0.0, 1 / 0, -1 / 0, print, {},
}
local proxy = setmetatable({}, { __index = function(_, k) return k == nil and "nil" or math.type(k) or type(k) end })

for round = 1, 400 do
  local t = { 10, 20, 30 }
  for i = 4, #keys do set(t, keys[i], i) end
  for i, k in ipairs(keys) do
    local v = rawget(t, k)
    assert(v ~= nil and get(t, k) == v and sum(t, k) == v * 2 + 1.5 and word(t, k) == (v << 3 ~ 5) & 0xffff, i)
    assert(get(proxy, k) == (math.type(k) or type(k)))
    set(t, k, nil)
    assert(get(t, k) == nil and rawget(t, k) == nil)
    set(t, k, v)
    assert(rawget(t, k) == v)
  end
  assert(get(t, nil) == nil and get(t, 0 / 0) == nil and get(t, 4) == nil and get(t, 1 << 40) == nil)
  assert(get(proxy, nil) == "nil" and get(proxy, 0 / 0) == "float")
  assert(not pcall(set, t, nil, 1) and not pcall(set, t, 0 / 0, 1) and not pcall(get, nil, 1))
  -- the same places with a variable that is nil at times
  local a, b = (function() if round % 2 == 0 then return 1, 2 end return 3 end)()
  assert(t[a] == rawget(t, a) and (b == nil or t[b] == 5))
end
