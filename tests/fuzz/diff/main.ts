/**
 * `npm run fuzz:diff -- --lua PATH [--seconds N] [--seed S] [--subject CMD] [--save DIR]
 * [--batch N] [--only FEATURE]`
 *
 * Random programs on C Lua and on the subject, which runs each one twice: plain, and with yields at
 * most of the calls that the generator has put in for that. Both must print what C Lua prints. Failures are shrunk to a small script, printed,
 * and saved. The same seed gives the same programs. `--only` makes programs of one feature alone.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runCases } from "./engine";
import { Random } from "./random";
import { Programs } from "./statements";
import { type Block, render, smaller } from "./tree";

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    lua: { type: "string" },
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    batch: { type: "string", default: "200" },
    failures: { type: "string", default: "10" },
    only: { type: "string" },
    subject: {
      type: "string",
      default: join(import.meta.dirname, "..", "..", "..", "dist", "assay"),
    },
    save: { type: "string", default: join(import.meta.dirname, "found") },
  },
});
if (options.lua === undefined) {
  console.error("--lua PATH: a C Lua 5.5 to compare with");
  process.exit(2);
}
/** A command whose relative paths hold in any directory. */
const command = (text: string) =>
  text.split(" ").map((part) => (existsSync(part) ? resolve(part) : part));
const oracle = command(options.lua);
const subject = command(options.subject);
const YIELD_SEED = 7919;
/** Candidates tried in one process while shrinking. */
const SHRINK_BATCH = 60;

interface Mismatch {
  mode: Mode;
  expected: string;
  got: string;
}

type Mode = "plain" | "with yields";
const MODES: readonly Mode[] = ["plain", "with yields"];

/** For each program what differs, in the first of the modes in which it does. */
async function compare(sources: string[], modes = MODES): Promise<(Mismatch | undefined)[]> {
  const [expected, ...outputs] = await Promise.all([
    runCases(oracle, sources, 0),
    ...modes.map((mode) => runCases(subject, sources, mode === "plain" ? 0 : YIELD_SEED)),
  ]);
  return sources.map((_, i) => {
    const want = expected![i]!;
    if (want === KILLED) {
      killed++;
      return undefined;
    }
    const at = outputs.findIndex((o) => o[i] !== want);
    return at < 0 ? undefined : { mode: modes[at]!, expected: want, got: outputs[at]![i]! };
  });
}

/** C Lua said nothing: a program doubled a string until the system ended it. There is no answer then. */
const KILLED = "<died> ";
let killed = 0;

/** The smallest program found that still fails in the given mode. */
async function shrink(program: Block, mode: Mode, deadline: number): Promise<Block> {
  let best = program;
  for (let progress = true; progress && Date.now() < deadline; ) {
    progress = false;
    const candidates = [...smaller(best)] as Block[];
    // the boldest steps come first and often succeed: begin with few
    let size = 8;
    for (let i = 0; i < candidates.length && !progress; ) {
      const some = candidates.slice(i, i + size);
      i += size;
      size = SHRINK_BATCH;
      const found = (await compare(some.map(render), [mode])).findIndex((m) => m !== undefined);
      if (found >= 0) {
        best = some[found]!;
        progress = true;
      }
    }
  }
  return best;
}

/** The first line that differs, with both texts. */
function difference(m: Mismatch): string {
  const expected = m.expected.split("\n");
  const got = m.got.split("\n");
  const at = expected.findIndex((line, i) => line !== got[i]);
  const line = at < 0 ? expected.length : at;
  return `${m.mode}, line ${line + 1}:\n  C Lua: ${expected[line] ?? "<end>"}\n  ours:  ${got[line] ?? "<end>"}`;
}

const seed = Number(options.seed);
const end = Date.now() + Number(options.seconds) * 1000;
const maxFailures = Number(options.failures);
let cases = 0;
let failures = 0;
let repeated = 0;
const shapes = new Set<string>();
while (Date.now() < end && failures < maxFailures) {
  const programs: Block[] = [];
  for (let i = 0; i < Number(options.batch); i++)
    programs.push(new Programs(new Random(seed * 1_000_003 + cases + i), options.only).program());
  const mismatches = await compare(programs.map(render));
  for (const [i, mismatch] of mismatches.entries()) {
    if (mismatch === undefined || failures >= maxFailures) continue;
    if (Date.now() > end && failures > 0) break;
    const small = await shrink(programs[i]!, mismatch.mode, Date.now() + 60_000);
    const source = render(small);
    const [again] = await compare([source], [mismatch.mode]);
    // names and literals aside, the same small program is the same failure
    const shape = source.replaceAll(/[a-z]+\d+/g, "x").replaceAll(/"[^"]*"|true|nil|[\d.]+/g, "0");
    if (shapes.has(shape)) {
      repeated++;
      continue;
    }
    shapes.add(shape);
    failures++;
    const name = `seed-${seed}-case-${cases + i}.lua`;
    const report = difference(again ?? mismatch);
    mkdirSync(options.save, { recursive: true });
    writeFileSync(join(options.save, name), `--[[ ${report}\n]]\n${source}`);
    console.log(`\n== ${name}: ${report}\n${source}`);
  }
  cases += programs.length;
}
console.log(
  `\n${cases} programs, seed ${seed}: ${failures} different failures, ${repeated} repeated` +
    (killed > 0 ? `; C Lua was killed for its memory ${killed} times` : ""),
);
process.exit(failures === 0 ? 0 : 1);
