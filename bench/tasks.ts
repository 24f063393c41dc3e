/**
 * `npm run bench:tasks`
 *
 * 1,000 concurrent sleeps, and 10,000 items queued in `async.map`, again and again in one process:
 * the time of a round, and the memory after the first five rounds and after the last five (medians of
 * five, as the collector comes when it likes). Growth of more than a fifth fails the run.
 */
import { join } from "node:path";
import { median } from "./measure";
import { assay, output } from "./net/peers";

const ALLOWED_GROWTH = 1.2;
let failed = false;

for (const [name, script] of [
  ["1,000 sleeps of 200 ms", "sleep.lua"],
  ["10,000 items of async.map", "map.lua"],
] as const) {
  const text = await output([assay, join(import.meta.dir, "data", script)]);
  const rounds = text
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number) as [seconds: number, mb: number]);
  const memory = rounds.map(([, mb]) => mb);
  const early = median(memory.slice(0, 5));
  const late = median(memory.slice(-5));
  const growth = late / early;
  if (growth > ALLOWED_GROWTH) failed = true;
  console.log(
    `${name}: ${rounds.length} rounds, median ${(median(rounds.map(([s]) => s)) * 1000).toFixed(0)} ms; ` +
      `memory ${early.toFixed(0)} MB in the first five, ${late.toFixed(0)} MB in the last five (${growth.toFixed(2)})`,
  );
}
process.exit(failed ? 1 : 0);
