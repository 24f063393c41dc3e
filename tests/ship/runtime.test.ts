/**
 * What the build changes in the runtime: signals from the start on, no other languages, a thread later, maps of
 * files that may only be read.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LATER } from "../../scripts/heap-thread";
import { hostTarget, runtimePath } from "../../scripts/runtime";
import { compiledAssay } from "../compiled";

const probe = spawnSync("unshare", ["--pid", "--fork", "/bin/true"]);

/** A line of `/proc/PID/status`. */
function status(pid: number, name: string, base: number): number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number.parseInt(new RegExp(`^${name}:\\s*(\\w+)`, "m").exec(text)?.[1] ?? "", base);
}

/** Starts the program as process 1 of a namespace and waits for its process to be there. */
async function startAsFirst(args: string[]) {
  const parent = spawn("unshare", ["--pid", "--fork", "--kill-child", compiledAssay(), ...args], {
    stdio: "ignore",
  });
  const code = new Promise<number | null>((resolve) => parent.on("exit", resolve));
  await new Promise((resolve) => parent.once("spawn", resolve));
  const children = `/proc/${parent.pid}/task/${parent.pid}/children`;
  let pid = 0;
  while (pid === 0) pid = Number.parseInt(readFileSync(children, "latin1"), 10) || 0;
  return { pid, code };
}

/** The place of a signal in the masks of `/proc`. */
const bit = (signal: number) => 2 ** (signal - 1);

test.skipIf(probe.status !== 0).each([
  ["SIGTERM", 15, 143],
  ["SIGINT", 2, 130],
] as const)(
  "process 1 ends on %s before Bun has begun",
  async (name, number, expected) => {
    let early = 0;
    for (let i = 0; i < 40 && early < 3; i++) {
      const { pid, code } = await startAsFirst(["exec", "-e", "sleep(20)"]);
      // both handlers are there, or a signal was lost: SIGINT is the second
      while ((status(pid, "SigCgt", 16) & bit(2)) === 0);
      if (status(pid, "Threads", 10) === 1) early++;
      process.kill(pid, name);
      expect(await code, `signal ${number}`).toBe(expected);
    }
    expect(early).toBeGreaterThan(0);
  },
  60_000,
);

/** What a JavaScript expression gives in the runtime. */
function evaluate(expression: string): unknown {
  const code = `console.log(JSON.stringify(${expression}))`;
  const r = spawnSync(runtimePath(hostTarget()), ["-e", code], {
    encoding: "utf8",
    env: { ...process.env, LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" },
  });
  expect(r.stderr).toBe("");
  return JSON.parse(r.stdout);
}

test("time zones, normal forms, names of hosts and English are there", () => {
  expect(
    evaluate(`[
      new Intl.DateTimeFormat("en-US", {
        timeZone: "Europe/Berlin", timeZoneName: "short", dateStyle: undefined, hour: "2-digit",
        month: "long",
      }).format(new Date(Date.UTC(2026, 0, 15, 11))),
      "A\\u030a".normalize("NFC").length,
      "\\ufb01".normalize("NFKD"),
      new URL("https://b\\u00fccher.example/").hostname,
      ["b", "\\u00e4", "a"].sort(new Intl.Collator("en").compare).join(""),
      "\\u0130".toLocaleLowerCase("en").length,
      /^\\p{Lu}$/u.test("\\u00c4"),
    ]`),
  ).toEqual(["January at 12 PM GMT+1", 1, "fi", "xn--bcher-kva.example", "aäb", 2, true]);
});

test("another language falls back to the root, without an error", () => {
  expect(
    evaluate(`[
      new Date(0).toLocaleDateString("de-DE", { timeZone: "UTC" }),
      (1234.5).toLocaleString("fr"),
      new Date(0).toLocaleDateString(undefined, { timeZone: "UTC" }),
      ["z", "a"].sort(new Intl.Collator("sv").compare).join(""),
    ]`),
  ).toEqual([
    expect.stringMatching(/1970/),
    expect.stringMatching(/1.?234/),
    expect.stringMatching(/1970/),
    "az",
  ]);
});

test("the heap's thread is not started for a small script", () => {
  const r = spawnSync(compiledAssay(), ["exec", "-e", ""], {
    encoding: "utf8",
    env: { ...process.env, BUN_JSC_dumpOptions: "2" },
  });
  expect(r.stdout + r.stderr).toContain(`warmUpMarkedBlockStartAfterBlocks=${LATER}\n`);
});

test("a file that may not be written is mapped", () => {
  // the system lets nobody write a program that runs
  expect(evaluate("Bun.mmap(process.execPath, { shared: false }).length > 1e6")).toBe(true);
});

test.each([
  ["in a pipe", (file: string) => `exec 3<&0; mkfifo ${file}; cat <&3 > ${file} & `],
  ["in a file", (file: string) => `cat > ${file}; `],
])("a script %s is read whole", (_where, put) => {
  const folder = mkdtempSync(join(tmpdir(), "assay-read-"));
  try {
    const file = join(folder, "script.lua");
    for (const size of [0, 4096, 65536, 65537]) {
      const text = "x".repeat(size);
      const r = spawnSync("sh", ["-c", `${put(file)}"$0" ${file}; rm ${file}`, compiledAssay()], {
        input: Buffer.from(`print(#"${text}", "\xff\0\xc3\xa4" == "\\xff\\0\\xc3\\xa4")`, "latin1"),
        encoding: "utf8",
        timeout: 10_000,
      });
      expect([r.stdout, r.stderr]).toEqual([`${size}\ttrue\n`, ""]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
