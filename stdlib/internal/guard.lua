--- @module assay.internal.guard
--- @description Tells whose fault it is when a method of a client meets a value that it can't work with.
--
-- Neither arguments nor answers are checked field by field: a script in a hurry hands in a text for a
-- table, a proxy answers for the server. Lua's own message about that names a line of a module, which
-- tells a reader of scripts nothing. A guarded method names itself and, if something was sent, the
-- request instead.

local guard = {}

-- what a task has asked last, so that answers can be told from arguments, and for which one it asks
local asked = setmetatable({}, { __mode = "k" })
local askers = setmetatable({}, { __mode = "k" })

--- Notes what the running task asks.
function guard.note(what)
  local thread = coroutine.running()
  asked[thread] = what
  if askers[thread] then asked[askers[thread]] = what end
end

--- The running task does a part of what another one does.
function guard.asks_for(thread)
  askers[coroutine.running()] = thread
end

local MISTAKES = { "^attempt to ", "^bad argument ", "^invalid value ", "^number has no ",
  "^table index is ", "^'for' " }

-- Lua's words about a value, if a module met it; errors of builtins name what they did.
local function mistake(e)
  if type(e) ~= "string" then return nil end
  -- those from within `ipairs` and its like have no place
  local text = e:gsub("^assay/[%w_/]+%.lua:%d+: ", "")
  for _, pattern in ipairs(MISTAKES) do
    if text:find(pattern) then return text end
  end
  return nil
end

-- Positions of the parameters that are tables of options, where these can be known.
local function options_of(f, is_method)
  local found, i = {}, 1
  local getlocal = debug and debug.getlocal
  local name = getlocal and getlocal(f, i)
  while name do
    -- without the client
    if name == "opts" then found[#found + 1] = is_method and i - 1 or i end
    i = i + 1
    name = getlocal(f, i)
  end
  return found
end

-- Whether the last of the arguments is to be left out: functions of the original take fewer arguments
-- and ignore the rest, such as the count of `gsub` in `c:kv_get("m", name:gsub("_", "-"))`.
local function has_superfluous(positions, fail, name, ...)
  local found = false
  for _, i in ipairs(positions) do
    local opts = (select(i, ...))
    if opts and type(opts) ~= "table" then
      if i == 1 and name == "client" or i ~= select("#", ...) then
        fail(("bad argument #%d to '%s' (table expected, got %s)"):format(i, name, type(opts)))
      end
      found = true
    end
  end
  return found
end

local function without_last(...)
  local all = table.pack(...)
  return table.unpack(all, 1, all.n - 1)
end

--- The function `name` of a module, or its method, guarded; `fail` raises a message.
function guard.guarded(fail, module, name, f, is_method)
  local positions

  local function ended(self, thread, outer, ok, ...)
    local question = asked[thread]
    if question == nil then asked[thread] = outer end
    if ok then return ... end
    local e = ...
    local what = mistake(e)
    if not what then error(e, 0) end
    fail(("%s.%s: %s: %s"):format(is_method and rawget(self, "_module") or module, name,
      question and "the answer to " .. question .. " is not as expected"
        or "an argument is not as expected", what))
  end

  return function(self, ...)
    if is_method and type(self) ~= "table" then
      fail(("%s.%s: a method: the client is left out, as in c.%s(…) instead of c:%s(…)"):format(
        module, name, name, name))
    end
    positions = positions or options_of(f, is_method)
    local is_superfluous
    if is_method then is_superfluous = has_superfluous(positions, fail, name, ...)
    else is_superfluous = has_superfluous(positions, fail, name, self, ...) end
    local thread = coroutine.running()
    local outer = asked[thread]
    asked[thread] = nil
    if is_superfluous then return ended(self, thread, outer, pcall(f, self, without_last(...))) end
    return ended(self, thread, outer, pcall(f, self, ...))
  end
end

return guard
