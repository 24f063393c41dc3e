--- @module assay.internal.zitadel_projects
--- @description Projects, applications and roles of `assay.zitadel`.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local zitadel = require("assay.internal.zitadel_call")

local Client = {}

local EQUALS, PAGE = zitadel.EQUALS, zitadel.PAGE
local call, decoded, is_success, named = zitadel.call, zitadel.decoded, zitadel.is_success, zitadel.named
local request = zitadel.request

local function projects_search(name)
  return { queries = { { nameQuery = { name = name, method = EQUALS } } } }
end

--- A project by its name, or nil.
function Client:find_project(name)
  local res = call(self, "POST", "/management/v1/projects/_search", projects_search(name))
  if not is_success(res) then return nil end
  return named(decoded(res).result, name)
end

--- Creates a project. `opts`: projectRoleAssertion, projectRoleCheck, hasProjectCheck,
--- privateLabelingSetting.
function Client:create_project(name, opts)
  local res = call(self, "POST", "/management/v1/projects", rest.copy(opts, { name = name }))
  if not is_success(res) then
    rest.fail(("zitadel: failed to create project '%s' (HTTP %d): %s"):format(
      name, res.status, res.body))
  end
  return decoded(res)
end

--- The project of that name, which is created when there is none.
function Client:ensure_project(name, opts)
  local res = call(self, "POST", "/management/v1/projects/_search", projects_search(name))
  zitadel.check_search(res, "project '" .. name .. "'")
  local found = is_success(res) and named(decoded(res).result, name)
  return found or self:create_project(name, opts)
end

local function apps_path(project_id)
  return "/management/v1/projects/" .. segment(project_id) .. "/apps"
end

--- The application, or nil, and the last answer.
local function search_app(self, project_id, name)
  local path = apps_path(project_id) .. "/_search"
  local filter = { { nameQuery = { name = name, method = EQUALS } } }
  local res = call(self, "POST", path, { query = { limit = PAGE }, queries = filter })
  if is_success(res) then return named(decoded(res).result, name, true), res end
  local offset = 0
  repeat
    local query = { limit = PAGE, offset = offset > 0 and tostring(offset) or nil }
    res = call(self, "POST", path, { query = query })
    if not is_success(res) then return nil, res end
    local result = decoded(res).result or {}
    local found = named(result, name, true)
    if found then return found, res end
    offset = offset + PAGE
  until #result < PAGE
  return nil, res
end

--- Names that both created and found applications have.
local function normal(app)
  if not app then return nil end
  if type(app) ~= "table" then rest.fail("zitadel: the answer is no application") end
  local oidc = app.oidcConfig or {}
  app.id = app.id or app.appId
  app.appId = app.appId or app.id
  app.clientId = app.clientId or oidc.clientId
  return app
end

--- An application of a project by its name, or nil.
function Client:find_app(project_id, name)
  return normal((search_app(self, project_id, name)))
end

--- The settings of an OIDC application in ZITADEL's API, without its name.
local function oidc_config(self, opts)
  local host = opts.subdomain and ("https://%s.%s"):format(opts.subdomain, self.domain)
  if not host and not opts.redirectUris then
    rest.fail("zitadel: create_oidc_app requires subdomain and callbackPath, or redirectUris")
  end
  local logout = opts.postLogoutRedirectUris or (host and { host .. "/" }) or nil
  return {
    redirectUris = opts.redirectUris or { host .. (opts.callbackPath or "/") },
    postLogoutRedirectUris = logout,
    responseTypes = opts.responseTypes or { "OIDC_RESPONSE_TYPE_CODE" },
    grantTypes = opts.grantTypes
      or { "OIDC_GRANT_TYPE_AUTHORIZATION_CODE", "OIDC_GRANT_TYPE_REFRESH_TOKEN" },
    appType = opts.appType or "OIDC_APP_TYPE_WEB",
    authMethodType = opts.authMethodType or "OIDC_AUTH_METHOD_TYPE_BASIC",
    accessTokenType = opts.accessTokenType or "OIDC_TOKEN_TYPE_BEARER",
    accessTokenRoleAssertion = opts.accessTokenRoleAssertion ~= false,
    idTokenRoleAssertion = opts.idTokenRoleAssertion ~= false,
    idTokenUserinfoAssertion = opts.idTokenUserinfoAssertion ~= false,
    devMode = opts.devMode or false,
    clockSkew = opts.clockSkew or "0s",
    additionalOrigins = opts.additionalOrigins,
    skipNativeAppSuccessPage = opts.skipNativeAppSuccessPage,
    backChannelLogoutUri = opts.backChannelLogoutUri,
    loginVersion = opts.loginVersion,
  }
end

--- Creates an OIDC application. `opts`: name, subdomain, callbackPath, redirectUris,
--- postLogoutRedirectUris, responseTypes, grantTypes, appType, authMethodType, accessTokenType,
--- devMode, clockSkew, … as in ZITADEL's API.
function Client:create_oidc_app(project_id, opts)
  local body = rest.copy(oidc_config(self, opts), { name = opts.name })
  local res = call(self, "POST", apps_path(project_id) .. "/oidc", body)
  if res.status == 409 then
    return self:find_app(project_id, opts.name) or { id = "existing", name = opts.name }
  end
  if not is_success(res) then
    rest.fail(("zitadel: failed to create OIDC app '%s' (HTTP %d): %s"):format(
      tostring(opts.name), res.status, res.body))
  end
  local created = normal(decoded(res))
  created.name = created.name or opts.name
  return created
end

--- The OIDC application of that name, which is created when there is none. `opts.update`: one that is
--- there gets the settings.
function Client:ensure_oidc_app(project_id, opts)
  local found, res = search_app(self, project_id, opts.name)
  if found then
    if opts.update then self:update_oidc_app(project_id, found.id, opts) end
    return normal(found)
  end
  zitadel.check_search(res, "app '" .. tostring(opts.name) .. "'")
  return self:create_oidc_app(project_id, opts)
end

--- Replaces the settings of an OIDC application; whether they differed. `opts` as for
--- `create_oidc_app`.
function Client:update_oidc_app(project_id, app_id, opts)
  local path = ("%s/%s/oidc_config"):format(apps_path(project_id), segment(app_id))
  return zitadel.update(self, path, oidc_config(self, opts))
end

--- A new secret of an OIDC application; the old one ends.
function Client:regenerate_oidc_secret(project_id, app_id)
  local path = ("%s/%s/oidc_config/_generate_client_secret"):format(apps_path(project_id), segment(app_id))
  return request(self, "POST", path).clientSecret
end

--- Creates an application for an API, which checks tokens: `appId`, `clientId`, `clientSecret`.
--- `opts.authMethodType`: `API_AUTH_METHOD_TYPE_BASIC` or `API_AUTH_METHOD_TYPE_PRIVATE_KEY_JWT`.
function Client:create_api_app(project_id, name, opts)
  local method = opts and opts.authMethodType or "API_AUTH_METHOD_TYPE_BASIC"
  local created = request(self, "POST", apps_path(project_id) .. "/api", {
    name = name, authMethodType = method,
  })
  return normal(created)
end

--- Deletes an application.
function Client:delete_app(project_id, app_id)
  request(self, "DELETE", apps_path(project_id) .. "/" .. segment(app_id))
end

--- Deletes a project with its applications.
function Client:delete_project(project_id)
  request(self, "DELETE", "/management/v1/projects/" .. segment(project_id))
end

-- Roles

local function roles_path(project_id)
  return "/management/v1/projects/" .. segment(project_id) .. "/roles"
end

--- The roles of a project: `{ key, displayName, group }`.
function Client:project_roles(project_id)
  return zitadel.search_all(self, roles_path(project_id) .. "/_search")
end

--- Adds the roles that a project does not have: a list of keys, or of `{ key, displayName, group }`.
--- Returns how many.
function Client:ensure_project_roles(project_id, roles)
  if type(roles) ~= "table" then
    rest.fail("zitadel.ensure_project_roles: the roles must be a list, got " .. type(roles))
  end
  local known, missing = {}, json.array({})
  for _, role in ipairs(self:project_roles(project_id)) do known[role.key] = true end
  for _, role in ipairs(roles) do
    if type(role) ~= "table" then role = { key = role } end
    if not known[role.key] then
      missing[#missing + 1] = rest.copy({ displayName = role.key }, role)
    end
  end
  if #missing > 0 then
    request(self, "POST", roles_path(project_id) .. "/_bulk", { roles = missing })
  end
  return #missing
end

--- Removes a role of a project.
function Client:delete_project_role(project_id, role_key)
  request(self, "DELETE", roles_path(project_id) .. "/" .. segment(role_key))
end

--- Lets another organisation use a project, with some of its roles; returns `grantId`.
function Client:grant_project(project_id, org_id, role_keys)
  local path = "/management/v1/projects/" .. segment(project_id) .. "/grants"
  return request(self, "POST", path, { grantedOrgId = org_id, roleKeys = rest.array(role_keys) }).grantId
end

return Client
