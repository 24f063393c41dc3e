/** `db`: PostgreSQL, MySQL and MariaDB, SQLite. */
import {
  bytesToText,
  bytesToUtf8,
  type Context,
  defineBuiltin,
  defineHandle,
  faultAsError,
  faultsAsErrors,
  fn,
  type HandleClass,
  type Host,
  LuaTable,
  type LuaValue,
  list,
  method,
  nullOf,
  type Param,
  p,
  readonlyError,
  record,
  values,
} from "../host";
import { connect, statementTimeout } from "./db/connect";
import { type Database, Link, type Scope } from "./db/database";
import { DbFault } from "./db/errors";
import { Bytes, BytesClass, readParams } from "./db/params";
import { onlyReads } from "./db/reading";
import { RowIterator } from "./db/rows";
import type { Outcome, Statement } from "./db/session";
import { runTransaction } from "./db/transaction";

/** `db.query` for the method, too. */
function nameOf(ctx: Context): string {
  return ctx.name.replace(/^db\.(connection|rows)\./, "db.");
}

function withFaults<T>(ctx: Context, f: () => Promise<T>): Promise<T> {
  return faultsAsErrors(nameOf(ctx), f);
}

function readStatement(ctx: Context, { database }: Link, sql: string, params: LuaValue): Statement {
  const text = bytesToText(sql);
  if (text === undefined) throw new DbFault("the SQL text is not valid UTF-8");
  // where SQL ends for the others: they would do without the rest
  if (text.includes("\0") && database.driver.kind !== "mysql")
    throw new DbFault("the SQL text contains a NUL byte");
  if (ctx.host.readonly && !onlyReads(text)) throw readonlyError(nameOf(ctx));
  return { sql: text, params: readParams(params) };
}

function runStatement(
  ctx: Context,
  link: Link,
  sql: string,
  params: LuaValue,
  opts: LuaTable | undefined,
): Promise<Outcome> {
  return withFaults(ctx, async () => {
    const { database, scope } = link;
    const statement = readStatement(ctx, link, sql, params);
    const timeout = statementTimeout(opts);
    const lease = await database.lease(ctx, scope);
    try {
      return await database.guard(ctx, lease.session, timeout, (checkpoint) =>
        lease.session.run(statement, lease.scope !== undefined, checkpoint),
      );
    } finally {
      lease.release();
    }
  });
}

async function query(
  ctx: Context,
  link: Link,
  sql: string,
  params: LuaValue,
  opts: LuaTable | undefined,
) {
  const { rows } = await runStatement(ctx, link, sql, params, opts);
  return list(rows, ctx.host);
}

async function execute(
  ctx: Context,
  link: Link,
  sql: string,
  params: LuaValue,
  opts: LuaTable | undefined,
) {
  const { affected } = await runStatement(ctx, link, sql, params, opts);
  return record({ rows_affected: affected });
}

function openRows(
  ctx: Context,
  link: Link,
  sql: string,
  params: LuaValue,
  opts: LuaTable | undefined,
) {
  try {
    const statement = readStatement(ctx, link, sql, params);
    const iterator = new RowIterator(link, statement, statementTimeout(opts), nameOf);
    const handle = ctx.handle(Rows, iterator);
    // the fourth value is closed when the loop is left early
    return values(handle, undefined, undefined, handle);
  } catch (e) {
    throw faultAsError(e, nameOf(ctx));
  }
}

function transaction(
  ctx: Context,
  link: Link,
  f: Parameters<typeof runTransaction>[2],
  opts: TransactionOpts,
) {
  return withFaults(ctx, () =>
    runTransaction(
      ctx,
      link,
      f,
      { isolation: opts.isolation?.replaceAll("_", " "), readOnly: opts.read_only },
      (scope: Scope) => ctx.handle(Connection, new Link(link.database, scope)),
    ),
  );
}

function close(ctx: Context, link: Link): void {
  if (link.scope !== undefined)
    throw new DbFault("a transaction ends with its function").toError(nameOf(ctx));
  link.database.close();
}

/** What is still open when the Lua state is closed. */
function openDatabases(host: Host): Set<Database> {
  const open = new Set<Database>();
  host.onClose(() => {
    for (const database of open) database.pool.destroy();
    open.clear();
  });
  return open;
}

const Rows = defineHandle<RowIterator>({
  name: "db.rows",
  needs: [],
  doc: "The rows of a query, fetched as they are needed.",
  methods: {
    close: method<RowIterator>()({
      doc: "Ends the query; done by itself behind the last row and when a `for` loop is left.",
      params: [],
      run: (self) => self.close(),
    }),
  },
  call: method<RowIterator>()({
    doc: "The next row, or nil.",
    params: [],
    returns: "table?",
    run: (self, ctx) => self.next(ctx),
  }),
  close: (self) => self.close(),
  gc: (self) => void self.close().catch(() => undefined),
});

const ISOLATION = [
  "read_uncommitted",
  "read_committed",
  "repeatable_read",
  "serializable",
] as const;

const transactionOpts = p.options("opts", {
  isolation: p.choice("isolation", ISOLATION, "isolation level").optional(),
  read_only: p.boolean("read_only", "refuse changes").default(false),
});
type TransactionOpts = typeof transactionOpts extends Param<infer T> ? T : never;

/** The declarations that a function and the method of the same name share. */
function sqlParams(name: string, place: string) {
  return [
    p
      .string("sql", "one statement", { strict: true })
      .orFail(`db.${name}: ${place} argument must be a SQL string`),
    p.any("params", "list of parameters; `n` counts trailing nils"),
    p.table("opts", "timeout (seconds)").optional().added(),
  ] as const;
}

const declarations = {
  query: {
    doc: "Runs a statement and returns its rows: tables by column name.",
    returns: "table",
  },
  execute: {
    doc: "Runs a statement and returns { rows_affected }.",
    returns: "table",
    mutates: true,
  },
  rows: {
    doc: "`for row in db.rows(conn, sql, params) do`: rows that are fetched as the loop goes on.",
    returns: "db.rows",
  },
  transaction: {
    doc: "Calls `f(tx)` in a transaction: all it does is kept when it returns, nothing when it fails.",
    returns: "any",
  },
  close: { doc: "Closes the connection; statements that run are finished." },
};

const connectionMethod = method<Link>();

const Connection: HandleClass<Link> = defineHandle<Link>({
  name: "db.connection",
  needs: [],
  doc: "A connection to a database, or a transaction on it.",
  methods: {
    query: connectionMethod({
      ...declarations.query,
      params: sqlParams("query", "first"),
      run: (self, ctx, sql, params, opts) => query(ctx, self, sql, params, opts),
    }),
    execute: connectionMethod({
      ...declarations.execute,
      params: sqlParams("execute", "first"),
      run: (self, ctx, sql, params, opts) => execute(ctx, self, sql, params, opts),
    }),
    rows: connectionMethod({
      ...declarations.rows,
      params: sqlParams("rows", "first"),
      run: (self, ctx, sql, params, opts) => openRows(ctx, self, sql, params, opts),
    }),
    transaction: connectionMethod({
      ...declarations.transaction,
      params: [p.function("f"), transactionOpts],
      run: (self, ctx, f, opts) => transaction(ctx, self, f, opts),
    }),
    close: connectionMethod({
      ...declarations.close,
      params: [],
      run: (self, ctx) => close(ctx, self),
    }),
  },
  fields: {
    kind: {
      doc: "postgres, mysql or sqlite",
      type: "string",
      get: (self) => self.database.driver.kind,
    },
  },
  tostring: (self) =>
    `db.connection: ${self.database.driver.kind}${self.scope === undefined ? "" : " (transaction)"}`,
  close: (self, ctx) => (self.scope === undefined ? close(ctx, self) : undefined),
  gc: (self) => (self.scope === undefined ? self.database.abandon() : undefined),
});

function connParam(name: string) {
  return p
    .handle(Connection, "conn", "from db.connect, or a transaction's")
    .orFail(`db.${name}: first argument must be a db connection`);
}

export default defineBuiltin({
  name: "db",
  doc: "PostgreSQL, MySQL/MariaDB and SQLite",
  needs: ["connect", "read", "write"],
  functions: {
    connect: fn({
      doc: "Connects to postgres://…, mysql://…, mariadb://… or sqlite:….",
      params: [
        p.string("url", "the database's address"),
        p
          .table(
            "opts",
            "size, statement_timeout, connect_timeout, acquire_timeout, idle_timeout, max_lifetime, busy_timeout, sslmode, ca_cert[_file], client_cert[_file], client_key[_file], insecure, prepare, allow_public_key_retrieval",
          )
          .optional()
          .added(),
      ],
      returns: "db.connection",
      run: (ctx, url, opts) =>
        withFaults(ctx, async () => {
          const database = await connect(ctx, bytesToUtf8(url), opts ?? new LuaTable());
          const open = ctx.host.store(openDatabases);
          open.add(database);
          database.onClose = () => open.delete(database);
          return ctx.handle(Connection, new Link(database, undefined));
        }),
    }),
    query: fn({
      ...declarations.query,
      params: [connParam("query"), ...sqlParams("query", "second")],
      run: (ctx, link, sql, params, opts) => query(ctx, link, sql, params, opts),
    }),
    execute: fn({
      ...declarations.execute,
      params: [connParam("execute"), ...sqlParams("execute", "second")],
      run: (ctx, link, sql, params, opts) => execute(ctx, link, sql, params, opts),
    }),
    rows: fn({
      ...declarations.rows,
      params: [connParam("rows"), ...sqlParams("rows", "second")],
      run: (ctx, link, sql, params, opts) => openRows(ctx, link, sql, params, opts),
    }),
    transaction: fn({
      ...declarations.transaction,
      params: [connParam("transaction"), p.function("f"), transactionOpts],
      run: (ctx, link, f, opts) => transaction(ctx, link, f, opts),
    }),
    close: fn({
      ...declarations.close,
      params: [connParam("close")],
      run: (ctx, link) => close(ctx, link),
    }),
    bytes: fn({
      doc: "Binary data as a parameter, for places whose type the database does not know.",
      params: [p.string("s")],
      returns: "db.bytes",
      run: (ctx, s) => ctx.handle(BytesClass, new Bytes(s)),
    }),
  },
  fields: {
    null: { doc: "NULL as a parameter (the same as json.null)", type: "userdata", make: nullOf },
  },
});
