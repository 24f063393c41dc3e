--- @module assay.zitadel
--- @description ZITADEL: projects, applications, identity providers, users, login policy.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")

local TOKEN_LIFE = 300
local SCOPE = "openid urn:zitadel:iam:org:project:id:zitadel:aud"
local EQUALS = "TEXT_QUERY_METHOD_EQUALS"
local PAGE = 100

local M, Client = {}, rest.class("zitadel")
local send = Client._send

local function warn(what, res)
  log.warn(("zitadel: %s (HTTP %d): %s"):format(what, res.status, res.body))
end

--- A token for the machine key, by the JWT profile.
local function authenticate(client)
  local key = client._key
  local now = math.floor(time())
  local assertion = crypto.jwt_sign({
    iss = key.userId,
    sub = key.userId,
    aud = client.issuer,
    iat = now,
    exp = now + TOKEN_LIFE,
  }, key.key, "RS256", { kid = key.keyId })
  local body = ("grant_type=%s&scope=%s&assertion=%s"):format(
    url.encode("urn:ietf:params:oauth:grant-type:jwt-bearer"),
    (url.encode(SCOPE):gsub("%%20", "+")), assertion)
  local res = send(client, "POST", "/oauth/v2/token", {
    anonymous = true,
    body = body,
    headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      Host = client.host_header,
    },
  })
  if res.status ~= 200 then
    rest.fail(("zitadel: token exchange failed (HTTP %d): %s"):format(res.status, res.body))
  end
  local read, answer = pcall(json.parse, res.body)
  if not read or type(answer) ~= "table" or not answer.access_token then rest.fail("zitadel: no access_token in token response") end
  client.access_token = answer.access_token
  client._expires = answer.expires_in and time() + answer.expires_in
end

--- `client(opts)`; `opts`: url, domain, and machine_key ({ userId, key, keyId }), machine_key_file or
--- token. Further: host (`auth.<domain>`), issuer (`https://<host>`), org_id.
function M.client(opts)
  opts = opts or {}
  assert.not_nil(opts.url, "zitadel.client: url required")
  assert.not_nil(opts.domain, "zitadel.client: domain required")
  local key = opts.machine_key
  if not key and opts.machine_key_file then key = json.parse(fs.read(opts.machine_key_file)) end
  if not key and not opts.token then
    rest.fail("zitadel.client: one of machine_key, machine_key_file, or token required")
  end
  local options = rest.copy(opts)
  options.token, options.machine_key, options.machine_key_file = nil, nil, nil
  options.host_header = opts.host or "auth." .. opts.domain
  options.issuer = opts.issuer or "https://" .. options.host_header
  local client = Client:new(options)
  if key then
    for _, field in ipairs { "userId", "key", "keyId" } do
      assert.not_nil(key[field], "zitadel: machine key missing " .. field)
    end
    rawset(client, "_key", key)
    authenticate(client)
  else
    client.access_token = opts.token
  end
  return client
end

function Client:_headers()
  return {
    Authorization = "Bearer " .. tostring(self.access_token),
    ["Content-Type"] = "application/json",
    Host = self.host_header,
    ["x-zitadel-orgid"] = self.org_id,
  }
end

function Client:_send(method, path, o)
  if self._key and self._expires and self._expires - 30 <= time() then authenticate(self) end
  local res = send(self, method, path, o)
  if res.status ~= 401 or not self._key then return res end
  authenticate(self)
  return send(self, method, path, o)
end

local function is_success(res)
  return res.status == 200 or res.status == 201
end

local function call(self, method, path, body)
  if method ~= "GET" then body = rest.object(body) end
  return self:_send(method, path, { body = body })
end

local function decoded(res)
  if res.body == nil or res.body == "" then return {} end
  local ok, answer = pcall(json.parse, res.body)
  if not ok or type(answer) ~= "table" then
    rest.fail(("zitadel: the answer is no JSON object (HTTP %d): %s"):format(res.status, res.body))
  end
  return answer
end

-- The organisation's domains belong to the management API; proxies may have them in the admin API.
local function domain_call(self, method, admin_path, management_method, management_path, body)
  local res = call(self, method, "/admin/v1/orgs/me/domains" .. admin_path, body)
  if res.status ~= 404 and res.status ~= 405 and res.status ~= 501 then return res end
  local path = "/management/v1/orgs/me/domains" .. management_path
  return call(self, management_method, path, body)
end

--- Makes `domain` the organisation's primary domain; whether that is so afterwards.
function Client:ensure_primary_domain(domain)
  local res = domain_call(self, "GET", "", "POST", "/_search")
  if not is_success(res) then
    warn("failed to list domains", res)
    return false
  end
  for _, entry in ipairs(decoded(res).result or {}) do
    if entry.domainName == domain and entry.isPrimary then return true end
  end
  res = domain_call(self, "POST", "", "POST", "", { domain = domain })
  if not is_success(res) and res.status ~= 409 then
    warn("failed to add domain " .. domain, res)
    return false
  end
  local path = "/" .. segment(domain) .. "/_set_primary"
  res = domain_call(self, "POST", path, "POST", path)
  if not is_success(res) then warn("failed to set primary domain " .. domain, res) end
  return is_success(res)
end

--- The first entry named `name`; entries without a name count as found by the server's filter.
local function named(result, name, is_strict)
  for _, entry in ipairs(result or {}) do
    if entry.name == name or (entry.name == nil and not is_strict) then return entry end
  end
  return nil
end

local function projects_search(name)
  return { queries = { { nameQuery = { name = name, method = EQUALS } } } }
end

local function fail_unless_answered(res, what)
  if not is_success(res) and res.status ~= 404 then
    rest.fail(("zitadel: failed to look for %s (HTTP %d): %s"):format(what, res.status, res.body))
  end
end

--- A project by its name, or nil.
function Client:find_project(name)
  local res = call(self, "POST", "/management/v1/projects/_search", projects_search(name))
  if not is_success(res) then return nil end
  return named(decoded(res).result, name)
end

--- Creates a project. `opts`: projectRoleAssertion.
function Client:create_project(name, opts)
  local body = { name = name, projectRoleAssertion = opts and opts.projectRoleAssertion }
  local res = call(self, "POST", "/management/v1/projects", body)
  if not is_success(res) then
    rest.fail(("zitadel: failed to create project '%s' (HTTP %d): %s"):format(
      name, res.status, res.body))
  end
  return decoded(res)
end

--- The project of that name, which is created when there is none.
function Client:ensure_project(name, opts)
  local res = call(self, "POST", "/management/v1/projects/_search", projects_search(name))
  fail_unless_answered(res, "project '" .. name .. "'")
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

local function unless_false(v)
  return v ~= false
end

--- Creates an OIDC application. `opts`: name, subdomain, callbackPath, redirectUris,
--- postLogoutRedirectUris, responseTypes, grantTypes, appType, authMethodType, accessTokenType,
--- devMode, clockSkew, … as in ZITADEL's API.
function Client:create_oidc_app(project_id, opts)
  local host = opts.subdomain and ("https://%s.%s"):format(opts.subdomain, self.domain)
  if not host and not opts.redirectUris then
    rest.fail("zitadel: create_oidc_app requires subdomain and callbackPath, or redirectUris")
  end
  local logout = opts.postLogoutRedirectUris or (host and { host .. "/" }) or nil
  local res = call(self, "POST", apps_path(project_id) .. "/oidc", {
    name = opts.name,
    redirectUris = opts.redirectUris or { host .. (opts.callbackPath or "/") },
    postLogoutRedirectUris = logout,
    responseTypes = opts.responseTypes or { "OIDC_RESPONSE_TYPE_CODE" },
    grantTypes = opts.grantTypes
      or { "OIDC_GRANT_TYPE_AUTHORIZATION_CODE", "OIDC_GRANT_TYPE_REFRESH_TOKEN" },
    appType = opts.appType or "OIDC_APP_TYPE_WEB",
    authMethodType = opts.authMethodType or "OIDC_AUTH_METHOD_TYPE_BASIC",
    accessTokenType = opts.accessTokenType or "OIDC_TOKEN_TYPE_BEARER",
    accessTokenRoleAssertion = unless_false(opts.accessTokenRoleAssertion),
    idTokenRoleAssertion = unless_false(opts.idTokenRoleAssertion),
    idTokenUserinfoAssertion = unless_false(opts.idTokenUserinfoAssertion),
    devMode = opts.devMode or false,
    clockSkew = opts.clockSkew or "0s",
  })
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

--- The OIDC application of that name, which is created when there is none.
function Client:ensure_oidc_app(project_id, opts)
  local found, res = search_app(self, project_id, opts.name)
  if found then return normal(found) end
  fail_unless_answered(res, "app '" .. tostring(opts.name) .. "'")
  return self:create_oidc_app(project_id, opts)
end

local function idp_search(self, name)
  return call(self, "POST", "/admin/v1/idps/templates/_search",
    { queries = { { idpNameQuery = { name = name, method = EQUALS } } } })
end

--- An identity provider by its name, or nil.
function Client:find_idp(name)
  local res = idp_search(self, name)
  if not is_success(res) then return nil end
  return named(decoded(res).result, name)
end

local SCOPES = { "openid", "email", "profile" }

local function provider_options(auto_linking)
  return {
    isLinkingAllowed = true,
    isCreationAllowed = true,
    isAutoCreation = true,
    isAutoUpdate = true,
    autoLinking = auto_linking,
  }
end

local function create_idp(self, kind, body)
  local res = call(self, "POST", "/admin/v1/idps/" .. kind, body)
  if not is_success(res) then
    warn("failed to create identity provider " .. body.name, res)
    return nil
  end
  local answer = decoded(res)
  return answer.idp_id or answer.id
end

--- The id of the provider "Google", which is created when there is none; nil on failure. `opts`:
--- clientId, clientSecret, scopes, providerOptions.
function Client:ensure_google_idp(opts)
  local found = self:find_idp("Google")
  if found then return found.id end
  return create_idp(self, "google", {
    name = "Google",
    clientId = opts.clientId,
    clientSecret = opts.clientSecret,
    scopes = opts.scopes or SCOPES,
    providerOptions = opts.providerOptions or provider_options(),
  })
end

--- The id of an OIDC provider, which is created or brought up to date; nil on failure. `opts`: name,
--- clientId, clientSecret, issuer, scopes, isIdTokenMapping, autoLinking, providerOptions.
function Client:ensure_oidc_idp(opts)
  if not opts.name then rest.fail("zitadel: ensure_oidc_idp requires name") end
  local body = {
    name = opts.name,
    clientId = opts.clientId,
    clientSecret = opts.clientSecret,
    issuer = opts.issuer,
    scopes = opts.scopes or SCOPES,
    isIdTokenMapping = unless_false(opts.isIdTokenMapping),
    providerOptions = opts.providerOptions
      or provider_options(opts.autoLinking or "AUTO_LINKING_OPTION_EMAIL"),
  }
  local found = self:find_idp(opts.name)
  if not found then return create_idp(self, "generic_oidc", body) end
  local res = call(self, "PUT", "/admin/v1/idps/generic_oidc/" .. segment(found.id), body)
  if not is_success(res) then warn("failed to update identity provider " .. opts.name, res) end
  return found.id
end

--- Offers an identity provider at login; whether that is so afterwards.
function Client:add_idp_to_login_policy(idp_id)
  local res = call(self, "POST", "/admin/v1/policies/login/idps",
    { idpId = idp_id, ownerType = "IDP_OWNER_TYPE_SYSTEM" })
  if is_success(res) or res.status == 409 then return true end
  warn("failed to add identity provider to the login policy", res)
  return false
end

--- Users that fit a query of ZITADEL's API: all pages unless it holds `query` (limit, offset).
function Client:search_users(query)
  local is_single = query ~= nil and query.query ~= nil
  local found = json.array({})
  repeat
    local body = query
    if #found > 0 then body = rest.copy(query, { query = { offset = tostring(#found) } }) end
    local res = call(self, "POST", "/management/v1/users/_search", body)
    if not is_success(res) then
      warn("failed to search users", res)
      return found
    end
    local answer = decoded(res)
    local page = answer.result or {}
    for _, user in ipairs(page) do found[#found + 1] = user end
    local total = tonumber(answer.details and answer.details.totalResult) or 0
  until is_single or #page == 0 or #found >= total
  return found
end

--- Sets a user's verified email address; whether that worked.
function Client:update_user_email(user_id, email)
  local path = "/management/v1/users/" .. segment(user_id) .. "/email"
  local res = call(self, "PUT", path, { email = email, isEmailVerified = true })
  if not is_success(res) then warn("failed to update the email of user " .. user_id, res) end
  return is_success(res)
end

--- The login policy, or nil.
function Client:get_login_policy()
  local res = call(self, "GET", "/admin/v1/policies/login")
  return is_success(res) and decoded(res).policy or nil
end

--- Replaces the login policy; whether that worked.
function Client:update_login_policy(policy)
  local res = call(self, "PUT", "/admin/v1/policies/login", policy)
  if not is_success(res) then warn("failed to update the login policy", res) end
  return is_success(res)
end

-- what the policy tells about itself
local READ_ONLY = { details = true, isDefault = true, idps = true, secondFactors = true,
  multiFactors = true }

--- Leaves only identity providers to log in with; whether that is so afterwards.
function Client:disable_password_login()
  local policy = self:get_login_policy()
  if not policy then return false end
  if not policy.allowUsernamePassword then return true end
  local changed = {}
  for key, value in pairs(policy) do
    if not READ_ONLY[key] then changed[key] = value end
  end
  changed.allowUsernamePassword = false
  changed.allowExternalIdp = true
  changed.hidePasswordReset = true
  changed.allowRegister = policy.allowRegister or false
  changed.forceMfa = policy.forceMfa or false
  changed.passwordlessType = policy.passwordlessType or "PASSWORDLESS_TYPE_NOT_ALLOWED"
  return self:update_login_policy(changed)
end

--- Whether the server is ready; the second result is the reason when it is not.
function Client:ready()
  local ok, res = pcall(send, self, "GET", "/debug/ready", { headers = { Host = self.host_header } })
  if not ok then return false, tostring(res) end
  return res.status == 200, res.status ~= 200 and "HTTP " .. res.status or nil
end

return M
