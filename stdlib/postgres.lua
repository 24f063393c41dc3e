--- @module assay.postgres
--- @description PostgreSQL administration: users, databases, schemas, extensions, grants.

local rest = require("assay.internal.client")
local sql = require("assay.internal.postgres_sql")

local M, Client = {}, {}
Client.__index = Client
Client.__name = "assay.postgres client"
Client.__opaque = true

rest.include(Client, require("assay.internal.postgres_grants"))

local SCRAM_ROUNDS = 4096

M._quote_ident, M._quote_literal = sql.ident, sql.literal

local ident, literal = sql.ident, sql.literal

-- What the server stores instead of a password (RFC 5803), so that no log gets to see it. Others
-- than ASCII passwords would have to be normalised first and go as they are.
local function verifier(password)
  if password:find("[^\x20-\x7e]") then return password end
  -- what the server, too, takes for one already
  if password:find("^SCRAM%-SHA%-256%$%d+:[%w+/=]+%$[%w+/=]+:[%w+/=]+$")
    or (#password == 35 and password:find("^md5%x+$")) then
    return password
  end
  local salt = crypto.random_bytes(16)
  local salted = crypto.pbkdf2(password, salt, {
    length = 32, iterations = SCRAM_ROUNDS, algorithm = "sha256",
  })
  local client_key = crypto.hmac(salted, "Client Key", "sha256", true)
  local stored = crypto.hash(client_key, "sha256", true)
  local server_key = crypto.hmac(salted, "Server Key", "sha256", true)
  return ("SCRAM-SHA-256$%d:%s$%s:%s"):format(SCRAM_ROUNDS, base64.encode(salt),
    base64.encode(stored), base64.encode(server_key))
end

local function address(o)
  if o.url then return o.url end
  local host = tostring(o.host or "localhost")
  if host:find(":", 1, true) and host:sub(1, 1) ~= "[" then host = "[" .. host .. "]" end
  local user = url.encode(tostring(o.username or o.user or ""))
  if o.password then user = user .. ":" .. url.encode(tostring(o.password)) end
  return rest.with_query(("postgres://%s@%s:%s/%s"):format(user, host, rest.text(o.port or 5432),
    url.encode(o.database or "postgres")), {
    { "sslmode", o.sslmode }, { "sslrootcert", o.sslrootcert }, { "sslcert", o.sslcert },
    { "sslkey", o.sslkey }, { "application_name", o.application_name },
  })
end

-- what `db.connect` takes beside the address
local POOL = { "size", "connect_timeout", "statement_timeout", "acquire_timeout", "idle_timeout",
  "max_lifetime", "ca_cert", "ca_cert_file", "client_cert", "client_cert_file", "client_key",
  "client_key_file", "insecure", "prepare" }

--- Connects: `client(host, port, username, password, database)` or `client { host = …, … }` with
--- `url`, `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `application_name` and the options of
--- `db.connect` (`connect_timeout`, `statement_timeout`, `ca_cert`, `insecure`, …), too.
function M.client(...)
  local o = rest.options({ "host", "port", "username", "password", "database" }, ...)
  local options = {}
  for _, key in ipairs(POOL) do options[key] = o[key] end
  local pool = db.connect(address(o), options)
  -- the pool and the password are private
  return setmetatable({
    _pool = function() return pool end,
    _options = function() return o end,
  }, Client)
end

--- Waits until the server takes the connection: a client. The last of the arguments for `client` may
--- be a table with `timeout` (60) and `interval` (2).
function M.wait(...)
  local o = rest.options({ "host", "port", "username", "password", "database" }, ...)
  return rest.wait(o, ("postgres.wait: no connection to %s"):format(rest.address(o.host or o.url)),
    function(remaining)
      local limit = math.min(o.connect_timeout or 30, remaining)
      local ok, client = pcall(M.client, rest.copy(o, { connect_timeout = limit }))
      if not ok then return false, client end
      local alive, err = pcall(client.query, client, "SELECT 1")
      if alive then return client end
      client:close()
      return false, err
    end)
end

--- Connects with what a Vault secret holds: `username`, `password`, and `database`, `host` and `port`
--- unless given. `opts.mount` is `secrets`.
function M.client_from_vault(vault_client, vault_path, host, port, opts)
  local mount = opts and opts.mount or "secrets"
  local full = mount .. "/" .. vault_path
  local secret = vault_client:kv_get(mount, vault_path)
  assert.not_nil(secret, "postgres.client_from_vault: no secret at " .. full)
  local creds = secret.data
  assert.not_nil(creds, "postgres.client_from_vault: no data at " .. full)
  assert.not_nil(creds.username, "postgres.client_from_vault: missing username")
  assert.not_nil(creds.password, "postgres.client_from_vault: missing password")
  return M.client(rest.copy(opts, {
    host = host or creds.host, port = port or creds.port or 5432,
    username = creds.username, password = creds.password, database = creds.database or "postgres",
  }))
end

-- SQL

--- Rows of a query, by column name.
function Client:query(sql, params)
  return db.query(self._pool(), sql, params or {})
end

--- Runs a statement: `{ rows_affected }`.
function Client:execute(sql, params)
  return db.execute(self._pool(), sql, params or {})
end

--- A client of another database of the server, with the same options: what `ensure_schema`,
--- `ensure_extension` and grants of tables are about. It is closed by itself.
function Client:for_database(name)
  -- otherwise it would be this one, or the user's
  if type(name) ~= "string" or name == "" then
    rest.fail("postgres.for_database: the name of the database is missing")
  end
  local o = rest.copy(self._options(), { database = name })
  -- of an address only the path changes
  if o.url then
    local origin, query = o.url:match("^(%w+://[^/?]*)[^?]*(.*)$")
    o.url = ("%s/%s%s"):format(origin, url.encode(name), query)
  end
  return M.client(o)
end

--- Runs `f(tx)` in a transaction.
function Client:transaction(f, opts)
  return db.transaction(self._pool(), f, opts)
end

--- Ends the connections.
function Client:close()
  db.close(self._pool())
end

local function exists(self, statement, name)
  -- refuses what is no name
  ident(name)
  return #self:query(statement, { name }) > 0
end

-- Creates what `check` does not find; another job may be faster.
local function ensure(check, create, what)
  if check() then
    log.info("postgres: " .. what .. " exists")
    return false
  end
  local ok, err = pcall(create)
  if not ok then
    if check() then return false end
    error(err, 0)
  end
  log.info("postgres: " .. what .. " created")
  return true
end

-- Users

--- Whether a role is there.
function Client:user_exists(name)
  return exists(self, "SELECT 1 FROM pg_roles WHERE rolname = $1", name)
end

local ATTRIBUTES = {
  { "createdb", "CREATEDB" }, { "superuser", "SUPERUSER" }, { "createrole", "CREATEROLE" },
  { "replication", "REPLICATION" }, { "login", "LOGIN" }, { "inherit", "INHERIT" },
  { "bypassrls", "BYPASSRLS" },
}

-- ` CREATEDB NOSUPERUSER …` for the attributes that are given
local function attributes(opts, negate)
  local out = {}
  for _, attribute in ipairs(ATTRIBUTES) do
    local wanted = opts[attribute[1]]
    if wanted then out[#out + 1] = " " .. attribute[2]
    elseif wanted == false and negate then out[#out + 1] = " NO" .. attribute[2] end
  end
  if opts.connection_limit then
    out[#out + 1] = (" CONNECTION LIMIT %d"):format(opts.connection_limit)
  end
  if opts.valid_until then out[#out + 1] = " VALID UNTIL " .. literal(opts.valid_until) end
  return table.concat(out)
end

local function password_literal(password, opts)
  if type(password) ~= "string" then
    rest.fail("postgres: a password must be a string, not " .. type(password))
  end
  return literal(opts.plain_password and password or verifier(password))
end

--- Creates a user unless it is there; returns whether it was created. `opts`: `createdb`,
--- `superuser`, `createrole`, `replication`, `connection_limit`; `update`: an existing one gets the
--- password and attributes; `plain_password`: not hashed by the client.
function Client:ensure_user(name, password, opts)
  opts = opts or {}
  local created = ensure(function() return self:user_exists(name) end, function()
    self:execute(("CREATE USER %s WITH PASSWORD %s%s"):format(
      ident(name), password_literal(password, opts), attributes(opts)))
  end, "user " .. tostring(name))
  if not created and opts.update then
    self:execute(("ALTER ROLE %s WITH PASSWORD %s%s"):format(
      ident(name), password_literal(password, opts), attributes(opts, true)))
  end
  return created
end

--- Creates a role without password unless it is there; `opts` as for `ensure_user`, and `login`,
--- `member_of` (a list of roles); `update`: an existing one gets the attributes.
function Client:ensure_role(name, opts)
  opts = opts or {}
  local created = ensure(function() return self:user_exists(name) end, function()
    self:execute("CREATE ROLE " .. ident(name) .. attributes(opts, true))
  end, "role " .. tostring(name))
  local changes = attributes(opts, true)
  if not created and opts.update and changes ~= "" then
    self:execute("ALTER ROLE " .. ident(name) .. changes)
  end
  for _, role in ipairs(opts.member_of or {}) do self:grant_role(role, name) end
  return created
end

--- Sets a password.
function Client:set_password(name, password, opts)
  self:execute(("ALTER ROLE %s PASSWORD %s"):format(
    ident(name), password_literal(password, opts or {})))
end

--- Removes a role if it is there. `opts.owned`: with what it has in the connected database (its
--- privileges, too), or with `opts.reassign_to` after that role has taken it over.
function Client:drop_user(name, opts)
  if opts and (opts.owned or opts.reassign_to) and self:user_exists(name) then
    if opts.reassign_to then
      self:execute(("REASSIGN OWNED BY %s TO %s"):format(ident(name), ident(opts.reassign_to)))
    end
    self:execute("DROP OWNED BY " .. ident(name))
  end
  self:execute("DROP ROLE IF EXISTS " .. ident(name))
end

-- Databases

--- Whether a database is there.
function Client:database_exists(name)
  return exists(self, "SELECT 1 FROM pg_database WHERE datname = $1", name)
end

--- The names of the databases that can be connected to.
function Client:databases()
  local names = json.array({})
  for i, row in ipairs(self:query("SELECT datname FROM pg_database WHERE datallowconn "
    .. "AND NOT datistemplate ORDER BY datname")) do
    names[i] = row.datname
  end
  return names
end

--- Creates a database unless it is there; returns whether it was created. `opts`: `template`
--- (`template0` for another encoding or locale), `encoding`, `locale`, `connection_limit`; `update`:
--- one that is there gets the owner.
function Client:ensure_database(name, owner, opts)
  opts = opts or {}
  local created = ensure(function() return self:database_exists(name) end, function()
    local parts = { "CREATE DATABASE " .. ident(name) }
    local function add(word, value) if value then parts[#parts + 1] = word .. " " .. value end end
    add("OWNER", owner and ident(owner))
    add("TEMPLATE", opts.template and ident(opts.template))
    add("ENCODING", opts.encoding and literal(opts.encoding))
    add("LOCALE", opts.locale and literal(opts.locale))
    add("CONNECTION LIMIT", opts.connection_limit and ("%d"):format(opts.connection_limit))
    self:execute(table.concat(parts, " "))
  end, "database " .. tostring(name))
  if not created and opts.update and owner then self:set_database_owner(name, owner) end
  return created
end

--- Makes a role the owner of a database.
function Client:set_database_owner(name, owner)
  self:execute(("ALTER DATABASE %s OWNER TO %s"):format(ident(name), ident(owner)))
end

--- Ends the connections to a database; returns how many.
function Client:terminate_connections(name)
  return #self:query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    .. "WHERE datname = $1 AND pid <> pg_backend_pid()", { name })
end

--- Removes a database if it is there; `opts.force` ends its connections.
function Client:drop_database(name, opts)
  local force = opts and opts.force and " WITH (FORCE)" or ""
  self:execute(("DROP DATABASE IF EXISTS %s%s"):format(ident(name), force))
end

--- The size of a database in bytes.
function Client:database_size(name)
  return self:query("SELECT pg_database_size($1::name) AS size", { name })[1].size
end

--- Creates a schema unless it is there.
function Client:ensure_schema(name, owner)
  local statement = "CREATE SCHEMA IF NOT EXISTS " .. ident(name)
  if owner then statement = statement .. " AUTHORIZATION " .. ident(owner) end
  self:execute(statement)
end

--- Removes a schema if it is there; `opts.cascade`: with all that is in it.
function Client:drop_schema(name, opts)
  local cascade = opts and opts.cascade and " CASCADE" or ""
  self:execute("DROP SCHEMA IF EXISTS " .. ident(name) .. cascade)
end

--- Installs an extension unless it is there; `opts.schema`, `opts.version`.
function Client:ensure_extension(name, opts)
  opts = opts or {}
  local statement = "CREATE EXTENSION IF NOT EXISTS " .. ident(name)
  if opts.schema then statement = statement .. " SCHEMA " .. ident(opts.schema) end
  if opts.version then statement = statement .. " VERSION " .. literal(opts.version) end
  self:execute(statement)
end

-- The server

--- The server's version, such as `16.2`.
function Client:version()
  return self:query("SELECT current_setting('server_version') AS version")[1].version
end

--- Whether the server answers.
function Client:is_ready()
  return (pcall(self.query, self, "SELECT 1"))
end

--- Whether the server is a standby.
function Client:is_standby()
  return self:query("SELECT pg_is_in_recovery() AS standby")[1].standby
end

--- The standbys that follow this server: `{ name, address, state, sync_state, lag_bytes }`.
function Client:replication_status()
  return rest.array(self:query("SELECT application_name AS name, host(client_addr) AS address, state, sync_state, "
    .. "pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint AS lag_bytes "
    .. "FROM pg_stat_replication ORDER BY application_name"))
end

--- The replication slots: `{ name, slot_type, active, retained_bytes }`; what inactive ones retain
--- fills the disk.
function Client:replication_slots()
  return rest.array(self:query("SELECT slot_name AS name, slot_type, active, "
    .. "pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS retained_bytes "
    .. "FROM pg_replication_slots ORDER BY slot_name"))
end

rest.guard(Client, "postgres", true)

return rest.guard(M, "postgres")
