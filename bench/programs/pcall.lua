-- Errors: pcall that succeeds, error with strings and tables, errors from operations, deep unwinding.
-- long: 1600000
local N = tonumber(arg and arg[1]) or 400000

local function fine(a, b) return a + b end
local function fails(i)
  if i % 2 == 0 then error("even " .. i % 10) end
  return i
end
local function throwsTable(i) error({ code = i % 7 }) end
local function badIndex(t) return t.x.y end
local function deep(n) if n == 0 then error("bottom", 0) end return 1 + deep(n - 1) end

local ok, bad, chars, codes = 0, 0, 0, 0
for i = 1, N do
  local success, v = pcall(fine, i, 1)
  if success then ok = ok + v % 3 end
  success, v = pcall(fails, i)
  if success then ok = ok + 1 else
    bad = bad + 1
    chars = chars + #v:match("even %d")
  end
  success, v = pcall(throwsTable, i)
  if not success then codes = codes + v.code end
end
print("pcall", ok, bad, chars, codes)

local messages = 0
for _ = 1, N // 4 do
  local _, message = pcall(badIndex, {})
  if message:find("attempt to index a nil value (field 'x')", 1, true) then messages = messages + 1 end
  _, message = pcall(deep, 20)
  if message == "bottom" then messages = messages + 1 end
  _, message = xpcall(fails, function(m) return "handled " .. #m end, 2)
  if message:find("^handled") then messages = messages + 1 end
end
print("messages", messages)
