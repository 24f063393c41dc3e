--- @module assay.grafana
--- @description Grafana: health, data sources, dashboards, folders, annotations, alerting, service accounts.

local rest = require("assay.internal.client")

local M, Client = {}, rest.class("grafana", { "api_key", "org_id" })

rest.include(Client, require("assay.internal.grafana_alerting"))

--- A client; options: `api_key` (of a service account) or `username` and `password`, `org_id`,
--- `headers`, and those for connections.
function M.client(...)
  return Client:new(rest.options({ "url" }, ...))
end

function Client:_headers()
  return {
    Authorization = rest.authorization {
      token = self.api_key or self.token, username = self.username, password = self.password,
    },
    ["X-Grafana-Org-Id"] = self.org_id,
  }
end

-- A GET that succeeds with 200; the query is part of the path in errors.
local function get(self, path, query, opts)
  return (self:_get(rest.with_query(path, query), {
    ok = 200, missing = opts and opts.allow_missing,
  }))
end

local function list(self, path, query)
  return (self:_get(rest.with_query(path, query), { ok = 200, list = true }))
end

-- The server and the organisation

--- `{ commit, database, version }`.
function Client:health()
  return (self:_get("/api/health", { ok = 200, anonymous = true, retries = 0 }))
end

--- Whether the server and its database work; never raises.
function Client:is_healthy()
  local ok, health = pcall(self.health, self)
  return ok and type(health) == "table" and health.database == "ok"
end

--- Waits until the server is healthy: `opts.timeout` (60), `opts.interval` (2).
function Client:wait(opts)
  return rest.wait(opts, "grafana.wait: not healthy at " .. self.url, function(remaining)
    local ok, res = pcall(self._send, self, "GET", "/api/health", {
      anonymous = true, retries = 0, timeout = remaining,
    })
    if not ok then return false, res end
    local read, health = pcall(json.parse, res.body)
    local fine = res.status == 200 and read and type(health) == "table" and health.database == "ok"
    return fine, ("HTTP %d: %s"):format(res.status, res.body)
  end)
end

--- The organisation of the credentials.
function Client:org()
  return get(self, "/api/org")
end

-- Data sources

--- The data sources.
function Client:datasources()
  return list(self, "/api/datasources")
end

--- A data source by uid (a string) or numeric id. Servers that know no ids any more are asked for
--- the list. Absent ones are an error, nil with `opts.allow_missing`.
function Client:datasource(id_or_uid, opts)
  if math.type(id_or_uid) == nil then
    return get(self, "/api/datasources/uid/" .. rest.escape(id_or_uid), nil, opts)
  end
  local path = "/api/datasources/" .. rest.text(id_or_uid)
  local found, res = self:_get(path, { ok = 200, missing = true })
  if found then return found end
  local listed, sources = pcall(self.datasources, self)
  for _, source in ipairs(listed and sources or {}) do
    if source.id == id_or_uid then return self:datasource(source.uid, opts) end
  end
  if opts and opts.allow_missing then return nil end
  self:_fail("GET", path, res)
end

--- A data source by name; nil when it is absent.
function Client:datasource_by_name(name)
  return get(self, "/api/datasources/name/" .. rest.escape(name), nil, { allow_missing = true })
end

--- Creates a data source; `{ id, datasource, message, name }`.
function Client:create_datasource(source)
  return (self:_post("/api/datasources", source))
end

--- Replaces a data source.
function Client:update_datasource(uid, source)
  return (self:_put("/api/datasources/uid/" .. rest.escape(uid), source))
end

--- Deletes a data source.
function Client:delete_datasource(uid)
  return (self:_delete("/api/datasources/uid/" .. rest.escape(uid)))
end

--- Creates the data source of that name, or brings it up to date; returns whether it was created.
function Client:ensure_datasource(source)
  local present = self:datasource_by_name(source.name)
  if present then
    self:update_datasource(present.uid, rest.copy({ uid = present.uid }, source))
    return false
  end
  self:create_datasource(source)
  return true
end

--- What a data source says about its connection: `{ status, message }`.
function Client:datasource_health(uid)
  local path = ("/api/datasources/uid/%s/health"):format(rest.escape(uid))
  return (self:_get(path, { ok = { 200, 400 } }))
end

--- Runs the queries of a panel: `{ queries = { … }, from = "now-1h", to = "now" }`.
function Client:ds_query(query)
  return (self:_post("/api/ds/query", query, { ok = { 200, 207 } }))
end

-- Dashboards and folders

local function search_page(self, opts, page)
  return list(self, "/api/search", {
    { "query", opts.query }, { "type", opts.type }, { "tag", opts.tag }, { "limit", opts.limit },
    { "dashboardUIDs", opts.dashboard_uids }, { "folderUIDs", opts.folder_uids },
    { "starred", opts.starred }, { "page", page },
  })
end

--- Searches dashboards and folders. `opts`: `query`, `type` (`dash-db`, `dash-folder`), `tag` (text or
--- list), `dashboard_uids`, `folder_uids`, `starred`; `limit` and `page` give one page, otherwise all
--- pages are read (`all = false`: the first).
function Client:search(opts)
  opts = opts or {}
  if opts.limit or opts.page or opts.all == false then return search_page(self, opts, opts.page) end
  local number = 1
  return rest.collect(function(page)
    local items = search_page(self, opts, page)
    number = number + 1
    -- the server's limit when none is given
    return items, #items >= 1000 and number or nil
  end)
end

--- `{ dashboard, meta }`; absent ones are an error, nil with `opts.allow_missing`.
function Client:dashboard(uid, opts)
  return get(self, "/api/dashboards/uid/" .. rest.escape(uid), nil, opts)
end

--- Stores a dashboard; `opts.folder_uid`, `opts.overwrite`, `opts.message`.
function Client:save_dashboard(dashboard, opts)
  opts = opts or {}
  return (self:_post("/api/dashboards/db", {
    dashboard = dashboard, folderUid = opts.folder_uid, overwrite = opts.overwrite,
    message = opts.message,
  }))
end

--- Deletes a dashboard.
function Client:delete_dashboard(uid)
  return (self:_delete("/api/dashboards/uid/" .. rest.escape(uid)))
end

--- The folders; `opts.parent_uid`. `opts.limit` and `opts.page` give one page, otherwise all are read.
function Client:folders(opts)
  opts = opts or {}
  local function read(page)
    return list(self, "/api/folders", {
      { "limit", opts.limit }, { "page", page }, { "parentUid", opts.parent_uid },
    })
  end
  if opts.limit or opts.page or opts.all == false then return read(opts.page) end
  local number = 1
  return rest.collect(function(page)
    local items = read(page)
    number = number + 1
    return items, #items >= 1000 and number or nil
  end)
end

--- A folder; nil when it is absent.
function Client:folder(uid)
  return get(self, "/api/folders/" .. rest.escape(uid), nil, { allow_missing = true })
end

--- Creates a folder; `opts.uid`, `opts.parent_uid`.
function Client:create_folder(title, opts)
  opts = opts or {}
  return (self:_post("/api/folders", {
    title = title, uid = opts.uid, parentUid = opts.parent_uid,
  }))
end

--- The folder with that uid, created if it is absent; the second result tells whether it was.
function Client:ensure_folder(uid, title, opts)
  local present = self:folder(uid)
  if present then return present, false end
  return self:create_folder(title, rest.copy(opts, { uid = uid })), true
end

--- Changes the title of a folder.
function Client:update_folder(uid, title)
  -- whatever version of it is there
  return (self:_put("/api/folders/" .. rest.escape(uid), { title = title, overwrite = true }))
end

--- Deletes a folder with what is in it; with alert rules in it only by `opts.force_delete_rules`.
function Client:delete_folder(uid, opts)
  local force = opts and opts.force_delete_rules
  return (self:_delete(rest.with_query("/api/folders/" .. rest.escape(uid), {
    { "forceDeleteRules", force },
  })))
end

-- Annotations

--- The annotations. `opts`: `from`, `to` (milliseconds), `dashboard_id`, `dashboard_uid`, `panel_id`,
--- `alert_uid`, `alert_id` (older servers), `user_id`, `type`, `match_any`, `limit`, `tags` (a list).
function Client:annotations(opts)
  opts = opts or {}
  return list(self, "/api/annotations", {
    { "from", opts.from and math.floor(opts.from) }, { "to", opts.to and math.floor(opts.to) },
    { "dashboardId", opts.dashboard_id }, { "dashboardUID", opts.dashboard_uid },
    { "panelId", opts.panel_id }, { "alertId", opts.alert_id },
    { "alertUID", opts.alert_uid }, { "userId", opts.user_id },
    { "type", opts.type }, { "matchAny", opts.match_any }, { "limit", opts.limit },
    { "tags", opts.tags },
  })
end

-- times are in whole milliseconds
local function whole_times(annotation)
  local body = rest.copy(annotation)
  for _, key in ipairs { "time", "timeEnd" } do
    if body[key] then body[key] = math.floor(body[key]) end
  end
  return body
end

--- Creates an annotation (`text`, `tags`, `time`, `timeEnd`, `dashboardUID`, `panelId`):
--- `{ id, message }`.
function Client:create_annotation(annotation)
  return (self:_post("/api/annotations", whole_times(annotation)))
end

--- Changes some fields of an annotation, such as `timeEnd`.
function Client:update_annotation(id, changes)
  return (self:_patch("/api/annotations/" .. rest.escape(id), whole_times(changes)))
end

--- Replaces an annotation.
function Client:replace_annotation(id, annotation)
  return (self:_put("/api/annotations/" .. rest.escape(id), whole_times(annotation)))
end

--- The tags of annotations: `{ tag, count }`. `opts`: `tag` (a part of it), `limit` (100).
function Client:annotation_tags(opts)
  opts = opts or {}
  local answer = get(self, "/api/annotations/tags", { { "tag", opts.tag }, { "limit", opts.limit } })
  return answer.result and answer.result.tags or json.array({})
end

--- Deletes an annotation.
function Client:delete_annotation(id)
  return (self:_delete("/api/annotations/" .. rest.escape(id)))
end

-- Service accounts

local ACCOUNTS = "/api/serviceaccounts"

--- The service accounts. `opts`: `query` (a part of the name); `page` and `per_page` give one page,
--- otherwise all are read (`all = false`: the first).
function Client:service_accounts(opts)
  opts = opts or {}
  local number, seen = opts.page or 1, 0
  return rest.collect(function()
    local answer = get(self, ACCOUNTS .. "/search", {
      { "query", opts.query }, { "page", number }, { "perpage", opts.per_page or 1000 },
    })
    local items = answer.serviceAccounts or {}
    seen, number = seen + #items, number + 1
    return items, #items > 0 and seen < (answer.totalCount or 0) and number or nil
  end, opts.page == nil and opts.per_page == nil and opts.all ~= false)
end

--- Deletes a service account with its tokens.
function Client:delete_service_account(id)
  return (self:_delete(ACCOUNTS .. "/" .. rest.escape(id)))
end

--- The tokens of a service account: `{ id, name, expiration, … }`.
function Client:service_account_tokens(id)
  return list(self, ("%s/%s/tokens"):format(ACCOUNTS, rest.escape(id)))
end

--- Deletes a token of a service account.
function Client:delete_service_account_token(id, token_id)
  local path = ("%s/%s/tokens/%s"):format(ACCOUNTS, rest.escape(id), rest.escape(token_id))
  return (self:_delete(path))
end

--- Creates a service account; `opts.role` (`Viewer`).
function Client:create_service_account(name, opts)
  return (self:_post("/api/serviceaccounts", { name = name, role = opts and opts.role or "Viewer" }))
end

--- Creates a token of a service account: `{ id, name, key }`; `opts.seconds_to_live`.
function Client:create_service_account_token(id, name, opts)
  return (self:_post(("/api/serviceaccounts/%s/tokens"):format(rest.escape(id)), {
    name = name, secondsToLive = opts and opts.seconds_to_live,
  }))
end

return M
