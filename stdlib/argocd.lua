--- @module assay.argocd
--- @description Argo CD: applications and their resources, sets, projects, repositories, clusters, accounts.

local rest = require("assay.internal.client")
local api = require("assay.internal.argocd_api")
local segment = require("assay.internal.segment")
local poll = require("assay.internal.poll")

local request, items = api.request, api.items
local APPS = "/api/v1/applications"

local M, Client = {}, rest.class("argocd")

rest.include(Client, require("assay.internal.argocd_resources"))
rest.include(Client, require("assay.internal.argocd_admin"))

local send = Client._send

--- `client(url, opts)`; `opts`: token, or username and password.
function M.client(...)
  return Client:new(rest.options({ "url" }, ...))
end

function Client:_headers()
  return { Authorization = rest.authorization({
    token = self.token or rawget(self, "_session"),
    username = self.username,
    password = self.password,
  }) }
end

-- The server wants a session instead of a password; some proxies want the password.
function Client:_send(method, path, o)
  local res = send(self, method, path, o)
  if res.status ~= 401 or self.token or not (self.username and self.password) then return res end
  local login = send(self, "POST", "/api/v1/session", {
    body = { username = self.username, password = self.password },
    anonymous = true,
  })
  local ok, answer = pcall(json.parse, login.body)
  local token = ok and type(answer) == "table" and answer.token
  if login.status ~= 200 or type(token) ~= "string" then return res end
  rawset(self, "_session", token)
  return send(self, method, path, o)
end

--- The path of an application, and the query that names its namespace and project.
local function app(name, opts, ...)
  local query = { ... }
  if opts then
    query[#query + 1] = { "appNamespace", opts.app_namespace }
    query[#query + 1] = { "project", opts.project }
  end
  return APPS .. "/" .. segment(name), query
end

--- The applications. `opts`: project, selector.
function Client:applications(opts)
  opts = opts or {}
  return items(self, APPS, {
    { "project", opts.project }, { "selector", opts.selector }, { "appNamespace", opts.app_namespace },
  })
end

--- An application. `opts` of all functions of one: app_namespace, project.
function Client:application(name, opts)
  local path, query = app(name, opts)
  return request(self, "GET", path, query)
end

--- Whether there is such an application. The server hides missing ones behind 403.
function Client:app_exists(name, opts)
  local path, query = app(name, opts)
  local full = rest.with_query(path, query)
  local res = self:_send("GET", full)
  if res.status == 404 or (res.status == 403 and not (opts and opts.project)) then return false end
  if res.status ~= 200 then self:_fail("GET", full, res) end
  return true
end

local function health_of(item)
  local status = item.status or {}
  local health = status.health or {}
  return { status = health.status, sync = (status.sync or {}).status, message = health.message }
end

--- status, sync, message of an application.
function Client:app_health(name, opts)
  return health_of(self:application(name, opts))
end

--- Starts a sync. `opts`: revision, revisions and source_positions (of several sources), prune,
--- dry_run, strategy, resources, sync_options (list), retry_strategy.
function Client:sync(name, opts)
  opts = opts or {}
  return request(self, "POST", (app(name)) .. "/sync", nil, rest.object {
    revision = opts.revision,
    prune = opts.prune,
    dryRun = opts.dry_run,
    strategy = opts.strategy,
    revisions = opts.revisions,
    sourcePositions = opts.source_positions,
    resources = opts.resources,
    syncOptions = opts.sync_options and { items = opts.sync_options } or nil,
    retryStrategy = opts.retry_strategy,
    appNamespace = opts.app_namespace,
    project = opts.project,
  })
end

--- Has the server compare an application with its source; `opts.type` is "normal" or "hard".
function Client:refresh(name, opts)
  local path, query = app(name, opts, { "refresh", opts and opts.type or "normal" })
  return request(self, "GET", path, query)
end

--- Goes back to an entry of the history. `opts`: prune, dry_run.
function Client:rollback(name, id, opts)
  opts = opts or {}
  -- the server would take the first entry there ever was
  if not tonumber(id) then rest.fail("argocd.rollback: the id of the entry is missing") end
  local path = (app(name)) .. "/rollback"
  local body = {
    id = id,
    prune = opts.prune,
    dryRun = opts.dry_run,
    appNamespace = opts.app_namespace,
    project = opts.project,
  }
  local res = self:_send("POST", path, { body = body })
  if res.status == 404 or res.status == 405 or res.status == 501 then
    local put = self:_send("PUT", path, { body = body })
    if put.status == 200 then res = put end
  end
  if res.status ~= 200 then self:_fail("POST", path, res) end
  return self:_decode("POST", path, res)
end

--- The tree of an application's resources.
function Client:app_resources(name, opts)
  local path, query = app(name, opts)
  return request(self, "GET", path .. "/resource-tree", query)
end

--- The manifests of an application. `opts`: revision.
function Client:app_manifests(name, opts)
  local path, query = app(name, opts, { "revision", opts and opts.revision })
  return request(self, "GET", path .. "/manifests", query)
end

--- The resources that an application manages.
function Client:managed_resources(name, opts)
  local path, query = app(name, opts)
  return items(self, path .. "/managed-resources", query)
end

--- Deletes an application. `opts`: cascade, propagation_policy.
function Client:delete_app(name, opts)
  opts = opts or {}
  local path, query =
    app(name, opts, { "cascade", opts.cascade }, { "propagationPolicy", opts.propagation_policy })
  return request(self, "DELETE", path, query)
end

--- Creates an application. `opts`: upsert, validate.
function Client:create_app(application, opts)
  opts = opts or {}
  return request(self, "POST", APPS, { { "upsert", opts.upsert }, { "validate", opts.validate } },
    application)
end

--- Replaces the spec of an application. `opts`: validate.
function Client:update_spec(name, spec, opts)
  local path, query = app(name, opts, { "validate", opts and opts.validate })
  return request(self, "PUT", path .. "/spec", query, spec)
end

--- Changes an application by a patch, a table or its text. `opts`: type ("merge", "json").
function Client:patch_app(name, patch, opts)
  opts = opts or {}
  return request(self, "PATCH", (app(name)), nil, {
    name = name,
    patch = type(patch) == "table" and json.encode(patch) or patch,
    patchType = opts.type or "merge",
    appNamespace = opts.app_namespace,
    project = opts.project,
  })
end

--- The windows in which an application may be synced: `{ activeWindows, assignedWindows, canSync }`.
function Client:sync_windows(name, opts)
  local path, query = app(name, opts)
  return request(self, "GET", path .. "/syncwindows", query)
end

--- Stops a running operation.
function Client:terminate(name, opts)
  local path, query = app(name, opts)
  return request(self, "DELETE", path .. "/operation", query)
end

--- The repositories.
function Client:repositories() return items(self, "/api/v1/repositories") end

--- A repository.
function Client:repository(repo_url)
  return request(self, "GET", "/api/v1/repositories/" .. rest.escape(repo_url))
end

--- The clusters.
function Client:clusters() return items(self, "/api/v1/clusters") end

--- A cluster.
function Client:cluster(server_url)
  return request(self, "GET", "/api/v1/clusters/" .. rest.escape(server_url))
end

--- The settings.
function Client:settings() return request(self, "GET", "/api/v1/settings") end

--- The server's version.
function Client:version() return request(self, "GET", "/api/version") end

--- Who the caller is.
function Client:userinfo() return request(self, "GET", "/api/v1/session/userinfo") end

--- Whether an application is healthy.
function Client:is_healthy(name, opts) return self:app_health(name, opts).status == "Healthy" end

--- Whether an application is synced.
function Client:is_synced(name, opts) return self:app_health(name, opts).sync == "Synced" end

local function wait(self, name, what, timeout_secs, opts, is_done)
  local o = rest.copy({ timeout = timeout_secs or 300, interval = 2, tolerate = "5xx" }, opts)
  return poll(o, ("argocd: timeout waiting for %s to become %s"):format(name, what), function()
    local item = self:application(name, opts)
    local operation = (item.status or {}).operationState or {}
    local health = health_of(item)
    if is_done(item, health) then return true end
    if operation.phase == "Failed" or operation.phase == "Error" then
      error({ stop = ("argocd: %s: the last operation %s: %s"):format(
        name, operation.phase, operation.message or "") })
    end
    return false, ("health %s, sync %s%s"):format(tostring(health.status),
      tostring(health.sync), health.message and ": " .. health.message or "")
  end)
end

--- Waits until an application is healthy; a failed operation is an error at once. `opts`: interval.
function Client:wait_healthy(name, timeout_secs, opts)
  return wait(self, name, "healthy", timeout_secs, opts, function(_, health)
    return health.status == "Healthy"
  end)
end

--- Waits until an application is synced; a failed operation is an error at once. `opts`: interval.
function Client:wait_synced(name, timeout_secs, opts)
  return wait(self, name, "synced", timeout_secs, opts, function(_, health)
    return health.sync == "Synced"
  end)
end

--- Waits until an application is gone. `opts`: interval.
function Client:wait_deleted(name, timeout_secs, opts)
  local o = rest.copy({ timeout = timeout_secs or 300, interval = 2, tolerate = "5xx" }, opts)
  return poll(o, ("argocd: timeout waiting for %s to be deleted"):format(name), function()
    return not self:app_exists(name, opts), "it is still there"
  end)
end

-- Health and sync state are of the time before until the controller has looked again.
local function is_reconciled(status, operation)
  if not operation.finishedAt then return true end
  return status.reconciledAt ~= nil and status.reconciledAt >= operation.finishedAt
end

--- Starts a sync and waits until it has succeeded and the application is healthy since. `opts` as of
--- `sync`, and interval.
function Client:sync_and_wait(name, timeout_secs, opts)
  local before = (self:application(name, opts).status or {}).operationState or {}
  local previous = before.startedAt
  self:sync(name, opts)
  local o = rest.copy({ timeout = timeout_secs or 300, interval = 2, tolerate = "5xx" }, opts)
  return poll(o, ("argocd: timeout waiting for the sync of %s"):format(name), function()
    local item = self:application(name, opts)
    local operation = (item.status or {}).operationState or {}
    if operation.startedAt == previous then return false, "the sync has not begun" end
    if operation.phase == "Failed" or operation.phase == "Error" then
      error({ stop = ("argocd: sync of %s %s: %s"):format(
        name, operation.phase, operation.message or "") })
    end
    if operation.phase == "Succeeded" and not is_reconciled(item.status, operation) then
      return false, "the state after the sync is not known yet"
    end
    local health = health_of(item)
    return operation.phase == "Succeeded" and health.status == "Healthy",
      ("operation %s, health %s"):format(tostring(operation.phase), tostring(health.status))
  end)
end

return M
