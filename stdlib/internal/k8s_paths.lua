--- @module assay.internal.k8s_paths
--- @description Where `assay.k8s` finds objects and lists.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local kinds = require("assay.internal.kube_kinds")
local wire = require("assay.internal.k8s_wire")

local paths = {}

--- The namespace of calls that name none: the pod's, the context's, or "default".
function paths.namespace(opts)
  if opts and opts.namespace then return opts.namespace end
  local ok, conn = pcall(wire.connect, opts)
  if ok and conn.namespace then return conn.namespace end
  local dir = ok and conn.service_account or "/var/run/secrets/kubernetes.io/serviceaccount"
  local read, text = pcall(fs.read, dir .. "/namespace")
  text = read and text:match("^%s*(.-)%s*$") or ""
  return text ~= "" and text or "default"
end

--- `ns`, or the namespace of calls that name none.
function paths.namespace_or(ns, opts)
  if ns ~= nil and ns ~= "" then return ns end
  return paths.namespace(opts)
end

--- The entry of a kind, by discovery if need be.
function paths.find(kind, opts)
  local entry = kinds.known(kind)
  return entry or kinds.find(wire.requests(opts), kind)
end

--- The path of an object; without a namespace that of `paths.namespace`.
function paths.object(entry, ns, name, opts)
  if entry.cluster then ns = nil
  else ns = paths.namespace_or(ns, opts) end
  return kube.path(entry.prefix, ns, entry.plural, name)
end

--- The path of a list; of all namespaces when `ns` is nil.
function paths.list(entry, ns)
  return kube.path(entry.prefix, not entry.cluster and ns or nil, entry.plural)
end

--- The path of an object whose name must be there, and the entry of its kind.
function paths.locate(ns, kind, name, opts)
  local entry = paths.find(kind, opts)
  if name == nil or name == "" then
    rest.fail(("k8s: the name of the %s is missing"):format(rest.name_of(kind)))
  end
  return paths.object(entry, ns, name, opts), entry
end

return paths
