/**
 * `npm run bench -- --vs lua=PATH --vs python3=PATH [--only NAME]… [--rounds N] [--subject CMD]
 * [--arg N | --long] [--json FILE]`
 *
 * Runs every program of bench/programs as whole processes, one engine after the other in each
 * round, so that a slow minute of the machine hits all of them. The outputs must agree. An engine
 * whose name begins with `python` runs bench/python/NAME.py where there is one.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { geometricMean, median, runProcess } from "./measure";

interface Engine {
  name: string;
  command: string[];
}

interface Row {
  program: string;
  /** Median wall time in ms and peak memory in MB, by engine. */
  engines: Record<string, { ms: number; mb: number }>;
}

const root = import.meta.dir;

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    vs: { type: "string", multiple: true, default: [] },
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string", default: "3" },
    subject: { type: "string", default: join(root, "..", "dist", "assay") },
    arg: { type: "string" },
    long: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

function engine(spec: string): Engine {
  const at = spec.indexOf("=");
  if (at < 1) throw new Error(`--vs wants NAME=COMMAND, got '${spec}'`);
  return { name: spec.slice(0, at), command: spec.slice(at + 1).split(" ") };
}

/** The script an engine runs for a program; undefined when it has none. */
function scriptFor(e: Engine, program: string): string | undefined {
  if (!e.name.startsWith("python")) return join(root, "programs", `${program}.lua`);
  const file = join(root, "python", `${program}.py`);
  return existsSync(file) ? file : undefined;
}

/** The size given to a program: none, that of `--arg`, or the one that it names for `--long`. */
function sizeOf(program: string): string[] {
  if (options.arg !== undefined) return [options.arg];
  if (!options.long) return [];
  const text = readFileSync(join(root, "programs", `${program}.lua`), "utf8");
  const size = /^-- long: (\d+)$/m.exec(text);
  if (size === null) throw new Error(`${program} names no size for --long`);
  return [size[1] as string];
}

const subject: Engine = { name: "assay", command: options.subject.split(" ") };
const engines = [subject, ...options.vs.map(engine)];
const rounds = Number(options.rounds);

async function benchmark(program: string): Promise<Row> {
  const times: Record<string, number[]> = {};
  const peaks: Record<string, number[]> = {};
  const args = sizeOf(program);
  let expected: string | undefined;
  for (let round = 0; round < rounds; round++) {
    for (const e of engines) {
      const script = scriptFor(e, program);
      if (script === undefined) continue;
      const result = await runProcess([...e.command, script, ...args]);
      if (result.code !== 0)
        throw new Error(`${program}: ${e.name} exited with ${result.code}\n${result.stderr}`);
      expected ??= result.stdout;
      if (result.stdout !== expected)
        throw new Error(
          `${program}: ${e.name} prints\n${result.stdout}\ninstead of (${engines[0]?.name})\n${expected}`,
        );
      (times[e.name] ??= []).push(result.ms);
      (peaks[e.name] ??= []).push(result.mb);
    }
  }
  const row: Row = { program, engines: {} };
  for (const name of Object.keys(times))
    row.engines[name] = { ms: median(times[name]!), mb: Math.max(...peaks[name]!) };
  return row;
}

function printRow(row: Row): void {
  const cells = engines.map((e) => {
    const r = row.engines[e.name];
    return r === undefined
      ? "-".padStart(16)
      : `${r.ms.toFixed(0).padStart(6)} ms ${r.mb.toFixed(0).padStart(4)} MB`;
  });
  const own = row.engines[subject.name]!;
  const ratios = engines.slice(1).map((e) => {
    const r = row.engines[e.name];
    return (r === undefined ? "-" : `${(own.ms / r.ms).toFixed(2)}×`).padStart(12);
  });
  console.log([row.program.padEnd(14), ...cells, ...ratios].join("  "));
}

const programs = readdirSync(join(root, "programs"))
  .filter((f) => f.endsWith(".lua"))
  .map((f) => basename(f, ".lua"))
  .filter((name) => options.only.length === 0 || options.only.includes(name))
  .sort();

console.log(
  [
    "program".padEnd(14),
    ...engines.map((e) => e.name.padStart(16)),
    ...engines.slice(1).map((e) => `vs ${e.name}`.padStart(12)),
  ].join("  "),
);

const rows: Row[] = [];
let failures = 0;
for (const program of programs) {
  try {
    const row = await benchmark(program);
    rows.push(row);
    printRow(row);
  } catch (error) {
    failures++;
    console.error(error instanceof Error ? error.message : error);
  }
}

for (const e of engines.slice(1)) {
  const both = rows.filter((row) => row.engines[e.name] !== undefined);
  if (both.length === 0) continue;
  const mean = (what: "ms" | "mb") =>
    geometricMean(both.map((r) => r.engines[subject.name]![what] / r.engines[e.name]![what]));
  const wins = both.filter((r) => r.engines[subject.name]!.ms < r.engines[e.name]!.ms).length;
  console.log(
    `\nassay / ${e.name} over ${both.length} programs: time ${mean("ms").toFixed(3)}× ` +
      `(geometric mean; less is better), faster in ${wins}; peak memory ${mean("mb").toFixed(1)}×`,
  );
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exit(failures === 0 ? 0 : 1);
