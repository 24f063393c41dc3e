--- @module assay.internal.kube_ready
--- @description When Kubernetes objects count as ready.

local kube = require("assay.internal.kube")

local ready = {}

local PHASES = { Active = true, Running = true, Bound = true, Ready = true }

--- Whether the controller has seen the last change; true when the object does not say.
local function is_observed(object)
  local generation = object.metadata and object.metadata.generation
  local observed = object.status and object.status.observedGeneration
  return not generation or not observed or observed >= generation
end

local function replicas(object)
  local spec, status = object.spec or {}, object.status or {}
  if not is_observed(object) then return false, "the last change is not observed yet" end
  local now, count = status.readyReplicas or 0, status.replicas or 0
  local desired = spec.replicas
  local what = ("%d of %d replicas ready"):format(now, desired or count)
  if desired == nil then return now >= count and count > 0, what end
  if now < desired or count > desired then return false, what end
  if (status.updatedReplicas or desired) < desired then
    return false, ("%d of %d replicas updated"):format(status.updatedReplicas, desired)
  end
  return desired == 0 or count > 0, what
end

local function daemons(object)
  local status = object.status or {}
  if not is_observed(object) then return false, "the last change is not observed yet" end
  local now, desired = status.numberReady or 0, status.desiredNumberScheduled or 0
  local updated = status.updatedNumberScheduled or desired
  return now >= desired and desired > 0 and updated >= desired,
    ("%d of %d pods ready"):format(now, desired)
end

--- Why a job can't complete any more; nil when it can.
function ready.job_failure(object)
  local failed = kube.condition(object, "Failed")
  if not failed or failed.status ~= "True" then return nil end
  return kube.describe(object, "Failed")
end

local function job(object)
  local status = object.status or {}
  local complete = kube.condition(object, "Complete")
  if complete and complete.status == "True" then return true end
  local now, wanted = status.succeeded or 0, (object.spec or {}).completions or 1
  local suspended = kube.condition(object, "Suspended")
  local more = suspended and suspended.status == "True" and ", suspended"
    or (", %d active"):format(status.active or 0)
  if (status.failed or 0) > 0 then more = more .. (", %d failed"):format(status.failed) end
  return now >= wanted, ("%d of %d completions%s"):format(now, wanted, more)
end

local function by_condition(object)
  local condition = kube.condition(object, "Ready")
  return condition ~= nil and condition.status == "True", kube.describe(object, "Ready")
end

local function generic(object)
  local condition = kube.condition(object, "Ready")
  if condition then return condition.status == "True", kube.describe(object, "Ready") end
  local phase = object.status and object.status.phase
  return PHASES[phase] == true, "phase " .. tostring(phase)
end

--- What keeps a pod from running: no node, or what its first container waits for or ended with.
local function obstacle(status)
  local scheduled = kube.condition({ status = status }, "PodScheduled")
  if scheduled and scheduled.status == "False" then
    return kube.describe({ status = status }, "PodScheduled")
  end
  for _, list in ipairs { status.initContainerStatuses or {}, status.containerStatuses or {} } do
    for _, container in ipairs(list) do
      local state = container.state or {}
      local why = state.waiting or (not container.ready and state.terminated)
      if why and why.reason and why.reason ~= "Completed" and why.reason ~= "PodInitializing" then
        local message = why.message and ": " .. why.message or ""
        return ("%s: %s%s"):format(container.name, why.reason, message)
      end
    end
  end
  return nil
end

local function pod(object)
  local is_ready, seen = generic(object)
  local why = not is_ready and obstacle(object.status or {})
  return is_ready, why and ("%s; %s"):format(seen, why) or seen
end

local RULES = {
  pods = pod,
  deployments = replicas,
  statefulsets = replicas,
  daemonsets = daemons,
  jobs = job,
  nodes = by_condition,
}

--- Whether an object of that plural is ready, and what its status says.
function ready.is_ready(object, plural)
  return (RULES[plural] or generic)(object)
end

--- The numbers of a rollout; `complete` when all of it has happened.
function ready.rollout(object, plural)
  local spec, status = object.spec or {}, object.status or {}
  local out
  if plural == "daemonsets" then
    out = {
      desired = status.desiredNumberScheduled or 0,
      updated = status.updatedNumberScheduled or 0,
      ready = status.numberReady or 0,
      available = status.numberAvailable or 0,
      unavailable = status.numberUnavailable or 0,
    }
  else
    out = {
      desired = spec.replicas or 0,
      updated = status.updatedReplicas or 0,
      ready = status.readyReplicas or 0,
      available = status.availableReplicas or 0,
      unavailable = status.unavailableReplicas or 0,
    }
  end
  -- old pods that still end are counted in status.replicas
  local has_old = plural ~= "daemonsets" and (status.replicas or 0) > out.desired
  -- with a partition the pods below it keep their version; with OnDelete all do until they are deleted
  local strategy = spec.updateStrategy or {}
  local wanted = out.desired
  if plural == "statefulsets" and strategy.rollingUpdate then
    wanted = math.max(0, wanted - (strategy.rollingUpdate.partition or 0))
  end
  local is_updated = strategy.type == "OnDelete" or out.updated >= wanted
  out.complete = is_updated and out.updated <= out.desired and out.ready == out.desired
    and not has_old and is_observed(object)
  return out
end

--- Why a deployment's rollout stopped; nil when it goes on.
function ready.rollout_failure(object)
  local progressing = kube.condition(object, "Progressing")
  if progressing and progressing.reason == "ProgressDeadlineExceeded" and is_observed(object) then
    return kube.describe(object, "Progressing")
  end
  return nil
end

return ready
