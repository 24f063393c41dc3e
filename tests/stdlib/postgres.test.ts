import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPostgres, startPostgres } from "../servers/postgres";
import type { DatabaseServer } from "../servers/server";
import { callsOf } from "./calls";
import { luaWithModules, useApi } from "./server";

const api = useApi();

test("quoting", async () => {
  expect(
    await api.run(`local p = require("assay.postgres")
      return p._quote_ident("a"), p._quote_ident('my"table'), p._quote_literal("a"), p._quote_literal("it's"),
        p._quote_literal("a\\\\'b"), select("#", p._quote_ident("a")), select("#", p._quote_literal("a\\\\"))`),
  ).toEqual(['"a"', '"my""table"', "'a'", "'it''s'", "E'a\\\\''b'", 1, 1]);
  expect(await api.failure('require("assay.postgres")._quote_literal("a\\0")')).toContain("NUL");
});

describe("client_from_vault without a database", () => {
  for (const [name, answer, text] of [
    ["no secret", { status: 404 }, "no secret at secrets/db/postgres"],
    ["no data", { json: { data: {} } }, "no data at secrets/db/postgres"],
    ["no username", { json: { data: { data: { a: 1 } } } }, "missing username"],
    ["no password", { json: { data: { data: { username: "u" } } } }, "missing password"],
  ] as const)
    test(name, async () => {
      api.expect("GET /v1/secrets/data/db/postgres", answer);
      expect(
        await api.failure(`require("assay.postgres").client_from_vault(
          require("assay.vault").client(URL, "t"), "db/postgres", "127.0.0.1")`),
      ).toContain(`postgres.client_from_vault: ${text}`);
    });
});

test("wait gives up and says why", async () => {
  expect(
    await api.failure('require("assay.postgres").wait("127.0.0.1", 1, "u", "p", { timeout = 0 })'),
  ).toMatch(/postgres\.wait: no connection to 127\.0\.0\.1 after 0s \(last: .*refused/);
});

test("wait does not outlive a server that says nothing", async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const start = performance.now();
  try {
    expect(
      await api.failure(
        `require("assay.postgres").wait("127.0.0.1", ${port}, "u", "p", { timeout = 0.1 })`,
      ),
    ).toContain("postgres.wait: no connection to 127.0.0.1 after 0.1s (last: db.connect: ");
    expect(performance.now() - start).toBeLessThan(10_000);
  } finally {
    silent.close();
  }
});

describe.skipIf(findPostgres() === undefined)("a real server", () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.stop());

  const run = async (code: string) => {
    const h = luaWithModules({ PORT: server.port, PASSWORD: server.password, VAULT: api.url });
    try {
      return await h.run(`local postgres = require("assay.postgres")
        local c = postgres.client("127.0.0.1", PORT, "assay", PASSWORD)
        ${code}`);
    } finally {
      await h.lua.close();
    }
  };

  test("query, execute, transaction, version", async () => {
    expect(
      await run(`c:execute("CREATE TABLE t (a int)")
        local n = c:execute("INSERT INTO t VALUES ($1), ($2)", { 1, 2 }).rows_affected
        c:transaction(function(tx) tx:execute("INSERT INTO t VALUES (3)") end)
        local sum = c:query("SELECT sum(a)::int AS s FROM t")[1].s
        c:execute("DROP TABLE t")
        local out = { n, sum, c:is_ready(), c:is_standby(), c:version():match("^%d+") ~= nil }
        c:close()
        return out, c:is_ready()`),
    ).toEqual([[2, 6, true, false, true], false]);
  });

  test("users: odd names and passwords, updates, logging in", async () => {
    expect(
      await run(`local name, pw = 'o"dd u', "p@/:%' \\\\x"
        local out = { c:user_exists(name), c:ensure_user(name, pw, { createdb = true }), c:ensure_user(name, "other"), c:user_exists(name) }
        local own = postgres.client { host = "127.0.0.1", port = PORT, username = name, password = pw, database = "postgres" }
        out[5] = own:query("SELECT current_user::text AS u")[1].u == name
        own:close()
        c:ensure_user(name, "näw", { update = true, createdb = false })
        out[6] = pcall(function() postgres.client("127.0.0.1", PORT, name, pw):query("SELECT 1") end)
        postgres.wait("127.0.0.1", PORT, name, "näw", { timeout = 5 }):close()
        c:set_password(name, "third")
        postgres.client("127.0.0.1", PORT, name, "third"):close()
        out[7] = c:query("SELECT rolcreatedb FROM pg_roles WHERE rolname = $1", { name })[1].rolcreatedb
        out[8] = c:query("SELECT rolpassword LIKE 'SCRAM-SHA-256$4096:%' AS s FROM pg_authid WHERE rolname = $1", { name })[1].s
        c:drop_user(name)
        out[9] = c:user_exists(name)
        return out`),
    ).toEqual([[false, true, false, true, true, false, false, true, false]]);
  });

  test("a password that is hashed already is stored as it is", async () => {
    expect(
      await run(`c:ensure_user("hashed", "first")
        local function stored()
          return c:query("SELECT rolpassword AS p FROM pg_authid WHERE rolname = 'hashed'")[1].p
        end
        local hash = stored()
        c:set_password("hashed", "other")
        c:set_password("hashed", hash)
        local out = { stored() == hash }
        postgres.client("127.0.0.1", PORT, "hashed", "first"):close()
        local md5 = "md5" .. ("0a"):rep(16)
        c:set_password("hashed", md5)
        out[2] = stored() == md5
        out[3] = select(2, pcall(c.ensure_user, c, "nobody", nil))
        out[4] = select(2, pcall(c.ensure_user, c, nil, "x"))
        c:drop_user("hashed")
        c:close()
        return out`),
    ).toEqual([
      [
        true,
        true,
        expect.stringContaining("postgres: a password must be a string, not nil"),
        expect.stringContaining("postgres: a name must be a string, not nil"),
      ],
    ]);
  });

  test("databases, schemas, extensions, grants", async () => {
    expect(
      await run(`local d = 'my "db'
        c:ensure_user("own", "x")
        c:ensure_role("readers", { login = false })
        c:ensure_role("r2", { login = true })
        c:grant_role("readers", "r2")
        local out = { c:ensure_database(d, "own"), c:ensure_database(d), c:database_exists(d) }
        c:grant(d, "readers")
        c:grant(d, "readers", "connect, TEMP")
        c:revoke(d, "readers")
        c:set_database_owner(d, "assay")
        local _, bad = pcall(c.grant, c, d, "own", "ALL ON DATABASE x TO y; --")
        local in_d = postgres.client("127.0.0.1", PORT, "assay", PASSWORD, d)
        in_d:ensure_schema("s", "own")
        in_d:ensure_schema("s")
        in_d:ensure_extension("plpgsql")
        in_d:grant_schema("s", "readers", "USAGE")
        in_d:grant_tables("s", "readers", "SELECT")
        in_d:execute("CREATE TABLE s.t (a int)")
        out[4] = in_d:query("SELECT has_table_privilege('r2', 's.t', 'SELECT') AS p")[1].p
        out[5] = c:database_size(d) > 1000
        in_d:query("SELECT 1")
        out[6] = c:terminate_connections(d) > 0
        in_d:close()
        c:drop_database(d, { force = true })
        out[7] = c:database_exists(d)
        return out, bad`),
    ).toEqual([
      [true, false, true, true, true, true, false],
      expect.stringContaining("is no privilege of a database"),
    ]);
  });

  test("another database, roles that change, sequences and functions, what is taken back", async () => {
    expect(
      await run(`
        c:ensure_user("keeper", "x")
        c:ensure_role("writers")
        c:ensure_role("member", { login = true, member_of = { "writers" } })
        c:ensure_role("member", { createdb = true, connection_limit = 3, update = true })
        local role = c:query("SELECT rolcreatedb, rolconnlimit FROM pg_roles WHERE rolname = 'member'")[1]
        local out = { role.rolcreatedb, role.rolconnlimit,
          c:ensure_database("shop", nil, { template = "template0", encoding = "UTF8", locale = "C" }),
          c:ensure_database("shop", "keeper", { update = true }) }
        out[5] = c:query("SELECT pg_get_userbyid(datdba) AS o FROM pg_database WHERE datname = 'shop'")[1].o
        out[6] = table.concat(c:databases(), " "):find("shop", 1, true) ~= nil
        local d = c:for_database("shop")
        local address = "postgres://assay:" .. PASSWORD .. "@127.0.0.1:" .. PORT .. "/postgres?application_name=x"
        local by_url = postgres.client { url = address }
        local other = by_url:for_database("shop")
        out[7] = other:query("SELECT current_database()::text AS d")[1].d
        other:close()
        by_url:close()
        d:ensure_schema("s", "keeper")
        d:grant_schema("s", "writers", "USAGE, CREATE")
        d:grant_tables("s", "writers", "SELECT, INSERT", { owner = "keeper" })
        d:grant_sequences("s", "writers", "USAGE", { owner = "keeper" })
        d:grant_functions("s", "writers", { owner = "keeper" })
        d:transaction(function(tx)
          tx:execute("SET LOCAL ROLE keeper")
          tx:execute("CREATE TABLE s.t (a serial)")
          tx:execute("CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        end)
        local function may(what)
          return d:query("SELECT " .. what .. " AS p")[1].p
        end
        out[8] = may("has_table_privilege('member', 's.t', 'INSERT')")
        out[9] = may("has_sequence_privilege('member', 's.t_a_seq', 'USAGE')")
        d:revoke_tables("s", "writers", "INSERT", { owner = "keeper" })
        d:revoke_sequences("s", "writers", "USAGE", { owner = "keeper" })
        out[10] = may("has_table_privilege('member', 's.t', 'INSERT')")
        out[11] = may("has_sequence_privilege('member', 's.t_a_seq', 'USAGE')")
        d:revoke_schema("s", "writers", "CREATE")
        out[12] = may("has_schema_privilege('member', 's', 'CREATE')")
        c:revoke_role("writers", "member")
        out[13] = may("has_schema_privilege('member', 's', 'USAGE')")
        d:drop_user("writers", { owned = true })
        out[14] = d:user_exists("writers")
        c:set_database_owner("shop", "assay")
        d:drop_user("keeper", { reassign_to = "assay" })
        out[15] = d:query("SELECT tableowner FROM pg_tables WHERE schemaname = 's'")[1].tableowner
        d:drop_schema("s", { cascade = true })
        d:drop_schema("s")
        out[16] = #d:replication_status() + #d:replication_slots()
        d:close()
        c:drop_database("shop")
        c:drop_user("member")
        return out`),
    ).toEqual([
      [
        true,
        3,
        true,
        false,
        "keeper",
        true,
        "shop",
        true,
        true,
        false,
        false,
        false,
        false,
        false,
        "assay",
        0,
      ],
    ]);
  });

  test("every method of a client names the server's or the pool's error", async () => {
    const args = { sql: '"SELECT"', params: "{}", f: "function(tx) tx:query('SELECT 1') end" };
    const calls = callsOf("postgres", { args, plain: true }).filter(
      ({ source, fn }) => source.startsWith("c:") && !/^(close|is_ready|for_database)$/.test(fn),
    );
    expect(calls.length).toBeGreaterThan(15);
    const tries = calls.map(({ source }) => `function() return ${source} end`);
    const [messages] = await run(`c:close()
      local out = json.array({})
      for i, f in ipairs { ${tries.join(",\n")} } do
        local ok, e = pcall(f)
        out[i] = ok and "no error" or tostring(e)
      end
      return out`);
    const odd = (messages as string[]).flatMap((m, i) =>
      /db\.(query|execute|transaction): |is no privilege/.test(m) ? [] : [calls[i]?.source, m],
    );
    expect(odd).toEqual([]);
  });

  test("statement_timeout and other options of db.connect", async () => {
    expect(
      await run(`local own = postgres.client { host = "127.0.0.1", port = PORT, username = "assay",
          password = PASSWORD, statement_timeout = 0.05, size = 1 }
        return select(2, pcall(own.query, own, "SELECT pg_sleep(5)"))`),
    ).toEqual([expect.stringContaining("db.query: statement timeout after 0.05 s")]);
  });

  test("client_from_vault", async () => {
    api.expect("GET /v1/kv/data/pg", {
      json: {
        data: {
          data: {
            username: "assay",
            password: server.password,
            host: "127.0.0.1",
            port: server.port,
          },
        },
      },
    });
    expect(
      await run(`local own = postgres.client_from_vault(require("assay.vault").client(VAULT, "t"), "pg", nil, nil, { mount = "kv" })
        return own:query("SELECT current_user::text AS u")[1].u`),
    ).toEqual(["assay"]);
  });
});
