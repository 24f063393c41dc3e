--- @module assay.internal.kube_manifest
--- @description Applying and deleting the objects of operators, for their modules.
--
-- `apply(client, manifest, opts, rules)` is a server-side apply, `remove(client, path)` a DELETE that
-- is false when there is nothing. `rules.api_version` is used for manifests that name none;
-- `rules.plurals` has the plurals by kind that English does not explain; `rules.of_cluster(kind)` says
-- whether objects have no namespace (without it, one need not be given).

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")

local kube_manifest = {}

--- "Bucket" → "buckets", "ClusterPolicy" → "clusterpolicies", "Ingress" → "ingresses".
function kube_manifest.plural(kind, irregular)
  if type(kind) ~= "string" or kind == "" then
    rest.fail(("a kind is expected, got %s"):format(kind == "" and '""' or type(kind)))
  end
  local name = kind:lower()
  if irregular and irregular[name] then return irregular[name] end
  if name:find("[^aeiou]y$") then return name:sub(1, -2) .. "ies" end
  if name:find("[sxz]$") or name:find("[cs]h$") then return name .. "es" end
  return name .. "s"
end

--- Server-side apply. `opts`: field_manager, force.
function kube_manifest.apply(client, manifest, opts, rules)
  local meta = type(manifest) == "table" and manifest.metadata or {}
  if not manifest.kind or not meta.name then
    rest.fail(client._module .. ".apply: a manifest needs kind and metadata.name")
  end
  if not meta.namespace and rules.of_cluster and not rules.of_cluster(tostring(manifest.kind):lower()) then
    rest.fail(("%s.apply: %s %s needs metadata.namespace"):format(
      client._module, tostring(manifest.kind), tostring(meta.name)))
  end
  local version = manifest.apiVersion or rules.api_version
  local plural = kube.segment(kube_manifest.plural(manifest.kind, rules.plurals))
  local path = kube.path("/apis/" .. version, meta.namespace, plural, meta.name)
  return client:_apply(path, rest.copy({ apiVersion = version }, manifest), opts)
end

--- Deletes; false when there is nothing.
function kube_manifest.remove(client, path)
  local _, res = client:_delete(path, { missing = true, raw = true })
  return res.status ~= 404
end

return kube_manifest
