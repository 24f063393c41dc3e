-- Lets a migration run only when the database is in the state it expects.
local url = assert(env.get("DATABASE_URL"), "DATABASE_URL is not set")
local wanted = math.tointeger(env.get("EXPECTED_VERSION") or "3")

local conn <close> = db.connect(url)
local function one(sql, params)
  return conn:query(sql, params)[1]
end

assert(one("select pg_try_advisory_lock($1) as got", { 7421 }).got, "another migration is running")
local state = one("select max(version) as version, bool_or(dirty) as dirty from schema_migrations")
assert.is_false(state.dirty, "the last migration did not finish")
assert.eq(state.version, wanted, "schema version")
local slow = conn:query([[select pid, state from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()
    and xact_start < now() - interval '5 minutes']])
assert.eq(#slow, 0, "transactions that have been open for five minutes")
log.info("the migration may run", { version = state.version })
