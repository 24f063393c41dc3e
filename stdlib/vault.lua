--- @module assay.vault
--- @description HashiCorp Vault and OpenBao: secrets, policies, auth methods, transit, PKI.

local rest = require("assay.internal.client")

local M, Client = {}, rest.class("vault")

local JWT_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/token"
local HEALTH_PATH = "/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200"

local function from_env(name)
  return env.get("BAO_" .. name) or env.get("VAULT_" .. name)
end

--- A client: `client(url, token)`, `client(url, { token = … })` or `client { url = … }`. What is
--- not given comes from `BAO_ADDR`, `BAO_TOKEN`, `BAO_NAMESPACE`, `BAO_CACERT` or the same with
--- `VAULT_`. Further options: `namespace`, `transit_mount`, `name` (in errors).
function M.client(...)
  local options = rest.options({ "url", "token" }, ...)
  options.url = options.url or from_env("ADDR")
  options.token = options.token or from_env("TOKEN")
  options.namespace = options.namespace or from_env("NAMESPACE")
  if not options.ca_cert then options.ca_cert_file = options.ca_cert_file or from_env("CACERT") end
  options._module = options.name
  return Client:new(options)
end

function Client:_headers()
  return {
    ["X-Vault-Request"] = "true",
    ["X-Vault-Token"] = self.token,
    ["X-Vault-Namespace"] = self.namespace,
  }
end

-- for calls that work without a token
local function anonymous(client, o)
  o = o or {}
  o.anonymous = true
  o.headers = {
    ["X-Vault-Request"] = "true",
    ["X-Vault-Namespace"] = client.namespace,
  }
  return o
end

-- The verbs. 404 is nil for GET, an empty list for LIST.

local function get(self, path, query)
  return (self:_get("/v1/" .. path, { ok = 200, missing = true, query = query }))
end

local function post(self, path, body)
  return (self:_post("/v1/" .. path, body))
end

local function put(self, path, body)
  return (self:_put("/v1/" .. path, body))
end

local function delete(self, path)
  self:_delete("/v1/" .. path, { raw = true })
end

local function list(self, path)
  local answer = self:_get("/v1/" .. path, {
    ok = 200, missing = true, query = { list = true }, what = "LIST /v1/" .. path,
  })
  return answer and answer.data and answer.data.keys or {}
end

local function field(answer, name)
  return answer and answer[name]
end

-- Any path

--- The data at a path; nil when there is none.
function Client:read(path)
  return field(get(self, path), "data")
end

--- Writes to a path; returns the whole answer, nil when it has none.
function Client:write(path, payload)
  return post(self, path, payload)
end

--- Deletes a path.
function Client:delete(path)
  delete(self, path)
end

--- The keys below a path; an empty list when there are none.
function Client:list(path)
  return list(self, path)
end

-- KV version 2

--- A secret: `{ data, metadata }`; nil when it is absent or deleted. `opts.version`; with
--- `opts.deleted` a deleted one gives its metadata, without data.
function Client:kv_get(mount, key, opts)
  opts = opts or {}
  local path = ("/v1/%s/data/%s"):format(mount, key)
  local query = { version = opts.version }
  local res = self:_send("GET", path, { query = query })
  if res.status == 404 then
    if not opts.deleted then return nil end
    local ok, answer = pcall(json.parse, res.body)
    return ok and type(answer) == "table" and answer.data or nil
  end
  if res.status ~= 200 then self:_fail("GET", path, res) end
  return json.parse(res.body).data
end

--- Writes a secret; `opts.cas` is the version it must have (0: none yet).
function Client:kv_put(mount, key, data, opts)
  local body = { data = rest.object(data) }
  if opts and opts.cas then body.options = { cas = opts.cas } end
  return post(self, ("%s/data/%s"):format(mount, key), body)
end

--- Changes some keys of a secret; `json.null` removes one.
function Client:kv_patch(mount, key, data, opts)
  local body = { data = rest.object(data) }
  if opts and opts.cas then body.options = { cas = opts.cas } end
  return (self:_patch(("/v1/%s/data/%s"):format(mount, key), body, {
    headers = { ["Content-Type"] = "application/merge-patch+json" },
  }))
end

--- Deletes the latest version of a secret, which `kv_undelete` brings back.
function Client:kv_delete(mount, key)
  delete(self, ("%s/data/%s"):format(mount, key))
end

--- Deletes some versions of a secret.
function Client:kv_delete_versions(mount, key, versions)
  return post(self, ("%s/delete/%s"):format(mount, key), { versions = versions })
end

--- Brings deleted versions back.
function Client:kv_undelete(mount, key, versions)
  return post(self, ("%s/undelete/%s"):format(mount, key), { versions = versions })
end

--- Removes versions for good.
function Client:kv_destroy(mount, key, versions)
  return put(self, ("%s/destroy/%s"):format(mount, key), { versions = versions })
end

--- The keys below a prefix.
function Client:kv_list(mount, prefix)
  return list(self, ("%s/metadata/%s"):format(mount, prefix or ""))
end

--- The whole answer about a secret's versions (see `.data`); nil when it is absent.
function Client:kv_metadata(mount, key)
  return get(self, ("%s/metadata/%s"):format(mount, key))
end

--- Sets `custom_metadata`, `max_versions`, `cas_required`, `delete_version_after`.
function Client:kv_put_metadata(mount, key, metadata)
  return post(self, ("%s/metadata/%s"):format(mount, key), metadata)
end

--- Removes a secret with all its versions.
function Client:kv_delete_metadata(mount, key)
  delete(self, ("%s/metadata/%s"):format(mount, key))
end

-- KV of either version

local Kv = {}
Kv.__index = Kv

--- A KV mount of either version, with `get(key)` (the values), `put(key, values)`, `list(prefix)`
--- and `delete(key)`. The version is asked of the server unless `opts.version` says it.
function Client:kv(mount, opts)
  mount = mount:gsub("/+$", "")
  local version = opts and opts.version
  if not version then
    local about = field(get(self, "sys/internal/ui/mounts/" .. mount), "data")
    version = about and about.options and about.options.version or 1
  end
  return setmetatable({ client = self, mount = mount, version = tonumber(version) }, Kv)
end

function Kv:get(key)
  if self.version == 2 then return field(self.client:kv_get(self.mount, key), "data") end
  return self.client:read(self.mount .. "/" .. key)
end

function Kv:put(key, values)
  if self.version == 2 then return self.client:kv_put(self.mount, key, values) end
  return self.client:write(self.mount .. "/" .. key, values)
end

function Kv:list(prefix)
  if self.version == 2 then return self.client:kv_list(self.mount, prefix) end
  return self.client:list(self.mount .. "/" .. (prefix or ""))
end

function Kv:delete(key)
  if self.version == 2 then return self.client:kv_delete(self.mount, key) end
  return self.client:delete(self.mount .. "/" .. key)
end

-- The server

--- The server's health and the HTTP status (429, 472, 473: standby; 501: uninitialised; 503:
--- sealed).
function Client:health()
  local res = self:_send("GET", "/v1/sys/health", anonymous(self, { retries = 0 }))
  return json.parse(res.body), res.status
end

--- Whether the server is sealed, and how far the unsealing is.
function Client:seal_status()
  return (self:_get("/v1/sys/seal-status", anonymous(self, { ok = 200, what = "seal-status" })))
end

--- Whether the server is sealed.
function Client:is_sealed()
  return self:seal_status().sealed
end

--- Whether the server is initialised.
function Client:is_initialized()
  return self:seal_status().initialized
end

--- Initialises the server; returns `{ keys, keys_base64, root_token }`.
function Client:init(opts)
  local body = opts or { secret_shares = 5, secret_threshold = 3 }
  return (self:_post("/v1/sys/init", body, anonymous(self)))
end

--- Hands in a key; returns the seal status.
function Client:unseal(key)
  return (self:_post("/v1/sys/unseal", { key = key }, anonymous(self)))
end

--- Seals the server.
function Client:seal()
  return put(self, "sys/seal")
end

--- The address of the leader.
function Client:leader()
  return (self:_get("/v1/sys/leader", anonymous(self)))
end

--- What the token may do at a path or list of paths: `{ [path] = { "read", … } }`.
function Client:capabilities_self(paths)
  if type(paths) == "string" then paths = { paths } end
  local answer = post(self, "sys/capabilities-self", { paths = paths })
  local data = answer and (answer.data or answer) or {}
  local out = {}
  for _, path in ipairs(paths) do out[path] = data[path] end
  return out
end

-- Policies

--- A policy `{ name, policy }`; nil when it is absent.
function Client:policy_get(name)
  return field(get(self, "sys/policies/acl/" .. name), "data")
end

--- Writes a policy, given as HCL or JSON text.
function Client:policy_put(name, rules)
  return put(self, "sys/policies/acl/" .. name, { policy = rules })
end

--- Deletes a policy.
function Client:policy_delete(name)
  delete(self, "sys/policies/acl/" .. name)
end

--- The names of the policies.
function Client:policy_list()
  return list(self, "sys/policies/acl")
end

-- Auth methods

--- Enables an auth method; `opts.description`, `opts.config`.
function Client:auth_enable(path, auth_type, opts)
  opts = opts or {}
  return post(self, "sys/auth/" .. path, {
    type = auth_type, description = opts.description, config = opts.config,
  })
end

--- Disables an auth method.
function Client:auth_disable(path)
  delete(self, "sys/auth/" .. path)
end

--- The auth methods by path; paths end in `/`.
function Client:auth_list()
  local answer = get(self, "sys/auth")
  return answer and (answer.data or answer)
end

local function ensure(present, path, wanted, what)
  local there = present and present[(path:gsub("/*$", "/"))]
  if not there then return true end
  if there.type ~= wanted then
    rest.fail(("vault: %s %s is of type %s, not %s"):format(what, path, there.type, wanted))
  end
  return false
end

--- Enables an auth method unless it is there; returns whether it was enabled.
function Client:ensure_auth(path, auth_type, opts)
  local absent = ensure(self:auth_list(), path, auth_type, "auth method")
  if absent then self:auth_enable(path, auth_type, opts) end
  return absent
end

--- Configures an auth method.
function Client:auth_config(path, config)
  return post(self, ("auth/%s/config"):format(path), config)
end

--- Writes a role of an auth method.
function Client:auth_create_role(path, role_name, role_config)
  return post(self, ("auth/%s/role/%s"):format(path, role_name), role_config)
end

--- A role of an auth method; nil when it is absent.
function Client:auth_read_role(path, role_name)
  return field(get(self, ("auth/%s/role/%s"):format(path, role_name)), "data")
end

--- The names of an auth method's roles.
function Client:auth_list_roles(path)
  return list(self, ("auth/%s/role"):format(path))
end

-- Logging in: each sets the client's token and returns the answer's `auth`

local function login(self, path, body)
  local answer = self:_post("/v1/auth/" .. path, body, anonymous(self))
  local auth = field(answer, "auth")
  if not auth or not auth.client_token then
    rest.fail(("vault: POST /v1/auth/%s: the answer holds no token"):format(path))
  end
  self.token = auth.client_token
  return auth
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

--- Logs in with a user name and a password; `opts.mount` (`ldap` works, too).
function Client:login_userpass(username, password, opts)
  local path = ("%s/login/%s"):format(opts and opts.mount or "userpass", rest.escape(username))
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

-- Secrets engines

--- Mounts an engine; `opts.description`, `opts.config`, `opts.options` (`{ version = "2" }`).
function Client:engine_enable(path, engine_type, opts)
  opts = opts or {}
  return post(self, "sys/mounts/" .. path, {
    type = engine_type, description = opts.description, config = opts.config,
    options = opts.options,
  })
end

--- Unmounts an engine; its secrets are lost.
function Client:engine_disable(path)
  delete(self, "sys/mounts/" .. path)
end

--- The engines by path; paths end in `/`.
function Client:engine_list()
  local answer = get(self, "sys/mounts")
  return answer and (answer.data or answer)
end

--- Mounts an engine unless it is there; returns whether it was mounted.
function Client:ensure_engine(path, engine_type, opts)
  local absent = ensure(self:engine_list(), path, engine_type, "engine")
  if absent then self:engine_enable(path, engine_type, opts) end
  return absent
end

--- Tunes a mount: `default_lease_ttl`, `max_lease_ttl`, …
function Client:engine_tune(path, config)
  return post(self, ("sys/mounts/%s/tune"):format(path), config)
end

--- Credentials that an engine makes up: `{ data, lease_id, lease_duration }`.
function Client:creds(mount, role)
  return get(self, ("%s/creds/%s"):format(mount, role))
end

--- Renews a lease by `increment` seconds.
function Client:lease_renew(lease_id, increment)
  return put(self, "sys/leases/renew", { lease_id = lease_id, increment = increment })
end

--- Ends a lease.
function Client:lease_revoke(lease_id)
  return put(self, "sys/leases/revoke", { lease_id = lease_id })
end

-- Tokens

--- A new token's `auth`; `opts` as the API has them (`policies`, `ttl`, `renewable`, …).
function Client:token_create(opts)
  return field(post(self, "auth/token/create", opts or {}), "auth")
end

--- What is known about a token.
function Client:token_lookup(token_value)
  return field(post(self, "auth/token/lookup", { token = token_value }), "data")
end

--- What is known about the client's token.
function Client:token_lookup_self()
  return field(get(self, "auth/token/lookup-self"), "data")
end

--- Revokes a token.
function Client:token_revoke(token_value)
  return post(self, "auth/token/revoke", { token = token_value })
end

--- Revokes the client's token.
function Client:token_revoke_self()
  return post(self, "auth/token/revoke-self", {})
end

--- Renews a token by `increment` (seconds or a text such as `1h`); returns its `auth`.
function Client:token_renew(token_value, increment)
  local body = { token = token_value, increment = increment }
  return field(post(self, "auth/token/renew", body), "auth")
end

--- Renews the client's token; returns its `auth`.
function Client:token_renew_self(increment)
  return field(post(self, "auth/token/renew-self", { increment = increment }), "auth")
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

-- Response wrapping

--- Stores data for one reading; returns the `wrap_info` with its `token`.
function Client:wrap(data, ttl)
  local answer = self:_post("/v1/sys/wrapping/wrap", rest.object(data), {
    headers = { ["X-Vault-Wrap-TTL"] = ttl or "5m" },
  })
  return field(answer, "wrap_info")
end

--- What a wrapping token stands for, which it does once: the whole answer.
function Client:unwrap(token)
  return (self:_post("/v1/sys/wrapping/unwrap", { token = token }))
end

--- Reads a path wrapped; returns the `wrap_info`. nil when there is nothing.
function Client:read_wrapped(path, ttl)
  return field(self:_get("/v1/" .. path, {
    ok = 200, missing = true, headers = { ["X-Vault-Wrap-TTL"] = ttl or "5m" },
  }), "wrap_info")
end

-- Transit: `opts.mount`, by default the client's `transit_mount`, is where the engine is mounted

local function transit(self, opts)
  return opts and opts.mount or self.transit_mount or "transit"
end

-- `opts` as a request body
local function without_mount(opts)
  local body = rest.copy(opts)
  body.mount = nil
  return body
end

local function transit_call(self, verb, key_name, body, opts)
  local path = ("%s/%s/%s"):format(transit(self, opts), verb, key_name)
  return field(post(self, path, rest.copy(without_mount(opts), body)), "data")
end

local function results(data, name, convert)
  local out = {}
  for i, item in ipairs(data and data.batch_results or {}) do
    if item.error and item.error ~= "" then rest.fail("vault: item " .. i .. ": " .. item.error) end
    out[i] = convert and convert(item[name]) or item[name]
  end
  return out
end

--- Encrypts bytes, or a list of them; returns the ciphertext, or a list of them.
function Client:transit_encrypt(key_name, plaintext, opts)
  if type(plaintext) == "table" then
    local batch = {}
    for i, text in ipairs(plaintext) do batch[i] = { plaintext = base64.encode(text) } end
    return results(transit_call(self, "encrypt", key_name, { batch_input = batch }, opts),
      "ciphertext")
  end
  local body = { plaintext = base64.encode(plaintext) }
  return field(transit_call(self, "encrypt", key_name, body, opts), "ciphertext")
end

--- Decrypts what `transit_encrypt` returned, a list, too.
function Client:transit_decrypt(key_name, ciphertext, opts)
  if type(ciphertext) == "table" then
    local batch = {}
    for i, text in ipairs(ciphertext) do batch[i] = { ciphertext = text } end
    return results(transit_call(self, "decrypt", key_name, { batch_input = batch }, opts),
      "plaintext", base64.decode)
  end
  local data = transit_call(self, "decrypt", key_name, { ciphertext = ciphertext }, opts)
  local plaintext = field(data, "plaintext")
  return plaintext and base64.decode(plaintext)
end

--- Encrypts a ciphertext anew with the latest version of its key.
function Client:transit_rewrap(key_name, ciphertext, opts)
  return field(transit_call(self, "rewrap", key_name, { ciphertext = ciphertext }, opts),
    "ciphertext")
end

--- Signs bytes.
function Client:transit_sign(key_name, input, opts)
  return field(transit_call(self, "sign", key_name, { input = base64.encode(input) }, opts),
    "signature")
end

--- Whether a signature fits.
function Client:transit_verify(key_name, input, signature, opts)
  local body = { input = base64.encode(input), signature = signature }
  return field(transit_call(self, "verify", key_name, body, opts), "valid")
end

--- The authentication code of bytes.
function Client:transit_hmac(key_name, input, opts)
  return field(transit_call(self, "hmac", key_name, { input = base64.encode(input) }, opts), "hmac")
end

--- Makes a key; `opts.type`, `opts.exportable`, …
function Client:transit_create_key(key_name, opts)
  return post(self, ("%s/keys/%s"):format(transit(self, opts), key_name), without_mount(opts))
end

--- About a key; nil when it is absent.
function Client:transit_read_key(key_name, opts)
  return field(get(self, ("%s/keys/%s"):format(transit(self, opts), key_name)), "data")
end

--- Makes a new version of a key.
function Client:transit_rotate_key(key_name, opts)
  return post(self, ("%s/keys/%s/rotate"):format(transit(self, opts), key_name), {})
end

--- Configures a key: `deletion_allowed`, `min_decryption_version`, …
function Client:transit_config_key(key_name, config, opts)
  return post(self, ("%s/keys/%s/config"):format(transit(self, opts), key_name), config)
end

--- Deletes a key, which its configuration must allow.
function Client:transit_delete_key(key_name, opts)
  delete(self, ("%s/keys/%s"):format(transit(self, opts), key_name))
end

--- The names of the keys.
function Client:transit_list_keys(opts)
  return list(self, transit(self, opts) .. "/keys")
end

-- PKI

--- Issues a certificate: `{ certificate, private_key, issuing_ca, … }`.
function Client:pki_issue(mount, role_name, opts)
  return field(post(self, ("%s/issue/%s"):format(mount, role_name), opts or {}), "data")
end

--- Signs a certificate request (PEM text).
function Client:pki_sign(mount, role_name, csr, opts)
  local body = rest.copy(opts, { csr = csr })
  return field(post(self, ("%s/sign/%s"):format(mount, role_name), body), "data")
end

--- The authority's certificate as PEM text.
function Client:pki_ca_cert(mount)
  local path = ("/v1/%s/ca/pem"):format(mount or "pki")
  local res = self:_send("GET", path, anonymous(self))
  if res.status ~= 200 then
    rest.fail(("%s: pki ca cert HTTP %d"):format(self._module, res.status))
  end
  return res.body
end

--- Writes a role.
function Client:pki_create_role(mount, role_name, opts)
  return post(self, ("%s/roles/%s"):format(mount, role_name), opts or {})
end

--- Makes a root certificate; `kind` is `internal` unless given.
function Client:pki_generate_root(mount, opts, kind)
  local path = ("%s/root/generate/%s"):format(mount, kind or "internal")
  return field(post(self, path, opts or {}), "data")
end

--- Revokes a certificate by its serial number.
function Client:pki_revoke(mount, serial_number)
  return field(post(self, mount .. "/revoke", { serial_number = serial_number }), "data")
end

--- The serial numbers of the certificates.
function Client:pki_list_certs(mount)
  return list(self, mount .. "/certs")
end

-- Helpers of the module

--- Waits until the server answers, sealed or not: `opts.timeout` (60), `opts.interval` (2),
--- `opts.health_path`.
function M.wait(url, opts)
  opts = opts or {}
  local base = url:gsub("/+$", "")
  local address = base .. (opts.health_path or HEALTH_PATH)
  return rest.wait(opts, "vault.wait: not reachable at " .. url, function(remaining)
    local ok, res = pcall(http.get, address, { timeout = math.min(remaining, 10) })
    if not ok then return false, res end
    if res.status == 200 then
      log.info("Vault answers at " .. base)
      return true
    end
    return false, "HTTP " .. res.status
  end)
end

--- A client with a token, once the server answers: by a Kubernetes login with `opts.role` (and
--- `opts.mount`), otherwise with the token in the secret `opts.secret_name` (`openbao-root-token`)
--- of `opts.secret_namespace` (`secrets`) at `opts.secret_key` (`root-token`).
function M.authenticated_client(url, opts)
  opts = opts or {}
  M.wait(url, { timeout = opts.timeout, interval = opts.interval })
  if opts.role and not opts.secret_name then
    local client = M.client(url, { namespace = opts.namespace })
    client:login_kubernetes(opts.role, { mount = opts.mount, jwt = opts.jwt })
    return client
  end
  local namespace = opts.secret_namespace or opts.secret_ns or "secrets"
  local name = opts.secret_name or "openbao-root-token"
  local key = opts.secret_key or "root-token"
  local secret = require("assay.k8s").get_secret(namespace, name)
  assert.not_nil(secret and secret[key],
    ("vault.authenticated_client: key '%s' not found in secret %s/%s"):format(key, namespace, name))
  return M.client(url, secret[key]:match("^%s*(.-)%s*$"))
end

--- The values of the secret at `path` when `check_key` is among them; otherwise those that
--- `generator()` returns, which are stored beside what is there. `opts.mount` is `secrets`.
function M.ensure_credentials(client, path, check_key, generator, opts)
  local mount = opts and opts.mount or "secrets"
  local full = mount .. "/" .. path
  local function existing()
    local secret = client:kv_get(mount, path, { deleted = true })
    local data = secret and secret.data
    return data, secret and secret.metadata and secret.metadata.version or 0
  end
  local data, version = existing()
  if data and data[check_key] then
    log.info("Credentials already exist at " .. full)
    return data
  end
  local creds = rest.copy(data, generator())
  local ok, err = pcall(client.kv_put, client, mount, path, creds, { cas = version })
  if not ok then
    -- another job was faster
    data = existing()
    if data and data[check_key] then return data end
    error(err, 0)
  end
  log.info("Generated and stored credentials at " .. full)
  return creds
end

--- The values of the secret at `path`, all `expected_keys` of which must be there. `opts.mount` is
--- `secrets`.
function M.assert_secret(client, path, expected_keys, opts)
  local mount = opts and opts.mount or "secrets"
  local full = mount .. "/" .. path
  local secret = client:kv_get(mount, path)
  assert.not_nil(secret, "vault.assert_secret: secret not found at " .. full)
  assert.not_nil(secret.data, "vault.assert_secret: no data at " .. full)
  for _, key in ipairs(expected_keys) do
    assert.not_nil(secret.data[key],
      ("vault.assert_secret: key '%s' missing at %s"):format(key, full))
  end
  log.info(("Secret verified at %s (%d keys)"):format(full, #expected_keys))
  return secret.data
end

return M
