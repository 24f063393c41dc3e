/** SQLite, which opens files. */
import type { Attack } from "../attack";

const open = `local c <close> = db.connect("sqlite::memory:")`;
const REACHES = /^failed: db\.\w+: .*is not allowed here/;

/** Statements that would open a file. */
const STATEMENTS: readonly string[] = [
  "ATTACH '%s/new.db' AS x",
  "attach database '%s/new.db' as x",
  "/* a */ AtTaCh /* b */ '%s/new.db' AS x",
  "-- a\\nATTACH '%s/new.db' AS x",
  "SELECT 1; ATTACH '%s/new.db' AS x",
  "\\u{feff}ATTACH '%s/new.db' AS x",
  "SELECT ']'; ATTACH '%s/new.db' AS x",
  "SELECT '''; --'; ATTACH '%s/new.db' AS x",
  'SELECT "a""--"; ATTACH \'%s/new.db\' AS x',
  "SELECT 1 AS [a'b]; ATTACH '%s/new.db' AS x --'",
  "SELECT 1 /* ' */; ATTACH '%s/new.db' AS x",
  "ATTACH 'file:%s/new.db?mode=rwc' AS x",
  "VACUUM INTO '%s/new.db'",
  "VACUUM main INTO '%s/new.db'",
  "VACUUM/**/\\nmain\\nINTO '%s/new.db'",
  "VACUUM \"main\" INTO '%s/new.db'",
  'VACUUM "ma""in" INTO \'%s/new.db\'',
  "PRAGMA temp_store_directory = '%s'",
  "SELECT load_extension('%s/secret.txt')",
];

export const SQL: readonly Attack[] = [
  ...STATEMENTS.map((sql) => ({
    name: `SQL: ${sql}`,
    lua: `${open}
      local text = (${luaText(sql)}):gsub("%%s", function() return outside end)
      return db.execute(c, text)`,
    held: REACHES,
  })),
  {
    name: "ATTACH as a column's name in quotes is no ATTACH",
    lua: `${open} return db.query(c, [==[select 'attach' as "attach", 1 as [vacuum into]]==])[1].attach`,
    held: /^gave: attach$/,
  },
  {
    name: "ATTACH in a prepared row iterator",
    lua: `${open} for r in db.rows(c, "ATTACH '" .. outside .. "/new.db' AS x") do end`,
    held: /^failed: .*is not allowed here/,
  },
  {
    name: "ATTACH in a transaction",
    lua: `${open} return db.transaction(c, function(tx) return db.execute(tx, "ATTACH '" .. outside .. "/new.db' AS x") end)`,
    held: /^failed: .*is not allowed here/,
  },
  {
    name: "a database outside",
    lua: `return db.connect("sqlite:" .. outside .. "/new.db?mode=rwc")`,
    held: /^failed: .*not allowed$/,
  },
  {
    name: "a database outside through ..",
    lua: `return db.connect("sqlite:" .. writable .. "/../../outside/new.db?mode=rwc")`,
    held: /^failed: .*not allowed$/,
  },
  {
    name: "a database outside through %2e",
    lua: `return db.connect("sqlite:" .. writable .. "/%2e%2e/%2e%2e/outside/new.db?mode=rwc")`,
    held: /^failed: .*not allowed$/,
  },
  {
    name: "a database through a link",
    lua: `return db.connect("sqlite:" .. writable .. "/link/new.db?mode=rwc")`,
    held: /^failed: .*not allowed$/,
  },
  {
    name: "a file: URI with parameters of SQLite",
    lua: `return db.connect("sqlite:file:" .. outside .. "/secret.txt?vfs=unix-none&immutable=1")`,
    held: /^failed: .*not allowed$/,
  },
  {
    name: "a secret read as a database",
    lua: `return db.connect("sqlite:" .. root .. "/secret-link?mode=ro")`,
    held: /^failed: .*not allowed$/,
  },
  {
    name: "making a database where only reading is allowed",
    lua: `return db.connect("sqlite:" .. root .. "/new.db?mode=rwc")`,
    held: /^failed: .*writing .*not allowed$/,
  },
  {
    name: "changing a database that may only be read",
    lua: `do local c <close> = db.connect("sqlite:" .. writable .. "/x.db?mode=rwc")
        db.execute(c, "create table if not exists t (a)") end
      fs.copy(writable .. "/x.db", writable .. "/y.db")
      local c <close> = db.connect("sqlite:" .. writable .. "/y.db?mode=ro")
      return db.execute(c, "insert into t values (1)")`,
    held: /^failed: .*readonly database/,
  },
  {
    name: "functions of SQLite's shell",
    lua: `${open} return pcall(db.query, c, "select readfile('/etc/passwd')"), pcall(db.query, c, "select writefile('/tmp/x', 'y')"), pcall(db.query, c, "select edit('x')"), pcall(db.query, c, "select * from fsdir('/')")`,
    held: /^gave: false, false, false, false, .*no such/,
  },
  {
    name: "virtual tables that read files",
    lua: `${open} return pcall(db.execute, c, "create virtual table t using csv(filename='/etc/passwd')")`,
    held: /^gave: false, .*no such module/,
  },
  {
    name: "a schema made by hand",
    lua: `${open} return pcall(db.execute, c, "pragma writable_schema = on; insert into sqlite_schema values ('view', 'v', 'v', 0, 'attach ''/tmp/x'' as y')")`,
    held: /^gave: (true|false)/,
  },
];

/** A JavaScript text (with `\n` and `\u{…}` still escaped) as a Lua literal. */
function luaText(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}
