/** Database servers that are allowed get no more than the script may give: real MariaDB and PostgreSQL. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLua, Policy } from "../../src/index";
import { testFolder } from "../builtins/folder";
import { findMariadb, startMariadb } from "../servers/mariadb";
import { findPostgres, startPostgres } from "../servers/postgres";
import type { DatabaseServer } from "../servers/server";
import { CANARY } from "./attack";

const dir = testFolder();
const secret = join(dir, "secret.txt");
writeFileSync(secret, CANARY);

function sandboxed(port: number) {
  return createLua({
    policy: Policy.sandbox({ net: [`127.0.0.1:${port}`] }),
    stdout: () => undefined,
    stderr: () => undefined,
    timeout: 15_000,
  });
}

describe.skipIf(findMariadb() === undefined)("MariaDB", () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startMariadb();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
  });

  test("LOAD DATA LOCAL INFILE does not send files of this machine", async () => {
    const { url } = server;
    const lua = sandboxed(Number(new URL(url).port));
    const [text] = await lua.run(
      `local url, path = ...
       local c <close> = db.connect(url)
       db.execute(c, "create temporary table t (a text)")
       local ok, e = pcall(db.execute, c, "load data local infile '" .. path .. "' into table t")
       local rows = db.query(c, "select * from t")
       return tostring(ok) .. tostring(e) .. json.encode(rows)`,
      { args: [url, secret] },
    );
    expect(text).not.toContain(CANARY);
    expect(text).toMatch(/^false/);
    await lua.close();
  });

  test("a password in the environment is not sent for a script that must not see it", async () => {
    const url = new URL(server.url);
    const names = ["MYSQL_PASSWORD", "MYSQL_PWD", "MYSQLPASSWORD", "DB_PASSWORD", "PGPASSWORD"];
    for (const n of names) process.env[n] = url.password;
    url.password = "";
    const lua = sandboxed(Number(url.port));
    await expect(lua.run("return db.connect(...)", { args: [url.href] })).rejects.toThrow(
      /denied/i,
    );
    for (const n of names) delete process.env[n];
    await lua.close();
  });
});

describe.skipIf(findPostgres() === undefined)("PostgreSQL", () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
  });

  test("COPY does not reach files of this machine through the client", async () => {
    const lua = sandboxed(Number(new URL(server.url).port));
    const [text] = await lua.run(
      `local url, path = ...
       local c <close> = db.connect(url)
       db.execute(c, "create temporary table t (a text)")
       local ok, e = pcall(db.execute, c, "copy t from stdin")
       local ok2, e2 = pcall(db.query, c, "copy (select 1) to stdout")
       local ok3, e3 = pcall(db.execute, c, "copy t from '" .. path .. "'")
       return tostring(e) .. tostring(e2) .. json.encode(db.query(c, "select 1 as a"))`,
      { args: [server.url, secret] },
    );
    expect(text).not.toContain(CANARY);
    const refused = "COPY FROM STDIN and COPY TO STDOUT are not possible";
    expect(text).toBe(`db.execute: ${refused}db.query: ${refused}[{"a":1}]`);
    await lua.close();
  });

  test("PGPASSWORD is not sent for a script that must not see it", async () => {
    const url = new URL(server.url);
    process.env.PGPASSWORD = url.password;
    url.password = "";
    const lua = sandboxed(Number(url.port));
    await expect(lua.run("return db.connect(...)", { args: [url.href] })).rejects.toThrow(
      /password/i,
    );
    delete process.env.PGPASSWORD;
    await lua.close();
  });
});
