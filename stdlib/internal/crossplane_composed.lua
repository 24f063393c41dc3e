--- @module assay.internal.crossplane_composed
--- @description What composite resources are made of, and pausing, for `assay.crossplane`.

local kube = require("assay.internal.kube")
local kube_manifest = require("assay.internal.kube_manifest")
local managed_path = require("assay.internal.crossplane_path")

local Client = {}

--- The plural of a kind, asked from the server, once for each version.
local function plural_at(self, api_version, kind)
  local cache = rawget(self, "_plurals") or {}
  rawset(self, "_plurals", cache)
  local path = (api_version:find("/", 1, true) and "/apis/" or "/api/") .. api_version
  if not cache[path] then
    local known = {}
    local types = self:_object(path)
    for _, resource in ipairs(types and types.resources or {}) do
      if not resource.name:find("/", 1, true) then known[resource.kind] = resource end
    end
    cache[path] = known
  end
  local known = cache[path][kind]
  return path, known and known.name or kube_manifest.plural(kind), known and known.namespaced == false
end

-- Whether a condition is true; nil when there is none, false for what is not there
local function told(item, wanted)
  if not item then return false end
  if not kube.condition(item, wanted) then return nil end
  return kube.is_true(item, wanted)
end

--- What a composite resource or claim is made of: `{ api_version, kind, name, namespace, exists,
--- ready, synced, message }` each; nil when there is no such resource. `kind` is its plural. What has
--- no such condition, as a Secret, is neither ready nor not: nil.
function Client:composed(api_group, version, kind, name, namespace)
  local owner = self:managed_resource(api_group, version, kind, name, namespace)
  if not owner then return nil end
  local spec = owner.spec or {}
  -- of Crossplane 2, of Crossplane 1, of a claim
  local refs = (spec.crossplane or {}).resourceRefs or spec.resourceRefs
    or (spec.resourceRef and { spec.resourceRef }) or {}
  local out = json.array({})
  for _, ref in ipairs(refs) do
    -- one that is not made yet has no name
    local path, plural, is_of_cluster
    if ref.name then path, plural, is_of_cluster = plural_at(self, ref.apiVersion, ref.kind) end
    local ns = not is_of_cluster and (ref.namespace or (spec.crossplane and namespace)) or nil
    local item = ref.name and self:_object(kube.path(path, ns, kube.segment(plural), ref.name))
    local problem = told(item, "Ready") == false and kube.condition(item, "Ready")
      or told(item, "Synced") == false and kube.condition(item, "Synced")
    out[#out + 1] = {
      api_version = ref.apiVersion, kind = ref.kind, name = ref.name, namespace = ns,
      exists = item ~= nil and item ~= false, ready = told(item, "Ready"),
      synced = told(item, "Synced"), message = problem and problem.message or nil,
    }
  end
  return out
end

local function set_paused(self, path, paused)
  return self:_merge(path, {
    metadata = { annotations = { ["crossplane.io/paused"] = tostring(paused) } },
  })
end

--- Stops the reconciliation of a managed or composite resource; `kind` is its plural.
function Client:pause(api_group, version, kind, name, namespace)
  return set_paused(self, managed_path(api_group, version, kind, namespace, name), true)
end

--- Goes on with the reconciliation.
function Client:resume(api_group, version, kind, name, namespace)
  return set_paused(self, managed_path(api_group, version, kind, namespace, name), false)
end

return Client
