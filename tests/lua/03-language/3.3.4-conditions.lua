-- §3.3.4, §3.4.5: conditions of several operands; each may wait, and those behind a false one are not evaluated
local log = {}
local function say(name, v)
  log[#log + 1] = name
  return coroutine.yield(v)
end

local function run(f, ...)
  log = {}
  local co = coroutine.create(f)
  local _, v = coroutine.resume(co, ...)
  while coroutine.status(co) ~= "dead" do _, v = coroutine.resume(co, v) end
  return v, table.concat(log)
end

local function check(f, a, b, c, expected, calls)
  local v, order = run(f, a, b, c)
  assert(v == expected and order == calls, tostring(v) .. " " .. order)
  -- the same without waiting
  local saved = say
  say = function(_, x) return x end
  assert(f(a, b, c) == expected)
  say = saved
end

local function alone(a, b, c)
  local v = "no"
  if say("a", a) and say("b", b) and say("c", c) then v = "yes" end
  return v
end
check(alone, 1, 0, "", "yes", "abc")
check(alone, 1, false, 1, "no", "ab")
check(alone, nil, 1, 1, "no", "a")

local function otherwise(a, b, c)
  if say("a", a) and (say("b", b) and say("c", c)) then return "all" else return "not all" end
end
check(otherwise, 1, 1, 1, "all", "abc")
check(otherwise, 1, nil, 1, "not all", "ab")
check(otherwise, 1, 1, false, "not all", "abc")

local function chain(a, b, c)
  local v
  if say("a", a) and not say("b", b) then v = 1
  elseif say("c", c) then v = 2
  elseif say("a", a) and (say("b", b) or say("c", c)) then v = 3
  else v = 4 end
  return v
end
check(chain, true, false, true, 1, "ab")
check(chain, true, true, true, 2, "abc")
check(chain, true, true, false, 3, "abcab")
check(chain, false, true, nil, 4, "aca")

local function looped(a, b)
  local n, t = 0, {}
  while n < 5 and say("w", a) and n ~= b do
    local v = n
    t[#t + 1] = function() return v end
    n = n + 1
  end
  return n + (t[1] and t[1]() or 100)
end
check(looped, true, 3, nil, 3, "wwww")
check(looped, true, nil, nil, 5, "wwwww")
check(looped, false, nil, nil, 100, "w")

-- errors in an operand have the line of that operand
local ok, message = pcall(function(t)
  if t and
    t.x.y and
    true then return 1 end
end, {})
assert(not ok and message:find(":71:", 1, true), message)
