--- @module assay.internal.kube_kinds
--- @description Kubernetes kinds: names, API groups, plurals, scopes; others through discovery.

local rest = require("assay.internal.client")

local kinds = {}

local CLUSTER = true
-- seconds until discovery is asked again about a kind that was not there
local RETRY_AFTER = 2

-- group/version prefix, then { Kind, plural, cluster-scoped?, further names … }
local KNOWN = {
  ["/api/v1"] = {
    { "Pod", "pods", false, "po" },
    { "Service", "services", false, "svc" },
    { "Secret", "secrets", false },
    { "ConfigMap", "configmaps", false, "cm" },
    { "Endpoints", "endpoints", false, "ep" },
    { "ServiceAccount", "serviceaccounts", false, "sa" },
    { "PersistentVolumeClaim", "persistentvolumeclaims", false, "pvc" },
    { "LimitRange", "limitranges", false, "limits" },
    { "ResourceQuota", "resourcequotas", false, "quota" },
    { "Event", "events", false, "ev" },
    { "ReplicationController", "replicationcontrollers", false, "rc" },
    { "Namespace", "namespaces", CLUSTER, "ns" },
    { "Node", "nodes", CLUSTER, "no" },
    { "PersistentVolume", "persistentvolumes", CLUSTER, "pv" },
  },
  ["/apis/apps/v1"] = {
    { "Deployment", "deployments", false, "deploy" },
    { "StatefulSet", "statefulsets", false, "sts" },
    { "DaemonSet", "daemonsets", false, "ds" },
    { "ReplicaSet", "replicasets", false, "rs" },
  },
  ["/apis/batch/v1"] = {
    { "Job", "jobs", false },
    { "CronJob", "cronjobs", false, "cj" },
  },
  ["/apis/networking.k8s.io/v1"] = {
    { "Ingress", "ingresses", false, "ing" },
    { "IngressClass", "ingressclasses", CLUSTER },
    { "NetworkPolicy", "networkpolicies", false, "netpol" },
  },
  ["/apis/storage.k8s.io/v1"] = {
    { "StorageClass", "storageclasses", CLUSTER, "sc" },
    { "VolumeAttachment", "volumeattachments", CLUSTER },
    { "CSIDriver", "csidrivers", CLUSTER },
    { "CSINode", "csinodes", CLUSTER },
  },
  ["/apis/rbac.authorization.k8s.io/v1"] = {
    { "Role", "roles", false },
    { "RoleBinding", "rolebindings", false },
    { "ClusterRole", "clusterroles", CLUSTER },
    { "ClusterRoleBinding", "clusterrolebindings", CLUSTER },
  },
  ["/apis/autoscaling/v2"] = {
    { "HorizontalPodAutoscaler", "horizontalpodautoscalers", false, "hpa" },
  },
  ["/apis/policy/v1"] = {
    { "PodDisruptionBudget", "poddisruptionbudgets", false, "pdb" },
  },
  ["/apis/discovery.k8s.io/v1"] = {
    { "EndpointSlice", "endpointslices", false },
  },
  ["/apis/coordination.k8s.io/v1"] = {
    { "Lease", "leases", false },
  },
  ["/apis/scheduling.k8s.io/v1"] = {
    { "PriorityClass", "priorityclasses", CLUSTER, "pc" },
  },
  ["/apis/apiextensions.k8s.io/v1"] = {
    { "CustomResourceDefinition", "customresourcedefinitions", CLUSTER, "crd", "crds" },
  },
  ["/apis/apiregistration.k8s.io/v1"] = {
    { "APIService", "apiservices", CLUSTER },
  },
  ["/apis/admissionregistration.k8s.io/v1"] = {
    { "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", CLUSTER },
    { "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", CLUSTER },
  },
}

local by_name = {}

local function api_version(prefix)
  return (prefix:gsub("^/apis?/", ""))
end

local function add(prefix, kind, plural, cluster, names)
  local entry = {
    prefix = prefix,
    api_version = api_version(prefix),
    kind = kind,
    plural = plural,
    cluster = cluster,
  }
  for _, name in ipairs(names) do by_name[name:lower()] = entry end
  return entry
end

for prefix, entries in pairs(KNOWN) do
  for _, e in ipairs(entries) do
    local group = prefix:match("^/apis/([^/]+)/")
    local names = { e[1], e[2], table.unpack(e, 4) }
    if group then names[#names + 1] = e[2] .. "." .. group end
    add(prefix, e[1], e[2], e[3], names)
  end
end

--- Adds or replaces a kind. An empty group is the core group.
function kinds.register(kind, group, version, plural, cluster)
  local prefix = (group == nil or group == "") and "/api/" .. version
    or "/apis/" .. group .. "/" .. version
  local entry = add(prefix, nil, plural, cluster or false, { kind })
  entry.kind = kind:find("%u") and kind or nil
end

local function unknown(kind, cause)
  return ("k8s: unknown resource kind '%s' (register it with k8s.register_crd, or use k8s.get "
    .. "with a path)%s"):format(rest.name_of(kind), cause and ": " .. cause or "")
end

--- The entry of a kind that needs no discovery, or nil and the error's text.
function kinds.known(kind)
  local entry = type(kind) == "string" and by_name[kind:lower()]
  if entry then return entry end
  return nil, unknown(kind)
end

local function matches(resource, wanted)
  if resource.kind:lower() == wanted or resource.plural == wanted then return true end
  if resource.singular == wanted then return true end
  for _, short in ipairs(resource.short or {}) do
    if short == wanted then return true end
  end
  return false
end

local function resource_entry(prefix, kind, plural, cluster, singular, short)
  return {
    prefix = prefix,
    api_version = api_version(prefix),
    kind = kind,
    plural = plural,
    cluster = cluster,
    singular = singular,
    short = short,
  }
end

--- The resources of one group and version.
local function resources_of(conn, prefix)
  local list = conn:_object(prefix)
  local found = {}
  for _, r in ipairs(list and list.resources or {}) do
    -- a slash is a subresource
    if not r.name:find("/", 1, true) then
      local short = {}
      for _, s in ipairs(r.shortNames or {}) do short[#short + 1] = s:lower() end
      found[#found + 1] =
        resource_entry(prefix, r.kind, r.name, not r.namespaced, r.singularName, short)
    end
  end
  return found
end

--- Everything the server has: a list of { prefix, api_version, kind, plural, cluster, short }, the
--- preferred version of each group first.
function kinds.discover(conn)
  local all = resources_of(conn, "/api/v1")
  -- old servers have no groups; one that has no kinds either is no API server
  local groups = conn:_get("/apis", { ok = 200, missing = #all > 0 })
  local prefixes = {}
  for _, group in ipairs(groups and groups.groups or {}) do
    local preferred = group.preferredVersion and group.preferredVersion.groupVersion
    if preferred then prefixes[#prefixes + 1] = "/apis/" .. preferred end
    for _, version in ipairs(group.versions or {}) do
      if version.groupVersion ~= preferred then
        prefixes[#prefixes + 1] = "/apis/" .. version.groupVersion
      end
    end
  end
  local lists = rest.map(prefixes, function(prefix)
    -- a group whose server is down must not hide the others
    local ok, found = pcall(resources_of, conn, prefix)
    return ok and found or {}
  end, { concurrency = 8 })
  for _, found in ipairs(lists) do
    for _, resource in ipairs(found) do all[#all + 1] = resource end
  end
  return all
end

local function discovered(conn, wanted, group)
  local cache = conn._discovered
  local function find()
    for _, resource in ipairs(cache and cache.all or {}) do
      local its_group = resource.prefix:match("^/apis/([^/]+)/") or ""
      if (group == nil or group == its_group) and matches(resource, wanted) then return resource end
    end
    return nil
  end
  local found = find()
  if found or (cache and time() - cache.at < RETRY_AFTER) then return found end
  cache = { all = kinds.discover(conn), at = time() }
  rawset(conn, "_discovered", cache)
  return find()
end

--- The entry of a kind: a name of the table ("deploy"), a kind, plural or short name that the server
--- knows ("certificate"), one with its group ("certificates.cert-manager.io",
--- "certificates.v1.cert-manager.io"), or "group/version/Kind". Raises an error for others.
function kinds.find(conn, kind)
  if type(kind) == "table" then return kind end
  local entry, message = kinds.known(kind)
  if entry then return entry end
  if type(kind) ~= "string" or kind == "" then error(message, 0) end
  local wanted, group, at = kind:lower(), nil, kind:match("^(.+)/[^/]+$")
  local ok, found
  if at then
    ok, found = pcall(kinds.of_manifest, conn, at, kind:match("([^/]+)$"))
  else
    local name, rest_of = wanted:match("^([^.]+)%.(.+)$")
    if name then wanted, group = name, rest_of end
    local version, of_group = (group or ""):match("^(v%d+%w*)%.(.+)$")
    if version then ok, found = pcall(kinds.of_manifest, conn, of_group .. "/" .. version, wanted)
    else ok, found = pcall(discovered, conn, wanted, group) end
  end
  if ok and found then return found end
  error(ok and message or unknown(kind, tostring(found)), 0)
end

--- The entry of an `apiVersion` and `kind`.
function kinds.of_manifest(conn, version, kind)
  local prefix = (version:find("/", 1, true) and "/apis/" or "/api/") .. version
  local entry = by_name[kind:lower()]
  if entry and entry.prefix == prefix then return entry end
  local cache = conn._versions or {}
  rawset(conn, "_versions", cache)
  for _ = 1, 2 do
    for _, resource in ipairs(cache[prefix] or {}) do
      if matches(resource, kind:lower()) then return resource end
    end
    cache[prefix] = resources_of(conn, prefix)
  end
  for _, resource in ipairs(cache[prefix]) do
    if matches(resource, kind:lower()) then return resource end
  end
  error(unknown(version .. "/" .. kind), 0)
end

return kinds
