--- @module assay.internal.k8s_readers
--- @description What scripts ask of secrets, services, pods and nodes, for `assay.k8s`.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local ready = require("assay.internal.kube_ready")
local watches = require("assay.internal.kube_watch")
local wire = require("assay.internal.k8s_wire")
local paths = require("assay.internal.k8s_paths")
local objects = require("assay.internal.k8s_objects")

local M = {}

--- The pods of a namespace; see `k8s.list`.
function M.list_pods(ns, opts)
  return objects.list(ns, "pod", opts)
end

--- The events of a namespace; see `k8s.list`.
function M.list_events(ns, opts)
  return objects.list(ns, "event", opts)
end

--- The events about one object; `kind` as the API writes it, such as "Pod".
function M.events_for(ns, kind, name, opts)
  local selector = ("involvedObject.kind=%s,involvedObject.name=%s"):format(
    rest.part(kind), rest.part(name))
  local more = opts and opts.field_selector
  return objects.list(ns, "event", rest.copy(opts, {
    field_selector = more and selector .. "," .. more or selector,
  }))
end

--- The values of a secret, decoded.
function M.get_secret(ns, name, opts)
  local out = {}
  for key, value in pairs(objects.get_resource(ns, "secret", name, opts).data or {}) do
    out[key] = base64.decode(value)
  end
  return out
end

--- The values of a config map; those of `binaryData` are decoded.
function M.get_configmap(ns, name, opts)
  local object = objects.get_resource(ns, "configmap", name, opts)
  local out = object.data or {}
  for key, value in pairs(object.binaryData or {}) do out[key] = base64.decode(value) end
  return out
end

--- The EndpointSlices of a service.
function M.endpoint_slices(ns, service, opts)
  return objects.list(ns, "endpointslice", rest.copy(opts, {
    label_selector = "kubernetes.io/service-name=" .. service,
  }))
end

local function from_endpoints(object)
  local addresses = json.array({})
  for _, subset in ipairs(object.subsets or {}) do
    for _, address in ipairs(subset.addresses or {}) do addresses[#addresses + 1] = address.ip end
  end
  return addresses
end

local function from_slices(slices)
  local addresses = json.array({})
  for _, slice in ipairs(slices.items or {}) do
    for _, endpoint in ipairs(slice.endpoints or {}) do
      -- nil is to be read as true
      if (endpoint.conditions or {}).ready ~= false then
        for _, address in ipairs(endpoint.addresses or {}) do addresses[#addresses + 1] = address end
      end
    end
  end
  return addresses
end

--- The addresses of a service that are ready. From Endpoints, or from EndpointSlices when
--- `opts.slices` is true or the Endpoints are missing, empty or cut off.
function M.service_endpoints(ns, name, opts)
  if opts and opts.slices then return from_slices(M.endpoint_slices(paths.namespace_or(ns, opts), name, opts)) end
  local object = objects.find(ns, "endpoints", name, opts)
  local addresses = object and from_endpoints(object) or json.array({})
  local notes = object and object.metadata and object.metadata.annotations or {}
  if #addresses > 0 and not notes["endpoints.kubernetes.io/over-capacity"] then return addresses end
  local ok, slices = pcall(M.endpoint_slices, paths.namespace_or(ns, opts), name, opts)
  local has_slices = ok and #(slices.items or {}) > 0
  -- raises the 404
  if not object and not has_slices then objects.get_resource(ns, "endpoints", name, opts) end
  return has_slices and from_slices(slices) or addresses
end

local function logs_request(ns, pod, opts)
  return kube.path("/api/v1", paths.namespace_or(ns, opts), "pods", pod) .. "/log", {
    { "tailLines", opts.tail },
    { "container", opts.container },
    { "previous", opts.previous and true or nil },
    { "sinceSeconds", opts.since },
    { "sinceTime", opts.since_time },
    { "timestamps", opts.timestamps and true or nil },
    { "limitBytes", opts.limit_bytes },
  }
end

--- The log of a pod. `opts`: tail, container, previous, since (seconds), since_time, timestamps,
--- limit_bytes.
function M.logs(ns, pod, opts)
  local path, query = logs_request(ns, pod, opts or {})
  path = rest.with_query(path, query)
  local res = wire.requests(opts):_send("GET", path)
  -- a pod that has no node yet
  if res.status == 204 then return "" end
  if res.status ~= 200 then wire.fail("logs", res, path) end
  return res.body
end

--- Iterates over the lines of a log as they are written: `for line in k8s.follow_logs(ns, pod) do`.
--- Takes the options of `logs`, and `timeout` in seconds.
function M.follow_logs(ns, pod, opts)
  opts = opts or {}
  local path, query = logs_request(ns, pod, opts)
  query[#query + 1] = { "follow", true }
  local conn = wire.connect(opts)
  return watches.iterate(function(emit)
    local deadline = opts.timeout and time() + opts.timeout
    local ok, res = pcall(conn._lines, conn, path, query, emit, { timeout = opts.timeout })
    if not ok then
      if deadline and time() >= deadline - 0.05 then return end
      error(res, 0)
    end
    if res.status ~= 200 then wire.fail("follow_logs", res, path) end
  end)
end

--- How many pods are in which phase: running, pending, succeeded, failed, unknown, total.
function M.pod_status(ns, opts)
  local out = { running = 0, pending = 0, succeeded = 0, failed = 0, unknown = 0, total = 0 }
  for _, pod in ipairs(objects.list(ns, "pod", opts).items or {}) do
    local phase = (pod.status and pod.status.phase or "unknown"):lower()
    if phase == "total" or out[phase] == nil then phase = "unknown" end
    out[phase] = out[phase] + 1
    out.total = out.total + 1
  end
  return out
end

--- How far a rollout is: desired, updated, ready, available, unavailable, complete. `opts.kind` is
--- "deployment" unless it is "statefulset" or "daemonset".
function M.rollout_status(ns, name, opts)
  local kind = opts and opts.kind or "deployment"
  return ready.rollout(objects.get_resource(ns, kind, name, opts), paths.find(kind, opts).plural)
end

--- Nodes as { name, ready, roles, capacity, allocatable }.
function M.node_status(opts)
  local out = json.array({})
  for _, node in ipairs(objects.list(nil, "node", opts).items or {}) do
    local roles = json.array({})
    for label in pairs(node.metadata.labels or {}) do
      local role = label:match("^node%-role%.kubernetes%.io/(.+)$")
      if role then roles[#roles + 1] = role end
    end
    table.sort(roles)
    local status = node.status or {}
    out[#out + 1] = {
      name = node.metadata.name,
      ready = (ready.is_ready(node, "nodes")),
      roles = roles,
      capacity = status.capacity or {},
      allocatable = status.allocatable or {},
    }
  end
  return out
end

return M
