/**
 * `npm run soak -- [--seconds N] [--clients N] [--subject BINARY]`
 *
 * A service in Lua that calls `http.get` and SQLite (and PostgreSQL, where it is installed) on each
 * request, under load, while its upstream resets connections, breaks off and dawdles, clients stop in
 * the middle, SQLite is closed and opened again every five seconds and PostgreSQL is killed and started
 * again every thirty. Fails when a request gets no answer, a wrong one or two, when rows are left behind,
 * or when the memory at the end is more than 1.2 times that after the first fifth of the time.
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findPostgres, startPostgres } from "../tests/servers/postgres";
import { median } from "./measure";
import { assay, bun, freePort, residentMb } from "./net/peers";
import { rudeClient, steadyClient, type Tally } from "./soak/clients";

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    seconds: { type: "string", default: "600" },
    clients: { type: "string", default: "24" },
    subject: { type: "string", default: assay },
  },
});

const ALLOWED_GROWTH = 1.2;
const seconds = Number(options.seconds);
const here = join(import.meta.dir, "soak");
const file = join(tmpdir(), `assay-soak-${process.pid}.db`);
const postgres = findPostgres() === undefined ? undefined : await startPostgres();
const upstreamPort = freePort();
const upstream = Bun.spawn([bun, join(here, "upstream.ts"), String(upstreamPort)]);
const port = freePort();
const service = Bun.spawn(
  [
    ...[
      options.subject,
      join(here, "service.lua"),
      String(port),
      `http://127.0.0.1:${upstreamPort}`,
      file,
    ],
    ...(postgres === undefined ? [] : [postgres.url]),
  ],
  { stdin: "ignore", stdout: "inherit", stderr: "pipe" },
);
/** Ends what was started; also when something goes wrong. */
async function cleanUp(): Promise<void> {
  service.kill("SIGKILL");
  upstream.kill();
  await postgres?.stop();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
}
process.on("uncaughtException", async (e) => {
  console.error(e);
  await cleanUp();
  process.exit(1);
});
let serviceLog = "";
const reading = (async () => {
  const decoder = new TextDecoder();
  for await (const chunk of service.stderr)
    serviceLog = (serviceLog + decoder.decode(chunk)).slice(-20_000);
})();

const url = `http://127.0.0.1:${port}`;
for (let attempt = 0; ; attempt++) {
  try {
    await fetch(`${url}/hello`);
    break;
  } catch (e) {
    if (attempt > 100) throw new Error(`the service does not start\n${serviceLog}`, { cause: e });
    await Bun.sleep(50);
  }
}

const started = performance.now();
const end = started + seconds * 1000;
const tally: Tally = { statuses: new Map(), wrong: [], sent: 0 };
const samples: { at: number; mb: number }[] = [];
let restarts = 0;
let kills = 0;

/** Calls `action` every so many seconds until the end. */
async function every(interval: number, action: () => Promise<void>): Promise<void> {
  for (let next = started + interval * 1000; next < end; next += interval * 1000) {
    await Bun.sleep(Math.max(0, next - performance.now()));
    await action();
  }
}

await Promise.all([
  ...Array.from({ length: Number(options.clients) }, (_, i) =>
    steadyClient(port, `c${i}`, end, tally),
  ),
  ...Array.from({ length: 4 }, () => rudeClient(port, end)),
  every(1, async () => {
    samples.push({ at: (performance.now() - started) / 1000, mb: await residentMb(service.pid) });
  }),
  every(5, async () => {
    // a connection of its own: an idle one might be closed by the server in the moment it is used
    const headers = { connection: "close" };
    const { status } = await fetch(`${url}/restart`, { method: "POST", headers });
    if (status !== 204) tally.wrong.push(`restart: ${status}`);
    restarts++;
  }),
  ...(postgres === undefined
    ? []
    : [
        every(30, async () => {
          await postgres.kill();
          await Bun.sleep(500);
          await postgres.restart();
          kills++;
        }),
      ]),
]);

// what is under way may end, and the collector has its turn
await Bun.sleep(3000);
const { left } = (await (await fetch(`${url}/rows`)).json()) as { left: number };
if (left !== 0) tally.wrong.push(`${left} rows are left in the database`);
const inWindow = (from: number, to: number) =>
  median(samples.filter(({ at }) => at >= from && at < to).map(({ mb }) => mb));
const warm = inWindow(seconds * 0.2, seconds * 0.4);
const late = inWindow(seconds * 0.8, seconds + 1);
const atEnd = await residentMb(service.pid);

service.kill("SIGTERM");
const code = await service.exited;
await reading;
await cleanUp();

const peak = samples.reduce((a, b) => (b.mb > a.mb ? b : a));
const answered = [...tally.statuses.values()].reduce((a, b) => a + b, 0);
console.log(
  `${seconds} s, ${options.clients} clients: ${tally.sent} requests, ${answered} answers (` +
    [...tally.statuses].map(([status, n]) => `${status}: ${n}`).join(", ") +
    `), ${(answered / seconds).toFixed(0)} per second`,
);
console.log(
  `SQLite opened again ${restarts} times` +
    (postgres === undefined
      ? "; PostgreSQL is not installed"
      : `, ${postgres.name} killed ${kills} times`),
);
console.log(
  `memory: ${warm.toFixed(0)} MB after warm-up, ${late.toFixed(0)} MB in the last fifth ` +
    `(${(late / warm).toFixed(2)}), ${atEnd.toFixed(0)} MB at rest; peak ` +
    `${peak.mb.toFixed(0)} MB after ${peak.at.toFixed(0)} s`,
);
for (const line of tally.wrong.slice(0, 20)) console.log(`wrong: ${line}`);
if (tally.wrong.length > 20) console.log(`… and ${tally.wrong.length - 20} more`);
if (code !== 143) console.log(`the service ended with ${code}\n${serviceLog}`);
const good =
  tally.wrong.length === 0 &&
  answered === tally.sent &&
  late <= warm * ALLOWED_GROWTH &&
  code === 143;
console.log(good ? "passed" : "failed");
process.exit(good ? 0 : 1);
