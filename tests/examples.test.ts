/** The demo service and what verifies it, as examples/README.md shows them: again and again. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const main = join(root, "src", "cli", "main.ts");
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill();
});

/** Starts the service; gives its address. */
function service(env: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, [main, join(root, "examples", "service.lua")], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  return new Promise((resolve) => {
    let out = "";
    child.stdout.on("data", (bytes: Buffer) => {
      out += bytes.toString();
      const url = /listening on (\S+)\n/.exec(out)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

function assay(args: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [main, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
}

test("a service that works passes as often as one asks", async () => {
  const url = await service();
  for (let i = 0; i < 2; i++)
    expect(assay(["examples/verify.lua", url])).toMatchObject({
      status: 0,
      stdout: "all checks passed\n",
    });
  const checks = assay(["examples/checks.yaml", "--output", "pretty"], { BASE: url });
  expect(checks.stdout).toMatch(/^✓ health +\d+ ms\n[\s\S]*3 passed, 0 failed/);
  expect(checks.status).toBe(0);
}, 120_000);

test("one that does not, does not", async () => {
  const url = await service({ DEMO_BROKEN: "1" });
  const r = assay(["examples/verify.lua", url]);
  expect(r.status).toBe(1);
  expect(r.stderr).toContain(
    'assert.eq failed: "503" != "200" - health check says: {"error":"broken on purpose (DEMO_BROKEN=1)"}\n',
  );
}, 120_000);
