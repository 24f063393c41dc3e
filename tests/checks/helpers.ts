/** Servers, files and clocks for the tests of check mode. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Clock, realClock } from "../../src/checks/clock";
import { loadText } from "../../src/checks/load";
import type { RunResult } from "../../src/checks/result";
import { runChecks } from "../../src/checks/runner";
import type { Services } from "../../src/checks/services";
import { executeWith, loadTypes } from "../../src/checks/types";
import { Logger } from "../../src/host/logger";
import { Secrets } from "../../src/host/secrets";

export const directory = mkdtempSync(join(tmpdir(), "assay-checks-"));

export function removeDirectory(): void {
  rmSync(directory, { recursive: true });
}

/** Writes a file next to the check files; gives its path. */
export function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** The command line, to be run from source. */
export const main = join(dirname(dirname(import.meta.dirname)), "src", "cli", "main.ts");

/** What processes see: neither a cluster nor settings of the log but those of the test. */
export function environment(extra: Record<string, string> = {}): Record<string, string> {
  const {
    RUST_LOG: _,
    KUBERNETES_SERVICE_HOST: _k,
    KUBECONFIG: _c,
    ...env
  } = process.env as Record<string, string>;
  return { ...env, ...extra };
}

/** Runs the command line among the check files; times in log lines are cut off. */
export function assay(args: string[], env?: Record<string, string>) {
  const r = spawnSync(process.execPath, [main, ...args], {
    cwd: directory,
    env: environment(env),
    timeout: 20_000,
  });
  const err = r.stderr.toString().replace(/^\d{4}-\S+Z +/gm, "");
  return { code: r.status, out: r.stdout.toString(), err };
}

export interface TestServices extends Services {
  printed: string[];
}

export function testServices(env: Record<string, string> = {}): TestServices {
  const secrets = new Secrets();
  const printed: string[] = [];
  const logger = new Logger({ secrets, write: (line) => void printed.push(line) });
  return {
    secrets,
    logger,
    printed,
    env: (name) => env[name],
    sandbox: {},
    transports: new Map(),
    print: (bytes) => void printed.push(Buffer.from(bytes).toString()),
  };
}

/** Runs a check file's text in real time. */
export async function runText(
  text: string,
  options: { services?: TestServices; signal?: AbortSignal; env?: Record<string, string> } = {},
): Promise<RunResult> {
  const services = options.services ?? testServices(options.env);
  const { config } = loadText(text, join(directory, "checks.yaml"), {
    env: services.env,
    secret: (v) => services.secrets.register(v),
  });
  await loadTypes(config.checks);
  const result = await runChecks(config, {
    clock: realClock,
    execute: executeWith(services),
    mask: (t) => services.secrets.mask(t),
    ...(options.signal && { signal: options.signal }),
  });
  for (const t of services.transports.values()) t.close();
  return result;
}

/** The result with all times, which differ from run to run, as 0. */
export function timeless(result: RunResult): unknown {
  return JSON.parse(
    JSON.stringify(result, (key, value: unknown) =>
      /^(duration|latency|started)_ms$/.test(key) ? 0 : value,
    ),
  );
}

/** A server on a free port. */
export async function serve(
  handle: (req: IncomingMessage, res: ServerResponse, body: string) => void,
): Promise<{ url: string; port: number; close(): Promise<void> }> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (c: Buffer) => chunks.push(c));
    req.on("end", () => handle(req, res, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A clock that jumps to the next event once nothing else is under way. */
export class FakeClock implements Clock {
  time = 0;
  randomValue = 1;
  private readonly timers: { at: number; wake: () => void }[] = [];

  now = () => this.time;
  random = () => this.randomValue;

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = { at: this.time + ms, wake: resolve };
      this.timers.push(timer);
      signal.addEventListener(
        "abort",
        () => {
          const i = this.timers.indexOf(timer);
          if (i >= 0) this.timers.splice(i, 1);
          resolve();
        },
        { once: true },
      );
    });
  }

  limit(ms: number, signal: AbortSignal): Promise<void> {
    return this.sleep(ms, signal);
  }

  /** Lets time pass until the promise settles. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) return promise;
      this.timers.sort((a, b) => a.at - b.at);
      const next = this.timers.shift();
      if (next === undefined) throw new Error("nothing is left that could happen");
      this.time = next.at;
      next.wake();
    }
  }
}
