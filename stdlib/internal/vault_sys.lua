--- @module assay.internal.vault_sys
--- @description The system of `assay.vault`: server, policies, engines, leases, wrapping.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

-- The server

--- The server's health and the HTTP status (429, 472, 473: standby; 501: uninitialised; 503:
--- sealed).
function Client:health()
  local res = self:_send("GET", "/v1/sys/health", verbs.anonymous(self, { retries = 0 }))
  local ok, answer = pcall(self._decode, self, "GET", "/v1/sys/health", res)
  if not ok then self:_fail("GET", "/v1/sys/health", res) end
  return answer, res.status
end

--- Whether the server is sealed, and how far the unsealing is.
function Client:seal_status()
  return (self:_get("/v1/sys/seal-status", verbs.anonymous(self, { ok = 200, what = "seal-status" })))
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
  return (self:_post("/v1/sys/init", body, verbs.anonymous(self)))
end

--- Hands in a key; returns the seal status.
function Client:unseal(key)
  return (self:_post("/v1/sys/unseal", { key = key }, verbs.anonymous(self)))
end

--- Seals the server.
function Client:seal()
  return verbs.put(self, "sys/seal")
end

--- The address of the leader.
function Client:leader()
  return (self:_get("/v1/sys/leader", verbs.anonymous(self)))
end

--- What the token may do at a path or list of paths: `{ [path] = { "read", … } }`.
function Client:capabilities_self(paths)
  if type(paths) == "string" then paths = { paths } end
  local answer = verbs.post(self, "sys/capabilities-self", { paths = paths })
  local data = answer and (answer.data or answer) or {}
  local out = {}
  for _, path in ipairs(paths) do out[path] = data[path] end
  return out
end

-- Namespaces, below the client's own

--- The paths of the namespaces, which end in `/`.
function Client:namespace_list()
  return verbs.list(self, "sys/namespaces")
end

--- A namespace `{ id, path, custom_metadata }`; nil when it is absent.
function Client:namespace_get(path)
  return verbs.field(verbs.get(self, verbs.path("sys/namespaces/%s", path)), "data")
end

--- Creates a namespace; `opts.custom_metadata`. Clients of it: `client:with { namespace = path }`.
function Client:namespace_create(path, opts)
  local body = { custom_metadata = opts and opts.custom_metadata }
  return verbs.field(verbs.post(self, verbs.path("sys/namespaces/%s", path), rest.object(body)), "data")
end

--- Deletes a namespace.
function Client:namespace_delete(path)
  verbs.delete(self, verbs.path("sys/namespaces/%s", path))
end

-- Policies

--- A policy `{ name, policy }`; nil when it is absent.
function Client:policy_get(name)
  return verbs.field(verbs.get(self, "sys/policies/acl/" .. verbs.name(name)), "data")
end

--- Writes a policy, given as HCL or JSON text.
function Client:policy_put(name, rules)
  return verbs.put(self, "sys/policies/acl/" .. verbs.name(name), { policy = rules })
end

--- Deletes a policy.
function Client:policy_delete(name)
  verbs.delete(self, "sys/policies/acl/" .. verbs.name(name))
end

--- The names of the policies.
function Client:policy_list()
  return verbs.list(self, "sys/policies/acl")
end

-- Secrets engines

--- Mounts an engine; `opts.description`, `opts.config`, `opts.options` (`{ version = "2" }`).
function Client:engine_enable(path, engine_type, opts)
  opts = opts or {}
  return verbs.post(self, verbs.path("sys/mounts/%s", path), {
    type = engine_type, description = opts.description, config = opts.config,
    options = opts.options,
  })
end

--- Unmounts an engine; its secrets are lost.
function Client:engine_disable(path)
  verbs.delete(self, verbs.path("sys/mounts/%s", path))
end

--- The engines by path; paths end in `/`.
function Client:engine_list()
  local answer = verbs.get(self, "sys/mounts")
  return answer and (answer.data or answer)
end

--- Mounts an engine unless it is there; returns whether it was mounted.
function Client:ensure_engine(path, engine_type, opts)
  local absent = verbs.is_absent(self:engine_list(), path, engine_type, "engine")
  if absent then self:engine_enable(path, engine_type, opts) end
  return absent
end

--- Tunes a mount: `default_lease_ttl`, `max_lease_ttl`, …
function Client:engine_tune(path, config)
  return verbs.post(self, verbs.path("sys/mounts/%s/tune", path), config)
end

--- Credentials that an engine makes up: `{ data, lease_id, lease_duration }`.
function Client:creds(mount, role)
  return verbs.get(self, verbs.path("%s/creds/%s", mount, verbs.name(role)))
end

--- Renews a lease by `increment` seconds.
function Client:lease_renew(lease_id, increment)
  return verbs.put(self, "sys/leases/renew", { lease_id = lease_id, increment = increment })
end

--- Ends a lease.
function Client:lease_revoke(lease_id)
  return verbs.put(self, "sys/leases/revoke", { lease_id = lease_id })
end

-- Response wrapping

--- Stores data for one reading; returns the `wrap_info` with its `token`.
function Client:wrap(data, ttl)
  local answer = self:_post("/v1/sys/wrapping/wrap", rest.object(data), {
    headers = { ["X-Vault-Wrap-TTL"] = ttl or "5m" },
  })
  return verbs.field(answer, "wrap_info")
end

--- What a wrapping token stands for, which it does once: the whole answer.
function Client:unwrap(token)
  return (self:_post("/v1/sys/wrapping/unwrap", { token = token }))
end

--- Reads a path wrapped; returns the `wrap_info`. nil when there is nothing.
function Client:read_wrapped(path, ttl)
  return verbs.field(self:_get("/v1/" .. path, {
    ok = 200, missing = true, headers = { ["X-Vault-Wrap-TTL"] = ttl or "5m" },
  }), "wrap_info")
end

return Client
