/** `http.stub` that records into a file which can't be written: said once, and nothing hangs. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "./folder";
import { harness } from "./harness";

const folder = testFolder();
const file = join(folder, "no", "such.json");
const { run } = harness();
const cause = "writing the exchanges: No such file or directory (os error 2)";

const RECORD = `
  local api = http.server({ host = "127.0.0.1" }, { GET = { ["/x"] = function() return "x" end } })
  local stub = http.stub { file = FILE, upstream = api.url, mode = "record" }
  local answer = http.get(stub.url .. "/x")`;

test("the request and close say why, and close does so once", async () => {
  expect(
    await run(
      `local FILE = ... ${RECORD}
      local first, why = pcall(stub.close, stub)
      local again = pcall(stub.close, stub)
      api:close()
      return answer.status, answer.body, first, why, again`,
      [file],
    ),
  ).toEqual([502, `http.stub: ${cause}\n`, false, `http.stub.close: ${cause}`, true]);
});

test("the end of the script closes what is left, in spite of it", () => {
  const code = `local FILE = ${JSON.stringify(file)} ${RECORD}
    local other = http.stub { exchanges = {} }
    print("end")`;
  const main = resolve(import.meta.dirname, "../../src/cli/main.ts");
  const r = spawnSync(process.execPath, [main, "-e", code], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, RUST_LOG: "error" },
  });
  expect({ code: r.status, out: r.stdout }).toEqual({ code: 0, out: "end\n" });
  expect(r.stderr.replace(/^\S+ /gm, "")).toBe(
    `ERROR http.stub: GET /x: ${cause}\nERROR http.stub: ${cause}\n`,
  );
});
