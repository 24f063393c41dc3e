/** The scripts of examples/jobs do what they say, and fail when they should. */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Job, jobs } from "../bench/sidecar/jobs";
import { freePort, type Services, sendWebhooks, startServices } from "../bench/sidecar/services";

const main = join(dirname(import.meta.dirname), "src", "cli", "main.ts");
let services: Services;
beforeAll(async () => {
  services = await startServices();
}, 60_000);
beforeEach(() => services.reset());
afterAll(() => services.stop());

const find = (name: string) => jobs.find((j) => j.name === name) as Job;

/** Runs a job to its end, with changes of its environment. */
async function run(job: Job, changes: Record<string, string> = {}) {
  const port = await freePort();
  const { RUST_LOG: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, job.lua], {
    env: { ...env, ...job.env(services, port), ...changes },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let err = "";
  child.stderr.on("data", (d) => {
    err += d;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await job.drive?.(port);
  return { code: await ended, err: err.replace(/^\S+Z +/gm, "") };
}

test("wait for a service and post its configuration", async () => {
  const { code, err } = await run(find("wait-and-configure"));
  expect(err).toContain("INFO configured version=7");
  expect(code).toBe(0);
  expect(services.seen.config).toEqual({ replicas: 3, features: ["a", "b"] });
  const missing = await run(find("wait-and-configure"), { CONFIG_FILE: "/no/such/file" });
  expect(missing.code).toBe(1);
  expect(missing.err).toContain("/no/such/file");
});

test("JWT login and three API calls", async () => {
  const { code, err } = await run(find("jwt-login"));
  expect(err).toContain('INFO project created id="1" projects=1');
  expect(code).toBe(0);
  expect(services.seen.projects).toEqual([{ id: "1", name: "assay" }]);
});

test("Prometheus: passes below the bound and fails above", async () => {
  const good = await run(find("prometheus-gate"));
  expect(good).toMatchObject({
    code: 0,
    err: "INFO error ratio is fine ratio=0.0031 bound=0.01\n",
  });
  expect(services.seen.queries[0]).toContain('code=~"5.."');
  services.ratio = "0.25";
  const bad = await run(find("prometheus-gate"));
  expect(bad.code).toBe(1);
  expect(bad.err).toContain("ERROR assert.le failed: 0.25 is not <= 0.01 - error ratio");
});

test("migration guard: passes at the expected version only", async () => {
  const good = await run(find("migration-guard"));
  expect(good).toMatchObject({ code: 0, err: "INFO the migration may run version=3\n" });
  const bad = await run(find("migration-guard"), { EXPECTED_VERSION: "4" });
  expect(bad.code).toBe(1);
  expect(bad.err).toContain('assert.eq failed: "3" != "4" - schema version');
});

test("a template becomes a ConfigMap", async () => {
  const { code, err } = await run(find("render-configmap"));
  expect(err).toContain('INFO applied configmap="app-config" version="41"');
  expect(code).toBe(0);
  expect(services.seen.configMaps["app-config"]?.data["app.conf"]).toContain("backend b http://b;");
  const refused = await run(find("render-configmap"), { API_TOKEN: "wrong" });
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("HTTP 401");
});

test("a receiver of 1,000 webhooks", async () => {
  const { code, err } = await run(find("webhook-receiver"));
  expect(err).toContain("INFO received webhooks=1000 total=500500");
  expect(code).toBe(0);
});

test("webhooks with a bad signature are refused", async () => {
  const job = { ...find("webhook-receiver"), drive: (port: number) => sendWebhooks(port, 1, 1) };
  const port = await freePort();
  const refused = sendWebhooks(port, 1, 1).then(
    () => "",
    (e: Error) => e.message,
  );
  const env = { ...process.env, ...job.env(services, port), WEBHOOK_SECRET: "other" };
  const child = spawn(process.execPath, [main, job.lua], { env, stdio: "ignore" });
  expect(await refused).toBe("webhook: status 401");
  child.kill("SIGKILL");
});
