import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually, processesWith, uniqueSeconds } from "./alive";
import { testFolder } from "./folder";
import { harness } from "./harness";

const dir = testFolder();
const { run, failure } = harness({ globals: { dir } });
const cli = join(import.meta.dirname, "../../src/cli/main.ts");

test("spawn and wait", async () => {
  expect(
    await run(`
      local c = process.spawn{ cmd = "sh", args = { "-c", "sleep 0.2; exit 4" } }
      local early = process.wait(c.pid, { timeout = 0.02 })
      local running = c:is_running()
      local r = process.wait(c.pid)
      return c.pid > 0, early.timed_out, running, r, c:is_running(), c:wait().status`),
  ).toEqual([
    true,
    true,
    true,
    { status: 4, exited: true, signaled: false, timed_out: false },
    false,
    4,
  ]);
});

test("output goes to files, both to one too; input comes from a string", async () => {
  writeFileSync(join(dir, "log"), "old content that goes");
  await run(`
    local log = dir .. "/log"
    process.wait(process.spawn{ cmd = "sh", args = { "-c", "cat; echo e >&2; echo o; echo $X; pwd" },
      stdin = "in\\n", stdout = log, stderr = log, env = { X = 7 }, cwd = "/" })
    process.wait(process.spawn{ cmd = "echo", args = { 1, "b c" }, stdout = dir .. "/two", stderr = "null" })`);
  expect(readFileSync(join(dir, "log"), "utf8")).toBe("in\ne\no\n7\n/\n");
  expect(readFileSync(join(dir, "two"), "utf8")).toBe("1 b c\n");
  expect(await failure(`process.spawn{ cmd = "true", stdout = dir .. "/none/x" }`)).toContain(
    "process.spawn: failed to open ",
  );
});

test("kill", async () => {
  expect(
    await run(`
      local a = process.spawn{ cmd = "sleep", args = { "60" } }
      local b = process.spawn{ cmd = "sleep", args = { "60" } }
      local c = process.spawn{ cmd = "sleep", args = { "60" } }
      return process.kill(a.pid), a:wait(), process.kill(b.pid, "INT") and b:wait().status,
        c:kill(9), c:wait().signal, c:kill()`),
  ).toEqual([
    true,
    { status: 143, exited: false, signaled: true, signal: "SIGTERM", timed_out: false },
    130,
    true,
    "SIGKILL",
    false,
  ]);
  for (const pid of ["0", "-1", "-5"])
    expect(await failure(`process.kill(${pid})`)).toBe(
      `process.kill: pid must be positive, got ${pid}`,
    );
  expect(await failure("process.kill(2^22 + 1 | 0, 0)")).toContain("No such process (os error 3)");
  expect(await failure('process.kill(1, "NOPE")')).toBe("process.kill: unknown signal: NOPE");
  expect(await failure("process.kill(1, 99)")).toContain("signal must be");
  expect(await run("return process.kill(os.pid(), 0)")).toEqual([true]);
});

test("a handle's kill reaches what the process has started", async () => {
  const seconds = uniqueSeconds();
  await run(
    `local c = process.spawn{ cmd = "sh", args = { "-c", "sleep " .. ... .. " & sleep " .. ... } }
     sleep(0.1)
     c:kill() c:wait()`,
    [seconds],
  );
  expect(await eventually(() => processesWith(seconds).length === 0)).toBe(true);
});

test("errors", async () => {
  expect(await failure("process.spawn{}")).toContain("field 'cmd': string expected, got nil");
  expect(await failure('process.spawn{ cmd = "/no/such" }')).toBe(
    'process.spawn: failed to start "/no/such": No such file or directory (os error 2)',
  );
  expect(await failure('process.spawn{ cmd = "true", args = { {} } }')).toContain("args must be");
  expect(await failure("process.wait(1)")).toBe(
    "process.wait: 1 is not a process that this script started",
  );
});

test("a child ends with the task that started it, even one that ignores SIGTERM", async () => {
  const seconds = uniqueSeconds();
  await run(
    `local t = async.spawn(function(s)
       process.spawn{ cmd = "sleep", args = { s } }
       process.spawn{ cmd = "sh", args = { "-c", "trap '' TERM; sleep " .. s .. "; sleep " .. s } }
       sleep(60)
     end, ...)
     sleep(0.3) t:cancel()`,
    [seconds],
  );
  expect(await eventually(() => processesWith(seconds).length === 0)).toBe(true);
});

test("children of a task that ends by itself go on until the state is closed", async () => {
  const seconds = uniqueSeconds();
  const { run, lua } = harness();
  await run(`process.spawn{ cmd = "sleep", args = { ... } }`, [seconds]);
  expect(processesWith(seconds)).toHaveLength(1);
  await lua.close();
  expect(await eventually(() => processesWith(seconds).length === 0)).toBe(true);
});

test("detached children outlive task and state", async () => {
  const seconds = uniqueSeconds();
  const { run, lua } = harness();
  const [pid] = await run(
    `local c
     local t = async.spawn(function(s)
       c = process.spawn{ cmd = "sleep", args = { s }, detached = true }
       sleep(60)
     end, ...)
     sleep(0.1) t:cancel() sleep(0.1)
     return c.pid`,
    [seconds],
  );
  await lua.close();
  expect(processesWith(seconds)).toEqual([pid]);
  process.kill(pid as number, "SIGKILL");
});

test("list, is_running, wait_idle", async () => {
  const [own, name, running, idle] = (await run(`
    local c = process.spawn{ cmd = "sleep", args = { "60" } }
    local own, name
    -- on a busy machine a moment passes until the new process runs its program
    for _ = 1, 100 do
      for _, p in ipairs(process.list()) do
        if p.pid == os.pid() then own = p elseif p.pid == c.pid and p.cmdline then name = p.name .. " " .. p.cmdline end
      end
      if name then break end
      sleep(0.02)
    end
    local running = process.is_running("sleep")
    local idle = process.wait_idle({ "no-such-program" }, 1)
    c:kill() c:wait()
    return own, name, running, idle`)) as [Record<string, unknown>, string, boolean, boolean];
  expect(own).toMatchObject({ pid: process.pid, ppid: process.ppid });
  expect(own.cmdline).toEqual(expect.stringContaining("vitest"));
  expect(name).toBe("sleep sleep 60");
  expect([running, idle]).toEqual([true, true]);
  expect(await run('return process.is_running("no-such-program")')).toEqual([false]);
  expect(
    await run(`local c = process.spawn{ cmd = "sleep", args = { "60" } }
      local alive = process.is_running(c.pid)
      c:kill() c:wait()
      return alive, process.is_running(c.pid), process.is_running(os.pid())`),
  ).toEqual([true, false, true]);
  const [waited, took] = (await run(`
    local me
    for _, p in ipairs(process.list()) do if p.pid == os.pid() then me = p.name end end
    local start = time()
    return process.wait_idle(me, 0.3, 0.05), time() - start`)) as [boolean, number];
  expect(waited).toBe(false);
  expect(took).toBeGreaterThan(0.25);
});

test("on_signal", async () => {
  const [seen] = await run(`
    local seen = {}
    local w = process.on_signal("SIGUSR2", function(name) sleep(0.01) seen[#seen + 1] = name end)
    process.kill(os.pid(), "USR2") sleep(0.1)
    process.kill(os.pid(), 12) sleep(0.1)
    local guard = process.on_signal("usr2", function() end)
    w:cancel()
    process.kill(os.pid(), "USR2") sleep(0.1)
    guard:cancel()
    return seen`);
  expect(seen).toEqual(["SIGUSR2", "SIGUSR2"]);
  expect(await failure('process.on_signal("KILL", print)')).toBe(
    "process.on_signal: SIGKILL can't be handled",
  );
});

test("a handler that fails is logged", async () => {
  const h = harness();
  await h.run(`
    local w <close> = process.on_signal("USR1", function() error("oops", 0) end)
    process.kill(os.pid(), "USR1") sleep(0.1)`);
  expect(h.logged()).toEqual(["ERROR process.on_signal: handler failed: oops"]);
});

/** Runs a script in a process of its own; `act` gets it when it has printed `ready`. */
function runScript(source: string, act: (pid: number) => void) {
  const file = join(dir, `script${Math.random()}.lua`);
  writeFileSync(file, source);
  const child = spawn(process.execPath, [cli, file], { stdio: ["ignore", "pipe", "ignore"] });
  let out = "";
  let done = false;
  child.stdout.on("data", (d: Buffer) => {
    out += d;
    if (!done && out.includes("ready")) {
      done = true;
      act(child.pid as number);
    }
  });
  return new Promise<{ out: string; code: number | null }>((resolve) =>
    child.on("close", (code) => resolve({ out, code })),
  );
}

test("SIGTERM ends a script and its commands, after its handlers", async () => {
  const seconds = uniqueSeconds();
  const { out, code } = await runScript(
    `process.on_signal("TERM", function(name) sleep(0.2) io.write("bye ", name, "\\n") io.flush() end)
     process.spawn{ cmd = "sleep", args = { "${seconds}" }, stdout = "null" }
     async.spawn(function() shell.exec("sleep ${seconds}") end)
     sleep(0.2)
     print("ready") io.flush()
     shell.exec("sleep ${seconds}")`,
    (pid) => process.kill(pid, "SIGTERM"),
  );
  expect(code).toBe(143);
  expect(out).toContain("bye SIGTERM");
  expect(await eventually(() => processesWith(seconds).length === 0)).toBe(true);
});

test("os.exit and errors end children, too", async () => {
  for (const ending of ["os.exit(7)", 'error("x")', "return"]) {
    const seconds = uniqueSeconds();
    await runScript(
      `process.spawn{ cmd = "sleep", args = { "${seconds}" }, stdout = "null", stderr = "null" }
       async.spawn(function() shell.exec("sleep ${seconds}") end)
       sleep(0.2)
       ${ending}`,
      () => {},
    );
    expect(await eventually(() => processesWith(seconds).length === 0)).toBe(true);
  }
});

test("readonly", async () => {
  const { failure } = harness({ readonly: true });
  for (const call of ["list()", 'is_running("x")', "kill(1)", 'spawn{ cmd = "true" }', "wait(1)"])
    expect(await failure(`process.${call}`)).toMatch(/^readonly: process\.\w+ blocked/);
});
