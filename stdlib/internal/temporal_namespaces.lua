--- @module assay.internal.temporal_namespaces
--- @description Namespaces of `assay.temporal`.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local api = require("assay.internal.temporal_api")

local Client = {}

local PATH = "/api/v1/namespaces"
-- the server takes no namespace without one
local RETENTION = "259200s"

--- The namespaces (`.namespaces`).
function Client:namespaces(opts)
  return api.pages(self, PATH, { { "pageSize", opts and opts.page_size } }, opts, "namespaces")
end

--- A namespace.
function Client:namespace(name)
  return api.get(self, PATH .. "/" .. segment(name))
end

--- Creates a namespace: `request` as in Temporal's API (`description`, `ownerEmail`,
--- `workflowExecutionRetentionPeriod` such as "259200s", which is the default, three days).
function Client:create_namespace(name, request)
  return api.post(self, PATH, rest.copy({ workflowExecutionRetentionPeriod = RETENTION },
    rest.copy(request, { namespace = name })))
end

--- Changes a namespace: `request` as in Temporal's API (`updateInfo`, `config`).
function Client:update_namespace(name, request)
  return api.post(self, PATH .. "/" .. segment(name) .. "/update", request)
end

-- Most of the server learns of a new namespace after some seconds.
local function wait_until_known(self, name)
  local message = ("temporal: namespace %s is created, but not usable"):format(name)
  rest.wait({ timeout = 60, interval = 0.5 }, message, function()
    local res = self:_send("GET", PATH .. "/" .. segment(name) .. "/workflow-count")
    return res.status ~= 404, "HTTP " .. res.status
  end)
end

--- The namespace of that name, which is created when there is none; the second result is whether.
--- Waits until a new one can be used, which takes some seconds.
function Client:ensure_namespace(name, request)
  local path = PATH .. "/" .. segment(name)
  local found = self:_get(path, { ok = 200, missing = true })
  if found then return found, false end
  local ok, problem = pcall(self.create_namespace, self, name, request)
  -- another job was faster
  if not ok and not tostring(problem):find(" HTTP 409: ", 1, true) then error(problem, 0) end
  wait_until_known(self, name)
  return self:_get(path, { ok = 200 }), ok
end

--- The names and types of the search attributes: `customAttributes`, `systemAttributes`.
function Client:search_attributes(opts)
  return api.get(self, api.path(self, opts, "/search-attributes"))
end

return Client
