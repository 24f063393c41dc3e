/** Pieces of text that several outputs share. */
import { escapeControls } from "../../host/logger";
import type { CheckResult, RunResult } from "../result";

/** A check's name for a line of its own, on a terminal too. */
export function nameText(name: string): string {
  return escapeControls(name.replace(/\s*[\r\n]\s*/g, " "));
}

/** `last seen: status 500, value 3, body "…"`; empty when nothing was. */
export function seenText(check: CheckResult): string {
  const facts = seenFacts(check);
  return facts === "" ? "" : `last seen: ${facts}`;
}

/** As `seenText`, without its first words. */
export function seenFacts({ seen }: CheckResult): string {
  if (seen === undefined) return "";
  const parts: string[] = [];
  if (seen.status !== undefined) parts.push(`status ${seen.status}`);
  if (seen.value !== undefined) parts.push(`value ${seen.value}`);
  if (seen.body !== undefined) parts.push(`body ${JSON.stringify(seen.body)}`);
  return parts.join(", ");
}

/** `2 of 5 checks failed in 3.1s` */
export function countsText(result: RunResult): string {
  const total = result.checks.length;
  const failed = result.checks.filter((c) => !c.passed).length;
  const time = `${(result.duration_ms / 1000).toFixed(1)}s`;
  const many = total === 1 ? "check" : "checks";
  if (failed === 0) return `all ${total} ${many} passed in ${time}`;
  return `${failed} of ${total} ${many} failed in ${time}`;
}

/** `2 of 5 checks failed in 3.1s: api: expected 2xx, got 500 (last seen: …); …`, in one line. */
export function summaryLine(result: RunResult): string {
  const failed = result.checks.filter((c) => !c.passed);
  if (failed.length === 0) return countsText(result);
  const why = failed.map((c) => {
    const seen = seenText(c);
    const first = (c.message ?? "failed").split("\n")[0] as string;
    return `${c.name}: ${first}${seen === "" ? "" : ` (${seen})`}`;
  });
  return escapeControls(`${countsText(result)}: ${why.join("; ")}`.replace(/\s+/g, " "));
}

/** `350 ms`, `2.4 s`, `3 min 5 s` */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}
