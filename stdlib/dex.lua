--- @module assay.dex
--- @description Dex and other OIDC issuers: discovery, keys, health, tokens.
--
-- Functions take the issuer's URL first: `dex.discovery(url)`. `dex.client(url, opts)` has the same
-- functions as methods and fetches the discovery document once; `opts`: headers, ca_cert, insecure,
-- timeout, telemetry_url.

local rest = require("assay.internal.client")
local poll = require("assay.internal.poll")

local M, Client = {}, rest.class("dex")

--- A client that keeps the discovery document until `refresh()`.
function M.client(...)
  local options = rest.options({ "url" }, ...)
  options.issuer_url = options.url
  options.is_caching = true
  -- the name is that of a method
  options.bearer, options.token = options.token, nil
  return Client:new(options)
end

function Client:_headers()
  return { Authorization = rest.authorization({ token = self.bearer }) }
end

--- The discovery document.
function Client:discovery()
  local known = rawget(self, "_document")
  if known then return known end
  local document = self:_get("/.well-known/openid-configuration", { ok = 200, error = "dex.discovery:" })
  if self.is_caching then rawset(self, "_document", document) end
  return document
end

--- Forgets the discovery document of a client.
function Client:refresh()
  rawset(self, "_document", nil)
end

local function host_of(address)
  return address:match("^%a[%w+.-]*://([^/?#]*)")
end

--- The key set.
function Client:jwks()
  local uri = self:discovery().jwks_uri
  if not uri then rest.fail("dex.jwks: discovery response missing jwks_uri") end
  if uri:sub(1, 6) ~= "https:" and self.url:sub(1, 5) ~= "http:" then
    rest.fail("dex.jwks: jwks_uri is not https: " .. uri)
  end
  if host_of(uri) ~= host_of(self.url) then
    log.warn(("dex.jwks: the keys of %s are at another host: %s"):format(self.url, uri))
  end
  return (self:_get(uri, { ok = 200, error = "dex.jwks:" }))
end

--- The issuer that the discovery document names.
function Client:issuer()
  return self:discovery().issuer
end

local function answers(self, target)
  local ok, res = pcall(self._send, self, "GET", target)
  if not ok then return false, tostring(res) end
  return res.status == 200, res.status ~= 200 and "HTTP " .. res.status or nil
end

--- Whether `/healthz` answers 200; the second result is the reason when it does not.
function Client:health()
  return answers(self, "/healthz")
end

--- As `health`; with the option `telemetry_url` (usually port 5558) Dex's own readiness.
function Client:ready()
  if not self.telemetry_url then return answers(self, "/healthz") end
  return answers(self, self.telemetry_url:gsub("/+$", "") .. "/healthz/ready")
end

--- Whether the discovery document has a field, e.g. "token_endpoint".
function Client:has_endpoint(endpoint_name)
  return self:discovery()[endpoint_name] ~= nil
end

--- The scopes that are supported.
function Client:supported_scopes()
  return self:discovery().scopes_supported or json.array({})
end

--- The response types that are supported.
function Client:supported_response_types()
  return self:discovery().response_types_supported or json.array({})
end

--- The grant types that are supported.
function Client:supported_grant_types()
  return self:discovery().grant_types_supported or json.array({})
end

local function contains(list, wanted)
  for _, v in ipairs(list) do
    if v == wanted then return true end
  end
  return false
end

--- Whether a scope is supported.
function Client:supports_scope(scope)
  return contains(self:supported_scopes(), scope)
end

--- Whether a grant type is supported.
function Client:supports_grant_type(grant_type)
  return contains(self:supported_grant_types(), grant_type)
end

--- `{ ok, errors }`: whether the discovery document names its issuer and endpoints.
function Client:validate_config()
  local ok, document = pcall(self.discovery, self)
  local errors = json.array({})
  if not ok then
    errors[1] = "discovery failed: " .. tostring(document):gsub("^.-(dex%.discovery)", "%1")
    return { ok = false, errors = errors }
  end
  local issuer = document.issuer
  local given = self.issuer_url or self.url
  if not issuer then
    errors[#errors + 1] = "missing issuer"
  elseif issuer ~= self.url and issuer ~= given then
    errors[#errors + 1] = ("issuer mismatch: expected %s, got %s"):format(self.url, issuer)
  end
  for _, field in ipairs { "authorization_endpoint", "token_endpoint", "jwks_uri" } do
    if not document[field] then errors[#errors + 1] = "missing " .. field end
  end
  return { ok = #errors == 0, errors = errors }
end

--- What `/api/v1/version` answers. Dex serves its version only over gRPC, so nil is normal; the
--- second result is the reason.
function Client:admin_version()
  local ok, res = pcall(self._send, self, "GET", "/api/v1/version")
  if not ok then return nil, tostring(res) end
  if res.status ~= 200 then return nil, "HTTP " .. res.status end
  local parsed, value = pcall(json.parse, res.body)
  if not parsed then return nil, tostring(value) end
  return value
end

--- Waits until `/healthz` answers 200. `opts`: timeout (60), interval (2).
function Client:wait(opts)
  return poll(opts or {}, "dex.wait: " .. self.url .. " not healthy", function()
    return self:health()
  end)
end

local function endpoint(self, name)
  local address = self:discovery()[name]
  if not address then rest.fail(("dex: the issuer has no %s"):format(name)) end
  return address
end

-- `client_secret_basic` (RFC 6749 §2.3.1): both parts are form-encoded first
local function credentials(opts)
  if not opts or not opts.client_id then return nil end
  local pair = url.encode(opts.client_id) .. ":" .. url.encode(opts.client_secret or "")
  return { Authorization = "Basic " .. base64.encode(pair) }
end

--- A token from the token endpoint; `fields` such as { grant_type = "client_credentials" }. `opts`:
--- client_id, client_secret (sent as Basic authentication).
function Client:token(fields, opts)
  local o = { form = fields, headers = credentials(opts), error = "dex.token:" }
  return (self:_post(endpoint(self, "token_endpoint"), nil, o))
end

--- What the issuer says about a token (RFC 7662): `{ active, … }`. `opts` as for `token`.
function Client:introspect(token, opts)
  local o = { form = { token = token }, headers = credentials(opts), error = "dex.introspect:" }
  return (self:_post(endpoint(self, "introspection_endpoint"), nil, o))
end

--- The claims of an ID token; an error unless the issuer's keys have signed it and it is valid now.
--- `opts`: audience (the client's id; not checked without), nonce, leeway (seconds).
function Client:verify(id_token, opts)
  opts = opts or {}
  local ok, result = pcall(crypto.jwt_verify, id_token, self:jwks(), {
    issuer = self:issuer(),
    audience = opts.audience,
    leeway = opts.leeway or 0,
    required_claims = { "sub", "exp" },
  })
  if not ok then rest.fail("dex.verify: " .. tostring(result):gsub("^crypto%.jwt_verify: ", "")) end
  if opts.nonce and result.claims.nonce ~= opts.nonce then rest.fail("dex.verify: nonce mismatch") end
  return result.claims
end

--- What the userinfo endpoint says about an access token.
function Client:userinfo(access_token)
  local headers = { Authorization = "Bearer " .. access_token }
  local address = endpoint(self, "userinfo_endpoint")
  return (self:_get(address, { headers = headers, error = "dex.userinfo:" }))
end

rest.functions(M, Client, function(options)
  options.issuer_url = options.issuer_url or options.url
  options.bearer, options.token = options.token, nil
  return Client:new(options)
end)

return M
