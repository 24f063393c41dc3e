--- @module assay.internal.kube_watch
--- @description Watches of Kubernetes collections that go on after every disconnection.

local rest = require("assay.internal.client")

local watch = {}

-- the server ends each request after this many seconds, and the next one begins where it ended
local REQUEST_SECONDS = 290
local MAX_PAUSE = 30

-- whether a list failed for good; others are tried again, as the server may be back soon
local function is_refusal(problem)
  local status = tonumber(tostring(problem):match("k8s%.get: HTTP (%d%d%d)"))
  return status ~= nil and status < 500 and status ~= 429 and status ~= 410
end

local function key_of(object)
  local meta = object.metadata or {}
  return (meta.namespace or "") .. "/" .. (meta.name or "")
end

--- Keeps which objects there are, to find out after a gap what has happened in it.
local function tracker(emit)
  local known = {}
  local self = {}

  function self.event(kind, object)
    local key = key_of(object)
    if kind == "DELETED" then known[key] = nil
    else known[key] = { version = (object.metadata or {}).resourceVersion, of = object } end
    emit({ type = kind, object = object })
  end

  --- The state of now: what differs from the known one becomes events.
  function self.state(items, silent)
    local present = {}
    for _, object in ipairs(items) do
      local key = key_of(object)
      present[key] = true
      local before = known[key]
      local version = (object.metadata or {}).resourceVersion
      if silent then known[key] = { version = version, of = object }
      elseif not before then self.event("ADDED", object)
      elseif before.version ~= version then self.event("MODIFIED", object) end
    end
    local gone = {}
    for key, before in pairs(known) do
      if not present[key] then gone[#gone + 1] = before.of end
    end
    for _, object in ipairs(gone) do self.event("DELETED", object) end
  end

  return self
end

--- Runs until `deadline`, or for ever. `list(o)` returns a list object; `emit(event)` may wait.
function watch.run(conn, path, o, list, emit)
  local query = { { "labelSelector", o.label_selector }, { "fieldSelector", o.field_selector } }
  local known = tracker(emit)
  local version = o.resource_version
  local deadline = o.timeout and time() + o.timeout
  local pause = 1
  local is_first = true

  local function left()
    return deadline and deadline - time() or math.huge
  end

  local function start()
    local now = rest.until_deadline(deadline, list)
    known.state(now.items or {}, is_first and o.initial == false)
    is_first = false
    version = now.metadata and now.metadata.resourceVersion
  end

  --- One request; returns the error to raise, if any.
  local function follow()
    local seconds = math.max(1, math.ceil(math.min(REQUEST_SECONDS, left())))
    local fields = rest.copy(query, {
      [3] = { "watch", "true" },
      [4] = { "allowWatchBookmarks", "true" },
      [5] = { "timeoutSeconds", seconds },
      [6] = { "resourceVersion", version },
    })
    local problem
    local res = conn:_lines(path, fields, function(line)
      if line == "" then return nil end
      local event = json.parse(line)
      if event.type == "ERROR" then
        problem = event.object or {}
        return "close"
      end
      local meta = event.object and event.object.metadata or {}
      version = meta.resourceVersion or version
      pause = 1
      if event.type ~= "BOOKMARK" then known.event(event.type, event.object)
      elseif o.bookmarks then emit(event) end
      return nil
    end, { timeout = math.min(seconds + 30, math.max(left(), 0) + 1) })
    if res.status == 410 or (problem and problem.code == 410) then
      -- the version is too old; the objects themselves say what has changed
      version = nil
      return nil
    end
    if res.status == 429 or res.status >= 500 then error("http. " .. res.status) end
    if res.status ~= 200 then
      return ("k8s.watch: HTTP %d %s: %s"):format(res.status, path, res.body)
    end
    if not problem then return nil end
    local text = "k8s.watch: " .. (problem.message or json.encode(problem))
    -- the server's own trouble, with its storage, say: what has changed meanwhile, the list tells
    if (tonumber(problem.code) or 0) >= 500 then
      version = nil
      error(text, 0)
    end
    return text
  end

  local has_begun = version ~= nil
  while left() > 0 do
    if not has_begun then start() end
    has_begun = true
    local began = time()
    local ok, problem = pcall(function()
      if not version then start() end
      return follow()
    end)
    if ok and problem then error(problem, 0) end
    if not ok and (o.reconnect == false or is_refusal(problem)) then error(problem, 0) end
    if not ok or time() - began < 0.5 then
      -- a connection that broke off, or a server that ends watches at once
      sleep(math.max(0, math.min(pause * (0.75 + math.random() / 2), left())))
      pause = math.min(pause * 2, MAX_PAUSE)
    end
  end
end

--- Runs `run(emit)` in a task of its own: the task, and the channel of its events, which says in the end
--- with which error it failed.
local function started(run)
  local channel, outcome = async.channel(16), {}
  local task = async.spawn(function()
    local ok, e = pcall(run, function(event) channel:send(event) end)
    if not ok then outcome[1] = e end
    channel:close()
  end)
  return task, channel, outcome
end

--- What ends a task and its channel, at the end of a loop, or when nobody has the iterator any more.
local function ending(task, channel)
  local function stop()
    task:cancel()
    channel:close()
  end
  return setmetatable({}, { __close = stop, __gc = stop })
end

--- The three values of a generic `for` over events of `run(emit)`, and what ends it early.
function watch.iterate(run)
  local task, channel, outcome = started(run)
  local stop = ending(task, channel)
  local function following()
    local event = channel:recv()
    local e = outcome[1]
    -- `stop` lives as long as the iterator
    if event == nil and e ~= nil and stop then
      outcome[1] = nil
      -- the place is that of the loop, not one in the modules
      if type(e) == "string" and e:find("^assay/") then rest.fail(rest.without_place(e)) end
      error(e, 0)
    end
    return event
  end
  return following, nil, nil, stop
end

return watch
