import { expect, test } from "vitest";
import type { Check } from "../../src/checks/config";
import { loadText } from "../../src/checks/load";
import type { CheckResult } from "../../src/checks/result";
import { Live } from "../../src/cli/live";

/** A terminal that knows lines, carriage returns, clearing and going up. */
class Terminal {
  lines = [""];
  row = 0;
  write = (text: string) => {
    for (const part of text.split(/(\r\x1b\[K|\x1b\[1A|\n)/)) {
      if (part === "\n") {
        this.row++;
        this.lines[this.row] ??= "";
      } else if (part === "\x1b[1A") this.row--;
      else if (part === "\r\x1b[K") this.lines[this.row] = "";
      else this.lines[this.row] += part;
    }
  };
  /** What is to be seen from a line on. */
  from(n: number): string[] {
    return this.lines.slice(n, this.row + 1);
  }
}

const attempt = (passed: boolean) => ({
  passed,
  duration_ms: 5,
  message: passed ? null : "no records",
  started_ms: 0,
});
const result = (name: string, passed: boolean): CheckResult => ({
  name,
  passed,
  duration_ms: 5,
  message: passed ? null : "no records",
  type: "dns",
  attempts: [attempt(passed), attempt(passed)],
});

function start(names: string[], rows = 24) {
  const list = names.map((n) => `{name: ${JSON.stringify(n)}, type: dns, host: x}`);
  const { checks } = loadText(`checks: [${list.join(", ")}]`, "c.yaml").config;
  const terminal = new Terminal();
  const state = { now: 0, columns: 80 };
  const live = new Live({
    total: names.length,
    write: terminal.write,
    columns: () => state.columns,
    rows: () => rows,
    now: () => state.now,
    color: false,
  });
  return { checks: checks as Check[], terminal, state, live };
}

test("a line per check under way, with its attempts and time; finished checks stay above", () => {
  const { checks, terminal, state, live } = start(["a", "b\x1b[2J"]);
  const [a, b] = checks as [Check, Check];
  live.started(a);
  live.started(b);
  state.now = 1500;
  live.retrying(b, 1, 5000, "no records\nmore");
  expect(terminal.from(0)).toEqual([
    "⠋ a  1.5s  attempt 1/4",
    "⠋ b\\x1b[2J  1.5s  attempt 2/4 in 5.0s  last: no records",
    "  0/2 done",
  ]);
  state.now = 7000;
  live.tick();
  expect(terminal.from(0)[1]).toBe("⠙ b\\x1b[2J  7.0s  attempt 2/4  last: no records");
  live.print("a log");
  live.print(" line\nrest");
  live.finished(a, result("a", true));
  expect(terminal.from(0)).toEqual([
    "a log line",
    "rest",
    "✓ a  5 ms, 2 attempts",
    "⠙ b\\x1b[2J  7.0s  attempt 2/4  last: no records",
    "  1/2 done",
  ]);
  const bad = result("b\x1b[2J", false);
  live.finished(b, bad);
  live.end({ passed: false, checks: [result("a", true), bad], duration_ms: 1500 });
  expect(terminal.from(2)).toEqual([
    "✓ a  5 ms, 2 attempts",
    "✗ b\\x1b[2J  5 ms, 2 attempts",
    "",
    "✗ b\\x1b[2J",
    "    no records",
    "    attempt 1 (5 ms): no records",
    "    attempt 2 (5 ms): no records",
    "",
    "1 of 2 checks failed in 1.5s",
    "",
  ]);
});

test("lines never wrap, and the block never scrolls", () => {
  const { checks, terminal, state, live } = start(["名前".repeat(30), "b", "c", "d"], 4);
  state.columns = 21;
  for (const c of checks) live.started(c);
  const lines = terminal.from(0);
  expect(lines.length).toBe(3);
  for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(20);
  expect(lines[2]).toBe("  0/4 done, 4 under…");
});
