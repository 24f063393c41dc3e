--- @module assay.internal.crossplane_path
--- @description The path of a managed or composite resource, for `assay.crossplane` and its parts.

local kube = require("assay.internal.kube")

return function(api_group, version, plural, namespace, ...)
  local prefix = ("/apis/%s/%s"):format(kube.segment(api_group), kube.segment(version))
  return kube.path(prefix, namespace, kube.segment(plural), ...)
end
