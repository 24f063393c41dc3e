/** Read-only runs: what changes something outside is refused before it begins, the rest works. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testFolder } from "../builtins/folder";
import { harness } from "../builtins/harness";

const dir = testFolder();
const { run, failure } = harness({ readonly: true, globals: { dir } });
const requests: string[] = [];
const server = createServer((req, res) => {
  requests.push(req.method as string);
  res.end("x");
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => void server.close());

const REFUSED = [
  "http.post(url)",
  "http.put(url)",
  "http.patch(url)",
  "http.delete(url)",
  "http.request('POST', url)",
  "http.request('delete', url)",
  "http.serve(0, {})",
  "http.server(0, {})",
  "http.download(url, dir .. '/x')",
  "ws.connect('ws://127.0.0.1:1/')",
  "shell.exec('true')",
  "process.spawn{ cmd = 'true' }",
  "process.list()",
  "process.kill(1)",
  "fs.write(dir .. '/x', '')",
  "fs.write_bytes(dir .. '/x', '')",
  "fs.append(dir .. '/x', '')",
  "fs.remove(dir)",
  "fs.rename(dir, dir .. '2')",
  "fs.copy(dir, dir .. '2')",
  "fs.chmod(dir, 0)",
  "fs.mkdir(dir .. '/x')",
  "fs.tempdir()",
  "fs.sub_in_file(dir .. '/x', 'a', 'b')",
  "disk.sweep(dir, 0)",
  "env.set('X', 'y')",
  "db.execute(db.connect('sqlite::memory:'), 'create table t (a)')",
  "io.popen('true')",
  "io.open(dir .. '/x', 'w')",
  "io.open(dir .. '/x', 'a+b')",
  "io.open(dir .. '/x', 'r+')",
  "io.output(dir .. '/x')",
  "os.execute('true')",
  "os.remove(dir .. '/x')",
  "os.rename(dir, dir .. '2')",
  "os.tmpname()",
];

test.each(REFUSED)("%s", async (call) => {
  const name = /^[\w.]+/.exec(call)?.[0] as string;
  const shown = name === "db.execute" || name.startsWith("db.") ? "db.execute" : name;
  expect(
    await failure(`local url = "${url}" ${call.startsWith("db.") ? "" : "return "}${call}`),
  ).toBe(`readonly: ${shown} blocked (write operations are disabled in read-only mode)`);
  expect(requests.filter((m) => m !== "GET" && m !== "HEAD")).toEqual([]);
});

test("methods of clients and connections as well", async () => {
  expect(await failure(`http.client{}:post("${url}")`)).toMatch(
    /^readonly: http\.client\.post blocked/,
  );
  expect(await failure(`http.client{}:request("PUT", "${url}")`)).toMatch(
    /^readonly: http\.client\.request blocked/,
  );
  expect(await failure(`db.connect("sqlite::memory:"):execute("create table t (a)")`)).toMatch(
    /^readonly: db\.connection\.execute blocked/,
  );
});

test("a query that writes is refused by the database", async () => {
  expect(await failure(`db.query(db.connect("sqlite::memory:"), "create table t (a)")`)).toMatch(
    /readonly|attempt to write/,
  );
});

test("what only reads works", async () => {
  expect(
    await run(
      `local url = "${url}"
       return http.get(url).status, http.head(url).status, http.request("GET", url).body,
         fs.exists(dir), io.open("${join(import.meta.dirname, "readonly.test.ts")}"):read(3), env.get("NOT_SET"),
         db.query(db.connect("sqlite::memory:"), "select 1 as a")[1].a`,
    ),
  ).toEqual([
    200,
    200,
    "x",
    true,
    readFileSync(import.meta.filename, "utf8").slice(0, 3),
    undefined,
    1,
  ]);
});
