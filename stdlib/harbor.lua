--- @module assay.harbor
--- @description Harbor: projects, repositories, artifacts, scans, robots, quotas, retention, replication.

local rest = require("assay.internal.client")
local api = require("assay.internal.harbor_api")
local segment = require("assay.internal.segment")
local poll = require("assay.internal.poll")

local A = api.ROOT
local get, list = api.get, api.list
local project_path, named = api.project_path, api.named
local repository_path, artifact_path = api.repository_path, api.artifact_path

local M, Client = {}, rest.class("harbor", { "api_key", "robot_name", "robot_secret" })

rest.include(Client, require("assay.internal.harbor_admin"))

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

--- Whether the server answers; the second result is the reason when it does not.
function Client:ping()
  local ok, res = pcall(self._send, self, "GET", A .. "/ping", { anonymous = true, retries = 0 })
  if not ok then return false, tostring(res) end
  return res.status == 200, res.status ~= 200 and "HTTP " .. res.status or nil
end

--- The health of all components.
function Client:health() return get(self, A .. "/health") end

--- The server's settings and version.
function Client:system_info() return get(self, A .. "/systeminfo") end

--- Counts of projects and repositories.
function Client:statistics() return get(self, A .. "/statistics") end

--- The projects and repositories whose names hold a text: `{ project, repository }`.
function Client:search(q)
  return get(self, A .. "/search", { { "q", q } })
end

--- The user of the credentials; robot accounts are none.
function Client:current_user() return get(self, A .. "/users/current") end

--- The projects. `opts`: name, public, q; of all lists: sort, max_items, page_size, and page, which
--- gives one page (`all = false`: the first).
function Client:projects(opts)
  opts = opts or {}
  return list(self, A .. "/projects", opts, {
    { "q", opts.q }, { "name", opts.name }, { "public", opts.public },
  })
end

--- A project, by name or by id.
function Client:project(name_or_id)
  return get(self, project_path(name_or_id), nil, { headers = named(name_or_id) })
end

--- Whether there is a project of that name.
function Client:project_exists(name)
  local path = rest.with_query(A .. "/projects", { { "project_name", rest.part(name) } })
  local res = self:_send("HEAD", path)
  if res.status ~= 200 and res.status ~= 404 then self:_fail("HEAD", path, res) end
  return res.status == 200
end

--- The numbers of repositories and members, and the quota, of a project.
function Client:project_summary(name_or_id)
  return get(self, project_path(name_or_id) .. "/summary", nil, { headers = named(name_or_id) })
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

--- Changes a project: { metadata = { auto_scan = "true" }, storage_limit, … }.
function Client:update_project(name_or_id, changes)
  local o = { ok = 200, raw = true, headers = named(name_or_id) }
  self:_put(project_path(name_or_id), changes, o)
  return true
end

--- Deletes a project; false when there is none.
function Client:delete_project(name_or_id)
  return api.delete(self, project_path(name_or_id), { headers = named(name_or_id) })
end

--- The repositories of a project. `opts`: q.
function Client:repositories(project_name, opts)
  return list(self, project_path(project_name) .. "/repositories", opts, { { "q", opts and opts.q } })
end

--- A repository; its name may have slashes.
function Client:repository(project_name, repo_name)
  return get(self, repository_path(project_name, repo_name))
end

--- Deletes a repository with its artifacts; false when there is none.
function Client:delete_repository(project_name, repo_name)
  return api.delete(self, repository_path(project_name, repo_name))
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

--- Gives an artifact a further tag.
function Client:add_tag(project_name, repo_name, reference, tag)
  local path = artifact_path(project_name, repo_name, reference) .. "/tags"
  self:_post(path, { name = tag }, { ok = 201, raw = true })
  return true
end

--- Takes a tag from an artifact; false when it has no such tag.
function Client:delete_tag(project_name, repo_name, reference, tag)
  local path = artifact_path(project_name, repo_name, reference) .. "/tags/"
  return api.delete(self, path .. segment(tag))
end

--- Copies an artifact into a repository; `from` is "project/repository:tag" or "…@sha256:…".
function Client:copy_artifact(project_name, repo_name, from)
  local path = repository_path(project_name, repo_name) .. "/artifacts"
  self:_post(rest.with_query(path, { { "from", from } }), nil, { ok = 201, raw = true })
  return true
end

--- Deletes an artifact; false when there is none.
function Client:delete_artifact(project_name, repo_name, reference)
  return api.delete(self, artifact_path(project_name, repo_name, reference))
end

--- Starts a scan. `opts`: scan_type ("vulnerability", "sbom"), allow_running (one that runs already
--- is fine).
function Client:scan_artifact(project_name, repo_name, reference, opts)
  local path = artifact_path(project_name, repo_name, reference) .. "/scan"
  local res = self:_send("POST", path, {
    body = rest.object { scan_type = opts and opts.scan_type },
  })
  local is_running = res.status == 409 or (res.body or ""):find("scan is already", 1, true)
    or (res.body or ""):find("still running", 1, true)
  if res.status ~= 202 and not (opts and opts.allow_running and is_running) then
    self:_fail("POST", "scan", res)
  end
  return true
end

--- Stops a scan.
function Client:stop_scan(project_name, repo_name, reference, opts)
  local path = artifact_path(project_name, repo_name, reference) .. "/scan/stop"
  local body = { scan_type = opts and opts.scan_type or "vulnerability" }
  self:_post(path, body, { ok = 202, raw = true })
  return true
end

local REPORT = "application/vnd.security.vulnerability.report; version=1.1"
local ACCEPTED = {
  ["X-Accept-Vulnerabilities"] = REPORT
    .. ", application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0",
}

--- Of reports by format: the one of the newest format, or any.
local function newest(reports)
  reports = reports or {}
  return reports[REPORT] or select(2, next(reports))
end

local function report_of(artifact)
  return newest(artifact.scan_overview)
end

local function scanned(self, project_name, repo_name, reference)
  local path = artifact_path(project_name, repo_name, reference) .. "?with_scan_overview=true"
  return (self:_get(path, { ok = 200, what = "GET artifact vulnerabilities", headers = ACCEPTED }))
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

--- What the last scan found, one by one: `{ id, package, version, fix_version, severity, … }`. nil
--- when there is no result.
function Client:vulnerabilities(project_name, repo_name, reference)
  local path = artifact_path(project_name, repo_name, reference) .. "/additions/vulnerabilities"
  local report = newest(get(self, path, nil, { headers = ACCEPTED }))
  return report and (report.vulnerabilities or json.array({})) or nil
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
  return get(self, path, { { "page_size", 1 }, { "sort", "-push_time" } }, { list = true })[1]
end

return M
