/** A text file for the node exporter's textfile collector. */
import type { RunResult } from "../result";

export function prometheusOutput(result: RunResult, now = Date.now()): string {
  const lines: string[] = [];
  const family = (name: string, help: string, rows: (readonly [labels: string, n: number])[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
    for (const [labels, n] of rows) lines.push(`${name}${labels} ${n}`);
  };
  const perCheck = labels(result);
  const each = (value: (i: number) => number) =>
    result.checks.map((_, i) => [perCheck[i] as string, value(i)] as const);
  const check = (i: number) => result.checks[i] as RunResult["checks"][number];
  family(
    "assay_check_passed",
    "Whether the check passed.",
    each((i) => Number(check(i).passed)),
  );
  family(
    "assay_check_duration_seconds",
    "Duration of the last attempt.",
    each((i) => check(i).duration_ms / 1000),
  );
  family(
    "assay_check_attempts",
    "Attempts made.",
    each((i) => check(i).attempts.length),
  );
  family("assay_run_passed", "Whether all checks passed.", [["", Number(result.passed)]]);
  family("assay_run_duration_seconds", "Duration of the run.", [["", result.duration_ms / 1000]]);
  family("assay_run_timestamp_seconds", "When the run ended.", [["", Math.round(now / 1000)]]);
  return `${lines.join("\n")}\n`;
}

/** Series must differ, but names of checks need not. */
function labels({ checks }: RunResult): string[] {
  const counts = new Map<string, number>();
  return checks.map(({ name, type }) => {
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    const more = n > 1 ? `,instance_number="${n}"` : "";
    return `{check="${escape(name)}",type="${escape(type)}"${more}}`;
  });
}

function escape(text: string): string {
  return text.replace(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`));
}
