--- @module assay.unleash
--- @description Unleash: projects, features, environments, strategies, API tokens.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local api = require("assay.internal.unleash_api")

local A = api.ADMIN

local M, Client = {}, rest.class("unleash")

rest.include(Client, require("assay.internal.unleash_features"))
rest.include(Client, require("assay.internal.unleash_strategies"))

--- `client(url, opts)`; `opts`: token, an admin or personal token.
function M.client(...)
  return Client:new(rest.options({ "url", "token" }, ...))
end

function Client:_headers()
  return { Authorization = self.token }
end

local get, send, project_path = api.get, api.send, api.project

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

--- Deletes a project. `opts.ignore_not_found`: one that is not there is no error.
function Client:delete_project(id, opts) return api.delete(self, project_path(id), opts) end

--- The environments.
function Client:environments() return get(self, A .. "/environments", "environments") end

local function environment_path(env_name)
  return A .. "/environments/" .. segment(env_name)
end

--- An environment, or nil.
function Client:environment(env_name) return get(self, environment_path(env_name)) end

--- Offers an environment to all projects.
function Client:environment_on(env_name)
  return send(self, "POST", environment_path(env_name) .. "/on")
end

--- Takes an environment from all projects' offer.
function Client:environment_off(env_name)
  return send(self, "POST", environment_path(env_name) .. "/off")
end

--- Adds an environment to a project.
function Client:enable_environment(project, env_name)
  return send(self, "POST", project_path(project) .. "/environments", { environment = env_name })
end

--- Takes an environment from a project. `opts.ignore_not_found`.
function Client:disable_environment(project, env_name, opts)
  return api.delete(self, project_path(project) .. "/environments/" .. segment(env_name), opts)
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

-- errors must not hold the token
local HIDDEN = A .. "/api-tokens/***"

--- Sets when an API token ends (RFC 3339).
function Client:update_token(secret, expires_at)
  return (self:_secretly("PUT", A .. "/api-tokens/" .. segment(secret), {
    body = { expiresAt = expires_at }, what = "PUT " .. HIDDEN,
  }))
end

--- Deletes an API token. `opts.ignore_not_found`.
function Client:delete_token(secret, opts)
  return api.delete(self, A .. "/api-tokens/" .. segment(secret), opts, "DELETE " .. HIDDEN)
end

--- What the SDKs of applications get (`.features`), with their token `secret`; with the client's
--- own unless given.
function Client:client_features(secret)
  return (self:_get("/api/client/features", { ok = 200, headers = { Authorization = secret } }))
end

--- Whether the server can answer; the second result is the reason when it can't. Servers without
--- `/ready` are asked for their health.
function Client:ready()
  local ok, res = pcall(self._send, self, "GET", "/ready", { retries = 0 })
  if ok and res.status == 404 then
    ok, res = pcall(self._send, self, "GET", "/health", { retries = 0 })
  end
  if not ok then return false, tostring(res) end
  return res.status == 200, res.status ~= 200 and "HTTP " .. res.status or nil
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
  log.info("unleash: healthy at " .. rest.public(url))
  return true
end

--- The project `id`, which is created when there is none. `opts`: name, description; `update`: one that
--- is there gets them.
function M.ensure_project(client, id, opts)
  opts = opts or {}
  local found = client:project(id)
  if found then
    local differs = (opts.name or found.name) ~= found.name
      or (opts.description or found.description) ~= found.description
    if opts.update and differs then
      client:update_project(id, {
        name = opts.name or found.name, description = opts.description or found.description,
      })
      found = client:project(id)
    end
    log.info(("unleash: project %s exists"):format(id))
    return found
  end
  local created =
    client:create_project({ id = id, name = opts.name or id, description = opts.description })
  log.info(("unleash: project %s created"):format(id))
  return created
end

--- The feature `name`, which is created when there is none. `opts` as in Unleash's API: `type`
--- ("release"), `description`, `impressionData`.
function M.ensure_feature(client, project, name, opts)
  local found = client:feature(project, name)
  if found then
    log.info(("unleash: feature %s exists"):format(name))
    return found
  end
  local created = client:create_feature(project, rest.copy(opts, { name = name }))
  log.info(("unleash: feature %s created"):format(name))
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

return rest.guard(M, "unleash")
