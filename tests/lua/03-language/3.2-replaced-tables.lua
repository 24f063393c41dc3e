-- §3.2, §6.10 debug.setupvalue puts something else in the place of a table that a variable was declared with. A file of its
-- own: one that mentions it has other code for all such variables

local own = { 1, 2, 3 }
local function word(i) return (own[i & 3] << 3 ~ 5) & 0xffff end
local function double(i) return own[i] * 2 + 1.5 end
local function length() return #own end
for _ = 1, 300 do assert(word(1) == 13 and double(2) == 5.5 and length() == 3) end
local function put(v)
  for n = 1, 2 do
    if debug.getupvalue(word, n) == "own" then debug.setupvalue(word, n, v) end
  end
end
for _, wrong in ipairs({ 5, false }) do
  put(wrong)
  for _, f in ipairs({ word, double }) do
    local ok, message = pcall(f, 1)
    assert(not ok and message:find("attempt to index a " .. type(wrong) .. " value (upvalue 'own')", 1, true), message)
  end
  local ok, message = pcall(length)
  assert(not ok and message:find("attempt to get length of a " .. type(wrong) .. " value (upvalue 'own')", 1, true), message)
end
put(nil)
local ok, message = pcall(word, 1)
assert(not ok and message:find("attempt to index a nil value (upvalue 'own')", 1, true), message)
put(setmetatable({}, { __index = function(_, k) return k end, __len = function() return 9 end }))
assert(word(1) == 13 and double(1) == 3.5 and length() == 9)
