/**
 * `npm run bench:http -- [--count N] [--rounds N] [--urllib]`
 *
 * `http.get` of 1 KB, many times, at several concurrencies, beside Node's fetch and Python's
 * http.client (threads). The clients run in turn against one server in a process of its own. Only
 * the time between the first request and the last response counts. `--urllib` adds Python's urllib,
 * which opens a connection for each request.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./measure";
import { assay, bun, installed, output, startPeer } from "./net/peers";

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    count: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    urllib: { type: "boolean", default: false },
  },
});

const here = join(import.meta.dir, "net");
const clients: [name: string, command: string[]][] = [["assay", [assay, join(here, "get.lua")]]];
const node = installed("node");
if (node !== undefined) clients.push(["Node fetch", [node, join(here, "get.mjs")]]);
const python = installed("python3");
if (python !== undefined) {
  clients.push(["http.client", [python, join(here, "get.py")]]);
  if (options.urllib) clients.push(["urllib", [python, join(here, "get_urllib.py")]]);
}

const server = await startPeer("server", [bun, join(here, "kilobyte.ts")]);
try {
  for (const concurrency of [1, 16, 128]) {
    const seconds = new Map<string, number[]>(clients.map(([name]) => [name, []]));
    for (let round = 0; round < Number(options.rounds); round++)
      for (const [name, command] of clients)
        seconds
          .get(name)
          ?.push(
            Number(await output([...command, `${server.url}/`, options.count, `${concurrency}`])),
          );
    const of = (name: string) => median(seconds.get(name) as number[]);
    console.log(`concurrency ${concurrency}: median of ${options.rounds} rounds`);
    for (const [name] of clients)
      console.log(
        `  ${name.padEnd(12)} ${of(name).toFixed(2).padStart(6)} s  ` +
          `${(Number(options.count) / of(name)).toFixed(0).padStart(6)} requests/s  ` +
          `${(of(name) / of("assay")).toFixed(2)} times assay's time`,
      );
  }
} finally {
  await server.stop();
}
