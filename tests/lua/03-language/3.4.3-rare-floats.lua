-- §3.4.3: floats without a fraction among thousands with one, and other values where numbers are expected: whatever
-- code for numbers the loop has by then, it must go on with them.

local N = 3000

local function sameNumber(a, b) return a == b and math.type(a) == math.type(b) end

-- values at one place of the list, the type of what is computed from them, and the result
local function check(compute, rare, kind, result)
  local list, records = {}, {}
  for i = 1, N do
    list[i] = i + 0.5
    records[i] = { x = i + 0.25, y = 0.5 }
  end
  for round = 1, 6 do
    list[N // 2], records[N // 2].x = N // 2 + 0.5, N // 2 + 0.25
    if round > 3 then list[N // 2], records[N // 2].x = rare, rare end
    local ok, r = pcall(compute, list, records, N // 2)
    if round > 3 then
      if kind == "error" then assert(not ok and r:find(result, 1, true), r)
      else assert(ok and math.type(r) == kind and sameNumber(r, result), tostring(r)) end
    else assert(ok and math.type(r) == "float" and r ~= result) end
  end
end

-- what was computed where the value stood
local function ofLocal(list, _, at)
  local found
  for i = 1, #list do
    local v = list[i]
    local r = v * 2 - v + 0.5 - 0.5
    if i == at then found = r end
    if v > 1e9 then return nil end
  end
  return found
end

local function ofField(_, records, at)
  local found
  for i = 1, #records do
    local q = records[i]
    local x = q.x
    if x < -1e9 then return nil end
    q.z = -(x - q.y) + x + x - 0.5
    if i == at then found = q.z end
  end
  return found
end

local function ofCall(list, _, at)
  local function get(i) return list[i] end
  local found
  for i = 1, #list do
    local v = get(i)
    local r = get(i) + v
    if i == at then found = r end
  end
  return found
end

local function ofIntegers(list, _, at)
  local function get(i) return list[i] end
  local found = 0.5
  for i = 1, #list do if i == at then found = get(i) * 1 end end
  return found
end

local function largest(list, _, at)
  local m = -1 / 0
  for i = 1, at do
    local v = list[i]
    if v > m then m = v end
  end
  return m
end

check(ofLocal, 7.0, "float", 7.0)
check(ofLocal, 7, "float", 7.0)
check(ofLocal, "7", "error", "attempt to compare number with string")
check(ofLocal, {}, "error", "attempt to perform arithmetic on a table value (local 'v')")
check(ofField, 8.0, "float", 8.0)
check(ofField, 8, "float", 8.0)
check(ofField, "8", "error", "attempt to compare string with number")
check(ofField, false, "error", "attempt to compare boolean with number")
check(ofCall, 9.0, "float", 18.0)
check(ofCall, 9, "integer", 18)
check(ofCall, "9", "integer", 18)
check(ofCall, nil, "error", "attempt to perform arithmetic on a nil value")
check(ofIntegers, 3, "integer", 3)
check(ofIntegers, 3.0, "float", 3.0)
check(ofIntegers, math.maxinteger, "integer", math.maxinteger)
check(largest, 1e15, "float", 1e15)
check(largest, 1 << 60, "integer", 1 << 60)

-- integers among which one is none
local function sum(list)
  local s = 0
  for i = 1, #list do
    local v = list[i]
    s = s + (v - 1) * 2
  end
  return s
end
local integers = {}
for i = 1, N do integers[i] = i end
for round = 1, 6 do
  integers[100] = round > 3 and 100.0 or 100
  local s = sum(integers)
  assert(s == N * (N + 1) - 2 * N and math.type(s) == (round > 3 and "float" or "integer"))
  integers[100] = round > 3 and 100.5 or 100
  assert(sum(integers) == N * (N + 1) - 2 * N + (round > 3 and 1 or 0))
end

-- the negative of a number of any kind
local function negatives(list)
  local r = {}
  for i = 1, #list do
    local v = list[i]
    r[i] = -v
  end
  return r
end
local values = { 1, 1.5, 0, 0.0, -0.0, 2.0, 1 / 0, math.mininteger, math.maxinteger, 1 << 53, -(1 << 53), "3", "0x10", "1.5" }
local expected = "-1 -1.5 0 -0.0 0.0 -2.0 -inf -9223372036854775808 -9223372036854775807 -9007199254740992 9007199254740992 -3 -16 -1.5"
for round = 1, 300 do
  local r = negatives(values)
  for i = 1, #r do r[i] = tostring(r[i]) end
  assert(table.concat(r, " ") == expected, table.concat(r, " "))
end

-- math.max and math.min give the value that they were given, of its subtype
local cases = {
  { math.max, 1, 2.0, "2.0" }, { math.max, 2.0, 1, "2.0" }, { math.max, 1, 1.0, "1" }, { math.max, 1.0, 1, "1.0" },
  { math.min, 1, 1.0, "1" }, { math.min, 1.0, 1, "1.0" }, { math.max, -0.0, 0.0, "-0.0" }, { math.min, 0.0, -0.0, "0.0" },
  { math.max, 1 << 60, 2.0, "1152921504606846976" }, { math.min, 1 << 60, 2.5, "2.5" }, { math.max, 2.5, 3, "3" },
  { math.max, "10", "9", "9" }, { math.min, 0.5, 0 / 0, "0.5" },
}
for round = 1, 300 do
  for _, c in ipairs(cases) do
    local f, a, b, expected = c[1], c[2], c[3], c[4]
    assert(tostring(f(a, b)) == expected and tostring(f(a, b, b)) == expected, expected)
  end
end
