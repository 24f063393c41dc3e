// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
/**
 * Fuzzes the loader of check files: whatever the text, it gives a configuration or a `ConfigError`
 * with at least one problem that has a place in the file, and does so quickly.
 *
 *     bun tests/fuzz/checks.ts --n 100000 --seed 1
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadText } from "../../src/checks/load";
import { ConfigError } from "../../src/checks/problem";
import { Random } from "./syntax";

/** Longest that one file may take. */
const LIMIT_MS = 2000;
const GOLDEN = join(import.meta.dirname, "..", "checks", "golden");

const SEEDS = [
  "timeout: 5s\nretries: 1\nchecks:\n  - &a\n    name: x\n    type: http\n    url: ${U:-http://x}\n    expect: {status: [200, 3xx], json: '.a[0] != 1'}\n  - {<<: *a, name: y, needs: [x], tags: a}\n",
  "vars: {a: b}\ndefaults: {headers: {A: !!str 1}}\nbackoff: {strategy: exponential, max: 1m}\nchecks:\n- name: |\n    long\n  type: script\n  file: >-\n    x\n  env: {A: ~, B: 0x10}\n",
  ...readdirSync(GOLDEN)
    .filter((f) => f.endsWith(".yaml"))
    .map((f) => readFileSync(join(GOLDEN, f), "utf8")),
];
const BITS = [
  "&a ",
  "*a",
  "<<: ",
  "{",
  "}",
  "[",
  "]",
  ": ",
  "- ",
  "\n",
  "  ",
  "'",
  '"',
  "$" + "{",
  "$" + "{A:-",
  "!!binary ",
  "!!",
  "? ",
  "|",
  ">-",
  "#",
  "%",
  "%YAML 1.1",
  "\t",
  "\r",
  "\0",
  "\ufeff",
  "\ud800",
  "é",
  "\u{1f600}",
  "---\n",
  "...\n",
  "9".repeat(30),
  "__proto__: ",
  "constructor: ",
];

/** Loads `count` mutated files; gives how many of them were right. Throws at the first bug. */
export function fuzzLoader(count: number, seed: number): number {
  const random = new Random(seed);
  let right = 0;
  for (let i = 0; i < count; i++) {
    const text = mutate(random);
    const begin = performance.now();
    try {
      loadText(text, "c.yaml", {
        env: (name) => (name.endsWith("PORT") ? "80" : "http://x"),
        lenient: random.below(2) === 0,
        strict: random.below(4) === 0,
      });
      right++;
    } catch (e) {
      if (!(e instanceof ConfigError) || !isExplained(e, text))
        throw new Error(`#${i} of seed ${seed}: ${JSON.stringify(text)}`, { cause: e });
    }
    if (performance.now() - begin > LIMIT_MS)
      throw new Error(`#${i} of seed ${seed} takes too long: ${JSON.stringify(text)}`);
  }
  return right;
}

function mutate(random: Random): string {
  let text = random.pick(SEEDS);
  for (let n = random.below(6); n >= 0; n--) {
    const at = random.below(text.length + 1);
    const bit = random.below(2) === 0 ? random.pick(BITS) : text.slice(at, at + random.below(20));
    text = text.slice(0, at) + bit + text.slice(at + random.below(8));
  }
  return text;
}

function isExplained({ problems }: ConfigError, text: string): boolean {
  const lines = text.split(/\r\n|\r|\n/).length;
  return (
    problems.length > 0 &&
    problems.every((p) => p.message !== "" && p.column >= 1 && p.line >= 1 && p.line <= lines + 1)
  );
}

if (import.meta.main) {
  const option = (name: string, otherwise: number) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(process.argv[at + 1]);
  };
  const count = option("n", 100_000);
  const begin = performance.now();
  const right = fuzzLoader(count, option("seed", 1));
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(
    `${count} files in ${seconds} s: ${right} right, ${count - right} refused, 0 failures`,
  );
}
