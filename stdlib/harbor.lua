--- @module assay.harbor
--- @description Harbor: projects, repositories, artifacts, scans, replication.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local poll = require("assay.internal.poll")

local A = "/api/v2.0"
local PAGE = 100

local M, Client = {}, rest.class("harbor")

--- `client(url, opts)`; `opts`: api_key (Bearer), or username and password, or robot_name and
--- robot_secret (Basic).
function M.client(...)
  return Client:new(rest.options({ "url" }, ...))
end

function Client:_headers()
  return { Authorization = rest.authorization({
    token = self.api_key,
    username = self.username or self.robot_name,
    password = self.password or self.robot_secret,
  }) }
end

local function get(self, path, query, o)
  return (self:_get(rest.with_query(path, query or {}), rest.copy(o, { ok = 200 })))
end

--- All pages, unless `opts.page` names one.
local function list(self, path, opts, query)
  opts = opts or {}
  query = query or {}
  local count = #query
  local all = rest.collect(function(cursor)
    query[count + 1] = { "sort", opts.sort }
    query[count + 2] = { "page", opts.page or cursor }
    query[count + 3] = { "page_size", opts.page_size or (not opts.page and PAGE or nil) }
    local items, res = self:_get(rest.with_query(path, query), { ok = 200 })
    local link = res.headers.link or ""
    for part in link:gmatch("[^,]+") do
      if part:find('rel="next"', 1, true) then
        return items, tonumber(part:match("[?&]page=(%d+)"))
      end
    end
    return items, nil
  end, opts.page == nil)
  if opts.max_items then
    for i = #all, opts.max_items + 1, -1 do all[i] = nil end
  end
  return all
end

local function project_path(name)
  return A .. "/projects/" .. segment(name)
end

--- Whether a project is named or numbered.
local function named(project)
  return type(project) == "string" and { ["X-Is-Resource-Name"] = "true" } or nil
end

-- slashes of a repository's name are encoded twice
local function repository_path(project, repository)
  local name = tostring(repository)
  name = name:find("/", 1, true) and segment(segment(name)) or segment(name)
  return project_path(project) .. "/repositories/" .. name
end

local function artifact_path(project, repository, reference)
  return repository_path(project, repository) .. "/artifacts/" .. segment(reference)
end

--- The health of all components.
function Client:health() return get(self, A .. "/health") end

--- The server's settings and version.
function Client:system_info() return get(self, A .. "/systeminfo") end

--- Counts of projects and repositories.
function Client:statistics() return get(self, A .. "/statistics") end

--- The projects. `opts`: name, public; of all lists: page, page_size, sort, max_items.
function Client:projects(opts)
  opts = opts or {}
  return list(self, A .. "/projects", opts, { { "name", opts.name }, { "public", opts.public } })
end

--- A project, by name or by id.
function Client:project(name_or_id)
  return get(self, project_path(name_or_id), nil, { headers = named(name_or_id) })
end

--- Creates a project; `metadata` such as { public = "false" }.
function Client:create_project(name, metadata)
  self:_post(A .. "/projects", { project_name = name, metadata = metadata }, { ok = 201, raw = true })
  return true
end

--- The project of that name, which is created when there is none.
function Client:ensure_project(name, metadata)
  local found = get(self, project_path(name), nil, { missing = true, headers = named(name) })
  if found then return found end
  self:_post(A .. "/projects", { project_name = name, metadata = metadata },
    { ok = { 201, 409 }, raw = true })
  return self:project(name)
end

--- Deletes a project; false when there is none.
function Client:delete_project(name_or_id)
  local o = { missing = true, raw = true, headers = named(name_or_id) }
  local _, res = self:_delete(project_path(name_or_id), o)
  return res.status ~= 404
end

--- The repositories of a project. `opts`: q.
function Client:repositories(project_name, opts)
  return list(self, project_path(project_name) .. "/repositories", opts, { { "q", opts and opts.q } })
end

--- A repository; its name may have slashes.
function Client:repository(project_name, repo_name)
  return get(self, repository_path(project_name, repo_name))
end

--- The artifacts of a repository. `opts`: q, with_tag, with_scan_overview, with_label,
--- with_sbom_overview, with_immutable_status.
function Client:artifacts(project_name, repo_name, opts)
  opts = opts or {}
  return list(self, repository_path(project_name, repo_name) .. "/artifacts", opts, {
    { "q", opts.q },
    { "with_tag", opts.with_tag },
    { "with_scan_overview", opts.with_scan_overview },
    { "with_label", opts.with_label },
    { "with_sbom_overview", opts.with_sbom_overview },
    { "with_immutable_status", opts.with_immutable_status },
  })
end

--- An artifact by tag or digest.
function Client:artifact(project_name, repo_name, reference)
  return get(self, artifact_path(project_name, repo_name, reference))
end

--- The tags of an artifact.
function Client:artifact_tags(project_name, repo_name, reference, opts)
  return list(self, artifact_path(project_name, repo_name, reference) .. "/tags", opts)
end

--- Deletes an artifact; false when there is none.
function Client:delete_artifact(project_name, repo_name, reference)
  local path = artifact_path(project_name, repo_name, reference)
  local _, res = self:_delete(path, { missing = true, raw = true })
  return res.status ~= 404
end

--- Starts a scan. `opts.allow_running`: one that runs already is fine.
function Client:scan_artifact(project_name, repo_name, reference, opts)
  local path = artifact_path(project_name, repo_name, reference) .. "/scan"
  local res = self:_send("POST", path, { body = json.object({}) })
  local is_running = res.status == 409 or (res.body or ""):find("scan is already", 1, true)
    or (res.body or ""):find("still running", 1, true)
  if res.status ~= 202 and not (opts and opts.allow_running and is_running) then
    self:_fail("POST", "scan", res)
  end
  return true
end

--- The report of a scan: the one of the newest format, or any.
local function report_of(artifact)
  local overview = artifact.scan_overview or {}
  local preferred = overview["application/vnd.security.vulnerability.report; version=1.1"]
  return preferred or select(2, next(overview))
end

local function scanned(self, project_name, repo_name, reference)
  local path = artifact_path(project_name, repo_name, reference) .. "?with_scan_overview=true"
  return (self:_get(path, { ok = 200, what = "GET artifact vulnerabilities" }))
end

--- total, fixable, critical, high, medium, low, negligible, unknown, severity, scan_status of the
--- last scan; nil and the scan's status when there is no result (yet).
function Client:artifact_vulnerabilities(project_name, repo_name, reference)
  local report = report_of(scanned(self, project_name, repo_name, reference))
  local summary = report and report.summary
  if not summary then return nil, report and report.scan_status or nil end
  local by = summary.summary or {}
  return {
    total = summary.total or 0,
    fixable = summary.fixable or 0,
    critical = by.Critical or 0,
    high = by.High or 0,
    medium = by.Medium or 0,
    low = by.Low or 0,
    negligible = by.Negligible or 0,
    unknown = by.Unknown or 0,
    severity = report.severity,
    scan_status = report.scan_status,
  }
end

--- Waits until a scan has ended and returns its counts; one that failed is an error at once.
function Client:wait_scan(project_name, repo_name, reference, timeout_secs, opts)
  local o = rest.copy({ timeout = timeout_secs or 300, interval = 5 }, opts)
  local what = ("%s/%s@%s"):format(project_name, repo_name, reference)
  poll(o, "harbor: scan of " .. what .. " not finished", function()
    local report = report_of(scanned(self, project_name, repo_name, reference))
    local status = report and report.scan_status
    if status == "Error" or status == "Stopped" then
      error({ stop = ("harbor: scan of %s: %s"):format(what, status) })
    end
    return status == "Success", "status " .. tostring(status)
  end)
  return self:artifact_vulnerabilities(project_name, repo_name, reference)
end

--- The replication policies.
function Client:replication_policies(opts)
  return list(self, A .. "/replication/policies", opts)
end

--- The replication executions. `opts`: policy_id, status, trigger.
function Client:replication_executions(opts)
  opts = opts or {}
  return list(self, A .. "/replication/executions", opts, {
    { "policy_id", opts.policy_id }, { "status", opts.status }, { "trigger", opts.trigger },
  })
end

--- Starts a replication.
function Client:start_replication(policy_id)
  self:_post(A .. "/replication/executions", { policy_id = policy_id }, { ok = 201, raw = true })
  return true
end

--- Whether all components are healthy; the second result names those that are not.
function Client:is_healthy()
  local ok, res = pcall(self._send, self, "GET", A .. "/health")
  if not ok then return false, tostring(res) end
  if res.status >= 500 then return false, "HTTP " .. res.status end
  if res.status ~= 200 then self:_fail("GET", A .. "/health", res) end
  local read, health = pcall(json.parse, res.body)
  local components = read and type(health) == "table" and health.components
  if not components then return false, "no components" end
  local sick = {}
  for _, component in ipairs(components) do
    if component.status ~= "healthy" then sick[#sick + 1] = tostring(component.name) end
  end
  if #sick == 0 then return true end
  return false, "unhealthy: " .. table.concat(sick, ", ")
end

--- Waits until all components are healthy. `opts`: interval (5 s).
function Client:wait_healthy(timeout_secs, opts)
  local o = rest.copy({ timeout = timeout_secs or 300, interval = 5 }, opts)
  return poll(o, "harbor: not healthy", function() return self:is_healthy() end)
end

--- Whether an image exists: 404 is false, other statuses than 200 are errors.
function Client:image_exists(project_name, repo_name, tag)
  local path = artifact_path(project_name, repo_name, tag)
  local res = self:_send("GET", path)
  if res.status ~= 200 and res.status ~= 404 then self:_fail("GET", path, res) end
  return res.status == 200
end

--- The artifact that was pushed last, or nil.
function Client:latest_artifact(project_name, repo_name)
  local path = repository_path(project_name, repo_name) .. "/artifacts"
  return get(self, path, { { "page_size", 1 }, { "sort", "-push_time" } })[1]
end

return M
