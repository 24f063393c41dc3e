--- @module assay.vault
--- @description HashiCorp Vault and OpenBao: secrets, policies, auth methods, transit, PKI.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local M, Client = {}, rest.class("vault", { "namespace", "transit_mount", "name" })

rest.include(Client, require("assay.internal.vault_kv"))
rest.include(Client, require("assay.internal.vault_sys"))
rest.include(Client, require("assay.internal.vault_auth"))
rest.include(Client, require("assay.internal.vault_transit"))
rest.include(Client, require("assay.internal.vault_pki"))
rest.include(Client, require("assay.internal.vault_database"))
rest.include(Client, require("assay.internal.vault_identity"))
rest.include(Client, require("assay.internal.vault_operations"))

local send = Client._send
local HEALTH_PATH = "/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200"

local function from_env(name)
  for _, prefix in ipairs { "BAO_", "VAULT_" } do
    local value = env.get(prefix .. name)
    if value and value ~= "" then return value end
  end
  return nil
end

--- A client: `client(url, token)`, `client(url, { token = … })` or `client { url = … }`. What is
--- not given comes from `BAO_ADDR`, `BAO_TOKEN`, `BAO_NAMESPACE`, `BAO_CACERT`, `BAO_CLIENT_CERT`,
--- `BAO_CLIENT_KEY`, `BAO_TLS_SERVER_NAME`, `BAO_SKIP_VERIFY` or the same with `VAULT_`; `token = false` is
--- none. Further options: `namespace`, `transit_mount`, `name` (in errors).
function M.client(...)
  return Client:new(rest.options({ "url", "token" }, ...))
end

function Client:_complete(options)
  options.url = options.url or from_env("ADDR")
  if options.token == nil then options.token = from_env("TOKEN") end
  options.namespace = options.namespace or from_env("NAMESPACE")
  if not options.ca_cert then options.ca_cert_file = options.ca_cert_file or from_env("CACERT") end
  if not options.client_cert and not options.client_cert_file then
    options.client_cert_file = from_env("CLIENT_CERT")
    options.client_key_file = options.client_key_file or from_env("CLIENT_KEY")
  end
  options.tls_server_name = options.tls_server_name or from_env("TLS_SERVER_NAME")
  local skips = tostring(from_env("SKIP_VERIFY")):lower()
  if options.insecure == nil and (skips == "true" or skips == "1") then options.insecure = true end
  options._module = options.name
end

function Client:_headers()
  return {
    ["X-Vault-Request"] = "true",
    ["X-Vault-Token"] = self.token or nil,
    ["X-Vault-Namespace"] = self.namespace,
  }
end

-- Scripts write paths as they are, with slashes and queries; what no address may hold is encoded.
local function legal(path)
  -- the server would refuse them, but addresses are normalised before it sees them
  if (path:match("^[^?]*"):gsub("%%2[eE]", ".") .. "/"):find("/%.%.?/") then
    rest.fail("vault: a part `.` or `..` can't be sent in a URL: " .. path)
  end
  -- mounts are listed with a slash at their end; the server would redirect
  local before, query = path:match("^([^?]*)(.*)$")
  path = before:gsub("//+", "/") .. query
  path = path:gsub("%%(%x?%x?)", function(digits)
    return #digits == 2 and "%" .. digits or "%25" .. digits
  end)
  return (path:gsub("[^%w%-._~!$&'()*+,;=:@/?%%]", function(c) return ("%%%02X"):format(c:byte()) end))
end

function Client:_send(method, path, o)
  return send(self, method, legal(path), o)
end

-- Any path

--- The data at a path; nil when there is none.
function Client:read(path)
  return verbs.field(verbs.get(self, path), "data")
end

--- Writes to a path; returns the whole answer, nil when it has none.
function Client:write(path, payload)
  return verbs.post(self, verbs.path("%s", path), payload)
end

--- Deletes a path. `opts.ignore_not_found`: one that is not there is no error.
function Client:delete(path, opts)
  verbs.delete(self, verbs.path("%s", path), opts)
end

--- The keys below a path; an empty list when there are none.
function Client:list(path)
  return verbs.list(self, path)
end

-- Helpers of the module

--- Waits until the server answers, sealed or not: `opts.timeout` (60), `opts.interval` (2),
--- `opts.health_path`, and the options of a connection.
function M.wait(url, opts)
  opts = opts or {}
  local client = M.client(rest.of_client(opts, url))
  return rest.wait(opts, "vault.wait: not reachable at " .. (url or client.url), function()
    local ok, res = pcall(client._send, client, "GET", opts.health_path or HEALTH_PATH,
      { anonymous = true, retries = 0, timeout = 10 })
    if not ok then return false, res end
    if res.status == 200 then
      log.info("Vault answers at " .. rest.public(client.url))
      return true
    end
    return false, "HTTP " .. res.status
  end)
end

--- A client with a token, once the server answers: by a Kubernetes login with `opts.role` (and
--- `opts.mount`), otherwise with the token in the secret `opts.secret_name` (`openbao-root-token`)
--- of `opts.secret_namespace` (`secrets`) at `opts.secret_key` (`root-token`). `opts` of `wait`, too.
function M.authenticated_client(url, opts)
  opts = opts or {}
  M.wait(url, opts)
  local options = rest.copy(rest.of_client(opts, url), { namespace = opts.namespace })
  if opts.role and not opts.secret_name then
    local client = M.client(options)
    client:login_kubernetes(opts.role, { mount = opts.mount, jwt = opts.jwt })
    return client
  end
  local namespace = opts.secret_namespace or opts.secret_ns or "secrets"
  local name = opts.secret_name or "openbao-root-token"
  local key = opts.secret_key or "root-token"
  local secret = require("assay.k8s").get_secret(namespace, name)
  assert.not_nil(secret and secret[key],
    ("vault.authenticated_client: key '%s' not found in secret %s/%s"):format(key, namespace, name))
  options.token = secret[key]:match("^%s*(.-)%s*$")
  return M.client(options)
end

--- The values of the secret at `path` when `check_key` is among them; otherwise those that
--- `generator()` returns, which are stored beside what is there. `opts.mount` is `secrets`.
function M.ensure_credentials(client, path, check_key, generator, opts)
  -- otherwise they would be new ones each time
  if type(check_key) ~= "string" or check_key == "" then
    rest.fail("vault.ensure_credentials: the key to look for is missing")
  end
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
  local made = generator()
  if type(made) ~= "table" or made[check_key] == nil then
    rest.fail(("vault.ensure_credentials: the generator gave %s, nothing is stored at %s"):format(
      type(made) == "table" and ("no '%s'"):format(check_key) or rest.name_of(made), full))
  end
  local creds = rest.copy(data, made)
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
  expected_keys = rest.list(expected_keys)
  for _, key in ipairs(expected_keys) do
    assert.not_nil(secret.data[key],
      ("vault.assert_secret: key '%s' missing at %s"):format(key, full))
  end
  log.info(("Secret verified at %s (%d keys)"):format(full, #expected_keys))
  return secret.data
end

return rest.guard(M, "vault")
