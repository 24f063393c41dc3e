--- @module assay.unleash
--- @description Unleash: projects, features, environments, strategies, API tokens.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")

local A = "/api/admin"

local M, Client = {}, rest.class("unleash")

--- `client(url, opts)`; `opts`: token, an admin or personal token.
function M.client(...)
  return Client:new(rest.options({ "url", "token" }, ...))
end

function Client:_headers()
  return { Authorization = self.token }
end

local function get(self, path, field)
  local answer = self:_get(path, { ok = 200, missing = true })
  if not field then return answer end
  return answer and answer[field] or json.array({})
end

local function send(self, method, path, body)
  return (self:_request(method, path, { body = body }))
end

local function project_path(id)
  return A .. "/projects/" .. segment(id)
end

local function feature_path(project, name)
  return project_path(project) .. "/features/" .. segment(name)
end

local function strategies_path(project, name, env_name)
  return feature_path(project, name) .. "/environments/" .. segment(env_name) .. "/strategies"
end

--- The server's health.
function Client:health() return (self:_get("/health", { ok = 200 })) end

--- The projects.
function Client:projects() return get(self, A .. "/projects", "projects") end

--- A project, or nil.
function Client:project(id)
  local found = get(self, project_path(id))
  if found then return found end
  -- what has its place since Unleash 7
  found = get(self, project_path(id) .. "/overview")
  if found then found.id = found.id or id end
  return found
end

--- Creates a project.
function Client:create_project(project) return send(self, "POST", A .. "/projects", project) end

--- Replaces the settings of a project.
function Client:update_project(id, project) return send(self, "PUT", project_path(id), project) end

--- Deletes a project.
function Client:delete_project(id) return send(self, "DELETE", project_path(id)) end

--- The environments.
function Client:environments() return get(self, A .. "/environments", "environments") end

--- Adds an environment to a project.
function Client:enable_environment(project, env_name)
  return send(self, "POST", project_path(project) .. "/environments", { environment = env_name })
end

--- Takes an environment from a project.
function Client:disable_environment(project, env_name)
  return send(self, "DELETE", project_path(project) .. "/environments/" .. segment(env_name))
end

--- The features of a project.
function Client:features(project) return get(self, project_path(project) .. "/features", "features") end

--- A feature, or nil.
function Client:feature(project, name) return get(self, feature_path(project, name)) end

--- Creates a feature.
function Client:create_feature(project, feature)
  return send(self, "POST", project_path(project) .. "/features", feature)
end

--- Replaces the settings of a feature.
function Client:update_feature(project, name, feature)
  return send(self, "PUT", feature_path(project, name), feature)
end

--- Changes a feature by a JSON Patch.
function Client:patch_feature(project, name, operations)
  return send(self, "PATCH", feature_path(project, name), rest.array(operations))
end

--- Archives a feature.
function Client:archive_feature(project, name) return send(self, "DELETE", feature_path(project, name)) end

local function toggle(self, project, name, env_name, state)
  local path = feature_path(project, name) .. "/environments/" .. segment(env_name) .. "/" .. state
  return send(self, "POST", path, json.object({}))
end

--- Turns a feature on in an environment.
function Client:toggle_on(project, name, env_name) return toggle(self, project, name, env_name, "on") end

--- Turns a feature off in an environment.
function Client:toggle_off(project, name, env_name) return toggle(self, project, name, env_name, "off") end

--- The strategies of a feature in an environment.
function Client:strategies(project, name, env_name)
  local answer = get(self, strategies_path(project, name, env_name))
  if not answer then return json.array({}) end
  return #answer == 0 and answer.strategies or answer
end

--- Adds a strategy.
function Client:add_strategy(project, name, env_name, strategy)
  return send(self, "POST", strategies_path(project, name, env_name), strategy)
end

--- Replaces a strategy.
function Client:update_strategy(project, name, env_name, id, strategy)
  local path = strategies_path(project, name, env_name) .. "/" .. segment(id)
  return send(self, "PUT", path, strategy)
end

--- Removes a strategy.
function Client:delete_strategy(project, name, env_name, id)
  return send(self, "DELETE", strategies_path(project, name, env_name) .. "/" .. segment(id))
end

--- The API tokens.
function Client:tokens() return get(self, A .. "/api-tokens", "tokens") end

--- Creates an API token. The server's newer versions call `username` `tokenName`; either is sent as
--- both.
function Client:create_token(config)
  local name = config.tokenName or config.username
  local both = rest.copy(config, { tokenName = name, username = name })
  local res = self:_send("POST", A .. "/api-tokens", { body = both })
  if res.status == 400 then
    -- a server that takes only one of them
    local one = rest.copy(config, { tokenName = name })
    one.username = nil
    local again = self:_send("POST", A .. "/api-tokens", { body = one })
    if again.status < 300 then res = again end
  end
  if res.status < 200 or res.status > 299 then self:_fail("POST", A .. "/api-tokens", res) end
  return self:_decode("POST", A .. "/api-tokens", res)
end

--- Deletes an API token.
function Client:delete_token(secret)
  -- errors must not hold the token
  local what = "DELETE " .. A .. "/api-tokens/***"
  return (self:_delete(A .. "/api-tokens/" .. segment(secret), { what = what }))
end

--- Waits until the server at `url` is healthy. `opts`: timeout (60), interval (2), and those of a
--- connection.
function M.wait(url, opts)
  local client = Client:new(rest.of_client(opts, url))
  rest.wait(opts, "unleash.wait: not reachable at " .. url, function()
    local ok, res = pcall(client._send, client, "GET", "/health", { anonymous = true, retries = 0 })
    if not ok then return false, tostring(res) end
    return res.status == 200, "HTTP " .. res.status
  end)
  log.info("unleash: healthy at " .. url)
  return true
end

--- The project `id`, which is created when there is none. `opts`: name, description.
function M.ensure_project(client, id, opts)
  opts = opts or {}
  local found = client:project(id)
  if found then
    log.info(("unleash: project %s exists"):format(id))
    return found
  end
  local created =
    client:create_project({ id = id, name = opts.name or id, description = opts.description })
  log.info(("unleash: project %s created"):format(id))
  return created
end

--- Adds an environment to a project unless it has it.
function M.ensure_environment(client, project, env_name)
  local path = project_path(project) .. "/environments"
  local ok, res = pcall(client._send, client, "POST", path, { body = { environment = env_name } })
  if not ok then rest.fail("unleash.ensure_environment: " .. tostring(res)) end
  local is_there = res.status == 409 or (res.status == 400 and res.body:find("already", 1, true))
  if not is_there and (res.status < 200 or res.status > 299) then
    rest.fail(("unleash.ensure_environment: unleash: POST %s HTTP %d: %s"):format(
      path, res.status, res.body))
  end
  log.info(("unleash: environment %s enabled in %s"):format(env_name, project))
  return true
end

-- the older name of a type, which newer servers list, too
local function token_type(name)
  return name == "backend" and "client" or name
end

--- The API token with `opts.username` and `opts.type` (and `opts.environment`), which is created
--- when there is none. `opts`: projects.
function M.ensure_token(client, opts)
  opts = opts or {}
  local name = opts.username or opts.tokenName
  assert.not_nil(name, "unleash.ensure_token: opts.username is required")
  assert.not_nil(opts.type, "unleash.ensure_token: opts.type is required")
  for _, token in ipairs(client:tokens()) do
    local fits = (token.username == name or token.tokenName == name) and token_type(token.type) == token_type(opts.type)
      and (opts.environment == nil or token.environment == opts.environment)
    if fits then
      log.info(("unleash: token %s exists"):format(name))
      return token
    end
  end
  local token = client:create_token({
    username = name,
    type = opts.type,
    environment = opts.environment,
    projects = opts.projects,
  })
  log.info(("unleash: token %s created"):format(name))
  return token
end

return M
