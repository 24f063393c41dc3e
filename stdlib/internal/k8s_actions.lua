--- @module assay.internal.k8s_actions
--- @description Subresources and requests about objects, for `assay.k8s`.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local verbs = require("assay.internal.k8s_verbs")
local paths = require("assay.internal.k8s_paths")
local objects = require("assay.internal.k8s_objects")

local M = {}

--- Sets the number of replicas and returns the Scale; without `replicas` it is only read.
function M.scale(ns, kind, name, replicas, opts)
  if type(replicas) == "table" then replicas, opts = nil, replicas end
  local path = paths.locate(ns, kind, name, opts) .. "/scale"
  if replicas == nil then return verbs.get(path, opts) end
  local count = math.tointeger(replicas)
  if not count then
    rest.fail(("k8s.scale: replicas must be an integer, got %s"):format(tostring(replicas)))
  end
  return verbs.patch(path, { spec = { replicas = count } }, opts)
end

--- The object's status.
function M.get_status(ns, kind, name, opts)
  return verbs.get(paths.locate(ns, kind, name, opts) .. "/status", opts)
end

--- Patches the status of an object; `body` is the object with the changed `status`.
function M.patch_status(ns, kind, name, body, opts)
  return verbs.patch(paths.locate(ns, kind, name, opts) .. "/status", body, opts)
end

--- Replaces the pods of a deployment, stateful set or daemon set, as `kubectl rollout restart`.
function M.restart(ns, kind, name, opts)
  return objects.patch_resource(ns, kind, name, {
    spec = { template = { metadata = { annotations = {
      ["kubectl.kubernetes.io/restartedAt"] = rest.rfc3339(time()),
    } } } },
  }, opts)
end

--- Evicts a pod, which disruption budgets may refuse (429).
function M.evict(ns, pod, opts)
  opts = opts or {}
  ns = paths.namespace_or(ns, opts)
  return verbs.post(kube.path("/api/v1", ns, "pods", pod) .. "/eviction", {
    apiVersion = "policy/v1",
    kind = "Eviction",
    metadata = { name = pod, namespace = ns },
    deleteOptions = opts.grace_period and { gracePeriodSeconds = opts.grace_period } or nil,
  }, opts)
end

--- A token of a service account. `opts`: audiences, expiration_seconds. Returns the token and when
--- it ends.
function M.create_token(ns, service_account, opts)
  opts = opts or {}
  local path = kube.path("/api/v1", paths.namespace_or(ns, opts), "serviceaccounts", service_account)
  local answer = verbs.post(path .. "/token", {
    apiVersion = "authentication.k8s.io/v1",
    kind = "TokenRequest",
    spec = { audiences = opts.audiences, expirationSeconds = opts.expiration_seconds },
  }, opts)
  local status = answer and answer.status or {}
  return status.token, status.expirationTimestamp
end

--- Whether the caller may do `verb`; the second result is the server's reason. `opts`: name,
--- subresource.
function M.can_i(verb, ns, kind, opts)
  opts = opts or {}
  local entry = paths.find(kind, opts)
  local answer = verbs.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion = "authorization.k8s.io/v1",
    kind = "SelfSubjectAccessReview",
    spec = { resourceAttributes = {
      verb = verb,
      namespace = not entry.cluster and ns or nil,
      group = entry.prefix:match("^/apis/([^/]+)/") or "",
      version = entry.api_version:match("([^/]+)$"),
      resource = entry.plural,
      subresource = opts.subresource,
      name = opts.name,
    } },
  }, opts)
  local status = answer and answer.status or {}
  return status.allowed == true, status.reason
end

return M
