/** The example service and its verification, as processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, expect, test } from "vitest";

let service: ChildProcess | undefined;

function assay(args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, ["src/cli/main.ts", ...args], {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Starts the service and gives the address in its first line. */
function start(env: Record<string, string> = {}): Promise<string> {
  const child = assay(["examples/service.lua"], env);
  service = child;
  return new Promise((resolve, reject) => {
    let out = "";
    child.stdout?.on("data", (d) => {
      out += d;
      const line = /^listening on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(out);
      if (line !== null) resolve(line[1] as string);
    });
    child.on("exit", (code) => reject(new Error(`service ended with ${code}: ${out}`)));
  });
}

async function finish(
  child: ChildProcess,
): Promise<{ code: number | null; out: string; err: string }> {
  let out = "";
  let err = "";
  child.stdout?.on("data", (d) => {
    out += d;
  });
  child.stderr?.on("data", (d) => {
    err += d;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, err };
}

afterEach(() => service?.kill("SIGKILL"));

test("the verification passes", async () => {
  const url = await start();
  const { code, out, err } = await finish(assay(["examples/verify.lua", url]));
  expect(err).toContain("service is healthy");
  expect(out).toBe("all checks passed\n");
  expect(code).toBe(0);
});

test("a broken service is reported readably", async () => {
  const url = await start({ DEMO_BROKEN: "1" });
  const { code, out, err } = await finish(assay(["examples/verify.lua"], { ASSAY_DEMO_URL: url }));
  expect(err).toContain('assert.eq failed: "503" != "200" - health check says: ');
  expect(err).toContain("broken on purpose");
  expect(out).toBe("");
  expect(code).toBe(1);
});

test("SIGTERM lets a running request finish and ends with 143", async () => {
  const url = await start();
  const child = service as ChildProcess;
  const running = fetch(`${url}/slow?ms=500`).then((r) => r.json());
  await Bun.sleep(150);
  const ended = finish(child);
  child.kill("SIGTERM");
  await Bun.sleep(100);
  await expect(fetch(`${url}/health`)).rejects.toThrow();
  expect(await running).toEqual({ waited: 500 });
  expect((await ended).code).toBe(143);
});
