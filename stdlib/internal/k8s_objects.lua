--- @module assay.internal.k8s_objects
--- @description Objects of every kind, for `assay.k8s`: read, create, apply, patch, delete.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local kinds = require("assay.internal.kube_kinds")
local wire = require("assay.internal.k8s_wire")
local verbs = require("assay.internal.k8s_verbs")
local paths = require("assay.internal.k8s_paths")
local lists = require("assay.internal.k8s_lists")

local M = {}

--- One object. `ns` nil: the namespace of `k8s.namespace()`.
function M.get_resource(ns, kind, name, opts)
  local path = paths.locate(ns, kind, name, opts)
  local res = wire.requests(opts):_send("GET", path)
  if res.status ~= 200 then wire.fail("get", res, path) end
  return wire.object(res, path)
end

--- One object, or nil when there is none.
function M.find(ns, kind, name, opts)
  local path = paths.locate(ns, kind, name, opts)
  local res = wire.requests(opts):_send("GET", path)
  if res.status == 404 then return nil end
  if res.status ~= 200 then wire.fail("get", res, path) end
  return wire.object(res, path)
end

--- The list object (`.items`), all pages of it unless `limit` or `paginate = false` is given.
--- `opts`: label_selector, field_selector, limit, page_size. `ns` nil: all namespaces.
function M.list(ns, kind, opts)
  return lists.all(wire.requests(opts), paths.list(paths.find(kind, opts), ns), opts or {})
end

--- Iterates over the objects of a list, page by page: `for pod in k8s.each(ns, "pod") do`.
function M.each(ns, kind, opts)
  opts = opts or {}
  local conn, path = wire.requests(opts), paths.list(paths.find(kind, opts), ns)
  local items, i, following, is_last = {}, 0, nil, false
  return function()
    i = i + 1
    while items[i] == nil and not is_last do
      local res, label = lists.page(conn, path, opts, opts.limit or opts.page_size or lists.PAGE, following)
      local token = lists.resumed(res, following)
      if token then
        following = token
      else
        if res.status ~= 200 then wire.fail("get", res, label) end
        local part = wire.object(res, label)
        lists.check(part, label)
        items, i = part.items or {}, 1
        following = part.metadata and part.metadata.continue
        is_last = not following or following == ""
      end
    end
    return items[i]
  end
end

--- `body` with the apiVersion and kind of its path, when it is a table without them.
local function typed(entry, body)
  if type(body) ~= "table" or not entry.kind then return body end
  if body.kind and body.apiVersion then return body end
  return rest.copy(body, {
    apiVersion = body.apiVersion or entry.api_version,
    kind = body.kind or entry.kind,
  })
end

--- Creates an object.
function M.create(ns, kind, body, opts)
  local entry = paths.find(kind, opts)
  if not entry.cluster and (ns == nil or ns == "") then
    ns = type(body) == "table" and body.metadata and body.metadata.namespace or paths.namespace(opts)
  end
  return verbs.post(paths.list(entry, ns), typed(entry, body), opts)
end

--- Replaces an object.
function M.update(ns, kind, name, body, opts)
  local path, entry = paths.locate(ns, kind, name, opts)
  return verbs.put(path, typed(entry, body), opts)
end

--- Patches an object; see `k8s.patch`.
function M.patch_resource(ns, kind, name, body, opts)
  return verbs.patch((paths.locate(ns, kind, name, opts)), body, opts)
end

-- the server alone would leave the pods of a deleted job behind
local function deleting(entry, opts)
  local is_job = entry.prefix == "/apis/batch/v1" and entry.plural == "jobs"
  if not is_job or opts and opts.propagation_policy then return opts end
  return rest.copy(opts, { propagation_policy = "Background" })
end

--- Deletes an object; see `k8s.delete`. The pods of a job are deleted with it unless
--- `propagation_policy` says otherwise.
function M.delete_resource(ns, kind, name, opts)
  local path, entry = paths.locate(ns, kind, name, opts)
  return verbs.delete(path, deleting(entry, opts))
end

--- Deletes all objects of a kind that match the selectors; all of the namespace only with `opts.all`.
function M.delete_collection(ns, kind, opts)
  opts = opts or {}
  local label, field = kube.selector(opts.label_selector), kube.selector(opts.field_selector)
  if (label or "") == "" and (field or "") == "" and opts.all ~= true then
    rest.fail(("k8s.delete_collection: label_selector or field_selector is missing; all = true deletes every %s")
      :format(rest.name_of(kind)))
  end
  local entry = paths.find(kind, opts)
  if not entry.cluster then ns = paths.namespace_or(ns, opts) end
  return verbs.delete(rest.with_query(paths.list(entry, ns), {
    { "labelSelector", label },
    { "fieldSelector", field },
  }), deleting(entry, opts))
end

local function apply_to(path, object, opts)
  local meta = object.metadata
  if type(meta) == "table" and meta.managedFields then
    -- objects that were read have them, and the server refuses them here
    meta = rest.copy(meta)
    meta.managedFields = nil
    object = rest.copy(object, { metadata = meta })
  end
  return verbs.patch(path, object, rest.copy(opts, { type = "apply" }))
end

--- Server-side apply of one object.
local function apply_one(object, opts)
  if type(object) ~= "table" or not object.kind or not object.apiVersion then
    rest.fail("k8s.apply: a manifest needs apiVersion and kind")
  end
  local meta = object.metadata or {}
  if not meta.name then rest.fail("k8s.apply: a manifest needs metadata.name") end
  local conn = wire.requests(opts)
  local entry = kinds.of_manifest(conn, object.apiVersion, object.kind)
  local path = paths.object(entry, meta.namespace or opts.namespace, meta.name, opts)
  return apply_to(path, object, opts)
end

--- The objects of a manifest, in order, and whether it is a single one.
local function objects_of(fn, manifest)
  local objects = manifest
  if type(manifest) == "string" then objects = yaml.parse_all(manifest) end
  if type(objects) ~= "table" then
    rest.fail(("k8s.%s: a table or YAML text is expected"):format(fn))
  end
  local out = {}
  local function add(object)
    if type(object) == "table" and object.kind == "List" and object.items then
      for _, item in ipairs(object.items) do add(item) end
    else
      out[#out + 1] = object
    end
  end
  local is_list = objects.kind == nil or objects.kind == "List"
  if objects.kind then add(objects) else for _, object in ipairs(objects) do add(object) end end
  return out, not is_list or (type(manifest) == "string" and #out == 1)
end

local CRD_SECONDS = 30

--- Waits until the server has the kind of an object whose CustomResourceDefinition was applied a
--- moment ago.
local function await_kind(object, opts)
  local version, kind = object.apiVersion, object.kind
  local conn = wire.requests(opts)
  rest.wait({ timeout = CRD_SECONDS, interval = 0.2 },
    ("k8s.apply: the server has no %s %s"):format(version, kind), function()
      local ok, seen = pcall(function()
        local entry = kinds.of_manifest(conn, version, kind)
        return conn:_send("GET", paths.list(entry) .. "?limit=1").status
      end)
      return ok and seen ~= 404, ok and "HTTP " .. tostring(seen) or tostring(seen)
    end)
end

--- Server-side apply. `manifest` is an object, a list of objects, a List, or YAML text with any
--- number of them. `opts`: field_manager ("assay"), force (true), namespace, dry_run. Returns the
--- object, or a list when there are several. Objects of a kind whose CustomResourceDefinition comes
--- before them in the same manifest wait until the server has it.
function M.apply(manifest, opts)
  opts = opts or {}
  local objects, is_single = objects_of("apply", manifest)
  local out, groups = json.array({}), {}
  for i, object in ipairs(objects) do
    local group = type(object) == "table" and tostring(object.apiVersion):match("^(.+)/")
    if group and groups[group] then
      await_kind(object, opts)
    end
    out[i] = apply_one(object, opts)
    if object.kind == "CustomResourceDefinition" and object.spec and not opts.dry_run then
      groups[tostring(object.spec.group)] = true
    end
  end
  if is_single then return out[1] end
  return out
end

--- Deletes the objects of a manifest (as for `k8s.apply`), the last first; those that are not there
--- count as deleted. `opts` as for `k8s.delete`, and namespace. Returns how many there were.
function M.delete_manifest(manifest, opts)
  opts = opts or {}
  local objects = objects_of("delete_manifest", manifest)
  -- all of it or nothing
  for _, object in ipairs(objects) do
    local meta = type(object) == "table" and object.metadata or {}
    if not meta.name or not object.kind or not object.apiVersion then
      rest.fail("k8s.delete_manifest: a manifest needs apiVersion, kind and metadata.name")
    end
  end
  local conn, count = wire.requests(opts), 0
  for i = #objects, 1, -1 do
    local object = objects[i]
    local meta = object.metadata
    -- without its kind there is no object of it either
    local known, entry = pcall(kinds.of_manifest, conn, object.apiVersion, object.kind)
    if not known and not tostring(entry):find("unknown resource kind", 1, true) then error(entry, 0) end
    if known then
      local path = paths.object(entry, meta.namespace or opts.namespace, meta.name, opts)
      local o = rest.copy(deleting(entry, opts), { ignore_not_found = true })
      if verbs.delete(path, o) then count = count + 1 end
    end
  end
  return count
end

--- Server-side apply of a body whose kind and name are given; see `k8s.apply`.
function M.apply_resource(ns, kind, name, body, opts)
  local path, entry = paths.locate(ns, kind, name, opts)
  local object = rest.copy(typed(entry, body))
  object.metadata = rest.copy(object.metadata, { name = name })
  return apply_to(path, object, opts)
end

--- Whether an object exists: 404 is false, other statuses than 200 are errors.
function M.exists(ns, kind, name, opts)
  local path = paths.locate(ns, kind, name, opts)
  local res = wire.requests(opts):_send("GET", path)
  if res.status ~= 200 and res.status ~= 404 then wire.fail("exists", res, path) end
  return res.status == 200
end

--- Whether a namespace exists.
function M.namespace_exists(name, opts)
  return M.exists(nil, "namespace", name, opts)
end

return M
