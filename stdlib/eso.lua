--- @module assay.eso
--- @description External Secrets Operator: external secrets, push secrets, stores, generators.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local kube_manifest = require("assay.internal.kube_manifest")

local GROUP = "/apis/external-secrets.io"
local PUSH = GROUP .. "/v1alpha1"
local GENERATORS = "/apis/generators.external-secrets.io/v1alpha1"

local M, Client = {}, kube.class("eso", { "api_version" })

--- `client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig.
--- `opts`: api_version ("v1" or "v1beta1", asked from the server without it).
function M.client(...)
  return Client:new(rest.options({ "url", "token" }, ...))
end

local function prefix(self)
  if self.api_version then return GROUP .. "/" .. self.api_version end
  local known = rawget(self, "_prefix")
  if not known then
    known = GROUP .. "/v1beta1"
    local group = self:_object(GROUP)
    for _, version in ipairs(group and group.versions or {}) do
      if version.version == "v1" then known = GROUP .. "/v1" end
    end
    rawset(self, "_prefix", known)
  end
  return known
end

local function list(self, namespace, plural, opts, at)
  local path = kube.path(at or prefix(self), namespace, plural)
  local ok, found = pcall(self._listing, self, path, opts)
  if ok then return found end
  if tostring(found):find("HTTP 404", 1, true) then
    rest.fail(tostring(found):gsub("^.-(eso: )", "%1") .. " (external-secrets CRDs not found)")
  end
  error(found, 0)
end

-- what has no namespace is called so
local function is_of_cluster(plural)
  return plural:find("^cluster") ~= nil
end

local function object(self, namespace, plural, name, at)
  return self:_object(
    kube.object_path(at or prefix(self), namespace, plural, name, is_of_cluster(plural)))
end

local function is_ready(item)
  return kube.is_true(item, "Ready")
end

-- Ready, and not from before the last change of the spec: the version that was synced begins with its
-- generation. Secrets that are fetched once keep the first.
local function is_synced(item)
  if not is_ready(item) then return false end
  local spec = item.spec or {}
  local is_once = spec.refreshPolicy == "CreatedOnce"
    or (spec.refreshPolicy ~= "OnChange" and tostring(spec.refreshInterval or ""):find("^0%a*$") ~= nil)
  local synced = tostring(item.status.syncedResourceVersion or ""):match("^(%d+)%-")
  local generation = item.metadata and item.metadata.generation
  return is_once or not synced or not generation or tonumber(synced) >= generation
end

--- The external secrets of a namespace, of all when it is nil. `opts` of all lists:
--- label_selector, field_selector, limit.
function Client:external_secrets(namespace, opts)
  return list(self, namespace, "externalsecrets", opts)
end

--- An external secret, or nil.
function Client:external_secret(namespace, name)
  return object(self, namespace, "externalsecrets", name)
end

--- ready, status (reason), sync_hash, conditions, refresh_time of an external secret; an error when
--- there is none.
function Client:external_secret_status(namespace, name)
  local item = self:external_secret(namespace, name)
  if not item then rest.fail(("eso: ExternalSecret %s/%s not found"):format(namespace, name)) end
  local status, condition = item.status or {}, kube.condition(item, "Ready")
  return {
    ready = is_synced(item),
    status = condition and condition.reason or "Unknown",
    message = condition and condition.message,
    sync_hash = status.syncedResourceVersion or "",
    refresh_time = status.refreshTime,
    conditions = status.conditions or json.array({}),
  }
end

--- Whether an external secret is synced.
function Client:is_secret_synced(namespace, name)
  return is_synced(self:external_secret(namespace, name))
end

--- Waits until an external secret is synced. `opts`: interval (5 s), since (Unix seconds: synced
--- after that).
function Client:wait_secret_synced(namespace, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 60, 5)
  local message = ("eso: ExternalSecret %s/%s not synced"):format(namespace, name)
  return kube.wait(o, message, function()
    return self:external_secret(namespace, name)
  end, "Ready", function(item)
    local at = item.status and rest.parse_time(item.status.refreshTime)
    return is_synced(item) and (o.since == nil or (at ~= nil and at >= o.since))
  end)
end

--- The secret stores of a namespace, of all when it is nil.
function Client:secret_stores(namespace, opts)
  return list(self, namespace, "secretstores", opts)
end

--- A secret store, or nil.
function Client:secret_store(namespace, name)
  return object(self, namespace, "secretstores", name)
end

local function store_status(item, what)
  if not item then rest.fail(("eso: %s not found"):format(what)) end
  return {
    ready = is_ready(item),
    conditions = item.status and item.status.conditions or json.array({}),
  }
end

--- ready and conditions of a secret store; an error when there is none.
function Client:secret_store_status(namespace, name)
  local what = ("SecretStore %s/%s"):format(namespace, name)
  return store_status(self:secret_store(namespace, name), what)
end

--- Whether a secret store is ready.
function Client:is_store_ready(namespace, name)
  return is_ready(self:secret_store(namespace, name))
end

--- Waits until a secret store is ready.
function Client:wait_store_ready(namespace, name, timeout_secs, opts)
  local message = ("eso: SecretStore %s/%s not ready"):format(namespace, name)
  return kube.wait(kube.wait_options(timeout_secs, opts, 60, 5), message, function()
    return self:secret_store(namespace, name)
  end, "Ready", kube.is_true)
end

--- The cluster secret stores.
function Client:cluster_secret_stores(opts)
  return list(self, nil, "clustersecretstores", opts)
end

--- A cluster secret store, or nil.
function Client:cluster_secret_store(name)
  return object(self, nil, "clustersecretstores", name)
end

--- ready and conditions of a cluster secret store; an error when there is none.
function Client:cluster_secret_store_status(name)
  return store_status(self:cluster_secret_store(name), "ClusterSecretStore " .. name)
end

--- Whether a cluster secret store is ready.
function Client:is_cluster_store_ready(name)
  return is_ready(self:cluster_secret_store(name))
end

--- Waits until a cluster secret store is ready.
function Client:wait_cluster_store_ready(name, timeout_secs, opts)
  local message = ("eso: ClusterSecretStore %s not ready"):format(name)
  return kube.wait(kube.wait_options(timeout_secs, opts, 60, 5), message, function()
    return self:cluster_secret_store(name)
  end, "Ready", kube.is_true)
end

--- The cluster external secrets.
function Client:cluster_external_secrets(opts)
  return list(self, nil, "clusterexternalsecrets", opts)
end

--- A cluster external secret, or nil.
function Client:cluster_external_secret(name)
  return object(self, nil, "clusterexternalsecrets", name)
end

--- ready, conditions, provisioned and failed namespaces of a cluster external secret; an error when
--- there is none.
function Client:cluster_external_secret_status(name)
  local item = self:cluster_external_secret(name)
  local out = store_status(item, "ClusterExternalSecret " .. name)
  local status = item.status or {}
  out.provisioned_namespaces = status.provisionedNamespaces or json.array({})
  out.failed_namespaces = status.failedNamespaces or json.array({})
  return out
end

--- How many external secrets are synced: synced, failed, total, failed_names.
function Client:all_secrets_synced(namespace, opts)
  return kube.summary(self:external_secrets(namespace, opts).items, "synced", "failed", is_synced)
end

--- How many secret stores are ready: ready, not_ready, total, not_ready_names.
function Client:all_stores_ready(namespace, opts)
  return kube.summary(self:secret_stores(namespace, opts).items, "ready", "not_ready", is_ready)
end

--- How many cluster secret stores are ready: ready, not_ready, total, not_ready_names.
function Client:all_cluster_stores_ready(opts)
  return kube.summary(self:cluster_secret_stores(opts).items, "ready", "not_ready", is_ready)
end

--- Has an external secret synced now.
function Client:refresh(namespace, name)
  return self:_merge(kube.object_path(prefix(self), namespace, "externalsecrets", name), {
    metadata = { annotations = { ["force-sync"] = tostring(math.floor(time() * 1000)) } },
  })
end

--- Has the external secrets of a cluster external secret synced now.
function Client:refresh_cluster(name)
  return self:_merge(kube.path(prefix(self), nil, "clusterexternalsecrets", name), {
    metadata = { annotations = {
      ["external-secrets.io/force-sync"] = tostring(math.floor(time() * 1000)),
    } },
  })
end

-- What was fetched

--- The names of the keys in the Secret that an external secret makes, sorted; nil while there is none.
function Client:secret_keys(namespace, name)
  local item = self:external_secret(namespace, name)
  if not item then rest.fail(("eso: ExternalSecret %s/%s not found"):format(namespace, name)) end
  local bound, target = (item.status or {}).binding or {}, (item.spec or {}).target or {}
  -- a target without a name is called as the external secret
  local secret = self:_object(kube.path("/api/v1", namespace, "secrets",
    bound.name or target.name or name))
  if not secret then return nil end
  local keys = json.array({})
  for key in pairs(secret.data or {}) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

--- Raises unless the Secret that an external secret makes has all of these keys; true.
function Client:assert_keys(namespace, name, expected_keys)
  local have = {}
  for _, key in ipairs(self:secret_keys(namespace, name) or {}) do have[key] = true end
  local missing = {}
  for _, key in ipairs(rest.list(expected_keys)) do
    if not have[key] then missing[#missing + 1] = tostring(key) end
  end
  if #missing == 0 then return true end
  rest.fail(("eso: the Secret of ExternalSecret %s/%s lacks %s"):format(
    namespace, name, table.concat(missing, ", ")))
end

-- Push secrets, and generators

--- The push secrets of a namespace, of all when it is nil.
function Client:push_secrets(namespace, opts)
  return list(self, namespace, "pushsecrets", opts, PUSH)
end

--- A push secret, or nil.
function Client:push_secret(namespace, name)
  return object(self, namespace, "pushsecrets", name, PUSH)
end

--- Whether a push secret has been pushed.
function Client:is_push_secret_synced(namespace, name)
  return is_synced(self:push_secret(namespace, name))
end

--- Waits until a push secret has been pushed. `opts`: interval (5 s).
function Client:wait_push_secret_synced(namespace, name, timeout_secs, opts)
  local message = ("eso: PushSecret %s/%s not synced"):format(namespace, name)
  return kube.wait(kube.wait_options(timeout_secs, opts, 60, 5), message, function()
    return self:push_secret(namespace, name)
  end, "Ready", is_synced)
end

--- How many push secrets are pushed: synced, failed, total, failed_names.
function Client:all_push_secrets_synced(namespace, opts)
  return kube.summary(self:push_secrets(namespace, opts).items, "synced", "failed", is_synced)
end

--- The cluster push secrets.
function Client:cluster_push_secrets(opts)
  return list(self, nil, "clusterpushsecrets", opts, PUSH)
end

--- A cluster push secret, or nil.
function Client:cluster_push_secret(name)
  return object(self, nil, "clusterpushsecrets", name, PUSH)
end

local function generator_plural(kind)
  local name = kube.segment(tostring(kind):lower())
  return name:find("s$") and name or kube_manifest.plural(name)
end

--- The generators of a kind ("Password", "passwords", …) in a namespace, in all when it is nil.
function Client:generators(kind, namespace, opts)
  return list(self, namespace, generator_plural(kind), opts, GENERATORS)
end

--- A generator, or nil.
function Client:generator(kind, namespace, name)
  return object(self, namespace, generator_plural(kind), name, GENERATORS)
end

--- The cluster generators.
function Client:cluster_generators(opts)
  return list(self, nil, "clustergenerators", opts, GENERATORS)
end

-- Changes

local PUSHED = { pushsecret = true, clusterpushsecret = true }

--- Server-side apply of a manifest, e.g. an ExternalSecret or a SecretStore.
function Client:apply(manifest, opts)
  local at = PUSHED[tostring(manifest.kind):lower()] and PUSH or prefix(self)
  return kube_manifest.apply(self, manifest, opts, {
    api_version = at:match("^/apis/(.+)$"),
    of_cluster = is_of_cluster,
  })
end

--- Deletes an object by its kind, such as "ExternalSecret"; false when there is none. The namespace
--- of those of the cluster is nil.
function Client:delete(kind, namespace, name)
  local at = PUSHED[tostring(kind):lower()] and PUSH or prefix(self)
  local plural = kube.segment(kube_manifest.plural(kind))
  return kube_manifest.remove(self,
    kube.object_path(at, namespace, plural, name, is_of_cluster(plural)))
end

return M
