/**
 * `npm run bench:sidecar -- [--rounds N] [--only JOB] [--python CMD] [--write]`
 *
 * The jobs of examples/jobs beside the same in Python, whole processes, in turn within each round,
 * against the same local servers: lines of code, cold start, wall time, peak memory. `--write` puts
 * the table into README.md and bench/README.md's place for it, and draws docs/sidecar.svg.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "../measure";
import { type Job, jobs } from "./jobs";
import { type Comparison, type Figures, report, write } from "./report";
import { freePort, type Services, startServices } from "./services";

const GNU_TIME = "/usr/bin/time";
const root = join(import.meta.dirname, "..", "..");

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    rounds: { type: "string", default: "7" },
    only: { type: "string", multiple: true, default: [] },
    assay: { type: "string", default: join(root, "dist", "assay") },
    // Debian's, which has the packages
    python: { type: "string", default: "/usr/bin/python3" },
    write: { type: "boolean", default: false },
  },
});

for (const [program, hint] of [
  [options.assay, "npm run build"],
  [GNU_TIME, "apt-get install time"],
] as const)
  if (!existsSync(program)) throw new Error(`${program} does not exist: ${hint}`);
const modules = "requests, psycopg2, jwt, jinja2, yaml";
if (Bun.spawnSync([options.python, "-c", `import ${modules}`]).exitCode !== 0)
  throw new Error(
    `${options.python} lacks one of ${modules}: apt-get install python3-requests python3-psycopg2 python3-jwt python3-jinja2 python3-yaml`,
  );

interface Sample {
  readonly ms: number;
  /** Time on processors, of the process and its children. */
  readonly cpu: number;
  readonly mb: number;
}

/** Runs a process under GNU time; fails unless it ends with 0. */
async function measure(
  command: string[],
  env: Record<string, string>,
  drive: (() => Promise<void>) | undefined,
): Promise<Sample> {
  const file = join(tmpdir(), `assay-sidecar-${process.pid}.rss`);
  const started = performance.now();
  const child = Bun.spawn([GNU_TIME, "-q", "-f", "%M %U %S", "-o", file, ...command], {
    env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), ...env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const [stderr, code] = await Promise.all([
    new Response(child.stderr).text(),
    child.exited,
    drive?.(),
  ]);
  const ms = performance.now() - started;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${stderr}`);
  const [kb = 0, user = 0, system = 0] = readFileSync(file, "utf8").split(" ").map(Number);
  rmSync(file);
  return { ms, cpu: (user + system) * 1000, mb: (kb * 1024) / 1e6 };
}

/** Lines that are neither empty nor comments. */
function linesOf(file: string): number {
  const text = readFileSync(file, "utf8").replace(/^""".*?"""$/ms, "");
  return text.split("\n").filter((l) => l.trim() !== "" && !/^\s*(?:--|#)/.test(l)).length;
}

async function compare(job: Job, services: Services): Promise<Comparison> {
  const commands = { assay: [options.assay, job.lua], python: [options.python, job.python] };
  const samples: Record<keyof typeof commands, Sample[]> = { assay: [], python: [] };
  for (let round = -1; round < Number(options.rounds); round++)
    for (const side of ["assay", "python"] as const) {
      services.reset();
      const port = await freePort();
      const drive =
        job.drive === undefined ? undefined : () => (job.drive as NonNullable<Job["drive"]>)(port);
      const sample = await measure(commands[side], job.env(services, port), drive);
      // the first round fills the file cache
      if (round >= 0) samples[side].push(sample);
    }
  const figures = (side: "assay" | "python", file: string): Figures => ({
    lines: linesOf(file),
    ms: median(samples[side].map((s) => s.ms)),
    cpu: median(samples[side].map((s) => s.cpu)),
    mb: median(samples[side].map((s) => s.mb)),
  });
  return {
    title: job.title,
    assay: figures("assay", job.lua),
    python: figures("python", job.python),
  };
}

/** Processes that only start: nothing, and what the jobs load before they do anything. */
async function coldStart(): Promise<Comparison[]> {
  const cases = [
    ["cold start: an empty script", ["exec", "-e", ""], "pass"],
    [
      "cold start: loading an HTTP client",
      ["exec", "-e", "pcall(http.get, 'http://127.0.0.1:1/')"],
      "import requests\ntry: requests.get('http://127.0.0.1:1/')\nexcept requests.RequestException: pass",
    ],
  ] as const;
  const out: Comparison[] = [];
  for (const [title, lua, python] of cases) {
    const samples: { assay: Sample[]; python: Sample[] } = { assay: [], python: [] };
    for (let round = -1; round < 2 * Number(options.rounds); round++) {
      const a = await measure([options.assay, ...lua], {}, undefined);
      const p = await measure([options.python, "-c", python], {}, undefined);
      if (round < 0) continue;
      samples.assay.push(a);
      samples.python.push(p);
    }
    const figures = (s: Sample[]) => ({
      lines: undefined,
      ms: median(s.map((x) => x.ms)),
      cpu: median(s.map((x) => x.cpu)),
      mb: median(s.map((x) => x.mb)),
    });
    out.push({ title, assay: figures(samples.assay), python: figures(samples.python) });
  }
  return out;
}

const services = await startServices();
try {
  const chosen = jobs.filter((j) => options.only.length === 0 || options.only.includes(j.name));
  const results = await coldStart();
  for (const job of chosen) results.push(await compare(job, services));
  const text = report(results, services.database);
  console.log(text);
  if (options.write) write(root, results, text);
} finally {
  await services.stop();
}
process.exit(0);
