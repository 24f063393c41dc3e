--- @module assay.dex
--- @description Dex and other OIDC issuers: discovery, keys, health, tokens.
--
-- Functions take the issuer's URL first: `dex.discovery(url)`. `dex.client(url, opts)` has the same
-- functions as methods and fetches the discovery document once; `opts`: headers, ca_cert, insecure,
-- timeout, telemetry_url. A discovery document that was fetched may stand for the URL.

local rest = require("assay.internal.client")
local poll = require("assay.internal.poll")

local M, Client = {}, rest.class("dex", { "telemetry_url" })

rest.include(Client, require("assay.internal.dex_grants"))

--- A client that keeps the discovery document until `refresh()`.
function M.client(...)
  return Client:new(rest.copy(rest.options({ "url" }, ...), { is_caching = true }))
end

function Client:_complete(options)
  options.issuer_url = options.issuer_url or options.url
  -- the name is that of a method
  options.bearer, options.token = options.token, nil
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
    log.warn(rest.public(("dex.jwks: the keys of %s are at another host: %s"):format(self.url, uri)))
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

local function telemetry(self, opts, path)
  local base = opts and opts.telemetry_url or self.telemetry_url
  return base and (base:gsub("/+$", "")) .. path
end

--- As `health`; with `opts.telemetry_url` or that of the client (usually port 5558) Dex's own
--- readiness.
function Client:ready(opts)
  return answers(self, telemetry(self, opts, "/healthz/ready") or "/healthz")
end

--- Dex's metrics in Prometheus' text format; `opts.telemetry_url` or that of the client is needed.
function Client:metrics(opts)
  local address = telemetry(self, opts, "/metrics")
  if not address then rest.fail("dex.metrics: the option telemetry_url is needed") end
  return (self:_get(address, { ok = 200, raw = true, error = "dex.metrics:" }))
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

-- What OpenID Connect Discovery 1.0 §3 asks for beyond the endpoints.
local function strict_errors(document, errors)
  for _, field in ipairs { "response_types_supported", "subject_types_supported",
    "id_token_signing_alg_values_supported" } do
    local value = document[field]
    if type(value) ~= "table" or #value == 0 then errors[#errors + 1] = "missing " .. field end
  end
  local names = {}
  for name, value in pairs(document) do
    local is_address = name == "jwks_uri" or name:find("_endpoint$")
    if is_address and not host_of(tostring(value)) then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do errors[#errors + 1] = name .. " is not absolute: " .. tostring(document[name]) end
end

--- `{ ok, errors }`: whether the discovery document names its issuer and endpoints. `opts.strict`: and
--- all else that OpenID Connect requires, with absolute addresses.
function Client:validate_config(opts)
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
  if opts and opts.strict then strict_errors(document, errors) end
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

--- The claims of an ID token; an error unless the issuer's keys have signed it and it is valid now.
--- `opts`: audience (the client's id; not checked without), nonce, leeway (seconds).
function Client:verify(id_token, opts)
  opts = opts or {}
  local keys, issuer = self:jwks(), self:issuer()
  -- without one the token's would not be looked at
  if type(issuer) ~= "string" then rest.fail("dex.verify: discovery response missing issuer") end
  local ok, result = pcall(crypto.jwt_verify, id_token, keys, {
    issuer = issuer,
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
  local address = self:_endpoint("userinfo_endpoint")
  return (self:_get(address, { headers = headers, error = "dex.userinfo:" }))
end

rest.functions(M, Client, function(options)
  -- a document names its issuer
  if not options.url and options.issuer then options = { url = options.issuer, _document = options } end
  return Client:new(options)
end)

return M
