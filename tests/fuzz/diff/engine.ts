/** Runs batches of generated cases in one process of an engine and takes their outputs apart. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HARNESS = readFileSync(join(import.meta.dirname, "harness.lua"), "utf8");
const TIMEOUT = 60_000;
/** What tostring says of values without a text of their own. */
const ADDRESS =
  /\b(table|function|thread|file|userdata|My\.Type)(?:: builtin)?(?:: | \()0x[0-9a-f]+/g;

/** A Lua string literal of printable text. */
function quote(source: string): string {
  return `"${source.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

function script(cases: string[], firstIndex: number, yieldSeed: number): string {
  const calls = cases.map((c, i) => `run(${firstIndex + i}, ${quote(c)})\n`);
  return `local yieldSeed = ${yieldSeed}\n${HARNESS}\n${calls.join("")}`;
}

/**
 * The sign of NaN is nothing that programs may rely on; and recursion through metamethods and
 * native functions goes on longer here than on C Lua's own stack.
 */
function normalise(output: string): string {
  return (
    output
      // with a width, the sign stands in the place of a space
      .replaceAll(/[ -]*nan */gi, "nan")
      .replaceAll("C stack overflow", "stack overflow")
      // a call that spreads its arguments does not tell how many there are
      .replaceAll("got no value", "got nil")
      .replaceAll(ADDRESS, "$1: address")
  );
}

/**
 * The output of each case. A case that ends the process (or does not end) has what was said
 * instead; the cases after it run in a new process. `yieldSeed` 0 runs without yields.
 */
export async function runCases(
  command: string[],
  cases: string[],
  yieldSeed: number,
): Promise<string[]> {
  const outputs: string[] = [];
  const directory = mkdtempSync(join(tmpdir(), "assay-fuzz-"));
  const file = join(directory, "cases.lua");
  while (outputs.length < cases.length) {
    const from = outputs.length;
    writeFileSync(file, script(cases.slice(from), from, yieldSeed));
    const child = Bun.spawn([...command, "cases.lua"], {
      // a bare name, so that messages with positions in the harness are the same everywhere
      cwd: directory,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, TIMEOUT);
    const [bytes, stderr] = await Promise.all([
      new Response(child.stdout).arrayBuffer(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    clearTimeout(timer);
    const text = Buffer.from(bytes).toString("latin1");
    for (const part of text.split("#case ").slice(1)) {
      const end = part.indexOf("#end");
      if (end < 0) break;
      outputs.push(normalise(part.slice(part.indexOf("\n") + 1, end)));
    }
    // on a busy machine a whole batch may take its time, but no case as long as that
    if (timedOut && outputs.length > from) continue;
    if (outputs.length < cases.length)
      outputs.push(
        timedOut ? "<no end>" : `<died> ${stderr.split("\n", 3).join(" ").slice(0, 300)}`,
      );
  }
  rmSync(directory, { recursive: true, force: true });
  return outputs;
}
