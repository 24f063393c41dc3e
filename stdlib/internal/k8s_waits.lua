--- @module assay.internal.k8s_waits
--- @description Waits of `assay.k8s`.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local ready = require("assay.internal.kube_ready")
local paths = require("assay.internal.k8s_paths")
local objects = require("assay.internal.k8s_objects")

local M = {}

--- Whether an object is ready, by the rules of its kind; the second result says what its status is.
function M.is_ready(ns, kind, name, opts)
  local entry = paths.find(kind, opts)
  return ready.is_ready(objects.get_resource(ns, kind, name, opts), entry.plural)
end

--- The options of a wait's requests: its timeout is not theirs.
local function without_timeout(opts)
  opts = rest.copy(opts)
  opts.timeout = nil
  return opts
end

--- No waiting makes up for a name that is missing.
local function check_name(kind, name)
  if name == nil or name == "" then
    rest.fail(("k8s: the name of the %s is missing"):format(rest.name_of(kind)))
  end
end

--- Polls, with the deadline and interval of `o`.
local function wait(o, message, attempt)
  local stop
  rest.wait(o, message, function()
    local ok, done, seen = pcall(attempt)
    if ok then
      if type(done) == "string" then
        stop = done
        return true
      end
      return done, seen
    end
    return false, rest.without_place(done)
  end)
  if stop then rest.fail(stop) end
  return true
end

--- Waits until an object is ready. `opts`: interval (2 s). A job that failed is an error at once;
--- everything else is tried again until `timeout_secs` (60) have passed.
function M.wait_ready(ns, kind, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 60, 2)
  opts = without_timeout(opts)
  check_name(kind, name)
  local message = ("k8s.wait_ready: %s/%s not ready"):format(rest.name_of(kind), name)
  return wait(o, message, function()
    local entry = paths.find(kind, opts)
    local object = objects.get_resource(ns, kind, name, opts)
    if entry.plural == "jobs" then
      local failure = ready.job_failure(object)
      if failure then return message .. ": " .. failure end
    end
    return ready.is_ready(object, entry.plural)
  end)
end

--- The value at a dotted path such as "status.phase", "spec.containers.1.image" or "data.tls.crt":
--- keys may have dots themselves.
local function field_of(v, path)
  if type(v) ~= "table" then return nil end
  if v[path] ~= nil then return v[path] end
  if tonumber(path) then return v[tonumber(path)] end
  local dot = path:find(".", 1, true)
  while dot do
    local key = path:sub(1, dot - 1)
    local inner = v[key]
    if inner == nil then inner = v[tonumber(key)] end
    local found = field_of(inner, path:sub(dot + 1))
    if found ~= nil then return found end
    dot = path:find(".", dot + 1, true)
  end
  return nil
end

--- What `k8s.wait_for` waits for: a test of the object (nil when there is none), and its name.
local function goal_of(o)
  if o.deleted then
    return function(object) return object == nil, "still there" end, "deleted"
  end
  if o.test then
    return function(object) return object ~= nil and o.test(object), "test is false" end, "as wanted"
  end
  if o.field then
    return function(object)
      local v = object and field_of(object, o.field)
      if o.value == nil then return v ~= nil, o.field .. " is nil" end
      return v == o.value, ("%s is %s"):format(o.field, tostring(v))
    end, o.value == nil and o.field or ("%s=%s"):format(o.field, tostring(o.value))
  end
  local condition, status = o.condition or "Ready", o.status or "True"
  return function(object)
    if not object then return false, "not found" end
    local found = kube.condition(object, condition)
    local is_met = found ~= nil and found.status == status
    local seen, generation = found and found.observedGeneration, (object.metadata or {}).generation
    if seen and generation and seen < generation then is_met = false end
    return is_met, kube.describe(object, condition)
  end, condition .. (status == "True" and "" or "=" .. status)
end

--- Tests one object; `what` begins the error of a job that failed.
local function test_one(entry, object, goal, o, what)
  local done, seen = goal(object)
  if not done and object and entry.plural == "jobs" and not o.deleted and o.condition ~= "Failed" then
    local failure = ready.job_failure(object)
    if failure then return what .. ": " .. failure end
    if o.condition == "Complete" then seen = select(2, ready.is_ready(object, "jobs")) end
  end
  return done and true or false, seen
end

--- Waits until all objects of a selector fit; returns them.
local function wait_for_all(ns, kind, opts, o, goal, what)
  local selector = o.label_selector or o.field_selector or "all"
  local message = ("k8s.wait_for: %s/%s not %s"):format(rest.name_of(kind), tostring(selector), what)
  local found
  wait(o, message, function()
    local entry = paths.find(kind, opts)
    found = objects.list(ns, kind, opts).items or {}
    if o.deleted then return #found == 0, ("%d still there"):format(#found) end
    if #found == 0 then return false, "none found" end
    for _, object in ipairs(found) do
      local done, seen = test_one(entry, object, goal, o, message)
      if done ~= true then
        return done, ("%s: %s"):format(tostring((object.metadata or {}).name), tostring(seen))
      end
    end
    return true
  end)
  return found
end

--- Waits for a condition (`opts.condition`, "Ready"; `opts.status`, "True"), for a field
--- (`opts.field`, `opts.value`), for `opts.test(object)`, or with `opts.deleted` until the object is
--- gone. `opts`: timeout (60), interval (2). Returns the object. Without a name it waits for all
--- objects of `opts.label_selector` or `opts.field_selector`, one at least, and returns them.
function M.wait_for(ns, kind, name, opts)
  local o = kube.wait_options(nil, opts, 60, 2)
  opts = without_timeout(opts)
  local goal, what = goal_of(o)
  if name == nil and (o.label_selector or o.field_selector) then
    return wait_for_all(ns, kind, opts, o, goal, what)
  end
  check_name(kind, name)
  local message = ("k8s.wait_for: %s/%s not %s"):format(rest.name_of(kind), name, what)
  local last
  wait(o, message, function()
    local entry = paths.find(kind, opts)
    last = objects.find(ns, kind, name, opts)
    return test_one(entry, last, goal, o, message)
  end)
  return last
end

--- Waits until a job has completed; one that failed is an error at once. Returns the job.
function M.wait_job(ns, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 300, 2)
  o.condition, o.status, o.field, o.test, o.deleted = "Complete", nil, nil, nil, nil
  return M.wait_for(ns, "job", name, o)
end

--- Waits until an object is gone.
function M.wait_deleted(ns, kind, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 60, 2)
  o.deleted = true
  M.wait_for(ns, kind, name, o)
  return true
end

--- Waits until the rollout of a deployment, stateful set or daemon set is complete; returns the
--- status. A deployment beyond its progress deadline is an error at once.
function M.wait_rollout(ns, kind, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 300, 2)
  opts = without_timeout(opts)
  check_name(kind, name)
  local message = ("k8s.wait_rollout: %s/%s not complete"):format(rest.name_of(kind), name)
  local status
  wait(o, message, function()
    local entry = paths.find(kind, opts)
    local object = objects.get_resource(ns, kind, name, opts)
    status = ready.rollout(object, entry.plural)
    if status.complete then return true end
    local failure = ready.rollout_failure(object)
    if failure then return message .. ": " .. failure end
    local seen = ("%d of %d updated, %d ready"):format(status.updated, status.desired, status.ready)
    -- such as a quota that is used up
    local replicas = kube.condition(object, "ReplicaFailure")
    if replicas and replicas.status == "True" then seen = seen .. "; " .. kube.describe(object, "ReplicaFailure") end
    return false, seen
  end)
  return status
end

return M
