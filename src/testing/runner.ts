/** Runs files of tests, each in a process of its own, several at a time. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { FileJob, TestResult } from "./result";

export interface RunnerOptions {
  /** The command that runs one file; its job comes as JSON in the last argument. */
  readonly worker: readonly string[];
  /** Files that run at a time. */
  readonly parallel: number;
  readonly report: (result: TestResult) => void;
}

/** File descriptor on which a worker writes its results, as lines of JSON. */
export const RESULTS_FD = 3;

/** Workers that run. */
const running = new Set<ChildProcess>();

/** Ends what runs, without results: a worker may be in a loop that hears no gentler signal. */
export function killWorkers(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Runs all jobs. */
export async function runJobs(jobs: readonly FileJob[], options: RunnerOptions): Promise<void> {
  const left = [...jobs];
  const next = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await runJob(job, options);
  };
  await Promise.all(Array.from({ length: options.parallel }, next));
}

/** A worker that ends too early is a failure of its file. */
function runJob(job: FileJob, { worker, report }: RunnerOptions): Promise<void> {
  const [command, ...args] = worker as readonly [string, ...string[]];
  // what the tests' own children write goes to standard error: standard output is the report's
  const child = spawn(command, [...args, JSON.stringify(job)], { stdio: ["ignore", 2, 2, "pipe"] });
  running.add(child);
  let text = "";
  const results = child.stdio[RESULTS_FD] as Readable;
  results.setEncoding("utf8");
  results.on("data", (chunk: string) => {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop() as string;
    for (const line of lines) report(JSON.parse(line) as TestResult);
  });
  return new Promise((resolve) => {
    const died = (why: string) =>
      report({ file: job.file, name: "", passed: false, ms: 0, output: "", message: why });
    child.on("error", (e) => {
      running.delete(child);
      died(`the tests could not be started: ${e.message}`);
      resolve();
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      if (code !== 0) died(`the process ended with ${signal ?? `exit code ${code}`}`);
      resolve();
    });
  });
}
