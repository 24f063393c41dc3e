/**
 * `npm run bench:serve -- [--seconds N] [--rounds N] [--connections N]`
 *
 * `http.serve` under wrk, beside the same service on a bare Bun.serve, Node's http and Python's
 * http.server. The servers run at the same time and are loaded in turn, so that a slow moment of the
 * machine hits all of them. Each has had one round of warm-up before.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./measure";
import { assay, bun, cpuSeconds, installed, output, type Peer, startPeer } from "./net/peers";

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "5" },
    connections: { type: "string", default: "32" },
  },
});

const here = join(import.meta.dir, "net");
const wrk = installed("wrk");
if (wrk === undefined) throw new Error("wrk is not installed (Debian's package wrk)");

interface Load {
  perSecond: number;
  /** Milliseconds. */
  p99: number;
  /** CPU time of the server per request, in microseconds. */
  cpu: number;
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

async function load(peer: Peer, path: string, script: string | undefined): Promise<Load> {
  const before = await cpuSeconds(peer.pid);
  const text = await output([
    wrk as string,
    "-t1",
    `-c${options.connections}`,
    `-d${options.seconds}s`,
    "--latency",
    ...(script === undefined ? [] : ["-s", script]),
    peer.url + path,
  ]);
  const cpu = (await cpuSeconds(peer.pid)) - before;
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`${peer.name} ${path}:\n${text}`);
  const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s|m)/.exec(text) as RegExpExecArray;
  const requests = Number(/(\d+) requests in/.exec(text)?.[1]);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p99: Number(p99) * (UNITS[unit as string] as number),
    cpu: (cpu / requests) * 1e6,
  };
}

const commands: [name: string, command: string[]][] = [
  ["assay", [assay, join(here, "hello.lua")]],
  ["Bun.serve", [bun, join(here, "hello.bun.ts")]],
];
const node = installed("node");
if (node !== undefined) commands.push(["Node http", [node, join(here, "hello.node.mjs")]]);
const python = installed("python3");
if (python !== undefined) commands.push(["Python", [python, join(here, "hello.py")]]);

const peers = await Promise.all(commands.map(([name, command]) => startPeer(name, command)));
try {
  for (const [path, script] of [
    ["/hello", undefined],
    ["/echo", join(here, "echo.wrk.lua")],
  ] as const) {
    const loads = new Map<string, Load[]>(peers.map((p) => [p.name, []]));
    for (let round = 0; round <= Number(options.rounds); round++)
      for (const peer of peers) {
        const result = await load(peer, path, script);
        if (round > 0) loads.get(peer.name)?.push(result);
      }
    console.log(`${path}: median of ${options.rounds} rounds of ${options.seconds} s`);
    const of = (name: string, what: keyof Load) =>
      median((loads.get(name) as Load[]).map((l) => l[what]));
    for (const { name } of peers)
      console.log(
        [
          `  ${name.padEnd(10)}`,
          `${of(name, "perSecond").toFixed(0).padStart(7)} requests/s`,
          `${(of(name, "perSecond") / of("Bun.serve", "perSecond")).toFixed(2)} of bare Bun`,
          `p99 ${of(name, "p99").toFixed(2)} ms`,
          `${of(name, "cpu").toFixed(1)} us of CPU each`,
        ].join("  "),
      );
  }
} finally {
  await Promise.all(peers.map((p) => p.stop()));
}
