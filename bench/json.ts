/**
 * `npm run bench:json -- [--rounds N]`
 *
 * JSON of 10 MB parsed and encoded, beside Python's json. Every process does both four times over;
 * the first time (`cold`) and the best one count. The document is made up here: records with text in
 * several scripts, numbers of all kinds, nesting.
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./measure";
import { assay, installed, output } from "./net/peers";

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: { rounds: { type: "string", default: "5" } },
});

const REPEATS = 4;
const RECORDS = 22_500;

function makeDocument(): string {
  let state = 42;
  const random = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % n;
  };
  const words = ["alpha", "béta", "two words", '"quoted"', "line\nbreak", "日本語", "lorem ipsum"];
  const word = () => words[random(words.length)];
  const sentence = "The pump in the cellar runs on Tuesdays and was last looked after by number";
  const records = Array.from({ length: RECORDS }, (_, id) => ({
    id,
    uid: `item-${random(1e9)}-${id}`,
    name: word(),
    active: random(2) === 1,
    score: random(100_000) / 100,
    tags: [word(), word(), `x${random(50)}`],
    meta: {
      created: `2024-0${1 + random(9)}-11T10:${10 + random(50)}:00Z`,
      counts: [random(10), random(1000), random(100_000)],
      owner: {
        name: `user${random(500)}`,
        mail: `user${random(500)}@example.com`,
        roles: ["r", "w"],
      },
    },
    note: null,
    description: `${sentence} ${random(1e6)}, ${sentence.toLowerCase()} ${random(1e6)}`,
  }));
  return JSON.stringify(records);
}

interface Timing {
  parse: number[];
  encode: number[];
}

async function run(command: string[], file: string): Promise<Timing> {
  const lines = (await output([...command, file, String(REPEATS)])).trim().split("\n");
  const column = (i: number) => lines.map((line) => Number(line.split(" ")[i]));
  return { parse: column(1), encode: column(3) };
}

const here = join(import.meta.dir, "data");
const engines: [name: string, command: string[]][] = [["assay", [assay, join(here, "codec.lua")]]];
const python = installed("python3");
if (python !== undefined) engines.push(["Python", [python, join(here, "codec.py")]]);

const file = join(tmpdir(), `assay-bench-${process.pid}.json`);
try {
  const size = await Bun.write(file, makeDocument());
  const timings = new Map<string, Timing[]>(engines.map(([name]) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [name, command] of engines) timings.get(name)?.push(await run(command, file));
  console.log(`JSON of ${(size / 1e6).toFixed(1)} MB, median of ${options.rounds} processes each`);
  for (const what of ["parse", "encode"] as const)
    for (const [kind, pick] of [
      ["cold", (t: number[]) => t[0] as number],
      ["warm", (t: number[]) => Math.min(...t)],
    ] as const) {
      const of = (name: string) =>
        median((timings.get(name) as Timing[]).map((t) => pick(t[what]))) * 1000;
      console.log(
        `  ${what.padEnd(6)} ${kind}  ` +
          engines
            .map(
              ([name]) =>
                `${name} ${of(name).toFixed(0)} ms (${(of(name) / of("assay")).toFixed(2)})`,
            )
            .join("  "),
      );
    }
} finally {
  rmSync(file, { force: true });
}
