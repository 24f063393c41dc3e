/** SQLite, which is always there. The servers are in db-servers.test.ts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { databaseCases } from "./db-cases";
import { type Harness, harness } from "./harness";

const dir = mkdtempSync(join(tmpdir(), "db-test-"));
const states: Harness[] = [];
afterAll(async () => {
  for (const h of states) await h.lua.close();
  rmSync(dir, { recursive: true, force: true });
});

function state(): Harness {
  const h = harness({ globals: { DIR: dir } });
  states.push(h);
  return h;
}
const run = (source: string) => state().run(source);
const failure = (source: string) => state().failure(source);

describe("in memory", () => {
  databaseCases("SQLite", () => ({ kind: "sqlite", url: "sqlite::memory:" }));
});
describe("in a file", () => {
  databaseCases("SQLite file", () => ({
    kind: "sqlite",
    url: `sqlite://${join(dir, "cases.db")}?mode=rwc`,
  }));
});

let file = "";
beforeEach(() => {
  file = join(dir, `f${Math.random().toString(36).slice(2)}.db`);
});

test("a file must exist unless the mode says to make it", async () => {
  expect(await failure(`db.connect("sqlite:${file}")`)).toBe(
    `db.connect: error returned from database: unable to open database file: '${file}' (a file that does not exist is made with ?mode=rwc)`,
  );
  await run(`db.connect("sqlite:${file}?mode=rwc"):execute("create table t (x)")`);
  expect(readFileSync(file).toString("latin1", 0, 15)).toBe("SQLite format 3");
  for (const url of [`sqlite:${file}`, `sqlite://${file}`, `sqlite://${file}?mode=ro`])
    expect(await run(`return #db.connect("${url}"):query("select * from t")`)).toEqual([0]);
  expect(
    await failure(`db.connect("sqlite:${file}?mode=ro"):execute("insert into t values (1)")`),
  ).toMatch(/attempt to write a readonly database \(SQLITE_READONLY\)$/);
  writeFileSync(join(dir, "text"), "no database ".repeat(500));
  expect(await failure(`db.connect("sqlite:" .. DIR .. "/text")`)).toBe(
    "db.connect: error returned from database: file is not a database (SQLITE_NOTADB)",
  );
});

test("names with odd characters, and settings that SQLite reads itself", async () => {
  const odd = join(dir, "a b#é%.db");
  const url = `sqlite://${odd.split("/").map(encodeURIComponent).join("/")}`;
  expect(
    await run(`
      db.connect("${url}?mode=rwc"):execute("create table t as select 1 as x")
      local c = db.connect("${url}?mode=ro&immutable=1")
      local shared = {}
      for i = 1, 2 do shared[i] = db.connect("sqlite:mem?mode=memory&cache=shared") end
      shared[1]:execute("create table s (x)")
      return c:query("select x from t")[1].x, #shared[2]:query("select * from s")`),
  ).toEqual([1, 0]);
});

test("a server of another kind is told from PostgreSQL", async () => {
  const [port, message] = await run(`
    local server <close> = http.server({ host = "127.0.0.1" }, { ["/*"] = function() return "x" end })
    return server.port, select(2, pcall(db.connect, "postgres://u:s3cret@127.0.0.1:" .. server.port .. "/d"))`);
  expect(message).toBe(
    `db.connect: connecting to 127.0.0.1:${port}: no PostgreSQL server answers there`,
  );
});

test("URLs that can't be", async () => {
  const cases: [string, string][] = [
    ["sqlite:x?mode=no", 'unknown value "no" for `mode` (ro, rw, rwc or memory)'],
    ["sqlite:x?size=1", 'unknown query parameter "size" in the URL'],
    ["oracle://u:secret@h/", 'no driver found for URL scheme "oracle"'],
    ["secret", "the URL has no scheme (as in postgres://…)"],
    [
      "postgres://u:se#cret@h:x/",
      "invalid URL (special characters in a password must be %-encoded)",
    ],
    [
      "postgres://u:p@se/cret@h/db",
      "invalid URL (special characters in a password must be %-encoded)",
    ],
    [
      "mysql://u:p@se#cret@h/db",
      "invalid URL (special characters in a password must be %-encoded)",
    ],
    ["postgres://u@h/?port=70000", "invalid port number"],
    ["postgres://u:%zz@h/", "invalid %-encoding in the URL"],
  ];
  for (const [url, text] of cases)
    expect(await failure(`db.connect("${url}")`)).toBe(
      `db.connect: error with configuration: ${text}`,
    );
  expect(await failure(`db.connect("sqlite::memory:", {size = 0})`)).toBe(
    "db.connect: option 'size' must be at least 1",
  );
});

test("each memory database is its own; foreign keys are on", async () => {
  expect(
    await run(`
      local a, b = db.connect("sqlite::memory:"), db.connect("sqlite://:memory:")
      a:execute("create table t (x integer primary key)")
      a:execute("create table u (x integer references t)")
      return (pcall(b.query, b, "select * from t")), select(2, pcall(a.execute, a, "insert into u values (5)"))`),
  ).toEqual([
    false,
    "db.execute: error returned from database: FOREIGN KEY constraint failed (SQLITE_CONSTRAINT_FOREIGNKEY)",
  ]);
});

test("placeholders: ?, ?1, $1; missing ones are NULL, names are refused", async () => {
  expect(
    await run(`
      local c = db.connect("sqlite::memory:")
      return c:query("select ? as a, ? as b", {1, 2})[1],
        c:query("select ?2 as a, ?1 as b, ?2 as c", {1, 2})[1],
        c:query("select $2 as a, $1 as b", {1, 2})[1],
        c:query("select ?2 as a, ? as b", {1, 2, 3})[1],
        c:query("select ? as a, ? as b", {1})[1],
        c:query("select '?' || \\"a\\" as a, [?] as b, ? /* ? */ as c -- ?\\n from (select '$1' as a, 2 as [?])", {7})[1]`),
  ).toEqual([
    { a: 1, b: 2 },
    { a: 2, b: 1, c: 2 },
    { a: 2, b: 1 },
    { a: 2, b: 3 },
    { a: 1 },
    { a: "?$1", b: 2, c: 7 },
  ]);
  expect(await failure(`db.connect("sqlite::memory:"):query("select :a", {1})`)).toBe(
    "db.query: parameter :a: only ?, ?1 and $1 are possible, not names",
  );
  expect(await failure(`db.connect("sqlite::memory:"):query("select ?", {1, 2})`)).toBe(
    "db.query: the statement takes 1 parameters, and 2 were given",
  );
});

test("several statements in one text, also triggers", async () => {
  expect(
    await run(`
      local c = db.connect("sqlite::memory:")
      local made = c:execute([[
        create table t (x); -- one; two
        create table log (x, y);
        create trigger tr after insert on t begin
          insert into log values (new.x, case when new.x > 1 then 'big' else 'small' end);
          insert into log values ('end;', 1);
        end;
        insert into t values (1), (2);
        ;
      ]])
      local rows = c:query("select 1 as a; select ';' as a;")
      return made.rows_affected, #c:query("select * from log"), rows[1].a, rows[2].a, #c:query(" -- nothing")`),
  ).toEqual([2, 4, 1, ";", 0]);
  expect(await failure(`db.connect("sqlite::memory:"):query("select ?; select ?", {1, 2})`)).toBe(
    "db.query: several statements in one text can't have parameters",
  );
});

test("column types: declared and not", async () => {
  expect(
    await run(`
      local c = db.connect("sqlite::memory:")
      c:execute("create table t (b boolean, b2 bool, n numeric, d date, j json, any, r real)")
      c:execute("insert into t values (1, 7, '1.50', '2024-01-02', '{bad', x'00ff', 3)")
      local r = c:query("select *, count(*) as k, 1.0 as f, 1e400 as inf from t")[1]
      return r.b, r.b2, r.n, r.d, r.j, #r.any, math.type(r.r), r.k, math.type(r.f), r.inf,
        c:query("pragma foreign_keys")[1].foreign_keys,
        c:query("insert into t (n) values (5) returning n")[1].n,
        c:execute("insert into t (n) values (6), (7) returning n").rows_affected`),
  ).toEqual([true, 7, 1.5, "2024-01-02", "{bad", 2, "float", 1, "float", Infinity, 1, 5, 2]);
});

test("text is stored as text, other bytes as blobs, tables as JSON", async () => {
  expect(
    await run(`
      local c = db.connect("sqlite::memory:")
      local r = c:query("select typeof(?) as a, typeof(?) as b, typeof(?) as c, typeof(?) as d, typeof(?) as e, ? as f",
        {"x", "\\xff", db.bytes("x"), 2.0, true, {1, {a = "é"}}})[1]
      local nul = c:query("select ? as x, length(?) as l", {"a\\0b", "é"})[1]
      return r.a, r.b, r.c, r.d, r.e, r.f, nul.x == "a\\0b", nul.l`),
  ).toEqual(["text", "blob", "blob", "real", "integer", '[1,{"a":"é"}]', true, 1]);
});

test("locks of others are waited for without stopping other tasks", async () => {
  expect(
    await run(`
      local a = db.connect("sqlite:${file}?mode=rwc")
      local b = db.connect("sqlite:${file}", {busy_timeout = 10})
      local quick = db.connect("sqlite:${file}", {busy_timeout = 0.05})
      a:execute("create table t (x)")
      local ticks = 0
      async.spawn(function() while true do sleep(0.01) ticks = ticks + 1 end end)
      local holder = async.spawn(function()
        a:transaction(function(tx) tx:execute("insert into t values (1)") sleep(0.3) end)
      end)
      sleep(0.05)
      local ok, e = pcall(quick.execute, quick, "insert into t values (0)")
      b:execute("insert into t values (2)")
      return ok, e, #a:query("select * from t"), ticks > 10`),
  ).toEqual([
    false,
    "db.execute: error returned from database: database is locked (SQLITE_BUSY)",
    2,
    true,
  ]);
});

test("tasks take turns with the one connection, and with long queries", async () => {
  expect(
    await run(`
      local c = db.connect("sqlite::memory:")
      c:execute("create table t (x)")
      local tasks = {}
      for i = 1, 20 do
        tasks[i] = function()
          c:transaction(function(tx)
            local n = tx:query("select count(*) as n from t")[1].n
            sleep(0.001)
            tx:execute("insert into t values (?)", {n})
          end)
        end
      end
      async.all(tasks)
      local ticks = 0
      async.spawn(function() while true do sleep(0.001) ticks = ticks + 1 end end)
      c:query("with recursive r(x) as (select 1 union all select x + 1 from r limit 300000) select x from r")
      return c:query("select count(distinct x) as n from t")[1].n, ticks > 3`),
  ).toEqual([20, true]);
});

test("statement timeouts, per connection and per call; cancellation", async () => {
  const endless = "with recursive r(x) as (select 1 union all select x + 1 from r) select x from r";
  expect(
    await failure(`db.connect("sqlite::memory:", {statement_timeout = 0.1}):query("${endless}")`),
  ).toBe("db.query: statement timeout after 0.1 s");
  expect(
    await run(`
      local c = db.connect("sqlite::memory:")
      local ok, e = pcall(db.query, c, "${endless}", nil, {timeout = 0.05})
      local ok2 = pcall(async.timeout, 0.05, function() c:query("${endless}") end)
      return e, ok2, c:query("select 1 as one")[1].one`),
  ).toEqual(["db.query: statement timeout after 0.05 s", false, 1]);
  expect(await failure(`db.connect("sqlite::memory:"):query("select 1", {}, {timeout = 0})`)).toBe(
    "db.query: option 'timeout' must be a positive number of seconds",
  );
});

test("rows streams: an endless query takes no memory", async () => {
  expect(
    await run(`
      local c, n = db.connect("sqlite::memory:"), 0
      for row in c:rows("with recursive r(x) as (select 1 union all select x + 1 from r) select x from r") do
        n = n + 1
        if n == 5000 then return row.x, c:query("select 2 as two")[1].two end
      end`),
  ).toEqual([5000, 2]);
});

test("isolation and read-only transactions", async () => {
  expect(
    await failure(
      `db.connect("sqlite::memory:"):transaction(print, {isolation = "read_committed"})`,
    ),
  ).toBe("db.transaction: SQLite's transactions are always serializable");
  expect(
    await run(
      `return db.connect("sqlite::memory:"):transaction(function(tx) return #tx:query("select 1") end, {read_only = true, isolation = "serializable"})`,
    ),
  ).toEqual([1]);
  expect(
    await run(`
      local c = db.connect("sqlite::memory:")
      c:execute("create table t (a)")
      local write = function(tx) tx:execute("insert into t values (1)") end
      local ok, e = pcall(c.transaction, c, write, {read_only = true})
      c:transaction(write)
      c:execute("insert into t values (2)")
      return ok, e, #c:query("select * from t")`),
  ).toEqual([
    false,
    "db.execute: error returned from database: attempt to write a readonly database (SQLITE_READONLY)",
    2,
  ]);
});

test("a lost connection is closed, but not under an iterator", async () => {
  expect(
    await run(`
      local rows = (function() return (db.connect("sqlite::memory:"):rows("values (1), (2), (3)")) end)()
      collectgarbage() sleep(0.02) collectgarbage()
      local n = 0
      for row in rows do n = n + row.column1 end
      return n`),
  ).toEqual([6]);
});

test("a transaction that a statement ends itself: nothing more is kept, and the database stays", async () => {
  const ended = "the transaction was ended by one of its statements";
  expect(
    await run(`
      local c = db.connect("sqlite::memory:")
      c:execute("create table t (x unique)")
      c:execute("insert into t values (1)")
      local function message(f, opts) return select(2, pcall(c.transaction, c, f, opts)) end
      local function fail(tx) tx:execute("insert or rollback into t values (1)") end
      local got = {
        message(function(tx) tx:execute("insert into t values (2)") fail(tx) end):match("SQLITE_%w+"),
        message(function(tx) pcall(fail, tx) tx:execute("insert into t values (3)") end),
        message(function(tx) pcall(fail, tx) end),
        message(function(tx) pcall(tx.transaction, tx, fail) tx:execute("insert into t values (4)") end),
        message(function(tx) tx:execute("rollback") end),
        message(function(tx) tx:execute("rollback") end, {read_only = true}),
      }
      c:execute("insert into t values (9)")
      local kept = {}
      for row in c:rows("select x from t") do kept[#kept + 1] = row.x end
      return got, kept`),
  ).toEqual([
    [
      "SQLITE_CONSTRAINT",
      `db.execute: ${ended}`,
      `db.transaction: ${ended}`,
      `db.execute: ${ended}`,
      `db.transaction: ${ended}`,
      `db.transaction: ${ended}`,
    ],
    [1, 9],
  ]);
});

test("SQL text does not end at a NUL byte", async () => {
  expect(await failure(`db.connect("sqlite::memory:"):query("select 1\\0 from nowhere")`)).toBe(
    "db.query: the SQL text contains a NUL byte",
  );
});
