--- @module assay.flux
--- @description Flux: sources, kustomizations, Helm releases, notifications and image policies.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local kube_manifest = require("assay.internal.kube_manifest")

local GROUP = "/apis/%s.toolkit.fluxcd.io/%s"
-- plural, and the API group with its versions, the current one first
local TYPES = {
  gitrepositories = { "source", "v1" },
  helmrepositories = { "source", "v1" },
  helmcharts = { "source", "v1" },
  ocirepositories = { "source", "v1", "v1beta2" },
  buckets = { "source", "v1", "v1beta2" },
  externalartifacts = { "source", "v1" },
  kustomizations = { "kustomize", "v1" },
  helmreleases = { "helm", "v2" },
  alerts = { "notification", "v1beta3" },
  providers = { "notification", "v1beta3" },
  receivers = { "notification", "v1" },
  imagepolicies = { "image", "v1", "v1beta2" },
  imagerepositories = { "image", "v1", "v1beta2" },
  imageupdateautomations = { "image", "v1", "v1beta2" },
}
local PLURALS = {
  gitrepository = "gitrepositories",
  helmrepository = "helmrepositories",
  ocirepository = "ocirepositories",
  imagepolicy = "imagepolicies",
  imagerepository = "imagerepositories",
}

local M, Client = {}, kube.class("flux")
-- what receivers are called with
local Hook = rest.class("flux")

--- `client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig.
function M.client(...)
  return Client:new(rest.options({ "url", "token" }, ...))
end

-- `version` is the place of one in TYPES: 2 is the current one
local function path_of(plural, version, namespace)
  local group = TYPES[plural]
  return kube.path(GROUP:format(group[1], group[version]), namespace, plural)
end

local function object_path(plural, version, namespace, name)
  local group = TYPES[plural]
  return kube.object_path(GROUP:format(group[1], group[version]), namespace, plural, name)
end

local function list(self, plural, namespace, opts)
  if not TYPES[plural][3] then return self:_listing(path_of(plural, 2, namespace), opts) end
  local found = self:_listing(path_of(plural, 2, namespace), rest.copy(opts, { missing = true }))
  -- a list that exists has a kind or metadata; the one made of a 404 has neither
  if found.metadata or found.kind or #(found.items or {}) > 0 then return found end
  return self:_listing(path_of(plural, 3, namespace), opts)
end

local function object(self, plural, namespace, name)
  local found = self:_object(object_path(plural, 2, namespace, name))
  if found == nil and TYPES[plural][3] then
    found = self:_object(object_path(plural, 3, namespace, name))
  end
  return found
end

local function is_ready(item)
  return kube.is_current(item, "Ready")
end

--- The Git repositories of a namespace, of all when it is nil. `opts` of all lists: label_selector,
--- field_selector, limit.
function Client:git_repositories(namespace, opts)
  return list(self, "gitrepositories", namespace, opts)
end

--- A Git repository, or nil.
function Client:git_repository(namespace, name)
  return object(self, "gitrepositories", namespace, name)
end

--- Whether a Git repository is ready.
function Client:is_git_repo_ready(namespace, name)
  return is_ready(self:git_repository(namespace, name))
end

--- The Helm repositories.
function Client:helm_repositories(namespace, opts)
  return list(self, "helmrepositories", namespace, opts)
end

--- A Helm repository, or nil.
function Client:helm_repository(namespace, name)
  return object(self, "helmrepositories", namespace, name)
end

--- Whether a Helm repository is ready.
function Client:is_helm_repo_ready(namespace, name)
  return is_ready(self:helm_repository(namespace, name))
end

--- The Helm charts.
function Client:helm_charts(namespace, opts)
  return list(self, "helmcharts", namespace, opts)
end

--- A Helm chart, or nil.
function Client:helm_chart(namespace, name)
  return object(self, "helmcharts", namespace, name)
end

--- The OCI repositories.
function Client:oci_repositories(namespace, opts)
  return list(self, "ocirepositories", namespace, opts)
end

--- An OCI repository, or nil.
function Client:oci_repository(namespace, name)
  return object(self, "ocirepositories", namespace, name)
end

--- The buckets.
function Client:buckets(namespace, opts)
  return list(self, "buckets", namespace, opts)
end

--- A bucket, or nil.
function Client:bucket(namespace, name)
  return object(self, "buckets", namespace, name)
end

--- The external artifacts.
function Client:external_artifacts(namespace, opts)
  return list(self, "externalartifacts", namespace, opts)
end

--- The kustomizations.
function Client:kustomizations(namespace, opts)
  return list(self, "kustomizations", namespace, opts)
end

--- A kustomization, or nil.
function Client:kustomization(namespace, name)
  return object(self, "kustomizations", namespace, name)
end

--- Whether a kustomization is ready.
function Client:is_kustomization_ready(namespace, name)
  return is_ready(self:kustomization(namespace, name))
end

local function status_of(item, last_applied)
  if not item then return nil end
  local status = item.status or {}
  return {
    ready = is_ready(item),
    revision = status.lastAttemptedRevision or "",
    last_applied_revision = status.lastAppliedRevision or last_applied or "",
    conditions = status.conditions or json.array({}),
    suspended = item.spec ~= nil and item.spec.suspend == true,
  }
end

--- ready, revision, last_applied_revision, conditions, suspended of a kustomization, or nil.
function Client:kustomization_status(namespace, name)
  return status_of(self:kustomization(namespace, name))
end

--- The Helm releases.
function Client:helm_releases(namespace, opts)
  return list(self, "helmreleases", namespace, opts)
end

--- A Helm release, or nil.
function Client:helm_release(namespace, name)
  return object(self, "helmreleases", namespace, name)
end

--- Whether a Helm release is ready.
function Client:is_helm_release_ready(namespace, name)
  return is_ready(self:helm_release(namespace, name))
end

--- ready, revision, last_applied_revision, conditions, suspended of a Helm release, or nil.
function Client:helm_release_status(namespace, name)
  local release = self:helm_release(namespace, name)
  local latest = release and release.status and (release.status.history or {})[1]
  local deployed = latest and latest.status == "deployed" and latest.chartVersion or nil
  return status_of(release, deployed)
end

--- The history of a Helm release, the newest first: `{ chartVersion, status, version, … }`; nil when
--- there is no such release.
function Client:helm_release_history(namespace, name)
  local release = self:helm_release(namespace, name)
  return release and (release.status and release.status.history or json.array({}))
end

--- The alerts.
function Client:alerts(namespace, opts)
  return list(self, "alerts", namespace, opts)
end

--- An alert, or nil.
function Client:alert(namespace, name)
  return object(self, "alerts", namespace, name)
end

--- The notification providers.
function Client:providers_list(namespace, opts)
  return list(self, "providers", namespace, opts)
end

--- A notification provider, or nil.
function Client:provider(namespace, name)
  return object(self, "providers", namespace, name)
end

--- The webhook receivers.
function Client:receivers(namespace, opts)
  return list(self, "receivers", namespace, opts)
end

--- A webhook receiver, or nil.
function Client:receiver(namespace, name)
  return object(self, "receivers", namespace, name)
end

--- The image policies.
function Client:image_policies(namespace, opts)
  return list(self, "imagepolicies", namespace, opts)
end

--- An image policy, or nil.
function Client:image_policy(namespace, name)
  return object(self, "imagepolicies", namespace, name)
end

--- The newest image that an image policy has found, such as "ghcr.io/a/b:1.2"; nil when there is none.
function Client:latest_image(namespace, name)
  local policy = self:image_policy(namespace, name)
  local status = policy and policy.status or {}
  local latest = status.latestRef
  -- image.toolkit.fluxcd.io/v1beta2 has it as text
  if not latest then return status.latestImage end
  local tag = latest.tag and ":" .. latest.tag or ""
  return latest.name .. tag .. (latest.digest and "@" .. latest.digest or "")
end

--- The image repositories.
function Client:image_repositories(namespace, opts)
  return list(self, "imagerepositories", namespace, opts)
end

--- An image repository, or nil.
function Client:image_repository(namespace, name)
  return object(self, "imagerepositories", namespace, name)
end

--- The image update automations.
function Client:image_update_automations(namespace, opts)
  return list(self, "imageupdateautomations", namespace, opts)
end

local function summary(items)
  local out = kube.summary(items, "ready", "not_ready", is_ready)
  out.suspended, out.suspended_names = 0, json.array({})
  for _, item in ipairs(items or {}) do
    if item.spec and item.spec.suspend then
      out.suspended = out.suspended + 1
      out.suspended_names[out.suspended] = item.metadata and item.metadata.name or "unknown"
    end
  end
  return out
end

--- How many sources are ready (Git, Helm, OCI, buckets): ready, not_ready, total, not_ready_names,
--- suspended, suspended_names.
function Client:all_sources_ready(namespace, opts)
  local items = {}
  local function add(found)
    for _, item in ipairs(found.items or {}) do items[#items + 1] = item end
  end
  add(self:git_repositories(namespace, opts))
  add(self:helm_repositories(namespace, opts))
  -- clusters need not have these types
  for _, plural in ipairs { "ocirepositories", "buckets" } do
    add(list(self, plural, namespace, rest.copy(opts, { missing = true })))
  end
  return summary(items)
end

--- How many kustomizations are ready; as `all_sources_ready`.
function Client:all_kustomizations_ready(namespace, opts)
  return summary(self:kustomizations(namespace, opts).items)
end

--- How many Helm releases are ready; as `all_sources_ready`.
function Client:all_helm_releases_ready(namespace, opts)
  return summary(self:helm_releases(namespace, opts).items)
end

local function stalled(item)
  return kube.is_true(item, "Stalled") and "flux: " .. kube.describe(item, "Stalled") or nil
end

local function wait(timeout, opts, what, namespace, name, fetch)
  local o = rest.copy(kube.wait_options(timeout, opts, 300, 5), { stop = stalled })
  local message = ("flux: timeout waiting for %s %s/%s to be ready"):format(what, namespace, name)
  return kube.wait(o, message, fetch, "Ready")
end

--- Waits until a kustomization is ready; one that is stalled is an error at once.
function Client:wait_kustomization_ready(namespace, name, timeout_secs, opts)
  return wait(timeout_secs, opts, "kustomization", namespace, name, function()
    return self:kustomization(namespace, name)
  end)
end

--- Waits until a Helm release is ready; one that is stalled is an error at once.
function Client:wait_helm_release_ready(namespace, name, timeout_secs, opts)
  return wait(timeout_secs, opts, "Helm release", namespace, name, function()
    return self:helm_release(namespace, name)
  end)
end

--- The plural of "GitRepository", "kustomization", "helmreleases", …
local function plural_of(kind)
  local lower = tostring(kind):lower()
  local plural = PLURALS[lower] or (TYPES[lower] and lower) or lower .. "s"
  if not TYPES[plural] then rest.fail("flux: unknown kind '" .. rest.name_of(kind) .. "'") end
  return plural
end

--- Whether an object of any kind, such as "OCIRepository", is ready.
function Client:is_ready(kind, namespace, name)
  return is_ready(object(self, plural_of(kind), namespace, name))
end

--- What a source has fetched: `{ revision, digest, url, last_update_time, … }`; nil when there is
--- nothing. `kind` such as "GitRepository".
function Client:artifact(kind, namespace, name)
  local source = object(self, plural_of(kind), namespace, name)
  local found = source and source.status and source.status.artifact
  return found and rest.copy(found, { last_update_time = found.lastUpdateTime })
end

--- What a kustomization has applied: `{ namespace, name, group, kind, version }` each; nil when there
--- is no such kustomization.
function Client:inventory(namespace, name)
  local item = self:kustomization(namespace, name)
  if not item then return nil end
  local out = json.array({})
  local found = item.status and item.status.inventory
  for _, entry in ipairs(found and found.entries or {}) do
    -- <namespace>_<name>_<group>_<kind>; colons of RBAC names are written as two underscores
    local ns, rest_of = tostring(entry.id):match("^([^_]*)_(.*)$")
    local object_name, group, kind = (rest_of or ""):match("^(.*)_([^_]*)_([^_]*)$")
    if object_name then
      out[#out + 1] = {
        namespace = ns ~= "" and ns or nil, name = (object_name:gsub("__", ":")), group = group,
        kind = kind, version = entry.v,
      }
    end
  end
  return out
end

--- Waits until a source is ready; `kind` such as "GitRepository".
function Client:wait_source_ready(kind, namespace, name, timeout_secs, opts)
  local plural = plural_of(kind)
  return wait(timeout_secs, opts, kind, namespace, name, function()
    return object(self, plural, namespace, name)
  end)
end

local function merge(self, kind, namespace, name, body)
  local plural = plural_of(kind)
  local headers = { ["Content-Type"] = "application/merge-patch+json" }
  local o = { headers = headers, missing = TYPES[plural][3] ~= nil }
  local found = self:_patch(object_path(plural, 2, namespace, name), body, o)
  if found or not TYPES[plural][3] then return found end
  return self:_patch(object_path(plural, 3, namespace, name), body, { headers = headers })
end

--- Has an object reconciled now. `opts`: force and reset (Helm releases), wait (true or seconds).
function Client:reconcile(kind, namespace, name, opts)
  opts = opts or {}
  local at = rest.rfc3339(time())
  local result = merge(self, kind, namespace, name, { metadata = { annotations = {
    ["reconcile.fluxcd.io/requestedAt"] = at,
    ["reconcile.fluxcd.io/forceAt"] = opts.force and at or nil,
    ["reconcile.fluxcd.io/resetAt"] = opts.reset and at or nil,
  } } })
  if opts.wait then
    local seconds = type(opts.wait) == "number" and opts.wait or 300
    local o = { timeout = seconds, interval = opts.interval or 5 }
    local message = ("flux: timeout waiting for %s %s/%s to be reconciled"):format(kind, namespace, name)
    kube.wait(o, message, function()
      result = object(self, plural_of(kind), namespace, name)
      return result
    end, "Ready", function(item)
      return item.status ~= nil and item.status.lastHandledReconcileAt == at
    end)
  end
  return result
end

--- Calls the webhook of a receiver, as Git hosts do; returns the response. `address` is where the
--- notification controller's webhooks are reached. `opts`: headers, body (a table is sent as JSON),
--- and those of a connection.
function Client:trigger_receiver(namespace, name, address, opts)
  local receiver = self:receiver(namespace, name)
  local path = receiver and receiver.status and receiver.status.webhookPath
  local what = ("receiver %s/%s"):format(namespace, name)
  if type(path) ~= "string" then
    rest.fail(("flux: %s: %s"):format(what, receiver and "it has no webhook path yet" or "not found"))
  end
  -- not the API server: its credentials stay here; and the path is as good as a password
  local hook = Hook:new(rest.copy({ timeout = self.timeout }, rest.of_client(opts, address)))
  local _, res = hook:_secretly("POST", path, { body = opts and opts.body or "", raw = true, what = what })
  hook:close()
  return res
end

--- Server-side apply of a manifest with its apiVersion, or with the current one.
function Client:apply(manifest, opts)
  local group = TYPES[plural_of(manifest.kind)]
  return kube_manifest.apply(self, manifest, opts, {
    api_version = GROUP:format(group[1], group[2]):match("^/apis/(.+)$"), plurals = PLURALS,
    of_cluster = function() return false end,
  })
end

--- Deletes an object by its kind, such as "Kustomization"; false when there is none.
function Client:delete(kind, namespace, name)
  local plural = plural_of(kind)
  if kube_manifest.remove(self, object_path(plural, 2, namespace, name)) then return true end
  return TYPES[plural][3] ~= nil and kube_manifest.remove(self, object_path(plural, 3, namespace, name))
end

--- Stops the reconciliation of an object.
function Client:suspend(kind, namespace, name)
  return merge(self, kind, namespace, name, { spec = { suspend = true } })
end

--- Goes on with the reconciliation of an object.
function Client:resume(kind, namespace, name)
  return merge(self, kind, namespace, name, { spec = { suspend = false } })
end

return M
