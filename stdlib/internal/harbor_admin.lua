--- @module assay.internal.harbor_admin
--- @description Robots, members, quotas, retention, replication and upkeep of `assay.harbor`.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local poll = require("assay.internal.poll")
local api = require("assay.internal.harbor_api")

local A = api.ROOT
local get, list = api.get, api.list
local ROLES = { projectAdmin = 1, developer = 2, guest = 3, maintainer = 4, limitedGuest = 5 }

local Client = {}

local function post(self, path, body, ok)
  local _, res = self:_post(path, rest.object(body), { ok = ok or 201, raw = true })
  return res
end

-- Robot accounts

--- The robot accounts. `opts`: q, such as "Level=project,ProjectID=1".
function Client:robots(opts)
  return list(self, A .. "/robots", opts, { { "q", opts and opts.q } })
end

--- A robot account by id.
function Client:robot(id)
  return get(self, A .. "/robots/" .. segment(id))
end

--- Creates a robot account: `{ id, name, secret, … }`; the secret is told once. `robot` needs name,
--- level ("system" or "project") and permissions; it does not expire unless `duration` (days) is set.
function Client:create_robot(robot)
  return (self:_post(A .. "/robots", rest.copy({ duration = -1 }, robot), { ok = 201 }))
end

--- Gives a robot account another secret, one that Harbor makes when it is nil; returns the secret.
function Client:renew_robot_secret(id, secret)
  local answer = self:_patch(A .. "/robots/" .. segment(id), { secret = secret or "" }, { ok = 200 })
  return answer and answer.secret ~= "" and answer.secret or secret
end

--- Deletes a robot account; false when there is none.
function Client:delete_robot(id)
  return api.delete(self, A .. "/robots/" .. segment(id))
end

-- Members

local function members_path(project)
  return api.project_path(project) .. "/members"
end

--- The members of a project. `opts`: entityname.
function Client:members(project_name, opts)
  return list(self, members_path(project_name), opts, { { "entityname", opts and opts.entityname } },
    { headers = api.named(project_name) })
end

--- Makes a user a member of a project; returns the membership's id. `role`: "projectAdmin",
--- "maintainer", "developer", "guest", "limitedGuest", or its number.
function Client:add_member(project_name, username, role)
  local _, res = self:_post(members_path(project_name), {
    role_id = ROLES[role] or role, member_user = { username = username },
  }, { ok = 201, raw = true, headers = api.named(project_name) })
  return api.made(res)
end

--- Ends a membership by its id; false when there is none.
function Client:remove_member(project_name, id)
  local path = members_path(project_name) .. "/" .. segment(id)
  return api.delete(self, path, { headers = api.named(project_name) })
end

-- Quotas

--- The quotas `{ id, ref, hard, used }`. `opts`: reference ("project"), reference_id.
function Client:quotas(opts)
  opts = opts or {}
  return list(self, A .. "/quotas", opts, {
    { "reference", opts.reference }, { "reference_id", opts.reference_id },
  })
end

--- A quota by id.
function Client:quota(id)
  return get(self, A .. "/quotas/" .. segment(id))
end

--- Sets the limits of a quota, such as { storage = 10 * 1024 ^ 3 } bytes; -1 is none.
function Client:set_quota(id, hard)
  local limits = {}
  for name, value in pairs(hard) do limits[name] = math.tointeger(value) or value end
  self:_put(A .. "/quotas/" .. segment(id), { hard = rest.object(limits) }, { ok = 200, raw = true })
  return true
end

-- Retention of tags

local function retention_path(id, ...)
  return table.concat({ A .. "/retentions", segment(id), ... }, "/")
end

--- A retention policy by id, which is `metadata.retention_id` of its project.
function Client:retention(id)
  return get(self, retention_path(id))
end

-- a policy without rules has a list of none
local function with_rules(policy)
  return rest.copy(policy, { rules = policy.rules and rest.array(policy.rules) })
end

--- Creates a retention policy { algorithm, rules, trigger, scope }; returns its id.
function Client:create_retention(policy)
  return api.made(post(self, A .. "/retentions", with_rules(policy)))
end

--- Replaces a retention policy.
function Client:update_retention(id, policy)
  self:_put(retention_path(id), with_rules(policy), { ok = 200, raw = true })
  return true
end

--- Deletes a retention policy; false when there is none.
function Client:delete_retention(id)
  return api.delete(self, retention_path(id))
end

--- Applies a retention policy now; returns the execution's id. `opts`: dry_run.
function Client:run_retention(id, opts)
  local body = { dry_run = opts ~= nil and opts.dry_run == true }
  return api.made(post(self, retention_path(id, "executions"), body, { 200, 201 }))
end

--- The executions of a retention policy.
function Client:retention_executions(id, opts)
  return list(self, retention_path(id, "executions"), opts)
end

-- Registries and replication

--- The registries that are replicated from and to. `opts`: q, name.
function Client:registries(opts)
  opts = opts or {}
  return list(self, A .. "/registries", opts, { { "q", opts.q }, { "name", opts.name } })
end

--- Creates a registry { name, url, type, credential, insecure }; returns its id.
function Client:create_registry(registry)
  return api.made(post(self, A .. "/registries", registry))
end

--- Deletes a registry; false when there is none.
function Client:delete_registry(id)
  return api.delete(self, A .. "/registries/" .. segment(id))
end

--- The replication policies. `opts`: q, name.
function Client:replication_policies(opts)
  opts = opts or {}
  return list(self, A .. "/replication/policies", opts, { { "q", opts.q }, { "name", opts.name } })
end

--- Creates a replication policy; returns its id.
function Client:create_replication_policy(policy)
  return api.made(post(self, A .. "/replication/policies", policy))
end

--- The replication executions. `opts`: policy_id, status, trigger.
function Client:replication_executions(opts)
  opts = opts or {}
  return list(self, A .. "/replication/executions", opts, {
    { "policy_id", opts.policy_id }, { "status", opts.status }, { "trigger", opts.trigger },
  })
end

local function execution_path(id)
  return A .. "/replication/executions/" .. segment(id)
end

--- A replication execution by id.
function Client:replication_execution(id)
  return get(self, execution_path(id))
end

--- The tasks of a replication execution. `opts`: status, resource_type.
function Client:replication_tasks(id, opts)
  opts = opts or {}
  return list(self, execution_path(id) .. "/tasks", opts, {
    { "status", opts.status }, { "resource_type", opts.resource_type },
  })
end

--- Starts a replication; true, and the execution's id as second result.
function Client:start_replication(policy_id)
  local id = api.made(post(self, A .. "/replication/executions", { policy_id = policy_id }))
  return true, id ~= true and id or nil
end

--- Stops a replication execution.
function Client:stop_replication(id)
  self:_put(execution_path(id), nil, { ok = 200, raw = true })
  return true
end

local OVER = { Failed = true, Stopped = true, Error = true }
local DONE = { Succeed = true, Success = true }

--- Waits until a replication execution has succeeded; returns it. One that failed or was stopped is
--- an error at once. `opts`: interval (5 s).
function Client:wait_replication(id, timeout_secs, opts)
  local o = rest.copy({ timeout = timeout_secs or 300, interval = 5 }, opts)
  return poll(o, ("harbor: replication %s not finished"):format(rest.text(id)), function()
    local execution = self:replication_execution(id)
    local seen = ("status %s, %s of %s done, %s failed"):format(tostring(execution.status),
      rest.text(execution.succeed), rest.text(execution.total), rest.text(execution.failed))
    if OVER[execution.status] then
      error({ stop = ("harbor: replication %s: %s"):format(rest.text(id), seen) })
    end
    return DONE[execution.status] and execution, seen
  end)
end

-- Upkeep

--- The runs of the garbage collection. `opts`: q.
function Client:gc_runs(opts)
  return list(self, A .. "/system/gc", opts, { { "q", opts and opts.q } })
end

--- Starts the garbage collection; returns the run's id. `opts`: delete_untagged, dry_run, workers.
function Client:start_gc(opts)
  opts = opts or {}
  return api.made(post(self, A .. "/system/gc/schedule", {
    schedule = { type = "Manual" },
    parameters = rest.object {
      delete_untagged = opts.delete_untagged, dry_run = opts.dry_run, workers = opts.workers,
    },
  }))
end

--- Starts a scan of all artifacts.
function Client:scan_all()
  post(self, A .. "/system/scanAll/schedule", { schedule = { type = "Manual" } })
  return true
end

return Client
