--- @module assay.k8s
--- @description Kubernetes: objects of every kind, apply, waits, logs, watches.
--
-- Every function takes options at the end. Those of the connection are `base_url`, `token`,
-- `kubeconfig`, `context`, `ca_cert`, `client_cert`, `insecure`, `timeout` and the like; without any
-- the pod's service account or the kubeconfig counts.

local rest = require("assay.internal.client")
local kinds = require("assay.internal.kube_kinds")
local watches = require("assay.internal.kube_watch")
local wire = require("assay.internal.k8s_wire")
local verbs = require("assay.internal.k8s_verbs")
local paths = require("assay.internal.k8s_paths")
local lists = require("assay.internal.k8s_lists")

local M = {}

rest.include(M, require("assay.internal.k8s_verbs"))
rest.include(M, require("assay.internal.k8s_objects"))
rest.include(M, require("assay.internal.k8s_actions"))
rest.include(M, require("assay.internal.k8s_readers"))
rest.include(M, require("assay.internal.k8s_waits"))

-- Paths

--- The namespace of calls that name none: the pod's, the context's, or "default".
function M.namespace(opts)
  return paths.namespace(opts)
end

local function known(kind)
  local entry, message = kinds.known(kind)
  if not entry then rest.fail(message) end
  return entry
end

--- The path of an object.
function M._resource_path(ns, kind, name)
  return paths.object(known(kind), ns, name)
end

--- The path of a list; of all namespaces when `ns` is nil.
function M._list_path(ns, kind)
  return paths.list(known(kind), ns)
end

--- Adds a kind that functions may be called with. An empty group is the core group.
function M.register_crd(kind, api_group, version, plural, cluster_scoped)
  kinds.register(kind, api_group, version, plural, cluster_scoped)
end

-- Watches

--- Iterates over changes: `for ev in k8s.watch { kind = "pod", namespace = ns } do`, or
--- `k8s.watch(ns, kind, opts)`. An event has `type` ("ADDED", "MODIFIED", "DELETED") and `object`.
--- Objects that are there already come as ADDED first, unless `initial = false` or
--- `resource_version` is given. Options: name, label_selector, field_selector, timeout (seconds; for
--- ever without it), bookmarks. The watch goes on after disconnections without losing events.
function M.watch(ns, kind, opts)
  local o
  if type(ns) == "table" then o = rest.copy(ns)
  else o = rest.copy(opts, { namespace = ns, kind = kind }) end
  if o.name then
    local by_name = "metadata.name=" .. o.name
    o.field_selector = o.field_selector and o.field_selector .. "," .. by_name or by_name
  end
  local conn = wire.connect(o)
  local path = paths.list(paths.find(o.kind, o), o.namespace)
  return watches.iterate(function(emit)
    watches.run(conn, path, o, function()
      return lists.all(conn, path, { label_selector = o.label_selector, field_selector = o.field_selector })
    end, emit)
  end)
end

-- The server

--- The server's version.
function M.version(opts)
  return verbs.get("/version", opts)
end

local function check(path, opts)
  local ok, res = pcall(function() return wire.requests(opts):_send("GET", path) end)
  if not ok then return false, tostring(res) end
  return res.status == 200, res.body
end

--- Whether the API server is ready; the second result is its answer.
function M.readyz(opts)
  return check("/readyz", opts)
end

--- Whether the API server is alive; the second result is its answer.
function M.livez(opts)
  return check("/livez", opts)
end

--- All kinds that the server has, as { kind, plural, api_version, namespaced, short }.
function M.api_resources(opts)
  local out = json.array({})
  for _, r in ipairs(kinds.discover(wire.requests(opts))) do
    out[#out + 1] = {
      kind = r.kind,
      plural = r.plural,
      api_version = r.api_version,
      namespaced = not r.cluster,
      short = r.short,
    }
  end
  return out
end

return rest.guard(M, "k8s")
