-- §6.5 The same short pieces over and over: each is the text it stands for, whatever came before it
local function all(p, s)
  local t = {}
  for w in s:gmatch(p) do t[#t + 1] = w end
  return table.concat(t, "|")
end
for _ = 1, 20 do
  assert(all("%a+", "a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii a bb") == "a|bb|ccc|dddd|eeeee|ffffff|ggggggg|hhhhhhhh|iiiiiiiii|a|bb")
  assert(all("[^,]+", ",,ab,abc,,abcd,\0ab,\0\0ab,\0\0,\0,\0\0\0") == "ab|abc|abcd|\0ab|\0\0ab|\0\0|\0|\0\0\0")
  assert(all("[^,]+", "\xff\xff,\xff\xff\xff\xff,\xff\xff\xff\xff\xff\xff\xff\xff,\0\xff\xff") == "\xff\xff|\xff\xff\xff\xff|\xff\xff\xff\xff\xff\xff\xff\xff|\0\xff\xff")
  assert(all("%d", "1a23") == "1|2|3" and all("%S+", "") == "" and all("%S+", "  ") == "" and all(".+", "a\nb") == "a\nb")
  assert(all("(%a)%d*", "a1b22c") == "a|b|c" and all("^a", "^a^a") == "^a|^a" and all("[a]", "banana") == "a|a|a")
  local s = "the cat the dog"
  assert(s:sub(1, 3) == "the" and s:sub(9, 11) == "the" and s:sub(5, 7) == "cat" and s:sub(2, 9) == "he cat t" and s:sub(2, 10) == "he cat th")
  assert(s:match("%a+", 5) == "cat" and s:match("(%a+) (%a+)$") == "the" and s:find("%a+", 4) == 5 and select(2, s:find("%a+", 4)) == 7)
end
-- many different ones that compete for the same places
local seen, n = {}, 0
for i = 1, 30000 do
  local w = ("x%d,"):format(i % 9000):match("[^,]+")
  assert(w == "x" .. i % 9000)
  if not seen[w] then seen[w] = true n = n + 1 end
end
assert(n == 9000)
-- an iterator that has come to its end gives no value, again and again; a start behind the end
local f = ("ab cd"):gmatch("%a+")
assert(f() == "ab" and f() == "cd" and select("#", f()) == 0 and select("#", f()) == 0)
assert(select("#", ("ab"):gmatch("%a+", 9)()) == 0 and ("ab"):gmatch("%a+", -1)() == "b")
