-- What generated cases see: E prints values, Y returns its arguments and may yield on the way.
local driver, lines, calls

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
  if yieldSeed > 0 and coroutine.running() == driver then
    yieldSeed = yieldSeed * 1103515245 + 12345 & 0x7fffffff
    if yieldSeed >> 16 & 1 == 1 then coroutine.yield() end
  end
  return ...
end

-- A divisor that is not zero, a number to sort and sum by, a call that may fail
function NZ(v) if v == 0 then return 1 end return v end
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
local function value(v) return type(v) == "table" and v.v or v end
function events.__lt(a, b) return Y(value(a)) < value(b) end
function events.__le(a, b) return value(a) <= Y(value(b)) end
function events.__eq(a, b) return Y(value(a) == value(b)) end
function M(v) return setmetatable({ v = v }, events) end

local function run(index, source)
  lines, calls, T = {}, 0, {}
  local f, message = load(source, "=case")
  if f then
    driver = coroutine.create(function() return pcall(f, 1, nil, "three") end)
    local ok, status, e
    repeat ok, status, e = coroutine.resume(driver) until coroutine.status(driver) == "dead"
    if not (ok and status) then lines[#lines + 1] = "error " .. show(ok and e or status, 0) end
  else
    lines[#lines + 1] = "load " .. message
  end
  io.write("#case ", index, "\n", table.concat(lines, "\n"), "\n#end\n")
  io.flush()
end
