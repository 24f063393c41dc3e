/**
 * The original takes fewer parameters and ignores what else comes, such as the second result of
 * `string.gsub` in `json.parse(text:gsub("a", "b"))`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { harness } from "./harness";

const folder = mkdtempSync(join(tmpdir(), "assay-extra-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CALLS: [call: string, result: unknown][] = [
  [`json.parse(("[@]"):gsub("@", "1"))[1]`, 1],
  [`json.encode(("@"):gsub("@", "x"))`, '"x"'],
  [`yaml.parse(("a: @"):gsub("@", "1")).a`, 1],
  [`#yaml.parse_all(("a: @"):gsub("@", "1"))`, 1],
  [`yaml.encode(("@"):gsub("@", "x"))`, "x\n"],
  [`toml.parse(("a = @"):gsub("@", "1")).a`, 1],
  [`base64.encode(("@"):gsub("@", "a"))`, "YQ=="],
  [`base64.decode(("YQ__"):gsub("_", "="))`, "a"],
  [`regex.match("a", ("@"):gsub("@", "a"))`, true],
  [`regex.replace("a", "a", ("@"):gsub("@", "b"))`, "b"],
  [`crypto.hash("a", ("sha-256"):gsub("-", ""))`, /^ca978112/],
  [`template.render_string("{{ x }}", { x = 1 }, 2)`, "1"],
  [`env.get(("no-such-variable"):upper():gsub("-", "_"))`, undefined],
  [`log.info(("@"):gsub("@", "x"))`, undefined],
];

test.each(CALLS)("%s", async (call, result) => {
  const [value] = await harness().run(`return ${call}`);
  if (result instanceof RegExp) expect(value).toMatch(result);
  else expect(value).toEqual(result);
});

test("files and databases", async () => {
  const { run } = harness();
  const [text, rows, value] = await run(
    `local path = ...
     fs.write(path, ("@"):gsub("@", "x"))
     local conn = db.connect(("sqlite:@memory:"):gsub("@", ":"), 5)
     db.execute(conn, "CREATE TABLE t (a INTEGER)", {}, 1)
     db.execute(conn, "INSERT INTO t VALUES (?)", { 7 }, 1)
     local rows = db.query(conn, "SELECT a FROM t", nil, 1)
     return fs.read(path), #rows, rows[1].a`,
    [join(folder, "x.txt")],
  );
  expect([text, rows, value]).toEqual(["x", 1, 7]);
});

test("other types are mistakes as ever", async () => {
  const { failure } = harness();
  expect(await failure('json.parse("1", "x")')).toMatch(/table expected, got string/);
  expect(await failure('base64.decode("YQ==", true)')).toMatch(/table expected, got boolean/);
});

test("options that are false are absent, an empty certificate is none", async () => {
  const { run } = harness();
  expect(
    await run(
      `local c = http.client { ca_cert_file = false, ca_cert = "", timeout = false, headers = false }
       return type(c)`,
    ),
  ).toEqual(["userdata"]);
});
