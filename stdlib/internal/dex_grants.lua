--- @module assay.internal.dex_grants
--- @description Tokens of an OIDC issuer: the grants that work without a browser, for `assay.dex`.

local rest = require("assay.internal.client")
local poll = require("assay.internal.poll")

local Client = {}

local GRANT = "urn:ietf:params:oauth:grant-type:"
local TYPE = "urn:ietf:params:oauth:token-type:"

function Client:_endpoint(name)
  local address = self:discovery()[name]
  if not address then rest.fail(("dex: the issuer has no %s"):format(name)) end
  return address
end

-- Who asks: `client_secret_basic` (RFC 6749 §2.3.1, both parts are form-encoded first), or in the
-- form, as clients without a secret must.
function Client:_as_client(fields, opts)
  opts = opts or {}
  if not opts.client_id then return { form = fields } end
  if opts.auth == "form" or not opts.client_secret then
    return { form = rest.copy(fields, {
      client_id = opts.client_id, client_secret = opts.client_secret,
    }) }
  end
  local pair = url.encode(opts.client_id) .. ":" .. url.encode(opts.client_secret)
  return { form = fields, headers = { Authorization = "Basic " .. base64.encode(pair) } }
end

local function scopes(opts, default)
  local scope = opts and opts.scope or default
  return type(scope) == "table" and table.concat(scope, " ") or scope
end

--- A token from the token endpoint; `fields` such as { grant_type = "client_credentials" }. `opts` of
--- all grants: client_id, client_secret (sent as Basic authentication, in the form with
--- `auth = "form"`), and `scope` (a text or a list) where it is not one of the fields.
function Client:token(fields, opts)
  local o = self:_as_client(fields, opts)
  o.error = "dex.token:"
  return (self:_post(self:_endpoint("token_endpoint"), nil, o))
end

--- A token for the client itself.
function Client:client_token(opts)
  return self:token({ grant_type = "client_credentials", scope = scopes(opts) }, opts)
end

--- The tokens of a user by name and password, which the issuer must allow. The scope is "openid"
--- unless `opts.scope` says otherwise.
function Client:password_token(username, password, opts)
  return self:token({
    grant_type = "password", username = username, password = password, scope = scopes(opts, "openid"),
  }, opts)
end

--- New tokens for a refresh token.
function Client:renew(refresh_token, opts)
  return self:token({
    grant_type = "refresh_token", refresh_token = refresh_token, scope = scopes(opts),
  }, opts)
end

local function token_type(name)
  return name and (name:find(":", 1, true) and name or TYPE .. name)
end

--- Exchanges another issuer's token, such as that of a CI job, for one of this issuer (RFC 8693).
--- `opts`: connector_id (Dex needs it), subject_token_type ("id_token", "access_token"),
--- requested_token_type, audience, and those of all grants.
function Client:exchange(subject_token, opts)
  opts = opts or {}
  return self:token({
    grant_type = GRANT .. "token-exchange",
    subject_token = subject_token,
    subject_token_type = token_type(opts.subject_token_type or "id_token"),
    requested_token_type = token_type(opts.requested_token_type),
    connector_id = opts.connector_id,
    audience = opts.audience,
    scope = scopes(opts, "openid"),
  }, opts)
end

--- Begins the device flow (RFC 8628): `{ device_code, user_code, verification_uri,
--- verification_uri_complete, expires_in, interval }`.
function Client:device_code(opts)
  -- Dex looks for the client in the form only
  local o = self:_as_client({ scope = scopes(opts, "openid") }, rest.copy(opts, { auth = "form" }))
  o.error = "dex.device_code:"
  return (self:_post(self:_endpoint("device_authorization_endpoint"), nil, o))
end

-- The error code of an answer (RFC 6749 §5.2) and its description.
local function refusal(res)
  local ok, answer = pcall(json.parse, res.body)
  if not ok or type(answer) ~= "table" or type(answer.error) ~= "string" then return nil end
  local detail = answer.error_description
  return answer.error, detail and detail ~= "" and answer.error .. ": " .. detail or answer.error
end

--- Waits until the user has allowed the device; returns the tokens. `device` is what `device_code`
--- gave. A refusal is an error at once. `opts`: client_id, client_secret, timeout (until the code
--- expires), interval.
function Client:wait_device(device, opts)
  opts = opts or {}
  local interval = opts.interval or device.interval or 5
  local o = {
    timeout = opts.timeout or device.expires_in or 300, interval = interval, max_interval = interval,
  }
  local more = 0
  return poll(o, "dex.wait_device: not allowed", function(remaining)
    -- the server wants longer pauses from then on
    if more > 0 then sleep(math.min(more, remaining)) end
    local ask = self:_as_client({
      grant_type = GRANT .. "device_code", device_code = device.device_code,
    }, opts)
    ask.error = "dex.wait_device:"
    local address = self:_endpoint("token_endpoint")
    local res = self:_send("POST", address, ask)
    if res.status == 200 then return self:_decode("POST", address, res, ask) end
    local code, text = refusal(res)
    if code == "slow_down" then more = more + 5 end
    if code == "authorization_pending" or code == "slow_down" then return false, text end
    if code then error({ stop = "dex.wait_device: " .. text }) end
    self:_fail("POST", address, res, ask)
  end)
end

--- The whole device flow. `opts`: those of `wait_device`, scope, `show(device)`, which tells the user
--- where to go; without it that is logged.
function Client:device_login(opts)
  opts = opts or {}
  local device = self:device_code(opts)
  if opts.show then
    opts.show(device)
  else
    log.info(("dex: open %s and enter %s"):format(device.verification_uri, device.user_code))
  end
  return self:wait_device(device, opts)
end

--- What the issuer says about a token (RFC 7662): `{ active, … }`. `opts` as for `token`.
function Client:introspect(token, opts)
  local o = self:_as_client({ token = token }, opts)
  o.error = "dex.introspect:"
  return (self:_post(self:_endpoint("introspection_endpoint"), nil, o))
end

return Client
