--- @module assay.internal.postgres_grants
--- @description Privileges, for `assay.postgres`.

local sql = require("assay.internal.postgres_sql")

local Client = {}

local ident = sql.ident

local function change(self, verb, kind, name, user, privileges)
  self:execute(("%s %s ON %s %s %s %s"):format(verb, sql.privileges(privileges, kind), kind,
    ident(name), verb == "GRANT" and "TO" or "FROM", ident(user)))
end

-- For what a schema has now, and for what `opts.owner` (the connected role) makes in it later.
local function change_all(self, verb, what, schema, user, privileges, opts)
  local kind = ("ALL %s IN SCHEMA"):format(what)
  change(self, verb, kind, schema, user, privileges)
  local owner = opts and opts.owner and " FOR ROLE " .. ident(opts.owner) or ""
  self:execute(("ALTER DEFAULT PRIVILEGES%s IN SCHEMA %s %s %s ON %s %s %s"):format(owner,
    ident(schema), verb, sql.privileges(privileges, kind), what,
    verb == "GRANT" and "TO" or "FROM", ident(user)))
end

--- Grants privileges of a database (all unless given: a list such as `CONNECT, CREATE`).
function Client:grant(database, user, privileges)
  change(self, "GRANT", "DATABASE", database, user, privileges)
  log.info(("postgres: privileges of %s granted to %s"):format(database, user))
end

--- Takes privileges of a database away.
function Client:revoke(database, user, privileges)
  change(self, "REVOKE", "DATABASE", database, user, privileges)
end

--- Grants privileges of a schema (since PostgreSQL 15 nobody may create in `public` otherwise).
function Client:grant_schema(schema, user, privileges)
  change(self, "GRANT", "SCHEMA", schema, user, privileges)
end

--- Takes privileges of a schema away.
function Client:revoke_schema(schema, user, privileges)
  change(self, "REVOKE", "SCHEMA", schema, user, privileges)
end

--- Grants privileges of all tables of a schema, and of those that are made later, by `opts.owner` or
--- the connected role.
function Client:grant_tables(schema, user, privileges, opts)
  change_all(self, "GRANT", "TABLES", schema, user, privileges, opts)
end

--- Takes privileges of all tables of a schema away, also of later ones; `opts.owner`.
function Client:revoke_tables(schema, user, privileges, opts)
  change_all(self, "REVOKE", "TABLES", schema, user, privileges, opts)
end

--- Grants privileges of all sequences of a schema, which inserts into tables with `serial` columns
--- need, and of later ones; `opts.owner`.
function Client:grant_sequences(schema, user, privileges, opts)
  change_all(self, "GRANT", "SEQUENCES", schema, user, privileges, opts)
end

--- Takes privileges of all sequences of a schema away, also of later ones; `opts.owner`.
function Client:revoke_sequences(schema, user, privileges, opts)
  change_all(self, "REVOKE", "SEQUENCES", schema, user, privileges, opts)
end

--- Grants the execution of all functions of a schema, and of later ones; `opts.owner`.
function Client:grant_functions(schema, user, opts)
  change_all(self, "GRANT", "FUNCTIONS", schema, user, "EXECUTE", opts)
end

--- Makes `member` a member of `role`.
function Client:grant_role(role, member)
  self:execute(("GRANT %s TO %s"):format(ident(role), ident(member)))
end

--- Ends a membership.
function Client:revoke_role(role, member)
  self:execute(("REVOKE %s FROM %s"):format(ident(role), ident(member)))
end

return Client
