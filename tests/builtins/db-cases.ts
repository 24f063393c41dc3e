/** What holds for every database; each test file runs it against its own servers. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Harness, harness } from "./harness";

export interface Target {
  readonly kind: "postgres" | "mysql" | "sqlite";
  readonly url: string;
}

/** The types that differ by name. */
const TYPES = {
  postgres: { bytes: "bytea", json: "jsonb", timestamp: "timestamp", double: "double precision" },
  mysql: { bytes: "blob", json: "json", timestamp: "datetime(6)", double: "double" },
  sqlite: { bytes: "blob", json: "json", timestamp: "text", double: "real" },
};

/**
 * `q"… ?"` writes placeholders the database's way; `T` holds its type names, `new()` connects, `c` is
 * a connection with an empty table `t (id, s, n)`.
 */
const PRELUDE = `
  function q(sql)
    local n = 0
    return KIND ~= "postgres" and sql or (sql:gsub("%?", function() n = n + 1 return "$" .. n end))
  end
  function new(opts) return db.connect(URL, opts) end
  function names(rows, key) local r = {} for i, row in ipairs(rows) do r[i] = row[key] end return table.concat(r, ",") end
  c = new{size = 4}
  c:execute("drop table if exists t")
  c:execute("create table t (id int primary key, s varchar(100), n bigint)")
`;

export function databaseCases(
  name: string,
  target: () => Target,
  /** All connections share one session, so that they disturb each other: PGlite. */
  { isSingle = false }: { isSingle?: boolean } = {},
): void {
  let h: Harness;
  const make = async () => {
    const { kind, url } = target();
    const made = harness({ globals: { URL: url, KIND: kind, T: TYPES[kind] } });
    await made.run(PRELUDE);
    return made;
  };
  beforeAll(async () => {
    h = await make();
  });
  afterAll(() => h.lua.close());
  const run = (source: string, args?: unknown[]) =>
    h.run(`c:execute("delete from t") ${source}`, args);
  const failure = (source: string) => h.failure(`c:execute("delete from t") ${source}`);
  const check = (title: string, f: () => Promise<void>) => test(`${name}: ${title}`, f);

  check("query, execute, rows affected", async () => {
    expect(
      await run(`
        local a = db.execute(c, q"insert into t values (?, ?, ?), (?, ?, ?)", {1, "one", 10, 2, "two", 20})
        local b = c:execute("update t set n = n + 1 where id >= 1")
        local d = c:execute("update t set n = 11 where id = 1")
        local rows = db.query(c, q"select id, s, n from t where n > ? order by id", {0})
        local none = c:query("select * from t where id = 99")
        return a, b.rows_affected, d.rows_affected, rows, #none, c.kind == KIND,
          c:execute("delete from t").rows_affected, c:execute("delete from t").rows_affected`),
    ).toEqual([
      { rows_affected: 2 },
      2,
      1,
      [
        { id: 1, s: "one", n: 11 },
        { id: 2, s: "two", n: 21 },
      ],
      0,
      true,
      2,
      0,
    ]);
  });

  check("NULL: nil, db.null and json.null, trailing ones by n, absent in rows", async () => {
    expect(
      await run(`
        local sql = q"insert into t (id, s, n) values (?, ?, ?)"
        c:execute(sql, {1, nil, 5})
        c:execute(sql, {2, db.null, json.null})
        c:execute(sql, {3, nil, nil, n = 3})
        c:execute(sql, table.pack(4, "x", nil))
        local r = {}
        for _, row in ipairs(c:query("select * from t order by id")) do
          local keys = {}
          for k in pairs(row) do keys[#keys + 1] = k end
          table.sort(keys)
          r[#r + 1] = table.concat(keys, ",")
        end
        return r, db.null == json.null, c:query(q"select count(*) as k from t where s is null or s = ?", {nil, n = 1})[1].k`),
    ).toEqual([["id,n", "id", "id", "id,s"], true, 3]);
  });

  check("64-bit integers are exact", async () => {
    expect(
      await run(`
        local values = {math.maxinteger, math.mininteger, 2^53|0, (2^53|0) + 1, -1, 0, 3000000000}
        for i, v in ipairs(values) do c:execute(q"insert into t (id, n) values (?, ?)", {i, v}) end
        local wrong = {}
        for i, row in ipairs(c:query("select n from t order by id")) do
          if row.n ~= values[i] or math.type(row.n) ~= "integer" then wrong[#wrong + 1] = i end
          if #c:query(q"select id from t where n = ?", {values[i]}) ~= 1 then wrong[#wrong + 1] = -i end
        end
        return #wrong, c:query("select count(*) as k from t")[1].k`),
    ).toEqual([0, 7]);
  });

  check("floats, booleans and strings keep their values", async () => {
    expect(
      await run(`
        c:execute("drop table if exists v")
        c:execute("create table v (f " .. T.double .. ", b boolean, s text)")
        local insert = q"insert into v values (?, ?, ?)"
        c:execute(insert, {0.1, true, "é ✓ 😀 ' \\" \\\\ ? $1 \\n"})
        c:execute(insert, {2.0, false, ""})
        c:execute(insert, {-1.5e300, nil, ("x"):rep(60000)})
        local rows = c:query("select * from v order by f desc")
        local kinds = {}
        for i, r in ipairs(rows) do kinds[i] = math.type(r.f) .. tostring(r.b) .. #r.s end
        return kinds, rows[2].f, rows[3].f, rows[1].f == 2.0, rows[2].s`),
    ).toEqual([
      ["floatfalse0", `floattrue${Buffer.byteLength("é ✓ 😀 ' \" \\ ? $1 \n")}`, "floatnil60000"],
      0.1,
      -1.5e300,
      true,
      "é ✓ 😀 ' \" \\ ? $1 \n",
    ]);
  });

  check("random doubles come back bit by bit", async () => {
    expect(
      await run(`
        c:execute("drop table if exists v")
        c:execute("create table v (id int, f " .. T.double .. ")")
        local values, wrong = {}, 0
        for i = 1, 200 do
          local f = string.unpack("d", string.pack("i8", math.random(0) & ~(1 << 62)))
          values[i] = f
        end
        db.transaction(c, function(tx)
          for i, f in ipairs(values) do tx:execute(q"insert into v values (?, ?)", {i, f}) end
        end)
        for _, row in ipairs(c:query("select * from v")) do
          if row.f ~= values[row.id] then wrong = wrong + 1 end
        end
        return wrong, c:query("select count(*) as k from v")[1].k`),
    ).toEqual([0, 200]);
  });

  check("bytes of any value, JSON as tables, timestamps as text", async () => {
    expect(
      await run(`
        c:execute("drop table if exists v")
        c:execute("create table v (b " .. T.bytes .. ", j " .. T.json .. ", ts " .. T.timestamp .. ")")
        local all = {}
        for i = 0, 255 do all[i + 1] = string.char(i) end
        all = table.concat(all)
        local insert = q"insert into v values (?, ?, ?)"
        c:execute(insert, {all, {list = {1, 2.5, "x"}, deep = {t = true}}, "2024-02-29T01:02:03.456"})
        c:execute(insert, {db.bytes("plain"), '{"text": "é", "none": null, "big": 9007199254740993}', db.null})
        c:execute(insert, {"", json.array(), db.null})
        local a, b, d = table.unpack(c:query("select * from v"))
        return a.b == all, a.j, a.ts, b.b, b.j.text, b.j.none == nil, tostring(b.j.big), d.b, json.encode(d.j)`),
    ).toEqual([
      true,
      { list: [1, 2.5, "x"], deep: { t: true } },
      expect.stringMatching(/^2024-02-29T01:02:03\.456(000)?$/),
      "plain",
      "é",
      true,
      "9007199254740993",
      "",
      "[]",
    ]);
  });

  check("values without a column: what a statement gives its parameters", async () => {
    expect(
      await run(`
        local r = c:query(q"select ? + ? as sum, ? as i, ? as f, ? as s, ? as none", {1, 2, 7, 2.0, "x", nil, n = 6})[1]
        return r.sum, r.i, math.type(r.i), r.f == 2.0, math.type(r.f), r.s, r.none`),
    ).toEqual([3, 7, "integer", true, "float", "x", undefined]);
  });

  check("of columns with one name the last one counts", async () => {
    expect(await run(`return c:query("select 1 as a, 2 as b, 3 as a")`)).toEqual([
      [{ a: 3, b: 2 }],
    ]);
  });

  check("errors: constraint, syntax, parameters, arguments", async () => {
    const unique = await failure(`
      c:execute("insert into t (id) values (1)") c:execute("insert into t (id) values (1)")`);
    expect(unique).toMatch(
      {
        postgres: /^db\.execute: error returned from database: duplicate key .*\(SQLSTATE 23505\)$/,
        mysql:
          /^db\.execute: error returned from database: Duplicate entry .*\(SQLSTATE 23000, error 1062\)$/,
        sqlite:
          /^db\.execute: error returned from database: UNIQUE constraint failed: t\.id \(SQLITE_CONSTRAINT_PRIMARYKEY\)$/,
      }[target().kind],
    );
    expect(await failure(`db.query(c, "selec 1")`)).toMatch(/^db\.query: error returned .*selec/);
    expect(await failure(`c:query("select * from nowhere_at_all")`)).toMatch(
      /^db\.query: .*nowhere_at_all/,
    );
    expect(await failure(`c:query("select 1", {print})`)).toBe(
      "db: unsupported parameter type: function",
    );
    expect(await failure(`c:query("select 1", {x = 1})`)).toMatch(
      /^db: params must be a table \(array\) or nil/,
    );
    expect(await failure(`c:query("select 1", 5)`)).toBe(
      "db: params must be a table (array) or nil",
    );
    expect(await failure(`db.query(1, "select 1")`)).toBe(
      "db.query: first argument must be a db connection",
    );
    expect(await failure(`db.execute(c, 1)`)).toBe(
      "db.execute: second argument must be a SQL string",
    );
    expect(await failure(`c:query("select '\\xff'")`)).toBe(
      "db.query: the SQL text is not valid UTF-8",
    );
    // the connection is as good as before
    expect(await run(`return c:query("select 1 as one")[1].one`)).toEqual([1]);
  });

  check("a transaction is kept as a whole", async () => {
    expect(
      await run(`
        local a, b = db.transaction(c, function(tx)
          tx:execute("insert into t (id) values (1)")
          c:execute("insert into t (id) values (2)")
          return "x", 2
        end)
        return a, b, names(c:query("select id from t order by id"), "id")`),
    ).toEqual(["x", 2, "1,2"]);
  });

  check("a transaction that fails is undone, and its error is passed on", async () => {
    expect(
      await run(`
        local thrown = {}
        local ok, e = pcall(db.transaction, c, function(tx)
          tx:execute("insert into t (id) values (1)")
          error(thrown)
        end)
        local ok2, e2 = pcall(c.transaction, c, function(tx)
          tx:execute("insert into t (id) values (1)")
          tx:query("select * from nowhere_at_all")
        end)
        return e == thrown, e2:match("nowhere_at_all"), #c:query("select * from t")`),
    ).toEqual([true, "nowhere_at_all", 0]);
  });

  check("transactions within transactions are savepoints", async () => {
    expect(
      await run(`
        c:transaction(function(tx)
          tx:execute("insert into t (id) values (1)")
          pcall(tx.transaction, tx, function(inner)
            inner:execute("insert into t (id) values (2)")
            c:transaction(function() tx:execute("insert into t (id) values (3)") end)
            error("undo 2 and 3")
          end)
          db.transaction(c, function(inner) tx:execute("insert into t (id) values (4)") end)
          pcall(c.transaction, c, function(inner) inner:query("select * from nowhere_at_all") end)
          tx:execute("insert into t (id) values (5)")
        end)
        return names(c:query("select id from t order by id"), "id")`),
    ).toEqual(["1,4,5"]);
  });

  check("a cancelled transaction is undone", async () => {
    expect(
      await run(`
        local task = async.spawn(function()
          db.transaction(c, function(tx)
            tx:execute("insert into t (id) values (1)")
            sleep(30)
          end)
        end)
        sleep(0.1)
        task:cancel()
        local ok, e = pcall(async.timeout, 0.1, function()
          c:transaction(function(tx) tx:execute("insert into t (id) values (2)") sleep(30) end)
        end)
        sleep(0.1)
        c:execute("insert into t (id) values (3)")
        return ok, names(c:query("select id from t order by id"), "id")`),
    ).toEqual([false, "3"]);
  });

  check("a transaction that is over", async () => {
    expect(
      await failure(`local kept c:transaction(function(tx) kept = tx end) kept:query("select 1")`),
    ).toBe("db.query: the transaction is over");
    expect(await failure(`c:transaction(function(tx) tx:close() end)`)).toBe(
      "db.close: a transaction ends with its function",
    );
  });

  check("tasks of a transaction are part of it, others are not", async () => {
    expect(
      await run(`
        pcall(c.transaction, c, function(tx)
          async.all{
            function() c:execute("insert into t (id) values (1)") end,
            function() tx:execute("insert into t (id) values (2)") end,
          }
          error("undo")
        end)
        return #c:query("select * from t")`),
    ).toEqual([0]);
  });

  check("rows: an iterator over many rows, left early, within a transaction", async () => {
    expect(
      await run(`
        db.transaction(c, function(tx)
          for first = 0, 9 do
            local values = {}
            for i = 1, 100 do values[i] = ("(%d, 'row %d', %d)"):format(first * 100 + i, i, i) end
            tx:execute("insert into t values " .. table.concat(values, ","))
          end
        end)
        local sum, n = 0, 0
        for row in db.rows(c, q"select id from t where id > ? order by id", {0}) do sum = sum + row.id n = n + 1 end
        local early = 0
        for row in c:rows("select * from t order by id") do early = row.id if early == 250 then break end end
        local inside = 0
        c:transaction(function(tx)
          for row in tx:rows("select id from t order by id") do
            if row.id % 200 == 0 then tx:execute(q"update t set n = ? where id = ?", {-2, row.id}) end
            inside = inside + 1
          end
          for row in tx:rows("select id from t") do break end
        end)
        local it <close> = c:rows("select id from t where id < 3 order by id")
        local a, b, none, again = it(), it(), it(), it()
        for row in c:rows("update t set n = 0 where id = 1") do error("no rows") end
        return n, sum, early, c:query("select count(*) as k from t where n = -2")[1].k, inside, a.id, b.id, none, again`),
    ).toEqual([1000, 500_500, 250, 5, 1000, 1, 2, undefined, undefined]);
    expect(await failure(`for row in db.rows(c, "selec") do end`)).toMatch(
      /^db\.rows: error returned from database: .*selec/,
    );
  });

  check("rows: other statements on the connection while it is read", async () => {
    if (isSingle) return;
    expect(
      await run(`
        local values = {}
        for i = 1, 1000 do values[i] = ("(%d)"):format(i) end
        c:execute("insert into t (id) values " .. table.concat(values, ","))
        for row in c:rows("select id from t order by id") do
          if row.id % 100 == 0 then c:execute(q"update t set n = ? where id = ?", {-1, row.id}) end
        end
        return c:query("select count(*) as k from t where n = -1")[1].k`),
    ).toEqual([10]);
  });

  check("rows: iterators that are dropped give their connection back", async () => {
    expect(
      await run(`
        c:execute("insert into t (id) values (1), (2), (3)")
        for i = 1, 20 do for row in c:rows("select * from t") do break end end
        for i = 1, 6 do local it = c:rows("select * from t") it() it:close() end
        return c:query("select count(*) as k from t")[1].k`),
    ).toEqual([3]);
  });

  check("a closed connection", async () => {
    expect(await failure(`local d = new() d:close() d:close() d:query("select 1")`)).toBe(
      "db.query: attempted to acquire a connection on a closed pool",
    );
    expect(
      await run(
        `local kept do local d <close> = new() kept = d end return pcall(kept.query, kept, "select 1")`,
      ),
    ).toEqual([false, "db.query: attempted to acquire a connection on a closed pool"]);
  });

  check("an iterator whose task is cancelled gives its connection back", async () => {
    if (isSingle) return;
    const rows = {
      postgres: "select * from generate_series(1, 100000)",
      mysql:
        "with recursive n (i) as (select 1 union all select i + 1 from n limit 900) select * from n",
      sqlite:
        "with recursive n (i) as (select 1 union all select i + 1 from n limit 100000) select * from n",
    }[target().kind];
    expect(
      await run(`
        local d <close> = new{size = 2, acquire_timeout = 5}
        for i = 0, 30 do
          pcall(async.timeout, i / 1000, function() for row in d:rows([[${rows}]]) do end end)
          -- while the connection still has to do with the one before
          pcall(async.timeout, i / 10000, d.query, d, "select 6 as x")
          for n = 1, 3 do assert.eq(d:query("select " .. n .. " as x")[1].x, n) end
        end
        return d:query("select 7 as x")[1].x, d:query("select 8 as x")[1].x`),
    ).toEqual([7, 8]);
  });

  check("read-only: db.execute is refused, queries can't write", async () => {
    const { kind, url } = target();
    if (isSingle || (kind === "sqlite" && url.includes(":memory:"))) return;
    const readonly = harness({ readonly: true, globals: { URL: url } });
    expect(await readonly.failure(`db.connect(URL):execute("delete from t")`)).toMatch(
      /^readonly: db\.(connection\.)?execute blocked/,
    );
    const queries = async (sql: string) =>
      readonly.failure(`db.connect(URL):query(${JSON.stringify(sql)})`);
    // of what begins like reading the database itself refuses the rest
    if (kind === "mysql")
      expect(
        await readonly.run(`return db.connect(URL):query("select @@tx_read_only as ro")[1].ro`),
      ).toEqual([1]);
    else
      expect(await queries("with x as (select 1) insert into t (id) select * from x")).toMatch(
        /^db\.query: error returned from database: .*(read-only|readonly)/,
      );
    for (const sql of [
      "insert into t (id) values (1)",
      "/* x */ set default_transaction_read_only = off",
      "select set_config('default_transaction_read_only', 'off', false)",
      "begin read write",
      "start transaction read write",
      "pragma query_only = off",
      "discard all",
      "copy t to program 'true'",
      "select 1; delete from t",
      "/*!50000 set session transaction read write */",
      "select * from t into outfile '/tmp/x'",
    ])
      expect(await queries(sql), sql).toMatch(/^readonly: db\.query blocked/);
    expect(await readonly.failure(`for _ in db.rows(db.connect(URL), "call p()") do end`)).toMatch(
      /^readonly: db\.rows blocked/,
    );
    expect(
      await readonly.run(
        `return db.connect(URL):transaction(function(tx) return #tx:query("select 1") end)`,
      ),
    ).toEqual([1]);
    await readonly.lua.close();
  });
}
