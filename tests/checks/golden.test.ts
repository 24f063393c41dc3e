/**
 * The result documents of every type of check, for success and failure, compared with
 * `golden/<type>.json`. `UPDATE_GOLDEN=1` writes those files anew.
 */
import { spawn } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHECK_TYPES } from "../../src/checks/schema";
import { type Servers, startServers } from "./golden/servers";
import { directory, environment, file, main, removeDirectory } from "./helpers";

const golden = join(import.meta.dirname, "golden");
const names = readdirSync(golden)
  .filter((f) => f.endsWith(".yaml"))
  .map((f) => f.slice(0, -5));
let servers: Servers;

file("good.lua", 'local who = env.get("WHO")\nif who then assert.eq(..., "hello") end\n');
file("bad.lua", 'local function check()\n  assert.eq(1, 2, "numbers")\nend\ncheck()\n');
file("syntax.lua", "local x = = 1\n");
file("exit.lua", "os.exit(3)\n");
file("busy.lua", "while true do end\n");

beforeAll(async () => {
  servers = await startServers();
});
afterAll(async () => {
  await servers.close();
  removeDirectory();
});

test("every type of check has its golden file", () => {
  expect(names).toEqual(expect.arrayContaining([...CHECK_TYPES]));
});

test.each(names)("%s", async (name) => {
  copyFileSync(join(golden, `${name}.yaml`), join(directory, `${name}.yaml`));
  const { code, out } = await assay(`${name}.yaml`);
  const text = `${JSON.stringify({ exit: code, document: plain(out) }, null, 2)}\n`;
  const path = join(golden, `${name}.json`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, text);
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(path, "utf8")));
});

function assay(check: string): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [main, check, "--quiet"], {
    cwd: directory,
    env: environment(servers.env),
  });
  let out = "";
  child.stdout.on("data", (d) => {
    out += d;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out })));
}

/** The document without what differs from run to run: times, ports, days. */
function plain(out: string): unknown {
  let text = out;
  for (const [name, value] of Object.entries(servers.env))
    text = text.replaceAll(name === "URL" ? value : `:${value}`, `<${name}>`);
  text = text
    .replace(/"(\w+_ms)": \d+/g, '"$1": 0')
    .replace(/"started_at": "[^"]*"/, '"started_at": "…"')
    .replace(/-?\d+\.\d( more)? days/g, "N$1 days")
    .replace(/until [^)]* GMT/g, "until …")
    .replaceAll(directory, "<directory>");
  return JSON.parse(text) as unknown;
}
