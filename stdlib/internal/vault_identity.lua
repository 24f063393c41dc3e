--- @module assay.internal.vault_identity
--- @description Entities and groups of `assay.vault`: who logs in, by whatever auth method.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

local function by_name(kind, name)
  return verbs.path("identity/%s/name/%s", kind, verbs.name(name))
end

--- Writes an entity: `policies`, `metadata`, `disabled`. Returns `{ id, name, … }` of a new one.
function Client:entity_put(name, opts)
  return verbs.field(verbs.post(self, by_name("entity", name), opts or {}), "data")
end

--- An entity with its aliases; nil when it is absent.
function Client:entity_get(name)
  return verbs.field(verbs.get(self, by_name("entity", name)), "data")
end

--- Deletes an entity.
function Client:entity_delete(name)
  verbs.delete(self, by_name("entity", name))
end

--- The names of the entities.
function Client:entity_list()
  return verbs.list(self, "identity/entity/name")
end

--- Ties a name of an auth method to an entity: `mount_accessor` is that of `auth_list`.
function Client:entity_alias_put(name, entity_id, mount_accessor, opts)
  local body = rest.copy(opts, {
    name = name, canonical_id = entity_id, mount_accessor = mount_accessor,
  })
  return verbs.field(verbs.post(self, "identity/entity-alias", body), "data")
end

--- Writes a group: `policies`, `member_entity_ids`, `member_group_ids`, `metadata`, `type`
--- ("internal"; "external" for groups of an auth method). Returns `{ id, name }` of a new one.
function Client:group_put(name, opts)
  return verbs.field(verbs.post(self, by_name("group", name), opts or {}), "data")
end

--- A group with its members; nil when it is absent.
function Client:group_get(name)
  return verbs.field(verbs.get(self, by_name("group", name)), "data")
end

--- Deletes a group.
function Client:group_delete(name)
  verbs.delete(self, by_name("group", name))
end

--- The names of the groups.
function Client:group_list()
  return verbs.list(self, "identity/group/name")
end

--- Ties a group of an auth method to an external group.
function Client:group_alias_put(name, group_id, mount_accessor, opts)
  local body = rest.copy(opts, {
    name = name, canonical_id = group_id, mount_accessor = mount_accessor,
  })
  return verbs.field(verbs.post(self, "identity/group-alias", body), "data")
end

return Client
