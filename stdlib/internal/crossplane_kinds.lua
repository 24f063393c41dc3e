--- @module assay.internal.crossplane_kinds
--- @description Operations, usages, definitions of managed resources and configuration, for `assay.crossplane`.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")

local EXT = "/apis/apiextensions.crossplane.io"
local OPS = "/apis/ops.crossplane.io/v1alpha1"
local PKG = "/apis/pkg.crossplane.io/v1beta1"
local PROTECTION = "/apis/protection.crossplane.io/v1beta1"

local Client = {}

local function list(self, prefix, namespace, plural, opts)
  return self:_listing(kube.path(prefix, namespace, plural), rest.copy(opts, { missing = true }))
end

local function object(self, prefix, plural, name)
  return self:_object(kube.path(prefix, nil, plural, name))
end

--- The revisions of compositions.
function Client:composition_revisions(opts)
  return list(self, EXT .. "/v1", nil, "compositionrevisions", opts)
end

--- A revision of a composition, or nil.
function Client:composition_revision(name)
  return object(self, EXT .. "/v1", "compositionrevisions", name)
end

--- The environment configurations.
function Client:environment_configs(opts)
  return list(self, EXT .. "/v1beta1", nil, "environmentconfigs", opts)
end

--- The definitions of managed resources (Crossplane 2).
function Client:managed_resource_definitions(opts)
  return list(self, EXT .. "/v1alpha1", nil, "managedresourcedefinitions", opts)
end

--- A definition of a managed resource, or nil; the name is that of its CRD.
function Client:managed_resource_definition(name)
  return object(self, EXT .. "/v1alpha1", "managedresourcedefinitions", name)
end

--- The policies that say which managed resources are active.
function Client:activation_policies(opts)
  return list(self, EXT .. "/v1alpha1", nil, "managedresourceactivationpolicies", opts)
end

--- The operations (Crossplane 2).
function Client:operations(opts)
  return list(self, OPS, nil, "operations", opts)
end

--- An operation, or nil.
function Client:operation(name)
  return object(self, OPS, "operations", name)
end

--- The operations that run on a schedule.
function Client:cron_operations(opts)
  return list(self, OPS, nil, "cronoperations", opts)
end

--- The operations that run when resources change.
function Client:watch_operations(opts)
  return list(self, OPS, nil, "watchoperations", opts)
end

--- Waits until an operation has succeeded; one that failed is an error at once. `opts`: interval (5 s).
function Client:wait_operation(name, timeout_secs, opts)
  local what = "operation " .. tostring(name)
  local o = rest.copy(kube.wait_options(timeout_secs, opts, 300, 5), { stop = function(operation)
    local done = kube.condition(operation, "Succeeded")
    if not done or done.status ~= "False" then return nil end
    return ("crossplane: %s: %s"):format(what, kube.describe(operation, "Succeeded"))
  end })
  return kube.wait(o, ("crossplane: timeout waiting for %s to succeed"):format(what), function()
    return self:operation(name)
  end, "Succeeded", kube.is_true)
end

--- The usages of a namespace, of all when it is nil: what must not be deleted, and why.
function Client:usages(namespace, opts)
  return list(self, PROTECTION, namespace, "usages", opts)
end

--- The usages of what has no namespace.
function Client:cluster_usages(opts)
  return list(self, PROTECTION, nil, "clusterusages", opts)
end

--- How packages are run.
function Client:deployment_runtime_configs(opts)
  return list(self, PKG, nil, "deploymentruntimeconfigs", opts)
end

--- The rules for images of packages: secrets, other registries, signatures.
function Client:image_configs(opts)
  return list(self, PKG, nil, "imageconfigs", opts)
end

--- The packages that are installed, with their dependencies; nil when there are none yet.
function Client:lock()
  return object(self, PKG, "locks", "lock")
end

return Client
