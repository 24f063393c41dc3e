/**
 * `npm run bench:modules -- [--vs BINARY] [--rounds N]`
 *
 * What `require` of each embedded module takes in the compiled program, in a process of its own each
 * time: CPU time as `os.clock` has it, of all threads. Medians; the binaries run in turn.
 */
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { median, runProcess } from "./measure";

const root = join(import.meta.dirname, "..");
const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    vs: { type: "string", multiple: true, default: [] },
    rounds: { type: "string", default: "5" },
  },
});

const binaries = [join(root, "dist", "assay"), ...options.vs];
const modules = globSync("*.lua", { cwd: join(root, "stdlib") }).map((f) => basename(f, ".lua"));

async function seconds(binary: string, module: string): Promise<number> {
  const script = `local t = os.clock() require("assay.${module}") print(os.clock() - t)`;
  const { code, stdout, stderr } = await runProcess([binary, "exec", "-e", script], false);
  if (code !== 0) throw new Error(`${binary}: ${stderr}`);
  return Number(stdout);
}

console.log(`| module | ${binaries.map((b) => `${b}, ms`).join(" | ")} |`);
console.log(`| --- |${" --- |".repeat(binaries.length)}`);
for (const module of modules.sort()) {
  const times = binaries.map((): number[] => []);
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [i, binary] of binaries.entries()) times[i]?.push(await seconds(binary, module));
  console.log(`| ${module} | ${times.map((t) => (median(t) * 1000).toFixed(1)).join(" | ")} |`);
}
