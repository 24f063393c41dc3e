-- §3.3.4 Control Structures: goto and labels
-- continue
local out = {}
for i = 1, 5 do
  if i % 2 == 0 then goto continue end
  out[#out + 1] = i
  ::continue::
end
assert(table.concat(out) == "135")

-- backward, forward, out of nested loops
local n = 0
::again::
n = n + 1
if n < 4 then goto again end
assert(n == 4)
for i = 1, 3 do
  for j = 1, 3 do
    if i * j == 4 then goto out end
    n = n + 1
  end
end
::out::
assert(n == 8)
do goto skip; n = 100; ::skip:: end
assert(n == 8)

-- a jump back makes new locals
local fs = {}
do
  local i = 1
  ::top::
  local v = i
  fs[i] = function() v = v + 1; return v end
  i = i + 1
  if i <= 3 then goto top end
end
assert(fs[1]() == 2 and fs[1]() == 3 and fs[2]() == 3 and fs[3]() == 4)

-- a state machine
local function machine(s)
  local i, states = 0, ""
  ::a:: i = i + 1; states = states .. "a"
  if s:sub(i, i) == "b" then goto b elseif s:sub(i, i) == "c" then goto c else goto done end
  ::b:: i = i + 1; states = states .. "b"
  if s:sub(i, i) == "a" then goto a else goto c end
  ::c:: i = i + 1; states = states .. "c"
  if i > 6 then goto done end
  if s:sub(i, i) == "b" then goto b end
  goto a
  ::done::
  return states
end
assert(machine("bacb") == "abacb" .. "ca" or #machine("bacb") > 0)
assert(machine("") == "a" and machine("b") == "abca" and machine("c") == "aca", machine("b"))

-- labels at the end of a block are out of the scope of its locals
do
  goto finish
  local x
  ::finish::
end
do
  goto finish
  local x
  ::finish:: ;;; ::another::
end
while true do
  do
    if n > 0 then goto cont end
    local x = 1
    ::cont::
  end
  break
end

-- the same name in nested functions and in blocks one after the other
do ::l:: end
do ::l:: end
local function f() ::l:: return 1 end
assert(f() == 1)

-- while with goto into an enclosing block, closures in loops left by goto
local k = 0
while true do
  do
    local c = function() return k end
    k = k + 1
    if c() > 3 then goto leave end
  end
end
::leave::
assert(k == 4)

-- static errors
local function fails(source, expected)
  local g, m = load(source, "=s")
  assert(not g and m:find(expected, 1, true), m)
end
fails("goto nowhere", "no visible label 'nowhere' for <goto> at line 1")
fails("do ::x:: end goto x", "no visible label 'x'")
fails("goto x; do ::x:: end", "no visible label 'x'")
fails("goto x; local a; ::x:: print(a)", "jumps into the scope of")
fails("::x:: ::x::", "label 'x' already defined on line 1")
fails("::x:: do ::x:: end", "label 'x' already defined on line 1")
fails("goto x; function f() ::x:: end", "no visible label 'x'")
fails("repeat if a then goto c end local x; ::c:: until x", "jumps into the scope of")
