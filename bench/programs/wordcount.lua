-- Dictionaries with words as keys: count, then report the most frequent.
-- long: 2400
local N = tonumber(arg and arg[1]) or 600

local syllables = { "ba", "ko", "lu", "mi", "ne", "po", "ra", "su", "ti", "ve", "xa", "zo" }
local seed = 7
local function random(n)
  seed = (seed * 16807) % 2147483647
  return seed % n + 1
end

local lines = {}
for i = 1, 1000 do
  local words = {}
  for j = 1, 10 do
    local w = ""
    for _ = 1, random(3) do w = w .. syllables[random(12)] end
    words[j] = w
  end
  lines[i] = table.concat(words, " ")
end
local text = table.concat(lines, "\n")

local counts
for _ = 1, N do
  counts = {}
  for word in text:gmatch("%a+") do
    counts[word] = (counts[word] or 0) + 1
  end
end

local words = {}
for word in pairs(counts) do words[#words + 1] = word end
table.sort(words, function(a, b)
  if counts[a] ~= counts[b] then return counts[a] > counts[b] end
  return a < b
end)
print("words", #words)
for i = 1, 5 do print(words[i], counts[words[i]]) end
