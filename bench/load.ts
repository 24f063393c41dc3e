/**
 * `npm run bench:load -- [--lines N] [--vs NAME=COMMAND]… [--rounds N] [--subject CMD]`
 *
 * Time to load generated source (20,000 lines), as `load` of the whole text measured inside the
 * engine with `os.clock`, and as a whole process that runs the file.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median, runProcess } from "./measure";
import { generateSource } from "./source";

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    lines: { type: "string", default: "20000" },
    vs: { type: "string", multiple: true, default: [] },
    rounds: { type: "string", default: "5" },
    subject: { type: "string", default: join(import.meta.dir, "..", "dist", "assay") },
  },
});

const directory = mkdtempSync(join(tmpdir(), "assay-load-"));
const chunk = join(directory, "chunk.lua");
const timer = join(directory, "timer.lua");
const source = generateSource(Number(options.lines));
writeFileSync(chunk, source);
writeFileSync(
  timer,
  `local f = assert(io.open(${JSON.stringify(chunk)}, "rb"))
local text = f:read("a")
f:close()
local before = os.clock()
local fn = assert(load(text, "@chunk.lua"))
local seconds = os.clock() - before
assert(fn() > 0)
print(seconds * 1000)
`,
);

const engines = [`assay=${options.subject}`, ...options.vs].map((spec) => {
  const at = spec.indexOf("=");
  return { name: spec.slice(0, at), command: spec.slice(at + 1).split(" ") };
});
const results = engines.map(() => ({ load: [] as number[], run: [] as number[], mb: 0 }));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [i, engine] of engines.entries()) {
    const loaded = await runProcess([...engine.command, timer]);
    const run = await runProcess([...engine.command, chunk]);
    const failed = [loaded, run].find((r) => r.code !== 0);
    if (failed) throw new Error(`${engine.name} exited with ${failed.code}\n${failed.stderr}`);
    const result = results[i]!;
    result.load.push(Number(loaded.stdout));
    result.run.push(run.ms);
    result.mb = Math.max(result.mb, run.mb);
  }
}
rmSync(directory, { recursive: true });

console.log(`${options.lines} lines, ${(source.length / 1000).toFixed(0)} kB`);
for (const [i, engine] of engines.entries()) {
  const { load, run, mb } = results[i]!;
  console.log(
    `${engine.name.padEnd(10)} load ${median(load).toFixed(1).padStart(7)} ms (CPU)` +
      `   whole process ${median(run).toFixed(1).padStart(7)} ms   ${mb.toFixed(0)} MB`,
  );
}
