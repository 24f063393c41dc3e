/**
 * `npm start`: the demonstration. Starts `examples/service.lua` on a free loopback port, runs
 * `examples/verify.lua` against it (base URL in `ASSAY_DEMO_URL`), stops the service, and exits
 * with the code of the verification.
 */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bun, ensureInstall, root } from "./ensure-install.mjs";

const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 5_000;

ensureInstall();
spawnSync(bun, [join("scripts", "generate.ts")], { cwd: root, stdio: "inherit" });

function assay(script, options) {
  return spawn(bun, [join("src", "cli", "main.ts"), join("examples", script)], {
    cwd: root,
    ...options,
  });
}

function exited(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}

const service = assay("service.lua", { stdio: ["ignore", "pipe", "inherit"] });
const serviceEnd = exited(service);

/** The first loopback address the service prints. */
const address = new Promise((resolve) => {
  createInterface({ input: service.stdout }).on("line", (line) => {
    console.log(`[service] ${line}`);
    const url = line.match(/http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/);
    if (url) resolve(url[0]);
  });
});

async function stopService() {
  if (service.exitCode !== null || service.signalCode !== null) return;
  service.kill("SIGTERM");
  const timer = setTimeout(() => service.kill("SIGKILL"), STOP_TIMEOUT);
  await serviceEnd;
  clearTimeout(timer);
}

async function main() {
  const timeout = new Promise((resolve) => setTimeout(resolve, START_TIMEOUT, undefined).unref());
  const url = await Promise.race([address, serviceEnd.then(() => undefined), timeout]);
  if (url === undefined) {
    console.error("examples/service.lua printed no address");
    return 1;
  }
  const verify = assay("verify.lua", {
    stdio: "inherit",
    env: { ...process.env, ASSAY_DEMO_URL: url },
  });
  return await exited(verify);
}

let code = 1;
try {
  code = await main();
} catch (error) {
  console.error(error);
} finally {
  await stopService();
}
process.exit(code);
