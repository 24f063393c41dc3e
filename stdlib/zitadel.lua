--- @module assay.zitadel
--- @description ZITADEL: projects, applications, identity providers, users, login policy.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local zitadel = require("assay.internal.zitadel_call")

local TOKEN_LIFE = 300
local SCOPE = "openid urn:zitadel:iam:org:project:id:zitadel:aud"

local M, Client = {}, rest.class("zitadel", {
  "domain", "host", "issuer", "org_id", "machine_key", "machine_key_file", "client_id", "client_secret",
  "access_token",
})
local send, options_of = Client._send, Client._options
-- whose the access token is: the server and the one who asks
local OF_TOKEN = {
  "url", "domain", "host", "issuer", "token", "machine_key", "machine_key_file", "client_id", "client_secret",
}

rest.include(Client, require("assay.internal.zitadel_projects"))
rest.include(Client, require("assay.internal.zitadel_idps"))
rest.include(Client, require("assay.internal.zitadel_users"))

-- The form of a machine key's token request: an assertion of the JWT profile.
local function by_key(client)
  local key = client._key
  local now = math.floor(time())
  local assertion = crypto.jwt_sign({
    iss = key.userId,
    sub = key.userId,
    aud = client.issuer,
    iat = now,
    exp = now + TOKEN_LIFE,
  }, key.key, "RS256", { kid = key.keyId })
  return ("grant_type=%s&scope=%s&assertion=%s"):format(
    url.encode("urn:ietf:params:oauth:grant-type:jwt-bearer"),
    (url.encode(SCOPE):gsub("%%20", "+")), assertion)
end

--- A token for the machine key, or for the client's id and secret.
local function authenticate(client)
  local secret = client._secret
  local res = send(client, "POST", "/oauth/v2/token", {
    anonymous = true,
    body = secret and "grant_type=client_credentials&scope=" .. url.encode(SCOPE) or by_key(client),
    headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      Host = client.host_header,
      Authorization = secret and rest.authorization(secret),
    },
  })
  if res.status ~= 200 then
    rest.fail(("zitadel: token exchange failed (HTTP %d): %s"):format(res.status, res.body))
  end
  local read, answer = pcall(json.parse, res.body)
  if not read or type(answer) ~= "table" or not answer.access_token then
    rest.fail("zitadel: no access_token in token response")
  end
  client.access_token = answer.access_token
  client._expires = answer.expires_in and time() + answer.expires_in
end

--- `client(opts)`; `opts`: url, domain, and machine_key ({ userId, key, keyId }), machine_key_file,
--- token, or client_id and client_secret (of a machine user). Further: host (`auth.<domain>`), issuer (`https://<host>`), org_id.
function M.client(opts)
  return Client:new(opts or {})
end

function Client:_complete(client)
  assert.not_nil(client.url, "zitadel.client: url required")
  assert.not_nil(client.domain, "zitadel.client: domain required")
  local key = client.machine_key
  if not key and client.machine_key_file then
    local is_read
    is_read, key = pcall(json.parse, fs.read(client.machine_key_file))
    if not is_read or type(key) ~= "table" then
      rest.fail(("zitadel.client: %s is no machine key in JSON"):format(client.machine_key_file))
    end
  end
  local secret = not key and client.client_id and client.client_secret
    and { username = client.client_id, password = client.client_secret }
  if key then
    for _, field in ipairs { "userId", "key", "keyId" } do
      assert.not_nil(key[field], "zitadel: machine key missing " .. field)
    end
    client._key = key
  elseif client.token then
    client.access_token = client.access_token or client.token
  elseif secret then
    client._secret = secret
  else
    rest.fail("zitadel.client: one of machine_key, machine_key_file, or token required")
  end
  for _, name in ipairs { "token", "machine_key", "machine_key_file", "client_id", "client_secret" } do
    client[name] = nil
  end
  client.host_header = client.host or "auth." .. client.domain
  client.issuer = client.issuer or "https://" .. client.host_header
end

function Client:_begin()
  if not self.access_token then authenticate(self) end
end

-- A token that was fetched goes on being used by clients of the same server and user.
function Client:_options(changes)
  local options = options_of(self, changes)
  for _, name in ipairs(OF_TOKEN) do
    if changes[name] ~= nil then options.access_token = changes.access_token end
  end
  return options
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
  local renews = self._key or self._secret
  if renews and self._expires and self._expires - 30 <= time() then authenticate(self) end
  local res = send(self, method, path, o)
  if res.status ~= 401 or not renews then return res end
  authenticate(self)
  return send(self, method, path, o)
end

local call, decoded, is_success, warn = zitadel.call, zitadel.decoded, zitadel.is_success, zitadel.warn

-- The organisation's domains belong to the management API; proxies may have them in the admin API.
local function domain_call(self, method, admin_path, management_method, management_path, body)
  local res = call(self, method, "/admin/v1/orgs/me/domains" .. admin_path, body)
  if not zitadel.is_unknown(res) then return res end
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

-- Organisations

--- The organisations that the client may see: `{ id, name, primaryDomain, … }`.
function Client:orgs()
  return zitadel.search_all(self, "/admin/v1/orgs/_search")
end

--- The id of the organisation of that name, which is created when there is none; the second result is
--- whether. A client for it: `client:with { org_id = id }`.
function Client:ensure_org(name)
  local query = { nameQuery = { name = name, method = zitadel.EQUALS } }
  for _, org in ipairs(zitadel.search_all(self, "/admin/v1/orgs/_search", { query })) do
    if org.name == name then return org.id, false end
  end
  local made = zitadel.newest(self, "POST", "/v2/organizations", "/management/v1/orgs", { name = name })
  return made.organizationId or made.id, true
end

-- Tokens of others

--- What ZITADEL knows about a token (`active`, `sub`, `scope`, …), asked as the API application with
--- `opts.client_id` and `opts.client_secret`.
function Client:introspect(access_token, opts)
  return (self:_post("/oauth/v2/introspect", nil, {
    form = { token = access_token },
    headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      Authorization = rest.authorization { username = opts.client_id, password = opts.client_secret },
    },
  }))
end

--- The claims about the user of a token; about the client's own unless given.
function Client:userinfo(access_token)
  return (self:_get("/oidc/v1/userinfo", {
    headers = { Authorization = access_token and "Bearer " .. access_token },
  }))
end

--- Whether the server is ready; the second result is the reason when it is not.
function Client:ready()
  local ok, res = pcall(send, self, "GET", "/debug/ready", { headers = { Host = self.host_header } })
  if not ok then return false, tostring(res) end
  return res.status == 200, res.status ~= 200 and "HTTP " .. res.status or nil
end

--- Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
function Client:wait_ready(opts)
  return rest.wait(opts, "zitadel.wait_ready: not ready at " .. self.url, function()
    return self:ready()
  end)
end

return rest.guard(M, "zitadel")
