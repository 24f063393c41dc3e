--- @module assay.eso
--- @description External Secrets Operator: external secrets and their stores.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")

local GROUP = "/apis/external-secrets.io"

local M, Client = {}, kube.class("eso")

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

local function list(self, namespace, plural, opts)
  local path = kube.path(prefix(self), namespace, plural)
  local ok, found = pcall(self._listing, self, path, opts)
  if ok then return found end
  if tostring(found):find("HTTP 404", 1, true) then
    rest.fail(tostring(found):gsub("^.-(eso: )", "%1") .. " (external-secrets CRDs not found)")
  end
  error(found, 0)
end

local function object(self, namespace, plural, name)
  return self:_object(kube.path(prefix(self), namespace, plural, name))
end

local function is_ready(item)
  return kube.is_true(item, "Ready")
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
    ready = is_ready(item),
    status = condition and condition.reason or "Unknown",
    message = condition and condition.message,
    sync_hash = status.syncedResourceVersion or "",
    refresh_time = status.refreshTime,
    conditions = status.conditions or json.array({}),
  }
end

--- Whether an external secret is synced.
function Client:is_secret_synced(namespace, name)
  return is_ready(self:external_secret(namespace, name))
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
    return is_ready(item) and (o.since == nil or (at ~= nil and at >= o.since))
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
  return kube.summary(self:external_secrets(namespace, opts).items, "synced", "failed", is_ready)
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
  return self:_merge(kube.path(prefix(self), namespace, "externalsecrets", name), {
    metadata = { annotations = { ["force-sync"] = tostring(math.floor(time())) } },
  })
end

return M
