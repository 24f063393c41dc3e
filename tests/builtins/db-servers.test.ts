/**
 * The database servers: PGlite always, PostgreSQL and MariaDB when they are installed. The names of
 * the test groups say which ran.
 */
import { spawnSync } from "node:child_process";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Policy } from "../../src/index";
import { findMariadb, startMariadb } from "../servers/mariadb";
import { startPglite } from "../servers/pglite";
import { findPostgres, startPostgres } from "../servers/postgres";
import type { DatabaseServer } from "../servers/server";
import { databaseCases } from "./db-cases";
import { type Harness, harness } from "./harness";
import { type Authority, freePort, makeAuthority } from "./http-peers";

const authority: Authority = makeAuthority();
const tls = authority.issue("db", "DNS:localhost,IP:127.0.0.1");
afterAll(() => authority.remove());

const hasPostgres = findPostgres() !== undefined;
const hasMariadb = findMariadb() !== undefined;
console.log(
  `databases: SQLite, PGlite${hasPostgres ? ", PostgreSQL" : ""}${hasMariadb ? ", MariaDB" : ""}` +
    `${hasPostgres ? "" : " (PostgreSQL is not installed)"}${hasMariadb ? "" : " (MariaDB is not installed)"}`,
);

/** A state whose log is kept, with `URL` and a connection `c`. */
function states(url: () => string) {
  const made: Harness[] = [];
  afterAll(async () => {
    for (const h of made) await h.lua.close();
  });
  return (extra: Record<string, unknown> = {}) => {
    const h = harness({
      globals: { URL: url(), CA: authority.ca, CA_FILE: authority.caFile, ...extra },
    });
    made.push(h);
    return h;
  };
}

/** The types of PostgreSQL; PGlite has them, too. */
function postgresTypes(state: () => Harness): void {
  test("all common types are read", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL)
        local r = c:query([[select 1::int2 as i2, 2::int4 as i4, 3::int8 as i8, 4::oid as o, 0.1::float4 as f4,
          0.1::float8 as f8, 'NaN'::float8 as nan, '-Infinity'::float4 as inf, 12345678901234567890.123450::numeric as num,
          true as b, 'x'::char(3) as bp, 'n'::name as name, '2024-02-29'::date as d, '03:04:05.5'::time as t,
          '2024-01-02 03:04:05.123456'::timestamp as ts, '2024-01-02 03:04:05+02'::timestamptz as tz, 'infinity'::timestamp as never,
          '1 day 2 hours'::interval as iv, '123e4567-e89b-12d3-a456-426614174000'::uuid as u,
          '{"a": [1, 2.0, null]}'::json as j, '[]'::jsonb as jb, '\\x00ff'::bytea as by,
          '10.0.0.1/8'::inet as ip, '$1.50'::money as m, B'101' as bits, '(1,2)'::point as p, 'a=>b'::text as x]])[1]
        r.nan = tostring(r.nan) r.jb = json.encode(r.jb) r.by = #r.by .. r.by:byte(2)
        r.kinds = math.type(r.i8) .. math.type(r.f4) .. type(r.num)
        return r`),
    ).toEqual([
      {
        i2: 1,
        i4: 2,
        i8: 3,
        o: 4,
        f4: 0.1,
        f8: 0.1,
        nan: expect.stringMatching(/nan/),
        inf: -Infinity,
        num: "12345678901234567890.123450",
        b: true,
        bp: "x  ",
        name: "n",
        d: "2024-02-29",
        t: "03:04:05.5",
        ts: "2024-01-02T03:04:05.123456",
        tz: "2024-01-02T01:04:05Z",
        never: "infinity",
        iv: "1 day 02:00:00",
        u: "123e4567-e89b-12d3-a456-426614174000",
        j: { a: [1, 2] },
        jb: "[]",
        by: "2255",
        ip: "10.0.0.1/8",
        m: "$1.50",
        bits: "101",
        p: "(1,2)",
        x: "a=>b",
        kinds: "integerfloatstring",
      },
    ]);
  });

  test("arrays are tables, of several dimensions and own types, too", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL)
        c:execute("drop type if exists mood cascade")
        c:execute("create type mood as enum ('sad', 'very happy')")
        local r = c:query([[select array[1, 2, null]::int[] as a, '{{1,2},{3,4}}'::int8[][] as b,
          array['x,y', 'q"\\', '', 'NULL', null, 'é'] as c, '{}'::text[] as d, '{}'::int[] as empty, array[true, false] as e,
          array['{"k": 1}']::jsonb[] as f, array['sad', 'very happy']::mood[] as g, 'sad'::mood as h,
          '[0:1]={5,6}'::int[] as i, array[1.50, 2]::numeric[] as j, array['\\x01']::bytea[] as k]])[1]
        local streamed
        for row in c:rows("select array['very happy']::mood[] as m") do streamed = row.m[1] end
        return r.a[1], r.a[3] == db.null, #r.a, r.b, r.c[1], r.c[2], r.c[3], r.c[4], r.c[5] == db.null, r.c[6],
          #r.d, r.e, r.f, r.g, r.h, r.i, r.j, r.k[1]:byte(), streamed, json.encode(r.empty)`),
    ).toEqual([
      1,
      true,
      3,
      [
        [1, 2],
        [3, 4],
      ],
      "x,y",
      'q"\\',
      "",
      "NULL",
      true,
      "é",
      0,
      [true, false],
      [{ k: 1 }],
      ["sad", "very happy"],
      "sad",
      [5, 6],
      ["1.50", "2"],
      1,
      "very happy",
      "[]",
    ]);
  });

  test("parameters take the types that their places have, without casts", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL)
        c:execute("drop table if exists p")
        c:execute([[create table p (id serial primary key, j jsonb, js json, ts timestamptz, d date, u uuid, a int[], ta text[],
          m numeric, i2 int2, i4 int4, f4 float4, b boolean, s text, by bytea, iv interval, ja jsonb[])]])
        local function put(column, ...)
          local params = table.pack(...)
          local r = c:query(("insert into p (%s) values ($1) returning %s as v"):format(column, column), params)
          return r[1].v
        end
        local out = {
          put("j", {a = {1}}).a[1], put("j", '{"b": 2}').b, json.encode(put("js", {})), put("j", 5), put("ts", "2024-01-02T03:04:05Z"),
          put("d", "2024-01-02"), put("u", "123E4567-E89B-12D3-A456-426614174000"), put("a", {1, 2, 3})[3],
          put("a", {}) and "empty", put("ta", {"x", 'y"z'})[2], put("m", "1.10"), put("m", 7), put("m", 0.5), put("i2", 7),
          put("i4", 2.0), put("f4", 0.1), put("b", true), put("s", 42), put("s", 1.5), put("s", false), #put("by", "\\xff\\0"),
          put("iv", "90 minutes"), put("ja", {{x = 1}, 2})[1].x, tostring(put("i4", nil)), tostring(put("ts", db.null)),
          put("ta", {"a", db.null})[2] == db.null,
        }
        local found = c:query("select count(*) as n from p where i4 = any($1)", {{1, 2, 3}})[1].n
        local days = c:query("select ($1::date + $2)::text as d, make_interval(days => $3) as i", {"2024-01-30", 3, 2})[1]
        local limit = #c:query("select * from generate_series(1, $1) as g limit $2", {10, 4})
        local poly = c:query("select json_build_object('n', $1::int, 'b', $2) as o", {1, true})[1].o
        local inside = c:transaction(function(tx)
          local a = tx:query("select make_interval(days => $1, hours => $2) as i", {2, 1})[1].i
          return a .. " " .. tx:query("select $1 + $2 as n", {1, 2})[1].n
        end)
        return out, found, days.d, days.i, limit, poly.b, inside`),
    ).toEqual([
      [
        1,
        2,
        "{}",
        5,
        "2024-01-02T03:04:05Z",
        "2024-01-02",
        "123e4567-e89b-12d3-a456-426614174000",
        3,
        "empty",
        'y"z',
        "1.10",
        "7",
        "0.5",
        7,
        2,
        0.1,
        true,
        "42",
        "1.5",
        "false",
        2,
        "01:30:00",
        1,
        "nil",
        "nil",
        true,
      ],
      1,
      "2024-02-02",
      "2 days",
      4,
      true,
      "2 days 01:00:00 3",
    ]);
  });

  test("what does not fit is the server's error", async () => {
    const h = state();
    const failure = (sql: string, params: string) =>
      h.failure(`db.connect(URL):query("${sql}", ${params})`);
    expect(await failure("select $1::int4", "{3000000000}")).toMatch(/SQLSTATE 22003\)$/);
    expect(await failure("select $1::int4", '{"x"}')).toMatch(/SQLSTATE 22P02\)$/);
    expect(await failure("select $1, $2", "{1}")).toMatch(
      /^db\.query: error returned from database: .*SQLSTATE/,
    );
    expect(await failure("select $1::text", '{"\\xff"}')).toBe(
      "db.query: a text parameter is not valid UTF-8 (any bytes fit bytea columns only)",
    );
    expect(await failure("select 1; select 2", "nil")).toMatch(
      /cannot insert multiple commands into a prepared statement \(SQLSTATE 42601\)$/,
    );
    expect(await failure("select no_such_function($1)", "{1}")).toMatch(
      /no_such_function.*SQLSTATE 42883/,
    );
  });

  test("a transaction that went on behind a failed statement is not kept in silence", async () => {
    const h = state();
    expect(
      await h.failure(`
        local c = db.connect(URL)
        c:execute("drop table if exists w") c:execute("create table w (x int)")
        c:transaction(function(tx) tx:execute("insert into w values (1)") pcall(tx.query, tx, "selec") end)`),
    ).toBe("db.transaction: rolled back, because a statement of the transaction had failed");
    expect(await h.run(`return #db.connect(URL):query("select * from w")`)).toEqual([0]);
  });

  test("a transaction that a statement ends itself: nothing more is kept", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL)
        c:execute("drop table if exists ended")
        c:execute("create table ended (i int)")
        local function try(sql, more)
          local ok, e = pcall(c.transaction, c, function(tx)
            tx:execute("savepoint s")
            tx:execute(sql)
            if more then tx:execute("insert into ended values (1)") end
          end)
          return ok or e
        end
        return try("commit"), try("rollback", true), try("rollback to s", true), try("commit and chain", true),
          c:query("select count(*) as n from ended")[1].n`),
    ).toEqual([
      "db.transaction: the transaction was ended by one of its statements",
      "db.execute: the transaction was ended by one of its statements",
      true,
      true,
      2,
    ]);
  });

  test("a COMMIT that fails", async () => {
    const h = state();
    expect(
      await h.failure(`
        local c = db.connect(URL)
        c:execute("drop table if exists dc")
        c:execute("create table dc (x int unique deferrable initially deferred)")
        c:transaction(function(tx) tx:execute("insert into dc values (1), (1)") end)`),
    ).toMatch(
      /^db\.transaction: error returned from database: duplicate key .*\(SQLSTATE 23505\)$/,
    );
    expect(await h.run(`return #db.connect(URL):query("select * from dc")`)).toEqual([0]);
  });

  test("a changed table, many different statements", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL, {size = 1})
        c:execute("drop table if exists ch") c:execute("create table ch (a int)")
        c:execute("insert into ch values (1)")
        local sql = "select * from ch where a = $1"
        local before = c:query(sql, {1})[1]
        c:execute("alter table ch add column b text default 'new'")
        local after = c:query(sql, {1})[1]
        for i = 1, 50 do c:query("select " .. i .. " as x where $1 = " .. i, {i}) end
        return before.b, after.b`),
    ).toEqual([undefined, "new"]);
  });
}

/** What only a server of one's own can show. */
function serverCases(
  kind: "postgres" | "mysql",
  server: () => DatabaseServer,
  state: ReturnType<typeof states>,
): void {
  const sleepFor = (seconds: number) =>
    kind === "postgres" ? `select pg_sleep(${seconds})` : `select sleep(${seconds})`;
  const own = kind === "postgres" ? "$1" : "?";

  test("statement timeouts, per connection and per call; the connection stays good", async () => {
    const started = performance.now();
    expect(
      await state().run(`
        local c = db.connect(URL, {size = 1, statement_timeout = 0.2})
        local _, a = pcall(db.query, c, "${sleepFor(20)}")
        local _, b = pcall(c.execute, c, "${sleepFor(20)}", nil, {timeout = 0.1})
        local _, d = pcall(function() for row in c:rows("${sleepFor(20)}", {}, {timeout = 0.1}) do end end)
        return a, b, d, c:query("select 1 as one", nil, {timeout = 5})[1].one`),
    ).toEqual([
      "db.query: statement timeout after 0.2 s",
      "db.execute: statement timeout after 0.1 s",
      "db.rows: statement timeout after 0.1 s",
      1,
    ]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test("a cancelled task's statement is ended on the server", async () => {
    const running =
      kind === "postgres"
        ? "select count(*) as n from pg_stat_activity where state = 'active' and query like '%pg_sleep(77)%' and pid <> pg_backend_pid()"
        : "select count(*) as n from information_schema.processlist where info like 'select sleep(77)%'";
    expect(
      await state().run(`
        local c = db.connect(URL)
        local task = async.spawn(function() c:query("${sleepFor(77)}") end)
        sleep(0.3)
        local before = c:query("${running}")[1].n
        task:cancel()
        for i = 1, 100 do sleep(0.05) if c:query("${running}")[1].n == 0 then break end end
        return before, c:query("${running}")[1].n`),
    ).toEqual([1, 0]);
  });

  test("the request to stop a statement does not reach the one that comes next", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL, {size = 1})
        local failed = {}
        for i = 0, 200 do
          pcall(async.timeout, 0.002 + i % 7 * 0.001, db.query, c, "${sleepFor(0.005)}")
          for _ = 1, 3 do
            local ok, e = pcall(db.query, c, [[with recursive n (i) as (select 1 union all
              select i + 1 from n where i < 900) select count(*) as n from n]])
            if not ok then failed[#failed + 1] = e end
          end
        end
        return table.concat(failed, "\\n")`),
    ).toEqual([""]);
  });

  test("a request to stop that overtakes its statement is repeated", async () => {
    const running =
      kind === "postgres"
        ? "select count(*) as n from pg_stat_activity where state = 'active' and query like '%pg_sleep(66)%' and pid <> pg_backend_pid()"
        : "select count(*) as n from information_schema.processlist where info like 'select sleep(66)%'";
    expect(
      await state().run(`
        local c = db.connect(URL, {size = 4})
        c:transaction(function(tx) tx:query("${sleepFor(0)}") end)
        for round = 1, 150 do
          local tasks = {}
          for i = 1, 4 do
            tasks[i] = async.spawn(c.transaction, c, function(tx) tx:query("${sleepFor(66)}") end)
          end
          sleep(round % 15 / 4000)
          for i = 1, 4 do tasks[i]:cancel() end
        end
        local n
        for i = 1, 40 do
          n = c:query("${running}")[1].n
          if n == 0 then break end
          sleep(0.05)
        end
        return n`),
    ).toEqual([0]);
  });

  test("a pool: so many at once, the others wait", async () => {
    const started = performance.now();
    expect(
      await state().run(`
        local c = db.connect(URL, {size = 3})
        local tasks = {}
        for i = 1, 6 do tasks[i] = function() c:query("${sleepFor(0.3)}") return i end end
        async.all(tasks)
        local ids = {}
        for i = 1, 30 do tasks[i] = function() return c:query("select ${kind === "postgres" ? "pg_backend_pid()" : "connection_id()"} as id, ${kind === "postgres" ? "pg_sleep(0.001)" : "sleep(0.001)"}")[1].id end end
        local n = 0
        for _, id in ipairs(async.all(tasks)) do if not ids[id] then ids[id] = true n = n + 1 end end
        local small = db.connect(URL, {size = 1, acquire_timeout = 0.1})
        async.spawn(function() small:query("${sleepFor(0.5)}") end)
        sleep(0.05)
        return n, select(2, pcall(small.query, small, "select 1"))`),
    ).toEqual([
      3,
      "db.query: pool timed out while waiting for an open connection (0.1 s, all 1 in use)",
    ]);
    expect(performance.now() - started).toBeGreaterThan(600);
  });

  test("isolation levels and read-only transactions", async () => {
    const show =
      kind === "postgres"
        ? "show transaction_isolation"
        : "select 'serializable' as transaction_isolation";
    expect(
      await state().run(`
        local c = db.connect(URL)
        local level = c:transaction(function(tx) return tx:query("${show}")[1].transaction_isolation end, {isolation = "serializable"})
        c:execute("drop table if exists ro") c:execute("create table ro (x int)")
        local ok, e = pcall(c.transaction, c, function(tx) tx:execute("insert into ro values (1)") end, {read_only = true})
        return level, e`),
    ).toEqual(["serializable", expect.stringMatching(/read.?only transaction.*SQLSTATE 25006/i)]);
  });

  test("connections that fail: address, cause, no password", async () => {
    const h = state();
    const port = await freePort();
    const at = (p: number | string, more = "") =>
      `${kind}://someone:topsecret@127.0.0.1:${p}/x${more}`;
    expect(await h.failure(`db.connect("${at(port)}")`)).toBe(
      `db.connect: connecting to 127.0.0.1:${port}: connection refused`,
    );
    const wrong = await h.failure(`db.connect("${at(server().port)}")`);
    expect(wrong).toMatch(
      kind === "postgres"
        ? /^db\.connect: error returned from database: password authentication failed for user "someone" \(SQLSTATE 28P01\)$/
        : /^db\.connect: error returned from database: Access denied for user 'someone'.*\(SQLSTATE 28000, error 1045\)$/,
    );
    expect(wrong).not.toContain("topsecret");
    expect(await h.failure(`db.connect("${kind}://u:topsecret@nowhere.invalid/x")`)).toMatch(
      /^db\.connect: connecting to nowhere\.invalid:\d+: DNS lookup/,
    );
    const silent = net.createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const silentPort = (silent.address() as net.AddressInfo).port;
    expect(await h.failure(`db.connect("${at(silentPort)}", {connect_timeout = 0.3})`)).toBe(
      `db.connect: connecting to 127.0.0.1:${silentPort}: timeout after 0.3 s`,
    );
    silent.close();
    const rude = net.createServer((s) => void s.destroy()).listen(0, "127.0.0.1");
    await new Promise((resolve) => rude.once("listening", resolve));
    const rudePort = (rude.address() as net.AddressInfo).port;
    expect(await h.failure(`db.connect("${at(rudePort)}", {connect_timeout = 2})`)).toMatch(
      new RegExp(`^db\\.connect: connecting to 127\\.0\\.0\\.1:${rudePort}: (connection|timeout)`),
    );
    rude.close();
    expect(
      await h.failure(
        `log.error("topsecret") log.error(URL) db.connect((URL:gsub("/[^/]*$", "/no_such_db")))`,
      ),
    ).toMatch(/^db\.connect: error returned from database: /);
    expect(h.logged().join("\n")).not.toContain("topsecret");
  });

  test("TLS: modes, an own authority, the server's name", async () => {
    const h = state();
    const secure =
      kind === "postgres"
        ? "select ssl as on from pg_stat_ssl where pid = pg_backend_pid()"
        : "show status like 'Ssl_cipher'";
    const isOn = (url: string, opts = "{}") =>
      h.run(
        `local r = db.connect(${url}, ${opts}):query("${secure}")[1] return ${kind === "postgres" ? "r.on" : 'r.Value ~= ""'}`,
      );
    expect(await isOn(`URL .. "?sslmode=disable"`)).toEqual([false]);
    expect(await isOn(`URL`)).toEqual([true]); // prefer
    expect(await isOn(`URL .. "?sslmode=require"`)).toEqual([true]);
    expect(await isOn(`URL .. "?sslmode=verify-full&sslrootcert=" .. CA_FILE`)).toEqual([true]);
    expect(await isOn(`URL .. "?sslrootcert=" .. CA_FILE`)).toEqual([true]);
    expect(await isOn(`URL`, `{sslmode = "verify-ca", ca_cert = CA}`)).toEqual([true]);
    expect(await isOn(`URL:gsub("127.0.0.1", "localhost")`, `{ca_cert = CA}`)).toEqual([true]);
    for (const options of [`{sslmode = "verify-full"}`, `{sslmode = "verify-ca"}`])
      expect(await h.failure(`db.connect(URL, ${options})`)).toMatch(
        /^db\.connect: connecting to 127\.0\.0\.1:\d+: TLS: (self-signed certificate in|certificate signed by an unknown)/,
      );
    expect(await h.failure(`db.connect(URL .. "?sslmode=maybe")`)).toMatch(
      /unknown value "maybe" for `sslmode`/,
    );
    expect(await h.failure(`db.connect(URL, {ca_cert_file = "/nowhere"})`)).toMatch(
      /^db\.connect: failed to read ca_cert file "\/nowhere": No such file/,
    );
    expect(await h.failure(`db.connect(URL, {ca_cert = "x"})`)).toBe(
      "db.connect: invalid CA cert PEM: no certificate found in the PEM text",
    );
  });

  test("unknown URL parameters are warned about, without their values", async () => {
    const h = state();
    await h.run(`db.connect(URL .. "?sslmode=disable&colour=red&application_name=me")`);
    const warnings = h.logged().filter((l) => /colour/.test(l));
    expect(warnings).toHaveLength(kind === "postgres" ? 1 : 1);
    expect(warnings[0]).not.toContain("red");
  });

  test("others run while a large result comes", async () => {
    const numbers =
      kind === "postgres"
        ? "generate_series(1, 50000) as n"
        : "(select seq as n from seq_1_to_50000) t";
    // as a part of the whole time, in which the machine may be slow
    const [count, longest] = (await state().run(`
      local c <close> = db.connect(URL)
      local columns = {}
      for i = 1, 20 do columns[i] = "n as c" .. i end
      local sql = "select " .. table.concat(columns, ", ") .. " from ${numbers}"
      local longest, last, over = 0, 0, false
      local function note()
        local now = time()
        longest = math.max(longest, now - last)
        last = now
      end
      local start = time()
      last = start
      async.spawn(function() while not over do sleep(0.001) note() end end)
      local rows = c:query(sql)
      over = true
      note()
      return #rows, longest / (time() - start)`)) as [number, number];
    expect(count).toBe(50_000);
    expect(longest).toBeLessThan(0.6);
  });

  test("behind a statement that failed after some rows others get all of theirs", async () => {
    const failing =
      kind === "postgres"
        ? "select 100 / (g - 500) from generate_series(1, 1000) as g"
        : "select if(seq = 500, (select 1 union select 2), seq) from seq_1_to_1000";
    expect(
      await state().run(`
        local c <close> = db.connect(URL, {size = 1})
        local function fail(call) return (pcall(call, c, "${failing}")) end
        local got = {}
        local function note(f)
          got[#got + 1] = fail(c.query)
          got[#got + 1] = f()
        end
        note(function() return c:query("select 1 as n union all select 2") end)
        note(function()
          local seen = {}
          for row in c:rows("select 3 as n union all select 4") do seen[#seen + 1] = row.n end
          return seen
        end)
        note(function() return c:query("select 5 as n where 5 = ${own}", {5}) end)
        note(function() return c:transaction(function(tx) return tx:query("select 6 as n") end) end)
        note(function() return c:query("select 7 as n where 1 = 0") end)
        if c.kind == "postgres" then
          c:execute("create type late_mood as enum ('sad', 'glad')")
          note(function() return c:query("select array['sad', 'glad']::late_mood[] as n") end)
          c:execute("drop type late_mood")
        else
          note(function() return {{n = {"sad", "glad"}}} end)
        end
        return got`),
    ).toEqual([
      [
        ...[false, [{ n: 1 }, { n: 2 }], false, [3, 4], false, [{ n: 5 }], false, [{ n: 6 }]],
        ...[false, [], false, [{ n: ["sad", "glad"] }]],
      ],
    ]);
  });

  test("connections and iterators that the script has lost are given back", async () => {
    const many =
      kind === "postgres" ? "select generate_series(1, 50000)" : "select seq from seq_1_to_50000";
    expect(
      await state().run(`
        local c <close> = db.connect(URL, {size = 3, acquire_timeout = 5})
        local function count()
          local where = c.kind == "postgres" and "pg_stat_activity where backend_type = 'client backend'"
            or "information_schema.processlist"
          return c:query("select count(*) as n from " .. where)[1].n
        end
        local before = count()
        local function lose()
          db.connect(URL):query("select 1")
          local rows = c:rows("${many}")
          rows()
        end
        local function are_given_back()
          for _ = 1, 100 do
            if count() <= before + 2 then return true end
            collectgarbage()
            sleep(0.02)
          end
          return false
        end
        lose() lose()
        are_given_back()
        -- all of the pool is free; as long as it had not three connections, a lost one was not too many
        local got = async.map({1, 2, 3}, function() return #c:query("${sleepFor(0.1)}") end)
        return are_given_back(), got`),
    ).toEqual([true, [1, 1, 1]]);
  });

  test("a transaction whose connection is cut while nothing runs on it is not kept", async () => {
    expect(
      await state().run(`
        local admin <close> = db.connect(URL, {size = 1})
        local c <close> = db.connect(URL, {size = 1})
        admin:execute("drop table if exists cut") admin:execute("create table cut (x int)")
        local function cut(tx)
          tx:execute("insert into cut values (1)")
          if c.kind == "postgres" then
            admin:query("select pg_terminate_backend($1)", {tx:query("select pg_backend_pid() as p")[1].p})
          else
            admin:execute("kill " .. tx:query("select connection_id() as p")[1].p)
          end
          sleep(0.3)
        end
        local outer, why = pcall(c.transaction, c, cut)
        local inner
        local whole = pcall(c.transaction, c, function(tx) inner = pcall(tx.transaction, tx, cut) end)
        local rows = admin:query("select count(*) as n from cut")[1].n
        admin:execute("drop table cut")
        return outer, (tostring(why):gsub("to %S+", "to HOST")), inner, whole, rows, c:query("select 1 as n")[1].n`),
    ).toEqual([false, "db.transaction: the connection to HOST was lost", false, false, 0, 1]);
  });

  test("a server that goes away and comes back", async () => {
    const h = state();
    await h.run(`
      c = db.connect(URL, {size = 2})
      c:execute("drop table if exists r") c:execute("create table r (x int)")
      failed = {}
      async.spawn(function() failed[1] = select(2, pcall(c.query, c, "${sleepFor(60)}")) end)
      async.spawn(function()
        failed[2] = select(2, pcall(c.transaction, c, function(tx)
          tx:execute("insert into r values (${own})", {1})
          sleep(1)
          tx:execute("insert into r values (${own})", {2})
        end))
      end)
      sleep(0.3)`);
    await server().kill();
    try {
      // the second statement of the transaction comes after a second; a busy machine takes longer
      await h.run("for _ = 1, 150 do if failed[1] and failed[2] then break end sleep(0.1) end");
      const [first, second] = (await h.run("return failed"))[0] as string[];
      expect(first).toMatch(
        /^db\.query: (the connection to .* was lost|error returned from database: .*(57P01|57P02))/,
      );
      expect(second).toMatch(
        /^db\.(execute|transaction): (the connection to .* was lost|error returned from database: .*(57P01|57P02))/,
      );
      expect(await h.failure("c:query('select 1')")).toMatch(/^db\.query: /);
    } finally {
      // the tests behind this one want it, too
      await server().restart();
    }
    expect(await h.run(`return c:query("select count(*) as n from r")[1].n`)).toEqual([0]);
  });
}

describe("PGlite", () => {
  let server: Awaited<ReturnType<typeof startPglite>>;
  beforeAll(async () => {
    server = await startPglite();
    console.log(`running: ${server.name}`);
  }, 60_000);
  afterAll(() => server.stop());
  databaseCases("PGlite", () => ({ kind: "postgres", url: server.url }), { isSingle: true });
  postgresTypes(states(() => server.url));
});

describe.skipIf(!hasPostgres)("PostgreSQL", () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startPostgres({ tls });
    console.log(`running: ${server.name}`);
  }, 60_000);
  afterAll(() => server.stop());
  databaseCases("PostgreSQL", () => ({ kind: "postgres", url: server.url }));
  const state = states(() => server.url);
  postgresTypes(state);
  serverCases("postgres", () => server, state);

  test("a server without TLS is told from one that breaks off", async () => {
    const plain = await startPostgres();
    try {
      const h = state({ URL: plain.url });
      for (const mode of ["require", "verify-full"])
        expect(await h.failure(`db.connect(URL, {sslmode = "${mode}"})`)).toBe(
          `db.connect: connecting to 127.0.0.1:${plain.port}: the server has no TLS`,
        );
      expect(await h.run(`return db.connect(URL):query("select 1 as n")[1].n`)).toEqual([1]);
    } finally {
      await plain.stop();
    }
  });

  test("a table changes in the transaction that has asked it before", async () => {
    expect(
      await state().run(`
        local c <close> = db.connect(URL, {size = 1})
        c:execute("create table altered as select 1 as a")
        return c:transaction(function(tx)
          local sql = "select * from altered where a = $1"
          local before = tx:query(sql, {1})
          tx:execute("alter table altered add column b text default 'x'")
          local after = tx:query(sql, {1})
          tx:execute("drop table altered")
          return before, after
        end)`),
    ).toEqual([[{ a: 1 }], [{ a: 1, b: "x" }]]);
  });

  test("lists as array parameters keep their holes, other tables are refused", async () => {
    const h = state();
    const sent = "db.connect(URL):query('select $1::int[] as a', {LIST})[1].a";
    const send = (list: string) => `return json.encode(${sent.replace("LIST", list)})`;
    expect(await h.run(send("{1, nil, [3] = 3}"))).toEqual(["[1,null,3]"]);
    expect(await h.run(send("{[2] = 2}"))).toEqual(["[null,2]"]);
    expect(await h.failure(send("{id = 1}"))).toBe(
      "db: an array parameter has other keys than 1, 2, …",
    );
    expect(await h.failure(send("{[1 << 40] = 1}"))).toBe(
      "db: an array parameter has more than 10000000 elements",
    );
  });

  test("rows streams: a query of many rows keeps the memory flat", async () => {
    const [grown, sum] = (await state().run(`
      local c = db.connect(URL)
      local sum, before, most = 0, nil, 0
      for row in c:rows("select i, repeat('x', 1000) as s from generate_series(1, 200000) as i") do
        sum = sum + row.i
        if row.i % 20000 == 0 then
          collectgarbage()
          local now = collectgarbage("count")
          before = before or now
          most = math.max(most, now)
        end
      end
      return most - before, sum`)) as [number, number];
    expect(sum).toBe((200_000 * 200_001) / 2);
    expect(grown).toBeLessThan(50_000);
  });

  test("rows that fail behind the last one: what comes next gets its own results", async () => {
    expect(
      await state().run(`
        local c <close> = db.connect(URL, {size = 1})
        c:execute("create table late_parent (id int primary key)")
        c:execute([[create table late_child (id int,
          parent int references late_parent deferrable initially deferred)]])
        local ok, e = pcall(function()
          for row in c:rows("insert into late_child values (1, 99) returning id") do
            assert.eq(row.id, 1)
          end
        end)
        local got = {}
        for n = 1, 4 do got[n] = c:query("select " .. n .. " as n")[1].n end
        c:execute("drop table late_child, late_parent")
        return ok, tostring(e):match("23503"), got`),
    ).toEqual([false, "23503", [1, 2, 3, 4]]);
  });

  test("connections that nobody needs are closed", async () => {
    const count = "select count(*) as n from pg_stat_activity where application_name = 'idle test'";
    expect(
      await state().run(`
        local watch = db.connect(URL)
        local c = db.connect(URL .. "?application_name=idle%20test", {idle_timeout = 0.2})
        local young = db.connect(URL .. "?application_name=idle%20test", {max_lifetime = 0.1})
        local before = watch:query("${count}")[1].n
        sleep(0.7)
        young:query("select 1")
        sleep(0.1)
        return before, watch:query("${count}")[1].n, c:query("select 1 as one")[1].one`),
    ).toEqual([2, 0, 1]);
  });

  test("a Unix socket, and settings of the session", async () => {
    const dir = spawnSync("sh", ["-c", `ls -d /tmp/*/.s.PGSQL.${server.port}`], {
      encoding: "utf8",
    });
    const folder = dir.stdout.trim().replace(/\/\.s\.PGSQL.*$/, "");
    expect(
      await state().run(`
        local c = db.connect("postgres://assay:${server.password}@/postgres?host=${folder}&port=${server.port}&application_name=me&options=-c%20timezone=Asia/Tokyo")
        return c:query("show application_name")[1].application_name, c:query("select '2024-01-01 00:00:00+00'::timestamptz as t")[1].t`),
    ).toEqual(["me", "2024-01-01T09:00:00+09:00"]);
  });
});

describe.skipIf(!hasMariadb)("MariaDB", () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startMariadb({ tls });
    console.log(`running: ${server.name}`);
  }, 60_000);
  afterAll(() => server.stop());
  databaseCases("MariaDB", () => ({ kind: "mysql", url: server.url }));
  const state = states(() => server.url);
  serverCases("mysql", () => server, state);

  test("all common types are read, with and without parameters", async () => {
    const h = state();
    const row = {
      b: true,
      t: 7,
      i24: -8388608,
      u64: "18446744073709551615",
      i64: -5,
      dec: "123456789012345.12345",
      f: 0.1,
      d: 0.1,
      dt: "2024-01-02T03:04:05.120000",
      ts: "2024-01-02T03:04:05Z",
      tm: "-100:01:02.5",
      tm0: "00:00:00",
      da: "2024-02-29",
      zero: "2024-01-01T00:00:00",
      j: { a: [1] },
      bits: 5,
      y: 2024,
      e: "x",
      s: "a,b",
      u: "123e4567-e89b-12d3-a456-426614174000",
      bin: 2,
      txt: "é",
    };
    expect(
      await h.run(`
        local c = db.connect(URL)
        c:execute([[create or replace table ty (b boolean, t tinyint, i24 mediumint, u64 bigint unsigned, i64 bigint, dec_ decimal(20,5),
          f float, d double, dt datetime(6), ts timestamp null, tm time(1), tm0 time, da date, zero datetime, j json, bits bit(9), y year,
          e enum('x','y'), s set('a','b'), u uuid, bin varbinary(9), txt text)]])
        c:execute("insert into ty values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", {true, 7, -8388608,
          "18446744073709551615", -5, "123456789012345.12345", 0.1, 0.1, "2024-01-02 03:04:05.12", "2024-01-02 03:04:05", "-100:01:02.5",
          "0:0:0", "2024-02-29", "2024-01-01", {a = {1}}, 5, 2024, "x", "a,b", "123e4567-e89b-12d3-a456-426614174000", "\\0\\xff", "é"})
        local r = {}
        for i, rows in ipairs{c:query("select * from ty"), c:query("select * from ty where t = ?", {7})} do
          local row = rows[1]
          row.bin = #row.bin
          row.dec, row.dec_ = row.dec_, nil
          r[i] = row
        end
        return r`),
    ).toEqual([[row, row]]);
  });

  test("streams give the same values as queries", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL)
        c:execute([[create or replace table st (b boolean, t tinyint, u8 tinyint unsigned, i24 mediumint, u64 bigint unsigned,
          i64 bigint, de decimal(20,5), f float, d double, dt datetime(6), ds datetime, ts timestamp(3) null, tm time(1), tm0 time,
          da date, j json, bits bit(9), y year, e enum('x','y'), u uuid, bin varbinary(9), txt text, no int)]])
        c:execute("insert into st values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", {true, 7, 200, -8388608,
          "18446744073709551615", -9223372036854775807, "123456789012345.12345", 0.1, 2.0, "2024-01-02 03:04:05.12",
          "2024-01-02 00:00:00", "2024-01-02 03:04:05.5", "-100:01:02.5", "0:0:0", "2024-02-29", {a = {1}}, 5, 2024, "x",
          "123e4567-e89b-12d3-a456-426614174000", "\\0\\xff", "é👩‍🚀", nil, n = 23})
        local seen = 0
        for _, args in ipairs{{"select * from st"}, {"select * from st where t = ? and d = ? and txt = ? limit ?", {7, 2.0, "é👩‍🚀", 3}}} do
          local want = c:query(args[1], args[2])[1]
          for row in c:rows(args[1], args[2]) do
            assert.eq(row, want)
            for k, v in pairs(row) do assert.eq(math.type(v), math.type(want[k]), k) end
            seen = seen + 1
          end
        end
        local results = {}
        c:execute("create or replace procedure two(n int) begin select n as a; select n + 1 as b; end")
        for row in c:rows("call two(5)") do results[#results + 1] = row end
        return seen, results`),
    ).toEqual([2, [{ a: 5 }, { b: 6 }]]);
  });

  test("rows streams: a query of many rows keeps the memory flat", async () => {
    const [grown, sum] = (await state().run(`
      local c = db.connect(URL)
      local sum, before, most = 0, nil, 0
      for row in c:rows("select seq, repeat('x', 1000) as s from seq_1_to_200000") do
        sum = sum + row.seq
        if row.seq % 20000 == 0 then
          collectgarbage()
          local now = collectgarbage("count")
          before = before or now
          most = math.max(most, now)
          sleep(0.01)
        end
      end
      return most - before, sum`)) as [number, number];
    expect(sum).toBe((200_000 * 200_001) / 2);
    expect(grown).toBeLessThan(50_000);
  }, 60_000);

  test("a stream over TLS, and one whose connection is lost", async () => {
    const h = state();
    expect(
      await h.run(
        `local c = db.connect(URL, {sslmode = "verify-full", ca_cert = ...})
        for row in c:rows("show status like 'Ssl_cipher'") do return row.Value ~= "" end`,
        [authority.ca],
      ),
    ).toEqual([true]);
    expect(
      await h.failure(`
        local c = db.connect(URL)
        for row in c:rows("select seq, repeat('x', 1000) as s from seq_1_to_1000000") do
          if row.seq == 1 then
            for _, p in ipairs(c:query("show processlist")) do
              if (p.Info or ""):find("seq_1_to", 1, true) then c:execute("kill " .. p.Id) end
            end
          end
        end`),
    ).toMatch(/^db\.rows: (the connection to .* was lost|error returned from database: .*)/);
  });

  test("a loop that is left early gives its connection back or up; others go on", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL, {size = 2})
        local seen = {}
        for i = 1, 20 do
          -- the first has come as a whole, the other is cut off in the middle
          for row in c:rows("select seq from seq_1_to_3") do seen[#seen + 1] = row.seq break end
          for row in c:rows("select seq, repeat('x', 1000) as s from seq_1_to_1000000") do
            seen[#seen + 1] = c:query("select ? as n", {row.seq})[1].n
            break
          end
        end
        local running = "select count(*) as n from information_schema.processlist where info like 'select seq, repeat%'"
        for i = 1, 100 do if c:query(running)[1].n == 0 then break end sleep(0.05) end
        return #seen, seen[1], seen[40], c:query(running)[1].n, c:query("select 2 as two")[1].two`),
    ).toEqual([40, 1, 1, 0, 2]);
  }, 30_000);

  test("no local file is sent, whatever the server asks for; words of functions may be names", async () => {
    const h = state();
    expect(
      await h.run(`
        local c = db.connect(URL)
        c:execute("create or replace table lf (s text, \`count\` int)")
        c:execute("insert into lf (s, count) values ('x', 3)")
        return c:query("select count, count(*) as n from lf")[1].count`),
    ).toEqual([3]);
    expect(
      await h.failure(
        `db.connect(URL):execute("load data local infile '/etc/passwd' into table lf (s)")`,
      ),
    ).toMatch(/^db\.execute: error returned from database: .*(SQLSTATE 42000|not allowed)/);
  });

  test("the name in the certificate is that of the URL, even where the address is settled before", async () => {
    const issued = authority.issue("named", "DNS:localhost");
    const named = await startMariadb({ tls: issued });
    try {
      const h = harness({
        globals: { URL: named.url, CA: authority.ca },
        policy: new Policy({ net: [`localhost:${named.port}`, `127.0.0.1:${named.port}`] }),
      });
      const byName = `(URL:gsub("127.0.0.1", "localhost"))`;
      expect(
        await h.run(`return db.connect(${byName}, {ca_cert = CA}):query("select 1 as x")[1].x`),
      ).toEqual([1]);
      expect(await h.failure(`db.connect(URL, {ca_cert = CA})`)).toMatch(
        /^db\.connect: connecting to 127\.0\.0\.1:\d+: TLS: certificate is not valid for '127\.0\.0\.1'/,
      );
      await h.lua.close();
    } finally {
      await named.stop();
    }
  }, 60_000);

  test("several statements, procedures, unnamed commands", async () => {
    const h = state();
    expect(await h.failure(`db.connect(URL):query("select 1; select 2")`)).toBe(
      "db.query: several statements in one text are not possible; send them one by one",
    );
    expect(
      await h.run(`
        local c = db.connect(URL)
        c:execute("create or replace procedure pr(n int) begin select n as a; select n + 1 as a; end")
        local rows = c:query("call pr(5)")
        local quoted = c:query("select ';' as a, \\"it''s; \\\\' ok\\" as b -- ; c\\n # ; d")[1]
        return #rows, rows[1].a, rows[2].a, quoted.a, quoted.b, c:query("select 'a' || 'b' as c")[1].c`),
    ).toEqual([2, 5, 6, ";", "it''s; ' ok", "ab"]);
  });

  test("too few and too many parameters are told, the first time and later", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL, {size = 1})
        local seen = {}
        for i = 1, 2 do
          seen[#seen + 1] = select(2, pcall(c.query, c, "select ? as a", {1, 2}))
          seen[#seen + 1] = select(2, pcall(c.query, c, "select ? as a, ? as b", {1}))
          seen[#seen + 1] = c:query("select ? as a", {i})[1].a + c:query("select ? as a, ? as b", {1, 2})[1].b
        end
        return table.unpack(seen)`),
    ).toEqual([
      "db.query: the statement takes 1 parameters, and 2 were given",
      "db.query: the statement takes 2 parameters, and 1 were given",
      3,
      "db.query: the statement takes 1 parameters, and 2 were given",
      "db.query: the statement takes 2 parameters, and 1 were given",
      4,
    ]);
  });

  test("behind an error that ends the connection the next statement uses another one", async () => {
    expect(
      await state().run(`
        local c = db.connect(URL, {size = 1})
        local seen = {}
        for i = 1, 5 do
          seen[#seen + 1] = select(2, pcall(c.query, c, "kill connection_id()")):match("error 1927")
          seen[#seen + 1] = c:query("select 1 as one")[1].one
        end
        return table.concat(seen, " ")`),
    ).toEqual([Array(5).fill("error 1927 1").join(" ")]);
  });

  test("a deadlock undoes the transaction: what follows in it is not kept by itself", async () => {
    const ended = "db.execute: the transaction was ended by one of its statements";
    expect(
      await state().run(`
        local c = db.connect(URL)
        c:execute("create or replace table dl (id int primary key, v int)")
        c:execute("insert into dl values (1, 0), (2, 0)")
        local function both(first, second)
          return select(2, pcall(c.transaction, c, function(tx)
            tx:execute("update dl set v = v + 1 where id = ?", {first})
            sleep(0.2)
            pcall(tx.execute, tx, "update dl set v = v + 1 where id = ?", {second})
            tx:execute("update dl set v = v + 100 where id = 1")
            return "kept"
          end))
        end
        local a, b = async.spawn(both, 1, 2), async.spawn(both, 2, 1)
        local results = {a:await()[1], b:await()[1]}
        table.sort(results)
        local again = c:transaction(function(tx) return tx:query("select sum(v) as n from dl")[1].n end)
        return results[1], results[2], again`),
    ).toEqual([ended, "kept", "102"]);
  });
});
