--- @module assay.internal.vault_auth
--- @description Auth methods, logins and tokens of `assay.vault`.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

local JWT_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/token"

-- Auth methods

--- Enables an auth method; `opts.description`, `opts.config`.
function Client:auth_enable(path, auth_type, opts)
  opts = opts or {}
  return verbs.post(self, verbs.path("sys/auth/%s", path), {
    type = auth_type, description = opts.description, config = opts.config,
  })
end

--- Disables an auth method.
function Client:auth_disable(path)
  verbs.delete(self, verbs.path("sys/auth/%s", path))
end

--- The auth methods by path; paths end in `/`.
function Client:auth_list()
  local answer = verbs.get(self, "sys/auth")
  return answer and (answer.data or answer)
end

--- Enables an auth method unless it is there; returns whether it was enabled.
function Client:ensure_auth(path, auth_type, opts)
  local absent = verbs.is_absent(self:auth_list(), path, auth_type, "auth method")
  if absent then self:auth_enable(path, auth_type, opts) end
  return absent
end

--- Configures an auth method.
function Client:auth_config(path, config)
  return verbs.post(self, verbs.path("auth/%s/config", path), config)
end

--- Writes a role of an auth method.
function Client:auth_create_role(path, role_name, role_config)
  return verbs.post(self, verbs.path("auth/%s/role/%s", path, verbs.name(role_name)), role_config)
end

--- A role of an auth method; nil when it is absent.
function Client:auth_read_role(path, role_name)
  return verbs.field(verbs.get(self, verbs.path("auth/%s/role/%s", path, verbs.name(role_name))), "data")
end

--- The names of an auth method's roles.
function Client:auth_list_roles(path)
  return verbs.list(self, verbs.path("auth/%s/role", path))
end

--- Deletes a role of an auth method.
function Client:auth_delete_role(path, role_name)
  verbs.delete(self, verbs.path("auth/%s/role/%s", path, verbs.name(role_name)))
end

--- Tunes an auth method: `default_lease_ttl`, `max_lease_ttl`, `listing_visibility`, …
function Client:auth_tune(path, config)
  return verbs.post(self, verbs.path("sys/auth/%s/tune", path), config)
end

--- Writes a user of `userpass`: `password`, `token_policies`, `token_ttl`, …; `opts.mount`.
function Client:userpass_put(username, opts)
  opts = rest.copy(opts)
  local mount = opts.mount or "userpass"
  opts.mount = nil
  return verbs.post(self, verbs.path("auth/%s/users/%s", mount, verbs.name(username)), opts)
end

-- Logging in: each sets the client's token and returns the answer's `auth`

local function login(self, path, body)
  local answer = self:_post("/v1/auth/" .. path, body, verbs.anonymous(self))
  local auth = verbs.field(answer, "auth")
  if not auth or not auth.client_token then
    rest.fail(("vault: POST /v1/auth/%s: the answer holds no token"):format(path))
  end
  self.token = auth.client_token
  return auth
end

--- Logs in at any auth method: `path` is below `auth/`, such as `ldap/login/ann` or `aws/login`.
function Client:login(path, body)
  return login(self, path, body or {})
end

--- Logs in with the client certificate of the connection; `opts.name` of the role, `opts.mount`.
function Client:login_cert(opts)
  opts = opts or {}
  return login(self, (opts.mount or "cert") .. "/login", rest.object { name = opts.name })
end

--- Logs in as a Kubernetes service account: `opts.jwt` (that of the pod), `opts.mount`.
function Client:login_kubernetes(role, opts)
  opts = opts or {}
  local jwt = opts.jwt or fs.read(opts.jwt_file or JWT_FILE):match("^%s*(.-)%s*$")
  return login(self, (opts.mount or "kubernetes") .. "/login", { role = role, jwt = jwt })
end

--- Logs in with a role id and a secret id; `opts.mount`.
function Client:login_approle(role_id, secret_id, opts)
  local mount = opts and opts.mount or "approle"
  return login(self, mount .. "/login", { role_id = role_id, secret_id = secret_id })
end

--- The role id of an AppRole; nil when there is no such role. `opts.mount`.
function Client:approle_role_id(role, opts)
  local path = verbs.path("auth/%s/role/%s/role-id", opts and opts.mount or "approle", verbs.name(role))
  local data = verbs.field(verbs.get(self, path), "data")
  return data and data.role_id
end

--- A new secret id of an AppRole: `{ secret_id, secret_id_accessor, … }`. `opts`: `mount`, `metadata`
--- (a table), `cidr_list`, `ttl`; with `wrap_ttl` the `wrap_info` of a token for one reading.
function Client:approle_secret_id(role, opts)
  opts = opts or {}
  local path = verbs.path("/v1/auth/%s/role/%s/secret-id", opts.mount or "approle", verbs.name(role))
  local body = {
    metadata = opts.metadata and json.encode(opts.metadata),
    cidr_list = opts.cidr_list,
    ttl = opts.ttl,
  }
  local answer = self:_post(path, rest.object(body), {
    headers = { ["X-Vault-Wrap-TTL"] = opts.wrap_ttl },
  })
  return verbs.field(answer, opts.wrap_ttl and "wrap_info" or "data")
end

--- Logs in with a user name and a password; `opts.mount` (`ldap` works, too).
function Client:login_userpass(username, password, opts)
  local path = verbs.path("%s/login/%s", opts and opts.mount or "userpass", rest.escape(username))
  return login(self, path, { password = password })
end

--- Logs in with a JWT of an OIDC provider; `opts.mount`.
function Client:login_jwt(role, jwt, opts)
  local mount = opts and opts.mount or "jwt"
  return login(self, mount .. "/login", { role = role, jwt = jwt })
end

--- Takes a token and checks it; returns what `token_lookup_self` does.
function Client:login_token(token)
  self.token = token
  return self:token_lookup_self()
end

-- Tokens

--- A new token's `auth`; `opts` as the API has them (`policies`, `ttl`, `renewable`, …), and `role`: by
--- that token role; `orphan`: it does not end with the client's.
function Client:token_create(opts)
  opts = rest.copy(opts)
  local role, orphan = opts.role, opts.orphan
  opts.role, opts.orphan = nil, nil
  local path = "auth/token/create"
  if role then path = path .. "/" .. verbs.name(role)
  elseif orphan then path = path .. "-orphan" end
  return verbs.field(verbs.post(self, path, opts), "auth")
end

--- Writes a token role: `allowed_policies`, `orphan`, `period`, `renewable`, …
function Client:token_create_role(role_name, role_config)
  return verbs.post(self, "auth/token/roles/" .. verbs.name(role_name), role_config)
end

--- What is known about a token.
function Client:token_lookup(token_value)
  return verbs.field(verbs.post(self, "auth/token/lookup", { token = token_value }), "data")
end

--- What is known about the client's token.
function Client:token_lookup_self()
  return verbs.field(verbs.get(self, "auth/token/lookup-self"), "data")
end

--- Revokes a token.
function Client:token_revoke(token_value)
  return verbs.post(self, "auth/token/revoke", { token = token_value })
end

--- Revokes the client's token.
function Client:token_revoke_self()
  return verbs.post(self, "auth/token/revoke-self", {})
end

--- What is known about a token, by its accessor.
function Client:token_lookup_accessor(accessor)
  local body = { accessor = accessor }
  return verbs.field(verbs.post(self, "auth/token/lookup-accessor", body), "data")
end

--- Revokes a token, by its accessor.
function Client:token_revoke_accessor(accessor)
  return verbs.post(self, "auth/token/revoke-accessor", { accessor = accessor })
end

--- Renews a token by `increment` (seconds or a text such as `1h`); returns its `auth`.
function Client:token_renew(token_value, increment)
  local body = { token = token_value, increment = increment }
  return verbs.field(verbs.post(self, "auth/token/renew", body), "auth")
end

--- Renews the client's token; returns its `auth`.
function Client:token_renew_self(increment)
  return verbs.field(verbs.post(self, "auth/token/renew-self", { increment = increment }), "auth")
end

--- Renews the client's token in the background, after half of its time to live unless `interval`
--- (seconds) says otherwise. Returns a handle with `cancel()`; nil when the token needs no renewal.
function Client:auto_renew(interval)
  if not interval then
    local about = self:token_lookup_self()
    if not about or not about.renewable or (about.ttl or 0) <= 0 then return nil end
    interval = math.max(about.ttl / 2, 1)
  end
  return async.spawn_interval(interval, function()
    local ok, err = pcall(self.token_renew_self, self)
    if not ok then log.warn("vault: token not renewed: " .. tostring(err)) end
  end)
end

return Client
