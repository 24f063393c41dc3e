-- §2.1, §3.4.7: tables whose integer keys come in any order
-- filled from 2, from the end, at random, with deletions: the same contents in the end
local function check(order, n)
  local t, c = {}, 0
  for _, k in ipairs(order) do t[k] = k * 2; c = c + 1 end
  for k = 1, n do assert(t[k] == nil or t[k] == k * 2) end
  local seen = 0
  for k, v in pairs(t) do assert(v == k * 2) seen = seen + 1 end
  assert(seen == c, seen .. " " .. c)
  local b = #t
  assert((b == 0 or t[b] ~= nil) and t[b + 1] == nil)
  for _, k in ipairs(order) do t[k] = nil end
  assert(next(t) == nil and #t == 0)
end
local function seq(a, b, s) local o = {} for i = a, b, s or 1 do o[#o + 1] = i end return o end
check(seq(2, 1000), 1000) check(seq(1000, 1, -1), 1000) check(seq(3, 1000), 1000) check(seq(0, 100), 100)
check(seq(2, 1000, 2), 1000) check(seq(1, 1000, 3), 1000) check(seq(-50, 1000), 1000)
local r = seq(1, 2000) for i = #r, 2, -1 do local j = math.random(i) r[i], r[j] = r[j], r[i] end check(r, 2000)
local half = {} for i = 1, 1000 do half[i] = r[i] end check(half, 2000)
-- deletion while traversing, then insertion
local t = {} for i = 2, 500 do t[i] = i end
for k in pairs(t) do if k % 3 == 0 then t[k] = nil end end
for i = 1, 500 do t[i] = i end
assert(#t == 500) for i = 1, 500 do assert(t[i] == i) end
-- with a finaliser (pinned) and weak
local g = setmetatable({}, { __gc = function() end }) for i = 2, 300 do g[i] = i end for i = 2, 300 do assert(g[i] == i) end
local w = setmetatable({}, { __mode = "v" }) for i = 2, 300 do w[i] = i end for i = 2, 300 do assert(w[i] == i) end
for _, m in ipairs { "k", "v" } do local z = {} for i = 2, 40 do z[i] = i end setmetatable(z, { __mode = m }) for i = 41, 90 do z[i] = i end for i = 2, 90 do assert(z[i] == i) end end
table.insert(t, 1, 0) assert(t[1] == 0 and t[501] == 500) assert(table.remove(t, 1) == 0)
