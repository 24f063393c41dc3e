/** Packages that the binary holds in another form than the sources: see scripts/bundle.ts. */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compiledAssay } from "../compiled";
import { findMariadb, startMariadb } from "../servers/mariadb";
import type { DatabaseServer } from "../servers/server";

let assay = "";
beforeAll(() => {
  assay = compiledAssay();
}, 120_000);

function run(code: string, ...args: string[]) {
  const r = spawnSync(assay, ["exec", "-e", code, "--", ...args], {
    encoding: "utf8",
    timeout: 30_000,
  });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

test("regex, TOML, Eta, JWT", () => {
  const code = `
    print(regex.match("grün", "^gr\\\\p{L}n$"), #regex.find_all("a1b22", "[0-9]+"))
    print(toml.parse("a = 9007199254740993").a)
    print(template.eta("<%= it.x %>", { x = 1 }))
    local token = crypto.jwt_sign({ sub = "me" }, ("k"):rep(32), "HS256")
    print(#token > 60)`;
  expect(run(code)).toEqual({ code: 0, out: "true\t2\n9007199254740993\n1\ntrue\n", err: "" });
});

describe.skipIf(findMariadb() === undefined)("MariaDB", () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startMariadb();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
  });

  test("rows are streamed", () => {
    const code = `
      local conn <close> = db.connect((...))
      local sum, text = 0, ""
      for row in db.rows(conn, "select seq as n, 'ö€' as t from seq_1_to_100") do
        sum, text = sum + row.n, row.t
      end
      for row in db.rows(conn, "select ? as x", { "ä" }) do text = text .. row.x end
      print(sum, text)`;
    expect(run(code, server.url)).toEqual({ code: 0, out: "5050\tö€ä\n", err: "" });
  });
});
