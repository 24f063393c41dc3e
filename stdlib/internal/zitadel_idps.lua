--- @module assay.internal.zitadel_idps
--- @description Identity providers and the login policy of `assay.zitadel`.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local zitadel = require("assay.internal.zitadel_call")

local Client = {}

local EQUALS = zitadel.EQUALS
local call, decoded, is_success, named = zitadel.call, zitadel.decoded, zitadel.is_success, zitadel.named

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
    zitadel.warn("failed to create identity provider " .. body.name, res)
    return nil
  end
  local answer = decoded(res)
  return answer.idp_id or answer.id
end

local function update_idp(self, kind, id, body)
  local path = ("/admin/v1/idps/%s/%s"):format(kind, segment(id))
  local res = call(self, "PUT", path, body)
  -- the forms of GitLab are changed by POST in this API
  if res.status == 405 or res.status == 501 then res = call(self, "POST", path, body) end
  if not is_success(res) then zitadel.warn("failed to update identity provider " .. body.name, res) end
end

--- The id of the provider "Google", which is created when there is none; nil on failure. `opts`:
--- clientId, clientSecret, scopes, providerOptions; update (one that is there gets them).
function Client:ensure_google_idp(opts)
  return self:ensure_idp("google", rest.copy({ name = "Google" }, opts))
end

--- The id of a provider of a kind with a form of its own (`google`, `github`, `gitlab`, `azure`,
--- `github_es`, `gitlab_self_hosted`, `oauth`, `ldap`, `saml`, …), which is created when there is none;
--- nil on failure. `opts` as in ZITADEL's API: name, clientId, clientSecret, …; update: one that is
--- there gets them.
function Client:ensure_idp(kind, opts)
  if not opts.name then rest.fail("zitadel: ensure_idp requires name") end
  local body = rest.copy(opts)
  body.update = nil
  body.providerOptions = opts.providerOptions or provider_options(opts.autoLinking)
  body.autoLinking = nil
  if opts.clientId and not opts.scopes then body.scopes = SCOPES end
  local found = self:find_idp(opts.name)
  if not found then return create_idp(self, kind, body) end
  if opts.update then update_idp(self, kind, found.id, body) end
  return found.id
end

--- Deletes an identity provider.
function Client:delete_idp(idp_id)
  zitadel.request(self, "DELETE", "/admin/v1/idps/templates/" .. segment(idp_id))
end

--- The id of an OIDC provider, which is created or brought up to date; nil on failure. `opts`: name,
--- clientId, clientSecret, issuer, scopes, isIdTokenMapping, usePkce, autoLinking, providerOptions.
function Client:ensure_oidc_idp(opts)
  if not opts.name then rest.fail("zitadel: ensure_oidc_idp requires name") end
  local body = {
    name = opts.name,
    clientId = opts.clientId,
    clientSecret = opts.clientSecret,
    issuer = opts.issuer,
    scopes = opts.scopes or SCOPES,
    isIdTokenMapping = opts.isIdTokenMapping ~= false,
    usePkce = opts.usePkce,
    providerOptions = opts.providerOptions
      or provider_options(opts.autoLinking or "AUTO_LINKING_OPTION_EMAIL"),
  }
  local found = self:find_idp(opts.name)
  if not found then return create_idp(self, "generic_oidc", body) end
  update_idp(self, "generic_oidc", found.id, body)
  return found.id
end

--- Offers an identity provider at login; whether that is so afterwards.
function Client:add_idp_to_login_policy(idp_id)
  local res = call(self, "POST", "/admin/v1/policies/login/idps",
    { idpId = idp_id, ownerType = "IDP_OWNER_TYPE_SYSTEM" })
  if is_success(res) or res.status == 409 then return true end
  zitadel.warn("failed to add identity provider to the login policy", res)
  return false
end

--- The login policy, or nil.
function Client:get_login_policy()
  local res = call(self, "GET", "/admin/v1/policies/login")
  return is_success(res) and decoded(res).policy or nil
end

--- Replaces the login policy; whether that worked.
function Client:update_login_policy(policy)
  local res = call(self, "PUT", "/admin/v1/policies/login", policy)
  if not is_success(res) then zitadel.warn("failed to update the login policy", res) end
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

return Client
