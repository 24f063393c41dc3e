/** `--report`: one page of HTML that needs nothing else, with a picture of when what ran. */
import type { Attempt, CheckResult, Interruption, RunResult } from "../result";
import { STYLE } from "./report-style";
import { durationText } from "./text";

/** Bars of attempts beyond these would be thinner than a hair. */
const MAX_BARS = 500;
const TICKS = 5;

/** The page; `title` names the check file. */
export function reportPage(result: RunResult, title: string): string {
  const failed = result.checks.filter((c) => !c.passed);
  const passed = result.checks.filter((c) => c.passed);
  const list = (head: string, checks: CheckResult[], open: boolean) =>
    checks.length === 0
      ? ""
      : `<h2>${head}</h2>\n${checks.map((c) => details(c, anchor(result, c), open)).join("")}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(`${result.passed ? "passed" : "failed"}: ${title}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<header class="verdict ${result.passed ? "good" : "bad"}">
<h1>${verdict(result)}</h1>
${header(result, title)}
</header>
<main>
${list("Failures", failed, true)}
${timeline(result)}
${list("Passed", passed, false)}
</main>
</body>
</html>
`;
}

const ENDED: Record<Interruption, string> = {
  timeout: "global timeout",
  signal: "interrupted by a signal",
  memory: "not enough memory",
};

function verdict({ passed, checks, interrupted }: RunResult): string {
  const total = checks.length;
  const failed = checks.filter((c) => !c.passed).length;
  const what = total === 1 ? "check" : "checks";
  if (passed) return total === 1 ? "The check passed" : `All ${total} ${what} passed`;
  const why = interrupted === undefined ? "" : ` (${ENDED[interrupted]})`;
  return `${failed} of ${total} ${what} failed${why}`;
}

function header(result: RunResult, title: string): string {
  const facts = [`${durationText(result.duration_ms)} in all`];
  if (result.started_at !== undefined)
    facts.push(
      `begun <time datetime="${escape(result.started_at)}">${escape(result.started_at.replace("T", " ").replace(/\.\d+Z$|Z$/, " UTC"))}</time>`,
    );
  if (result.shard !== undefined)
    facts.push(`shard ${result.shard.index} of ${result.shard.count}`);
  return `<p>${escape(title)}</p>\n<p class="dim">${facts.join(" · ")}</p>`;
}

/** A row per check: bars for attempts, thin lines for the pauses between them. */
function timeline(result: RunResult): string {
  if (result.checks.length === 0) return "<p>There are no checks.</p>";
  const end = Math.max(
    1,
    ...result.checks.flatMap((c) => c.attempts.map((a) => a.started_ms + a.duration_ms)),
    result.duration_ms,
  );
  const ticks = Array.from({ length: TICKS }, (_, i) => {
    const at = (100 * i) / (TICKS - 1);
    return `<span style="left:${at}%">${durationText((end * at) / 100)}</span>`;
  });
  const axis = `<div class="axis" aria-hidden="true"><div class="track">${ticks.join("")}</div></div>`;
  return `<h2>Timeline</h2>\n${axis}\n${result.checks.map((c) => row(c, anchor(result, c), end)).join("")}`;
}

function anchor({ checks }: RunResult, check: CheckResult): string {
  return `check-${checks.indexOf(check) + 1}`;
}

function row(check: CheckResult, id: string, end: number): string {
  const { attempts } = check;
  const percent = (ms: number) => `${((100 * ms) / end).toFixed(3)}%`;
  const bars = attempts.slice(-MAX_BARS).map((a, i, shown) => {
    // at the very end there is still room for a bar of the least width
    const place = `left:min(${percent(a.started_ms)}, 100% - 3px);width:${percent(a.duration_ms)}`;
    const label = `attempt ${attempts.length - shown.length + i + 1}: ${outcome(a)} after ${durationText(a.duration_ms)}`;
    return `<i class="${a.passed ? "good" : "bad"}" style="${place}" title="${escape(label)}"></i>`;
  });
  const first = attempts[0];
  const last = attempts.at(-1);
  const line =
    first === undefined || last === undefined || attempts.length < 2
      ? ""
      : `<b style="left:${percent(first.started_ms)};width:${percent(last.started_ms - first.started_ms)}"></b>`;
  const label = `${check.name}: ${state(check)}, ${attemptCount(attempts.length)}`;
  const whole =
    last === undefined ? 0 : last.started_ms + last.duration_ms - (first?.started_ms ?? 0);
  const time = check.skipped ? "skipped" : durationText(whole);
  return `<div class="row"><div class="name">${mark(check)} <a href="#${id}">${escape(check.name)}</a></div><div class="track" role="img" aria-label="${escape(label)}">${line}${bars.join("")}</div><div class="time">${time}</div></div>\n`;
}

function details(check: CheckResult, id: string, open: boolean): string {
  const { attempts } = check;
  const facts: [string, string][] = [["Type", check.type]];
  if (attempts.length > 0) facts.push(["Attempts", String(attempts.length)]);
  if (!check.skipped) facts.push(["Duration", durationText(check.duration_ms)]);
  const { seen } = check;
  if (seen?.status !== undefined) facts.push(["Status", String(seen.status)]);
  if (seen?.value !== undefined) facts.push(["Value", seen.value]);
  if (seen?.latency_ms !== undefined) facts.push(["Latency", durationText(seen.latency_ms)]);
  const table = facts.map(([k, v]) => `<dt>${k}</dt><dd>${escape(v)}</dd>`).join("");
  const message = check.message === null ? "" : `<pre>${escape(check.message)}</pre>`;
  const body =
    seen?.body === undefined || seen.body === ""
      ? ""
      : `<p class="dim">The response began with</p><pre>${escape(seen.body)}</pre>`;
  return `<details id="${id}"${open ? " open" : ""}><summary>${mark(check)} <strong>${escape(check.name)}</strong> <span class="dim">${state(check)}</span></summary><div>${message}<dl>${table}</dl>${body}${attemptTable(attempts)}</div></details>\n`;
}

function attemptTable(attempts: readonly Attempt[]): string {
  if (attempts.length < 2) return "";
  const rows = attempts.map(
    (a, i) =>
      `<tr><td>${i + 1}</td><td>${durationText(a.started_ms)}</td><td>${durationText(a.duration_ms)}</td><td>${escape(outcome(a))}</td></tr>`,
  );
  return `<table><thead><tr><th>#</th><th>At</th><th>Took</th><th>Outcome</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function outcome(a: Attempt): string {
  if (a.passed) return "passed";
  return (a.message ?? "failed").split("\n")[0] as string;
}

function state(check: CheckResult): string {
  return check.passed ? "passed" : check.skipped ? "skipped" : "failed";
}

function attemptCount(n: number): string {
  return n === 1 ? "1 attempt" : `${n} attempts`;
}

function mark(check: CheckResult): string {
  if (check.passed) return '<span class="good" aria-hidden="true">✓</span>';
  return check.skipped
    ? '<span class="skip" aria-hidden="true">○</span>'
    : '<span class="bad" aria-hidden="true">✗</span>';
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text and attribute values; control characters become visible. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "\ufffd")
    .replace(/[&<>"']/g, (c) => ENTITIES[c] as string);
}
