--- @module assay.internal.argocd_resources
--- @description The resources of an application, their logs and actions, for `assay.argocd`.
--
-- A resource is `{ kind, name, namespace, group, version }`, as `app_resources` has them.

local rest = require("assay.internal.client")
local api = require("assay.internal.argocd_api")
local segment = require("assay.internal.segment")

local Client = {}

local function path_of(name)
  return "/api/v1/applications/" .. segment(name)
end

-- Of half a resource the server would take another one.
local function check_resource(resource)
  if type(resource) == "table" and resource.kind and resource.name then return end
  rest.fail("argocd: a resource needs kind and name")
end

--- The query that names a resource, and the application's namespace and project.
local function query_of(resource, opts, ...)
  opts = opts or {}
  check_resource(resource)
  return {
    { "namespace", resource.namespace }, { "resourceName", resource.name },
    { "version", resource.version or "v1" }, { "group", resource.group },
    { "kind", resource.kind }, { "appNamespace", opts.app_namespace }, { "project", opts.project }, ...,
  }
end

-- the manifest is JSON in a text
local function manifest_of(answer)
  local text = answer and answer.manifest
  local ok, value = pcall(json.parse, text)
  return ok and value or text
end

--- A resource of an application as the cluster has it.
function Client:resource(name, resource, opts)
  return manifest_of(api.request(self, "GET", path_of(name) .. "/resource", query_of(resource, opts)))
end

--- Changes a resource by a patch, a table or its text. `opts`: type ("merge", "strategic", "json").
function Client:patch_resource(name, resource, patch, opts)
  local kinds = { merge = "application/merge-patch+json", json = "application/json-patch+json",
    strategic = "application/strategic-merge-patch+json" }
  local kind = opts and opts.type or "merge"
  local query = query_of(resource, opts, { "patchType", kinds[kind] or kind })
  local text = type(patch) == "table" and json.encode(patch) or patch
  -- a text in a JSON document
  local res = { ok = 200, body = json.encode(text), headers = { ["Content-Type"] = "application/json" } }
  local path = rest.with_query(path_of(name) .. "/resource", query)
  return manifest_of((self:_request("POST", path, res)))
end

--- Deletes a resource of an application; false when there is none. `opts`: force, orphan.
function Client:delete_resource(name, resource, opts)
  opts = opts or {}
  local query = query_of(resource, opts, { "force", opts.force }, { "orphan", opts.orphan })
  local path = rest.with_query(path_of(name) .. "/resource", query)
  local _, res = self:_delete(path, { missing = true, raw = true })
  return res.status ~= 404
end

--- The actions of a resource: `{ name, disabled, params }`.
function Client:resource_actions(name, resource, opts)
  local path = rest.with_query(path_of(name) .. "/resource/actions", query_of(resource, opts))
  return (self:_get(path, { ok = 200, list = "actions" }))
end

--- Runs an action on a resource, such as "restart". `opts`: params (names to values).
function Client:run_action(name, resource, action, opts)
  opts = opts or {}
  check_resource(resource)
  if type(action) ~= "string" or action == "" then
    rest.fail("argocd.run_action: the name of the action is missing")
  end
  local params
  for key, value in pairs(opts.params or {}) do
    params = params or {}
    params[#params + 1] = { name = key, value = rest.text(value) }
  end
  local path = path_of(name) .. "/resource/actions"
  local res = self:_send("POST", path .. "/v2", { body = {
    name = name, action = action, namespace = resource.namespace, resourceName = resource.name,
    version = resource.version or "v1", group = resource.group, kind = resource.kind,
    appNamespace = opts.app_namespace, project = opts.project, resourceActionParameters = params,
  } })
  if res.status == 404 or res.status == 405 or res.status == 501 then
    -- servers before 3.1 want the action alone
    local old = self:_send("POST", rest.with_query(path, query_of(resource, opts)), {
      body = json.encode(action), headers = { ["Content-Type"] = "application/json" },
    })
    if old.status == 200 then res = old end
  end
  if res.status ~= 200 then self:_fail("POST", path .. "/v2", res) end
  return true
end

--- The events of an application, or of `opts.resource` (with its uid).
function Client:app_events(name, opts)
  opts = opts or {}
  local resource = opts.resource or {}
  local path = rest.with_query(path_of(name) .. "/events", {
    { "resourceNamespace", resource.namespace }, { "resourceName", resource.name },
    { "resourceUID", resource.uid }, { "appNamespace", opts.app_namespace },
    { "project", opts.project },
  })
  return (self:_get(path, { ok = 200, list = "items" }))
end

--- The log lines of an application's pods as they are now: `{ content, pod, time }` each. `opts`:
--- namespace, pod, container, kind, group, resource_name, tail_lines (100), since_seconds, filter,
--- previous.
function Client:app_logs(name, opts)
  opts = opts or {}
  local path = rest.with_query(path_of(name) .. "/logs", {
    { "namespace", opts.namespace }, { "podName", opts.pod }, { "container", opts.container },
    { "sinceSeconds", opts.since_seconds }, { "tailLines", opts.tail_lines or 100 },
    { "follow", false }, { "filter", opts.filter }, { "kind", opts.kind }, { "group", opts.group },
    { "resourceName", opts.resource_name }, { "previous", opts.previous },
    { "appNamespace", opts.app_namespace }, { "project", opts.project },
  })
  local out = json.array({})
  -- a JSON document in each line; the last one only says that it is
  for line in (self:_request("GET", path, { ok = 200, raw = true })):gmatch("[^\r\n]+") do
    local ok, document = pcall(json.parse, line)
    if not ok then rest.fail(("argocd: GET %s: the answer is no JSON: %s"):format(path, document)) end
    if type(document) ~= "table" then document = {} end
    if type(document.error) == "table" then
      rest.fail(("argocd: GET %s: %s"):format(path, tostring(document.error.message)))
    end
    local entry = type(document.result) == "table" and document.result or {}
    if not entry.last then
      out[#out + 1] = { content = entry.content or "", pod = entry.podName, time = entry.timeStampStr }
    end
  end
  return out
end

return Client
