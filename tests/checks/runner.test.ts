import { afterAll, expect, test } from "vitest";
import type { Check } from "../../src/checks/config";
import { compatible, exitCodeOf } from "../../src/checks/exit-code";
import { loadText } from "../../src/checks/load";
import { type Outcome, runChecks } from "../../src/checks/runner";
import { FakeClock, file, removeDirectory, runText } from "./helpers";

afterAll(removeDirectory);

const checks = (names: string[], more = "") =>
  `checks:\n${names.map((n) => `  - {name: ${n}, type: script, file: x.lua${more}}`).join("\n")}\n`;

/** Runs with a fake clock; `attempt` says how long each attempt takes and what it gives. */
async function run(
  text: string,
  attempt: (check: Check, n: number) => { ms: number } & Partial<Outcome>,
  signal?: AbortSignal,
) {
  const clock = new FakeClock();
  const log: string[] = [];
  const counts = new Map<string, number>();
  let running = 0;
  let most = 0;
  const { config } = loadText(text, "checks.yaml");
  const result = await clock.run(
    runChecks(config, {
      clock,
      ...(signal && { signal }),
      execute: async (check, aborted) => {
        const n = (counts.get(check.name) ?? 0) + 1;
        counts.set(check.name, n);
        log.push(`${clock.time} ${check.name}#${n}`);
        most = Math.max(most, ++running);
        const { ms, ...outcome } = attempt(check, n);
        await clock.sleep(ms, aborted);
        running--;
        return { passed: true, message: null, ...outcome };
      },
    }),
  );
  return { result, log, most, time: clock.time };
}

const fails = (ms: number, message = "no") => ({ ms, passed: false, message });

test("by default: one after the other, three further attempts, pauses of 5, 10, 15 s", async () => {
  const { log, result, most } = await run(checks(["a", "b"]), (c, n) =>
    c.name === "a" ? fails(100, `no ${n}`) : { ms: 10 },
  );
  expect(log).toEqual(["0 a#1", "5100 a#2", "15200 a#3", "30300 a#4", "30400 b#1"]);
  expect(most).toBe(1);
  expect(result).toEqual({
    passed: false,
    checks: [
      {
        name: "a",
        passed: false,
        duration_ms: 100,
        message: "no 4",
        type: "script",
        attempts: [1, 2, 3, 4].map((n) => ({
          passed: false,
          duration_ms: 100,
          message: `no ${n}`,
          started_ms: [0, 5100, 15200, 30300][n - 1],
        })),
      },
      {
        name: "b",
        passed: true,
        duration_ms: 10,
        message: null,
        type: "script",
        attempts: [{ passed: true, duration_ms: 10, message: null, started_ms: 30400 }],
      },
    ],
    duration_ms: 30410,
  });
  expect(exitCodeOf(result)).toBe(1);
});

test("a pass ends the attempts, and reports only its own duration", async () => {
  const { result } = await run(checks(["a"]), (_, n) => (n < 3 ? fails(50) : { ms: 7 }));
  expect(result.checks[0]).toMatchObject({ passed: true, duration_ms: 7, message: null });
  expect(result.checks[0]?.attempts.map((a) => a.passed)).toEqual([false, false, true]);
  expect(result.duration_ms).toBe(50 + 5000 + 50 + 10000 + 7);
});

test("exponential backoff doubles up to its cap; jitter takes up to half of it", async () => {
  const text = (more: string) => `retries: 5
backoff: {strategy: exponential, delay: 1s, max: 5s${more}}
${checks(["a"])}`;
  const plain = await run(text(", jitter: false"), () => fails(0));
  expect(plain.log.map((l) => Number(l.split(" ")[0]))).toEqual([
    0, 1000, 3000, 7000, 12000, 17000,
  ]);
  const clock = new FakeClock();
  clock.randomValue = 0;
  const { config } = loadText(text(""), "checks.yaml");
  const execute = async () => ({ passed: false, message: "no" });
  const result = await clock.run(runChecks(config, { clock, execute }));
  expect(result.duration_ms).toBe(8500);
});

test("settings of a check win over those of the file", async () => {
  const text = `retries: 0\n${checks(["a"], ", retries: 1, backoff: 2s")}`;
  const { log } = await run(text, () => fails(0));
  expect(log).toEqual(["0 a#1", "2000 a#2"]);
});

test("the global timeout keeps what is finished and ends the rest", async () => {
  const { result, time } = await run(`timeout: 20s\n${checks(["a", "b", "c"])}`, (c) =>
    c.name === "a" ? { ms: 10 } : fails(100, "down"),
  );
  expect(time).toBe(20_000);
  const message = "global timeout of 20s exceeded";
  expect(result).toMatchObject({ passed: false, interrupted: "timeout", duration_ms: 20_000 });
  expect(result.checks.map((c) => [c.passed, c.duration_ms, c.message])).toEqual([
    [true, 10, null],
    [false, 0, message],
    [false, 0, message],
  ]);
  // the last real reason is not lost
  expect(result.checks[1]?.attempts.map((a) => a.message)).toEqual(["down", "down", "down"]);
  expect(exitCodeOf(result)).toBe(124);
  expect([0, 1, 2, 3, 124, 130, 143].map(compatible)).toEqual([0, 1, 1, 1, 1, 130, 143]);
});

test("the global timeout interrupts an attempt, which is recorded", async () => {
  const { result } = await run(`timeout: 500ms\n${checks(["a"])}`, () => ({ ms: 60_000 }));
  const message = "global timeout of 0.5s exceeded";
  expect(result.checks[0]).toMatchObject({
    duration_ms: 0,
    message,
    attempts: [{ passed: false, duration_ms: 500, message, started_ms: 0 }],
  });
});

test("a signal ends the run with what it has", async () => {
  const controller = new AbortController();
  const { result } = await run(
    checks(["a", "b"]),
    (c) => {
      if (c.name === "b") queueMicrotask(() => controller.abort());
      return { ms: 10 };
    },
    controller.signal,
  );
  expect(result.checks.map((c) => c.message)).toEqual([null, "interrupted by a signal"]);
  expect(exitCodeOf(result)).toBe(143);
});

test("a time limit per attempt; attempts after it go on", async () => {
  const text = "checks: [{name: a, type: k8s, resource: x, timeout: 3s, retries: 1}]";
  const { result, log } = await run(text, (_, n) => ({ ms: n === 1 ? 60_000 : 5 }));
  expect(log).toEqual(["0 a#1", "8000 a#2"]);
  expect(result.checks[0]?.attempts).toEqual([
    { passed: false, duration_ms: 3000, message: "attempt timed out after 3s", started_ms: 0 },
    { passed: true, duration_ms: 5, message: null, started_ms: 8000 },
  ]);
});

test("parallel checks really overlap, and stay in the order of the file", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const { result, most, time } = await run(`parallel: 4\n${checks(names)}`, (c) => ({
    ms: c.name === "c0" ? 100 : 10,
  }));
  expect(most).toBe(4);
  expect(time).toBe(100);
  expect(result.checks.map((c) => c.name)).toEqual(names);
});

test("a check waits for what it needs, and is skipped when that fails", async () => {
  const text = `parallel: true
checks:
  - {name: last, type: script, file: x, needs: [mid]}
  - {name: mid, type: script, file: x, needs: first}
  - {name: first, type: script, file: x}
  - {name: bad, type: script, file: x, retries: 0}
  - {name: after, type: script, file: x, needs: bad}
  - {name: later, type: script, file: x, needs: after}
`;
  const { log, result } = await run(text, (c) => (c.name === "bad" ? fails(5) : { ms: 10 }));
  expect(log).toEqual(["0 first#1", "0 bad#1", "10 mid#1", "20 last#1"]);
  expect(result.checks.slice(4).map((c) => [c.skipped, c.attempts.length, c.message])).toEqual([
    [true, 0, 'skipped: it needs "bad", which did not pass'],
    [true, 0, 'skipped: it needs "after", which did not pass'],
  ]);
});

test("a wrong configuration is not tried again; a bug is a failure", async () => {
  const final = await run(checks(["a"]), () => ({ ...fails(1), final: true }));
  expect(final.log).toEqual(["0 a#1"]);
  const bug = await run(checks(["a"], ", retries: 0"), () => {
    throw new Error("broken");
  });
  expect(bug.result.checks[0]).toMatchObject({ passed: false, message: "broken" });
});

test("no checks at all pass", async () => {
  const { result } = await run("checks: []", () => ({ ms: 0 }));
  expect(result).toEqual({ passed: true, checks: [], duration_ms: 0 });
});

test("in real time: the pauses, the limit of an attempt, and checks side by side", async () => {
  const text = `retries: 2
backoff: 100ms
parallel: 2
checks:
  - {name: linear, type: tcp, host: 127.0.0.1, port: 1}
  - {name: exponential, type: tcp, host: 127.0.0.1, port: 1, backoff: {strategy: exponential, delay: 150ms, jitter: false}}
  - {name: limited, type: script, file: wait.lua, retries: 0, timeout: 200ms}
`;
  file("wait.lua", "sleep(60)");
  const { checks, duration_ms } = await runText(text);
  const starts = checks.map((c) => c.attempts.map((a) => a.started_ms));
  for (const [i, pauses] of [
    [0, [100, 200]],
    [1, [150, 300]],
  ] as const)
    for (const [n, pause] of pauses.entries()) {
      const [before = 0, after = 0] = starts[i]?.slice(n, n + 2) ?? [];
      // a timer may be late on a busy machine, but never early
      expect(after - before).toBeGreaterThanOrEqual(pause - 2);
      expect(after - before).toBeLessThan(pause + 1500);
    }
  // both began at once
  expect(Math.abs((starts[0]?.[0] ?? 0) - (starts[1]?.[0] ?? 9999))).toBeLessThan(100);
  expect(checks[2]?.message).toBe(
    "attempt timed out after 0.2s\nstack traceback:\n\twait.lua:1: in main chunk",
  );
  expect(checks[2]?.duration_ms).toBeGreaterThanOrEqual(198);
  expect(duration_ms).toBeGreaterThanOrEqual(498);
});
