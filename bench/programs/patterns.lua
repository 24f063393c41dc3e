-- Pattern matching: gmatch, gsub with strings, tables and functions, find, match with captures.
-- long: 400
local N = tonumber(arg and arg[1]) or 100

local lines = {}
for i = 1, 500 do
  lines[i] = ("2024-%02d-%02d %02d:%02d:%02d [%s] user%d@host%d.example path=/api/v%d/items/%d?q=%x"):format(
    i % 12 + 1, i % 28 + 1, i % 24, i % 60, i * 7 % 60,
    i % 5 == 0 and "ERROR" or "info", i, i % 17, i % 3, i * 31, i * 2654435761)
end
local text = table.concat(lines, "\n")

local levels, ids, replaced, total = 0, 0, 0, 0
local vars = { user = "U", host = "H", path = "P" }
for _ = 1, N do
  for line in text:gmatch("[^\n]+") do
    local y, m, d, level = line:match("^(%d+)-(%d+)-(%d+) %S+ %[(%a+)%]")
    total = total + y + m + d
    if level == "ERROR" then levels = levels + 1 end
    local id = line:match("/items/(%d+)%?")
    ids = ids + id
    if line:find("user%d*5@") then replaced = replaced + 1 end
    if line:find("q=ff", 1, true) then replaced = replaced + 100 end
  end
  local t, n = text:gsub("%a+", vars)
  replaced = replaced + n + #t
  t, n = text:gsub("(%w+)@(%w+)", "%2 at %1")
  replaced = replaced + n + #t
  t, n = text:gsub("%d%d:%d%d", function(s) return #s > 4 and "[" .. s .. "]" or nil end)
  replaced = replaced + n + #t
end
print("patterns", levels, ids, replaced, total)
