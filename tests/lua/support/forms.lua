-- Runs the cases of one file of tests/lua/forms in every way of suspending them.
--
-- A file returns a list of { name, function }. A case calls `Y(...)`, which returns its arguments,
-- wherever a value is computed, and `T(...)` to leave a trace. It is run without any yield, then
-- once for each call of Y with a yield at that call only, then with a yield at every call, and at
-- every second one. Results, traces and errors must always be the same. All of that once more with
-- the text of the case as a chunk of its own, and as a function that a chunk passes to a call: both
-- are interpreted at first.
local file = arg[1]
local trace, calls, yieldAt

function Y(...)
  calls = calls + 1
  if yieldAt(calls) then coroutine.yield("forms") end
  return ...
end

function T(...)
  local row = table.pack(...)
  for i = 1, row.n do row[i] = tostring(row[i]) end
  trace[#trace + 1] = table.concat(row, " ")
end

local function describe(...)
  local r = table.pack(...)
  for i = 1, r.n do
    local v = r[i]
    if type(v) == "table" then
      local list = {}
      for k = 1, v.n or #v do list[k] = tostring(v[k]) end
      r[i] = "{" .. table.concat(list, " ") .. "}"
    else
      r[i] = tostring(v)
    end
  end
  return table.concat(r, " ")
end

local function run(case, when)
  trace, calls, yieldAt = {}, 0, when
  local co = coroutine.create(function() return describe(pcall(case)) end)
  local result
  repeat
    local ok, value = coroutine.resume(co)
    assert(ok, value)
    result = value
  until coroutine.status(co) == "dead"
  return table.concat(trace, "\n") .. "\n=> " .. result, calls
end

local lines = {}
for line in io.lines(file) do lines[#lines + 1] = line end

-- Makes the function of a case, each time anew, from its text as a chunk, or as a function in one.
local function chunkOf(f, inside)
  local info = debug.getinfo(f, "S")
  local text = table.concat(lines, "\n", info.linedefined, info.lastlinedefined)
  local body = text:match("function%(%)(.*)end")
  local env = setmetatable({}, { __index = _G })
  for i = 1, math.huge do
    local name, value = debug.getupvalue(f, i)
    if not name then break end
    if name ~= "_ENV" then env[name] = value end
  end
  if inside then body = "return pass(function() " .. body .. " end)" end
  env.pass = function(case) return case end
  local source = ("\n"):rep(info.linedefined - 1) .. body
  return function()
    local chunk = assert(load(source, info.source, "t", env))
    return inside and chunk() or chunk
  end
end

-- What a variable is called in messages depends on where it is declared.
local function withoutKinds(s)
  return (s:gsub("%(%a+ '", "('"))
end

local cases = dofile(file)
assert(#cases > 0)
for _, case in ipairs(cases) do
  local name, f = case[1], case[2]
  local plain, n = run(f, function() return false end)
  assert(n > 0, name .. " never calls Y")
  local function check(how, when, make, expected)
    local got = run(make(), when)
    if got ~= expected then
      error(("%s, %s: got\n%s\nnot\n%s"):format(name, how, got, expected), 0)
    end
  end
  local function checkYields(make, expected)
    for k = 1, n do check("yield at call " .. k, function(i) return i == k end, make, expected) end
    check("yield at every call", function() return true end, make, expected)
    check("yield at every second call", function(i) return i % 2 == 0 end, make, expected)
  end
  checkYields(function() return f end, plain)
  for _, inside in ipairs({ false, true }) do
    local make = chunkOf(f, inside)
    local got = run(make(), function() return false end)
    if withoutKinds(got) ~= withoutKinds(plain) then
      error(("%s, from its text: got\n%s\nnot\n%s"):format(name, got, plain), 0)
    end
    checkYields(make, got)
  end
end
print(#cases .. " cases")
