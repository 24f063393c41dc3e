/**
 * `npm run bench:cold -- [--rounds N] [--subject FILE] [--vs NAME=COMMAND]…`
 *
 * Start-up: `assay hello.lua` against the least a compiled Bun program can take (`console.log` in
 * a binary built the same way), and other interpreters; and one HTTP request to a server in this
 * process, as a file of checks and in Python. Whole processes, interleaved.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { median, runProcess } from "./measure";

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    rounds: { type: "string", default: "20" },
    subject: { type: "string", default: join(import.meta.dir, "..", "dist", "assay") },
    vs: { type: "string", multiple: true, default: [] },
  },
});

const directory = mkdtempSync(join(tmpdir(), "assay-cold-"));
const script = join(directory, "hello.lua");
const entry = join(directory, "hello.ts");
const hello = join(directory, "hello");
writeFileSync(script, 'print("hello")\n');
writeFileSync(entry, 'console.log("hello");\n');
const build = Bun.spawnSync(
  [process.execPath, "build", "--compile", "--minify", "--bytecode", entry, "--outfile", hello],
  { cwd: directory, stdio: ["ignore", "ignore", "inherit"] },
);
if (build.exitCode !== 0) process.exit(build.exitCode);

interface Candidate {
  name: string;
  command: string[];
  times: number[];
  mb: number[];
}

const candidates: Candidate[] = [];
function candidate(name: string, ...command: string[]): Candidate | undefined {
  const [program] = command as [string];
  const found = program.includes("/") ? existsSync(program) : Bun.which(program) !== null;
  if (!found) return undefined;
  const c = { name, command, times: [], mb: [] };
  candidates.push(c);
  return c;
}

/**
 * A copy of a binary. How the system keeps a file in memory, in small pieces or large ones, depends on how it came
 * there, and makes up to 1.5 ms of difference at each start: all that are compared are copied alike.
 */
function copied(binary: string): string {
  const copy = join(directory, `${basename(binary)}-copy`);
  copyFileSync(binary, copy);
  return copy;
}

const subject = existsSync(options.subject)
  ? [copied(options.subject)]
  : options.subject.split(" ");
const bare = candidate("bun hello", copied(hello))!;
const own = candidate("assay", ...subject, script);
if (own === undefined) throw new Error(`${options.subject} does not exist: npm run build`);
for (const spec of options.vs) {
  const at = spec.indexOf("=");
  candidate(spec.slice(0, at), ...spec.slice(at + 1).split(" "), script);
}
candidate("python3", "python3", "-c", "pass");
candidate("node", "node", "-e", "0");

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => Response.json({ status: "ok" }),
});
const checks = join(directory, "checks.yaml");
writeFileSync(
  checks,
  `checks:
  - name: service
    type: http
    url: ${server.url}
    expect: { status: 200, json: .status == "ok" }
`,
);
candidate("assay checks", ...subject, checks);
const request = `import json, urllib.request
assert json.load(urllib.request.urlopen("${server.url}"))["status"] == "ok"`;
candidate("python3 http", "python3", "-c", request);

for (let round = -1; round < Number(options.rounds); round++) {
  for (const c of candidates) {
    // time and memory apart: measuring memory starts one more process
    const timed = await runProcess(c.command, false);
    if (timed.code !== 0) throw new Error(`${c.name} exited with ${timed.code}\n${timed.stderr}`);
    if (round < 0) continue; // warms the file cache
    c.times.push(timed.ms);
    if (round < 5) c.mb.push((await runProcess(c.command)).mb);
  }
}

for (const c of candidates) {
  const sorted = [...c.times].sort((a, b) => a - b);
  console.log(
    `${c.name.padEnd(13)} ${median(c.times).toFixed(1).padStart(6)} ms (least ` +
      `${sorted[0]!.toFixed(1)})   ${median(c.mb).toFixed(1).padStart(6)} MB`,
  );
}
console.log(
  `\nassay / bun hello: time ${(median(own.times) / median(bare.times)).toFixed(2)}×, ` +
    `peak memory ${(median(own.mb) - median(bare.mb)).toFixed(1)} MB more`,
);
if (existsSync(options.subject)) {
  const size = (file: string) => (statSync(file).size / 1e6).toFixed(1);
  console.log(`binary: ${size(options.subject)} MB (bun hello ${size(hello)} MB)`);
}
await server.stop(true);
rmSync(directory, { recursive: true });
