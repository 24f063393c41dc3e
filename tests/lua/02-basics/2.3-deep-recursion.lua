-- §2.3, §2.4: unlimited recursion is an error, whatever it goes through; and the program goes on
local function meta(events) return setmetatable({}, events) end
local t
local cases = {
  index = function()
    t = meta({__index = function(_, k) return t[k + 1] end})
    return t[1]
  end,
  newindex = function()
    t = meta({__newindex = function(_, k, v) t[k + 1] = v end})
    t[1] = 1
  end,
  call = function()
    t = meta({__call = function() return t() + 1 end})
    return t()
  end,
  arithmetic = function()
    t = meta({__add = function(a, b) return a + b + 1 end})
    return t + 1
  end,
  concat = function()
    t = meta({__concat = function(a, b) return (a .. b) .. "" end})
    return t .. 1
  end,
  equal = function()
    local events = {__eq = function(a, b) return not (a == b) end}
    return meta(events) == meta(events)
  end,
  less = function()
    local events = {__lt = function(a, b) return not (a < b) end}
    return meta(events) < meta(events)
  end,
  length = function()
    t = meta({__len = function(a) return #a + 1 end})
    return #t
  end,
  tostring = function()
    t = meta({__tostring = function(a) return tostring(a) .. "x" end})
    return tostring(t)
  end,
  close = function()
    local function f()
      local _ <close> = meta({__close = function() f() end})
    end
    f()
  end,
  gsub = function()
    local function f() return (string.gsub("abc", ".", f)) .. "" end
    return f()
  end,
  sort = function()
    local function f(a, b)
      table.sort({3, 2, 1}, f)
      return a < b
    end
    return f(1, 2)
  end,
  iterator = function()
    local function f()
      for _ in f do end
      return nil
    end
    f()
  end,
  coroutines = function()
    local function f() return coroutine.wrap(f)() end
    return f()
  end,
  require = function()
    package.preload.endless = function() return require("endless") end
    return require("endless")
  end,
}
for name, f in pairs(cases) do
  local ok, m = pcall(f)
  assert(not ok and string.find(m, "stack overflow", 1, true), name .. ": " .. tostring(m))
end

-- chains of metatables are limited, too
t = {}
for _ = 1, 3000 do t = meta({__index = t}) end
local ok, m = pcall(function() return t.x end)
assert(not ok and m:find("'__index' chain too long; possible loop", 1, true), m)
t = {}
setmetatable(t, {__newindex = t})
ok, m = pcall(function() t.x = 1 end)
assert(not ok and m:find("'__newindex' chain too long; possible loop", 1, true), m)
t = print
for _ = 1, 30 do t = meta({__call = t}) end
ok, m = pcall(t)
assert(not ok and m:find("'__call' chain too long", 1, true), m)

-- recursion that is deep, but not too deep
local function depth(n) return n == 0 and 0 or 1 + depth(n - 1) end
assert(depth(20000) == 20000)
local function loop(n)
  if n == 0 then return "done" end
  return loop(n - 1)
end
assert(loop(1000000) == "done")

-- results that are too large
ok, m = pcall(string.rep, "x", 1 << 62)
assert(not ok)
ok, m = pcall(table.unpack, {}, 1, 100000000)
assert(not ok and m:find("too many results to unpack", 1, true), m)
