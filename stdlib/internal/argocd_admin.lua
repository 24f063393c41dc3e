--- @module assay.internal.argocd_admin
--- @description Sets of applications, projects, repositories, clusters and accounts of `assay.argocd`.

local rest = require("assay.internal.client")
local api = require("assay.internal.argocd_api")
local segment = require("assay.internal.segment")

local request, items = api.request, api.items
local SETS = "/api/v1/applicationsets"
local PROJECTS = "/api/v1/projects"
local ACCOUNTS = "/api/v1/account"

local Client = {}

-- Whether something was deleted: 404 is false.
local function delete(self, path, query)
  local _, res = self:_delete(rest.with_query(path, query or {}), { missing = true, raw = true })
  return res.status ~= 404
end

-- Sessions

--- Logs in with the client's username and password; returns the token, which the client uses from
--- then on. Without it the first request that needs a session logs in.
function Client:login()
  local answer = self:_request("POST", "/api/v1/session", {
    ok = 200, anonymous = true, body = { username = self.username, password = self.password },
  })
  if type(answer) ~= "table" or type(answer.token) ~= "string" then
    rest.fail("argocd: POST /api/v1/session: the answer has no token")
  end
  rawset(self, "_session", answer.token)
  return answer.token
end

--- Ends the client's session.
function Client:logout()
  self:_delete("/api/v1/session", { raw = true })
  rawset(self, "_session", nil)
end

-- Sets of applications

--- The sets of applications. `opts`: projects (a list), selector, appset_namespace.
function Client:application_sets(opts)
  opts = opts or {}
  return items(self, SETS, {
    { "projects", opts.projects }, { "selector", opts.selector },
    { "appsetNamespace", opts.appset_namespace },
  })
end

--- A set of applications. `opts`: appset_namespace.
function Client:application_set(name, opts)
  return request(self, "GET", SETS .. "/" .. segment(name), {
    { "appsetNamespace", opts and opts.appset_namespace },
  })
end

--- Creates a set of applications. `opts`: upsert, dry_run.
function Client:create_application_set(set, opts)
  opts = opts or {}
  return request(self, "POST", SETS, { { "upsert", opts.upsert }, { "dryRun", opts.dry_run } }, set)
end

--- Deletes a set of applications; false when there is none. `opts`: appset_namespace.
function Client:delete_application_set(name, opts)
  return delete(self, SETS .. "/" .. segment(name), {
    { "appsetNamespace", opts and opts.appset_namespace },
  })
end

-- Projects

--- The projects.
function Client:projects()
  return items(self, PROJECTS)
end

--- A project.
function Client:project(name) return request(self, "GET", PROJECTS .. "/" .. segment(name)) end

--- Creates a project { metadata, spec }. `opts`: upsert.
function Client:create_project(project, opts)
  return request(self, "POST", PROJECTS, nil, { project = project, upsert = opts and opts.upsert })
end

--- Replaces a project, which must have been read: the server compares its resourceVersion.
function Client:update_project(project)
  local name = (project.metadata or {}).name
  if not name then rest.fail("argocd.update_project: a project needs metadata.name") end
  return request(self, "PUT", PROJECTS .. "/" .. segment(name), nil, { project = project })
end

--- Deletes a project; false when there is none.
function Client:delete_project(name)
  return delete(self, PROJECTS .. "/" .. segment(name))
end

--- A token for a role of a project. `opts`: expires_in (seconds), id, description.
function Client:project_token(project, role, opts)
  opts = opts or {}
  local path = ("%s/%s/roles/%s/token"):format(PROJECTS, segment(project), segment(role))
  local answer = request(self, "POST", path, nil, {
    project = project, role = role, id = opts.id, description = opts.description,
    expiresIn = opts.expires_in,
  })
  return answer and answer.token
end

-- Repositories and clusters

--- Registers a repository { repo, username, password, type, … }. `opts`: upsert.
function Client:create_repository(repository, opts)
  return request(self, "POST", "/api/v1/repositories", { { "upsert", opts and opts.upsert } },
    repository)
end

--- Forgets a repository; false when there is none. `opts`: app_project.
function Client:delete_repository(repo_url, opts)
  return delete(self, "/api/v1/repositories/" .. rest.escape(repo_url), {
    { "appProject", opts and opts.app_project },
  })
end

--- Registers a cluster { server, name, config, … }. `opts`: upsert.
function Client:create_cluster(cluster, opts)
  return request(self, "POST", "/api/v1/clusters", { { "upsert", opts and opts.upsert } }, cluster)
end

--- Forgets a cluster; false when there is none.
function Client:delete_cluster(server_url)
  return delete(self, "/api/v1/clusters/" .. rest.escape(server_url))
end

-- Accounts

--- The accounts `{ name, enabled, capabilities, tokens }`.
function Client:accounts()
  return items(self, ACCOUNTS)
end

--- A token for an account. `opts`: expires_in (seconds), id.
function Client:account_token(name, opts)
  opts = opts or {}
  local answer = request(self, "POST", ("%s/%s/token"):format(ACCOUNTS, segment(name)), nil, {
    name = name, id = opts.id, expiresIn = opts.expires_in,
  })
  return answer and answer.token
end

--- Takes a token of an account back; false when there is none.
function Client:delete_account_token(name, id)
  return delete(self, ("%s/%s/token/%s"):format(ACCOUNTS, segment(name), segment(id)))
end

return Client
