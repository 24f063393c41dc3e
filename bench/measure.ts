/** What the benchmark runners share: timing whole processes, medians, means. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ProcessResult {
  code: number;
  stdout: string;
  stderr: string;
  /** Wall time from start to exit. */
  ms: number;
  /** Peak resident memory. */
  mb: number;
}

const GNU_TIME = "/usr/bin/time";
const hasGnuTime = existsSync(GNU_TIME);

/**
 * Runs a command to its end, its output collected. With `memory`, through GNU time where there is
 * one: on Linux a child begins with the peak of the process that started it, so what Bun itself
 * reports is never less than Bun's own size.
 */
export async function runProcess(command: string[], memory = true): Promise<ProcessResult> {
  const measured = memory && hasGnuTime;
  const file = join(tmpdir(), `assay-bench-${process.pid}.rss`);
  const started = performance.now();
  const child = Bun.spawn(
    measured ? [GNU_TIME, "-q", "-f", "%M", "-o", file, ...command] : command,
    {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const ms = performance.now() - started;
  let mb = (child.resourceUsage()?.maxRSS ?? 0) / 1e6;
  if (measured) {
    mb = (Number(readFileSync(file, "utf8")) * 1024) / 1e6;
    rmSync(file);
  }
  return { code, stdout, stderr, ms, mb };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function geometricMean(values: number[]): number {
  return Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
}
