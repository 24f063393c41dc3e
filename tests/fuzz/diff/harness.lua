-- What generated cases see: E prints values, Y returns its arguments and may yield on the way.
local lines, calls
-- What Y yields: whoever resumes goes on at once. Nothing can while a coroutine is being closed.
local PAUSE, closing = {}, 0

local function show(v, depth)
  local kind = math.type(v)
  if kind == "integer" then return ("%d"):format(v) end
  if kind == "float" then return v == v and ("%.17g f"):format(v) or "nan" end
  if type(v) == "string" then return ("%q"):format(v) end
  if type(v) ~= "table" then return type(v) == "boolean" and tostring(v) or type(v) end
  if depth > 2 then return "{...}" end
  local items = {}
  for k, x in next, v do items[#items + 1] = show(k, depth + 1) .. "=" .. show(x, depth + 1) end
  table.sort(items)
  return "{" .. table.concat(items, ",") .. "}"
end

function E(...)
  if #lines > 200 then return end
  local row = table.pack(...)
  for i = 1, row.n do row[i] = show(row[i], 0) end
  lines[#lines + 1] = table.concat(row, " ")
end

function Y(...)
  calls = calls + 1
  if yieldSeed > 0 and closing == 0 and coroutine.isyieldable() then
    yieldSeed = yieldSeed * 1103515245 + 12345 & 0x7fffffff
    if yieldSeed >> 16 & 3 ~= 0 then coroutine.yield(PAUSE) end
  end
  return ...
end

-- coroutine.resume, wrap and close that know of the pauses
local function goOn(co, ok, first, ...)
  if first == PAUSE then return goOn(co, coroutine.resume(co)) end
  return ok, first, ...
end
function R(co, ...)
  return goOn(co, coroutine.resume(co, ...))
end
local function unwrap(co, ok, ...)
  if ok then return ... end
  C(co)
  local m = ...
  error(m, 0)
end
function W(f)
  local co = coroutine.create(f)
  return function(...) return unwrap(co, R(co, ...)) end
end
function C(co)
  closing = closing + 1
  local ok, e = coroutine.close(co)
  closing = closing - 1
  return ok, e
end

-- A divisor that is not zero, a number to sort and sum by, a call that may fail
function NZ(v) if v == 0 then return 1 end return v end
-- Arguments of string.rep: no gigabytes, which C Lua makes, nor the endless loop that it makes of "" times 2^53
function SMALL(s, n)
  local number = tonumber(n)
  if number and number > 1000 and (s == "" or number < 2^40) then n = 7 end
  return s, n
end
function NOTNAN(x) if x == x then return x end return 0.25 end
function K(v) return type(v) == "number" and v or #tostring(v) end
function P(f, ...)
  local ok, v = pcall(f, ...)
  return tostring(v)
end

function closer(name)
  return setmetatable({}, { __close = function(_, e) E("close", name, Y(e)) end })
end

local events = {}
for _, name in ipairs({ "add", "sub", "mul", "div", "mod", "idiv", "concat", "band", "shl" }) do
  events["__" .. name] = function(a, b)
    return Y(name .. (type(a) == "table" and "M" or show(a, 0)) .. (type(b) == "table" and "M" or show(b, 0)))
  end
end
local function value(v)
  if type(v) == "table" then return v.v end
  return v
end
function events.__lt(a, b) return Y(value(a)) < value(b) end
function events.__le(a, b) return value(a) <= Y(value(b)) end
function events.__eq(a, b) return Y(value(a) == value(b)) end
function M(v) return setmetatable({ v = v }, events) end

-- An object with all metamethods, each of which may yield
local all = { __name = "Obj", __metatable = "locked" }
for _, name in ipairs({ "add", "sub", "mul", "div", "mod", "pow", "unm", "idiv", "band", "bor", "bxor", "shl", "shr",
  "bnot", "concat" }) do
  all["__" .. name] = function(a, b) return Y(name .. (rawequal(a, b) and "=" or type(a) .. type(b))) end
end
local hidden = setmetatable({}, { __mode = "k" })
function all.__index(o, k)
  if type(k) == "number" then return Y(k <= 3 and k or nil) end
  if k == "method" then return function(self, v) return Y(v), rawequal(self, o) end end
  return Y(hidden[o])
end
function all.__newindex(o, k, v) E("set", Y(k), v) end
function all.__call(o, ...) return Y(select("#", ...)), ... end
function all.__len(o) return Y(3) end
function all.__eq(a, b) return Y(true) end
function all.__lt(a, b) return Y(type(a) == "table") end
function all.__le(a, b) return Y(nil) end
function all.__tostring(o) return Y("obj") end
function all.__pairs(o) return function(_, k) k = Y((k or 0) + 1) if k < 3 then return k, "p" end end, o, nil end
function O(v)
  local o = {}
  hidden[o] = v
  return setmetatable(o, all)
end

local function run(index, source)
  lines, calls, closing, T = {}, 0, 0, {}
  math.randomseed(42)
  local f, message = load(source, "=case")
  if f then
    local driver = coroutine.create(function() return pcall(f, 1, nil, "three") end)
    local ok, status, e = R(driver)
    if not (ok and status) then lines[#lines + 1] = "error " .. show(ok and e or status, 0) end
  else
    lines[#lines + 1] = "load " .. message
  end
  io.write("#case ", index, "\n", table.concat(lines, "\n"), "\n#end\n")
  io.flush()
end
