-- string.format with every common conversion, tostring, tonumber, concatenation of numbers.
-- long: 600000
local N = tonumber(arg and arg[1]) or 150000

local length, hash = 0, 0
local function add(s)
  length = length + #s
  hash = (hash * 31 + s:byte(-1)) % 1000000007
end

for i = 1, N do
  add(string.format("%d %5d %-5d|%05d", i, i % 100, i % 1000, i))
  add(string.format("%.3f %8.2f %g", i / 7, i / 3, i / 4))
  add(string.format("%s=%q [%10s] [%-6s]", "key", "va\nlue", "right", "l"))
  add(string.format("%x %X %o %c", i, i, i, 65 + i % 26))
  add(i .. ":" .. i / 8 .. ":" .. tostring(i % 2 == 0))
  hash = (hash + tonumber("0x" .. string.format("%x", i)) + tonumber(i .. ".5") * 2 // 1) % 1000000007
end
print("format", length, string.format("%d", hash))
