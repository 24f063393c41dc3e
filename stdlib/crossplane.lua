--- @module assay.crossplane
--- @description Crossplane: packages, definitions, compositions, composed and managed resources, operations.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local kube_manifest = require("assay.internal.kube_manifest")
local managed_path = require("assay.internal.crossplane_path")

local PKG = "/apis/pkg.crossplane.io"
local EXT = "/apis/apiextensions.crossplane.io"

local M, Client = {}, kube.class("crossplane", { "function_version", "xrd_version" })

rest.include(Client, require("assay.internal.crossplane_kinds"))
rest.include(Client, require("assay.internal.crossplane_composed"))

--- `client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig.
--- `opts`: function_version, xrd_version (asked from the server without them).
function M.client(...)
  return Client:new(rest.options({ "url", "token" }, ...))
end

local function list(self, prefix, plural, opts)
  return self:_listing(kube.path(prefix, nil, plural), rest.copy(opts, { missing = true }))
end

local function object(self, prefix, plural, name)
  return self:_object(kube.path(prefix, nil, plural, name))
end

--- `group` with the newest of `wanted` versions that the server has; the last one when it does not
--- say. Asked once.
local function served(self, group, given, ...)
  if given then return group .. "/" .. given end
  local cache = rawget(self, "_served") or {}
  rawset(self, "_served", cache)
  local wanted = { ... }
  local key = group .. table.concat(wanted, " ")
  if not cache[key] then
    local known = {}
    local found = self:_object(group)
    for _, version in ipairs(found and found.versions or {}) do known[version.version] = true end
    local chosen = wanted[#wanted]
    for i = #wanted, 1, -1 do
      if known[wanted[i]] then chosen = wanted[i] end
    end
    cache[key] = group .. "/" .. chosen
  end
  return cache[key]
end

local function is(wanted)
  return function(item) return kube.is_true(item, wanted) end
end

local is_healthy, is_established = is("Healthy"), is("Established")

--- The installed providers.
function Client:providers(opts)
  return list(self, PKG .. "/v1", "providers", opts)
end

--- A provider, or nil.
function Client:provider(name)
  return object(self, PKG .. "/v1", "providers", name)
end

--- Whether a provider is healthy.
function Client:is_provider_healthy(name)
  return is_healthy(self:provider(name))
end

--- Whether a provider is installed.
function Client:is_provider_installed(name)
  return kube.is_true(self:provider(name), "Installed")
end

local function package_status(kind, name, item)
  if not item then rest.fail(("crossplane: %s not found: %s"):format(kind, name)) end
  local status = item.status or {}
  return {
    installed = kube.is_true(item, "Installed"),
    healthy = is_healthy(item),
    current_revision = status.currentRevision,
    conditions = status.conditions or json.array({}),
  }
end

--- installed, healthy, current_revision, conditions; an error when there is no such provider.
function Client:provider_status(name)
  return package_status("provider", name, self:provider(name))
end

--- The revisions of providers.
function Client:provider_revisions(opts)
  return list(self, PKG .. "/v1", "providerrevisions", opts)
end

--- A revision of a provider, or nil.
function Client:provider_revision(name)
  return object(self, PKG .. "/v1", "providerrevisions", name)
end

-- of Crossplane 1, of Crossplane 2
local function is_revision_healthy(item)
  if not kube.condition(item, "RevisionHealthy") then return is_healthy(item) end
  local runtime = kube.condition(item, "RuntimeHealthy")
  return kube.is_true(item, "RevisionHealthy") and (not runtime or runtime.status == "True")
end

--- Whether a revision of a provider is healthy, and what runs it as well.
function Client:is_provider_revision_healthy(name)
  return is_revision_healthy(self:provider_revision(name))
end

--- The revisions of configurations.
function Client:configuration_revisions(opts)
  return list(self, PKG .. "/v1", "configurationrevisions", opts)
end

--- A revision of a configuration, or nil.
function Client:configuration_revision(name)
  return object(self, PKG .. "/v1", "configurationrevisions", name)
end

--- The installed configurations.
function Client:configurations(opts)
  return list(self, PKG .. "/v1", "configurations", opts)
end

--- A configuration, or nil.
function Client:configuration(name)
  return object(self, PKG .. "/v1", "configurations", name)
end

--- Whether a configuration is healthy.
function Client:is_configuration_healthy(name)
  return is_healthy(self:configuration(name))
end

--- Whether a configuration is installed.
function Client:is_configuration_installed(name)
  return kube.is_true(self:configuration(name), "Installed")
end

--- As `provider_status`.
function Client:configuration_status(name)
  return package_status("configuration", name, self:configuration(name))
end

local function functions_prefix(self)
  return served(self, PKG, self.function_version, "v1", "v1beta1")
end

--- The installed functions.
function Client:functions(opts)
  return list(self, functions_prefix(self), "functions", opts)
end

--- A function, or nil; `function` is a word of Lua.
function Client:xfunction(name)
  return object(self, functions_prefix(self), "functions", name)
end

--- Whether a function is healthy.
function Client:is_function_healthy(name)
  return is_healthy(self:xfunction(name))
end

--- As `provider_status`.
function Client:function_status(name)
  return package_status("function", name, self:xfunction(name))
end

--- The revisions of functions.
function Client:function_revisions(opts)
  return list(self, functions_prefix(self), "functionrevisions", opts)
end

--- A revision of a function, or nil.
function Client:function_revision(name)
  return object(self, functions_prefix(self), "functionrevisions", name)
end

-- "provider", "Configuration", … as the path of packages of that kind
local function package_path(self, kind, name)
  local lower = tostring(kind):lower():gsub("s$", "")
  local prefix = PKG .. "/v1"
  if lower == "function" then
    prefix = functions_prefix(self)
  elseif lower ~= "provider" and lower ~= "configuration" then
    rest.fail(("crossplane: '%s' is no kind of package: provider, configuration, function"):format(
      rest.name_of(kind)))
  end
  return kube.path(prefix, nil, lower .. "s", name), prefix:match("^/apis/(.+)$"),
    lower:sub(1, 1):upper() .. lower:sub(2)
end

--- Installs a package or changes its version; `kind` is "provider", "configuration" or "function",
--- `package` such as "xpkg.crossplane.io/crossplane-contrib/provider-nop:v0.4.0". `opts`: spec (further
--- fields of it).
function Client:install(kind, name, package, opts)
  local path, version, word = package_path(self, kind, name)
  if type(package) ~= "string" or package == "" then
    rest.fail(("crossplane.install: the package of %s is missing"):format(tostring(name)))
  end
  return self:_apply(path, {
    apiVersion = version, kind = word, metadata = { name = name },
    spec = rest.copy(opts and opts.spec, { package = package }),
  }, opts)
end

--- Removes a package; false when it is not installed.
function Client:uninstall(kind, name)
  return kube_manifest.remove(self, (package_path(self, kind, name)))
end

local function xrd_prefix(self)
  return served(self, EXT, self.xrd_version, "v2", "v1")
end

--- The composite resource definitions.
function Client:xrds(opts)
  return list(self, xrd_prefix(self), "compositeresourcedefinitions", opts)
end

--- A composite resource definition, or nil.
function Client:xrd(name)
  return object(self, xrd_prefix(self), "compositeresourcedefinitions", name)
end

--- Whether a composite resource definition is established.
function Client:is_xrd_established(name)
  return is_established(self:xrd(name))
end

--- Whether the claims of a composite resource definition are offered.
function Client:is_xrd_offered(name)
  return kube.is_true(self:xrd(name), "Offered")
end

--- The compositions.
function Client:compositions(opts)
  return list(self, EXT .. "/v1", "compositions", opts)
end

--- A composition, or nil.
function Client:composition(name)
  return object(self, EXT .. "/v1", "compositions", name)
end

--- A managed or composite resource, or nil; `kind` is its plural. Namespaced ones need `namespace`.
function Client:managed_resource(api_group, version, kind, name, namespace)
  return self:_object(managed_path(api_group, version, kind, namespace, name))
end

--- Whether a managed resource is ready.
function Client:is_managed_ready(api_group, version, kind, name, namespace)
  return kube.is_true(self:managed_resource(api_group, version, kind, name, namespace), "Ready")
end

--- Whether a managed resource is reconciled without errors.
function Client:is_managed_synced(api_group, version, kind, name, namespace)
  return kube.is_true(self:managed_resource(api_group, version, kind, name, namespace), "Synced")
end

--- ready, synced, message, at_provider, conditions of a managed resource, or nil.
function Client:managed_status(api_group, version, kind, name, namespace)
  local item = self:managed_resource(api_group, version, kind, name, namespace)
  if not item then return nil end
  local status = item.status or {}
  local message
  for _, wanted in ipairs { "Ready", "Synced" } do
    local condition = kube.condition(item, wanted)
    if condition and condition.status ~= "True" then message = condition.message or message end
  end
  return {
    ready = kube.is_true(item, "Ready"),
    synced = kube.is_true(item, "Synced"),
    message = message,
    at_provider = status.atProvider or {},
    conditions = status.conditions or json.array({}),
  }
end

--- The managed resources of a plural. `opts`: namespace, label_selector, field_selector, limit.
function Client:managed_resources(api_group, version, kind, opts)
  local path = managed_path(api_group, version, kind, opts and opts.namespace)
  return self:_listing(path, rest.copy(opts, { missing = true }))
end

--- Server-side apply of a manifest with its apiVersion. `opts`: plural, where it is not the usual one.
function Client:apply(manifest, opts)
  if type(manifest.apiVersion) ~= "string" then
    rest.fail("crossplane.apply: a manifest needs apiVersion")
  end
  local plurals = opts and opts.plural and { [tostring(manifest.kind):lower()] = opts.plural }
  return kube_manifest.apply(self, manifest, opts, { plurals = plurals })
end

--- How many providers are healthy: healthy, unhealthy, total, unhealthy_names.
function Client:all_providers_healthy()
  return kube.summary(self:providers().items, "healthy", "unhealthy", is_healthy)
end

--- How many definitions are established: established, not_established, total,
--- not_established_names.
function Client:all_xrds_established()
  return kube.summary(self:xrds().items, "established", "not_established", is_established)
end

--- Whether the server has Crossplane's resource types.
function Client:installed()
  return self:_object(PKG) ~= nil
end

local function wait(timeout, opts, what, wanted, fetch)
  local o = kube.wait_options(timeout, opts, 300, 5)
  return kube.wait(o, "crossplane: timeout waiting for " .. what, fetch, wanted, kube.is_true)
end

--- Waits until a provider is healthy.
function Client:wait_provider_healthy(name, timeout_secs, opts)
  return wait(timeout_secs, opts, "provider " .. name .. " to be healthy", "Healthy", function()
    return self:provider(name)
  end)
end

--- Waits until a configuration is healthy.
function Client:wait_configuration_healthy(name, timeout_secs, opts)
  return wait(timeout_secs, opts, ("configuration %s to be healthy"):format(name), "Healthy", function()
    return self:configuration(name)
  end)
end

--- Waits until a function is healthy.
function Client:wait_function_healthy(name, timeout_secs, opts)
  return wait(timeout_secs, opts, ("function %s to be healthy"):format(name), "Healthy", function()
    return self:xfunction(name)
  end)
end

--- Waits until a composite resource definition is established.
function Client:wait_xrd_established(name, timeout_secs, opts)
  return wait(timeout_secs, opts, "XRD " .. name .. " to be established", "Established", function()
    return self:xrd(name)
  end)
end

--- Waits until a managed resource is ready. `opts`: timeout, interval, namespace.
function Client:wait_managed_ready(api_group, version, kind, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 300, 5)
  local what = ("%s/%s to be ready"):format(kind, name)
  return wait(nil, o, what, "Ready", function()
    return self:managed_resource(api_group, version, kind, name, o.namespace)
  end)
end

return M
