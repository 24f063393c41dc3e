-- table.sort: integers, floats and strings without a comparator; records with one.
-- long: 480000
local N = tonumber(arg and arg[1]) or 120000

local seed = 1
local function random()
  seed = (seed * 48271) % 2147483647
  return seed
end

local ints, floats, strings, records = {}, {}, {}, {}
for i = 1, N do
  ints[i] = random()
  floats[i] = random() / 7
  strings[i] = "s" .. random() % 100000
  records[i] = { key = random() % 1000, id = i }
end

table.sort(ints)
table.sort(floats)
table.sort(strings)
print("plain", ints[1], ints[N], strings[1], strings[N], string.format("%.4f", floats[N // 2]))

local descending = table.move(ints, 1, N, 1, {})
table.sort(descending, function(a, b) return a > b end)
print("descending", descending[1], descending[N])

table.sort(records, function(a, b)
  if a.key ~= b.key then return a.key < b.key end
  return a.id < b.id
end)
local sum = 0
for i = 1, N do sum = (sum * 31 + records[i].id) % 1000000007 end
print("records", records[1].key, records[1].id, sum)
