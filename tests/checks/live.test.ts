import { expect, test } from "vitest";
import { loadText } from "../../src/checks/load";
import type { CheckResult } from "../../src/checks/result";
import { Live } from "../../src/cli/live";

/** A terminal of one erasable line at the bottom. */
class Terminal {
  lines: string[] = [];
  current = "";
  write = (text: string) => {
    for (const part of text.split(/(\r\x1b\[K|\n)/)) {
      if (part === "\n") this.lines.push(this.current);
      if (part === "\n" || part === "\r\x1b[K") this.current = "";
      else this.current += part;
    }
  };
}

test("finished checks stay, what runs is in one line that never wraps", () => {
  const { checks } = loadText(
    "checks: [{name: a, type: dns, host: x}, {name: 'b\x1b[2J', type: dns, host: x}]"
      .replace("\x1b", "\\e")
      .replace(/'b(.*?)'/, '"b$1"'),
    "c.yaml",
  ).config;
  const [a, b] = checks as [(typeof checks)[0], (typeof checks)[0]];
  const terminal = new Terminal();
  let now = 0;
  let columns = 80;
  const live = new Live({
    total: 2,
    write: terminal.write,
    columns: () => columns,
    now: () => now,
    color: false,
  });
  live.started(a);
  live.started(b);
  now = 1500;
  live.retrying(b, 1, 4);
  expect(terminal.current).toBe("⠋ 0/2 a 1.5s, b\\x1b[2J 1.5s (attempt 1 of 4 failed)");
  columns = 20;
  live.tick();
  expect([...terminal.current].length).toBe(19);
  columns = 80;
  live.print("a log");
  live.print(" line\nrest");
  const result = (name: string, passed: boolean): CheckResult => ({
    name,
    passed,
    duration_ms: 5,
    message: passed ? null : "no records",
    type: "dns",
    attempts: [1, 2].map(() => ({ passed, duration_ms: 5, message: passed ? null : "no records" })),
  });
  const [good, bad] = [result("a", true), result("b", false)];
  live.finished(a, good);
  expect(terminal.current).toMatch(/^⠙ 1\/2 b/);
  live.finished(b, bad);
  live.end({ passed: false, checks: [good, bad], duration_ms: 1500 });
  expect(terminal.current).toBe("");
  expect(terminal.lines).toEqual([
    "a log line",
    "rest",
    "✓ a  5 ms, 2 attempts",
    "✗ b\\x1b[2J  5 ms, 2 attempts",
    "",
    "✗ b",
    "    no records",
    "    attempt 1 (5 ms): no records",
    "    attempt 2 (5 ms): no records",
    "",
    "1 of 2 checks failed in 1.5s",
  ]);
});
