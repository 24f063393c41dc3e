/** `assay test DIR`: runs the `test_*` functions of `*_test.lua` files. */
import { writeFileSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { osError } from "../host/os-error";
import { timerMs } from "../host/timer";
import { toBytes, toText } from "../lualib/bytes";
import { isTerminal, stdout, writeStdout } from "../lualib/io-output";
import { findTestFiles } from "../testing/discover";
import { runFile } from "../testing/file";
import { junitText, resultText, summaryText } from "../testing/report";
import type { FileJob, TestResult } from "../testing/result";
import { killWorkers, RESULTS_FD, runJobs } from "../testing/runner";
import { interpreter } from "./arguments";
import { end, fail, tell } from "./exit";
import { moduleSearchers } from "./modules";
import { unwritable } from "./writable";

export interface TestOptions {
  filter?: readonly string[];
  parallel?: number;
  /** Seconds that one test may take. */
  timeout?: number;
  /** A file for JUnit XML. */
  junit?: string;
  verbose?: boolean;
  /** The job of a worker, as JSON. */
  worker?: string;
}

/** What ends the command, with 128 and the number of the signal. */
const SIGNALS = [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;
const DEFAULT_TIMEOUT = 60;
/** Tests mostly wait for others: more of them than processors may run in a file. */
const PER_FILE = 8;

/** Runs the tests below `paths` (byte strings), and ends the process. */
export async function runTests(paths: readonly string[], options: TestOptions): Promise<never> {
  if (options.worker !== undefined) return work(JSON.parse(toText(options.worker)) as FileJob);
  // a reader that has gone is told of in the end: the report is written nevertheless
  stdout.onBrokenPipe = undefined;
  const started = performance.now();
  const junit = options.junit === undefined ? undefined : toText(options.junit);
  const problem = junit === undefined ? undefined : unwritable(junit);
  if (problem !== undefined) fail(toBytes(`test: ${problem}`));
  const files = find(paths.length === 0 ? ["."] : paths.map(toText));
  const results: TestResult[] = [];
  endWithWorkers();
  const color = isTerminal(1) && !process.env.NO_COLOR;
  const verbose = options.verbose === true;
  await runJobs(jobs(files, options), {
    worker: [...interpreter().map(toText), "test", "--worker"],
    parallel: options.parallel ?? availableParallelism(),
    report(result) {
      results.push(result);
      print(resultText(result, { color, verbose }));
    },
  });
  const ms = performance.now() - started;
  if (results.length > 0) print(summaryText(results, ms));
  if (junit !== undefined) await writeReport(junit, junitText(results, ms));
  if (results.length === 0) fail(`test: no tests found${options.filter ? " that fit" : ""}`);
  return end(results.every((r) => r.passed) ? 0 : 1);
}

/** Workers must not outlive the command that is told to end. */
function endWithWorkers(): void {
  for (const [signal, code] of SIGNALS)
    process.on(signal, () => {
      killWorkers();
      process.exit(code);
    });
}

function jobs(files: readonly string[], options: TestOptions): FileJob[] {
  return files.map((file) => ({
    file,
    filters: (options.filter ?? []).map(toText),
    parallel: Math.min(options.parallel ?? PER_FILE, PER_FILE),
    timeout: timerMs((options.timeout ?? DEFAULT_TIMEOUT) * 1000),
  }));
}

function find(paths: readonly string[]): string[] {
  try {
    return findTestFiles(paths);
  } catch (e) {
    const { path = "" } = e as { path?: string };
    return fail(toBytes(`test: reading ${path}: ${osError(e)}`));
  }
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    writeFileSync(path, text);
  } catch (e) {
    tell(toBytes(`error: test: writing ${path}: ${osError(e)}\n`));
    await end(1);
  }
}

function print(text: string): void {
  writeStdout(toBytes(text));
}

/** The other side of runner.ts. */
async function work(job: FileJob): Promise<never> {
  await runFile(job, moduleSearchers, (result) => {
    const line = Buffer.from(`${JSON.stringify(result)}\n`);
    try {
      for (let at = 0; at < line.length; ) at += writeSync(RESULTS_FD, line, at);
    } catch {
      // the command that wanted to know has gone
      process.exit(1);
    }
  });
  process.exit(0);
}
