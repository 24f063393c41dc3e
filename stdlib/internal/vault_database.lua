--- @module assay.internal.vault_database
--- @description The database engine and leases of `assay.vault`.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

local function path_of(mount, kind, name)
  return verbs.path("%s/%s/%s", mount, kind, verbs.name(name))
end

--- Configures a database: `plugin_name`, `connection_url`, `allowed_roles`, `username`, `password`, ….
function Client:database_config(mount, name, config)
  return verbs.post(self, path_of(mount, "config", name), config)
end

--- The configuration of a database, without its password; nil when it is absent.
function Client:database_read_config(mount, name)
  return verbs.field(verbs.get(self, path_of(mount, "config", name)), "data")
end

--- Writes a role for `creds`: `db_name`, `creation_statements`, `default_ttl`, `max_ttl`, ….
function Client:database_create_role(mount, role_name, config)
  return verbs.post(self, path_of(mount, "roles", role_name), config)
end

--- Writes a role for `static_creds`: `db_name`, `username`, `rotation_period`, ….
function Client:database_create_static_role(mount, role_name, config)
  return verbs.post(self, path_of(mount, "static-roles", role_name), config)
end

--- Gives the engine's own user a password that nobody else knows.
function Client:database_rotate_root(mount, name)
  return verbs.post(self, path_of(mount, "rotate-root", name), {})
end

--- Changes the password of a static role now.
function Client:database_rotate_role(mount, role_name)
  return verbs.post(self, path_of(mount, "rotate-role", role_name), {})
end

--- The credentials of a static role: `{ username, password, ttl, … }`.
function Client:static_creds(mount, role)
  local path = "/v1/" .. path_of(mount, "static-creds", role)
  local res = self:_send("GET", path)
  -- absent ones are answered with 400
  if res.status == 404 or (res.status == 400 and res.body:find("unknown role", 1, true)) then
    return nil
  end
  if res.status ~= 200 then self:_fail("GET", path, res) end
  return verbs.field(self:_decode("GET", path, res), "data")
end

--- About a lease: `{ id, issue_time, expire_time, renewable, ttl }`.
function Client:lease_lookup(lease_id)
  return verbs.field(verbs.put(self, "sys/leases/lookup", { lease_id = lease_id }), "data")
end

--- Ends all leases below a prefix, such as `database/creds/app`.
function Client:lease_revoke_prefix(prefix)
  if prefix == "" then rest.fail("vault: the prefix of the leases is empty") end
  return verbs.put(self, "sys/leases/revoke-prefix/" .. prefix, {})
end

return Client
