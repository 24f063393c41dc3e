import { readdirSync, realpathSync } from "node:fs";
import { expect, test } from "vitest";
import { eventually, processesWith, uniqueSeconds } from "./alive";
import { testFolder } from "./folder";
import { harness } from "./harness";

const dir = realpathSync(testFolder());
const { run, failure } = harness({ globals: { dir }, env: { MINE: "1" } });

test("status, stdout and stderr", async () => {
  expect(await run(`return shell.exec("echo out; echo err >&2; exit 3")`)).toEqual([
    { status: 3, stdout: "out\n", stderr: "err\n", timed_out: false },
  ]);
  expect(await run(`return shell.exec("true").status, shell.exec("kill -9 $$").status`)).toEqual([
    0, 137,
  ]);
});

test("stdin, cwd, environment", async () => {
  expect(await run(`return shell.exec("cat", { stdin = "in" }).stdout`)).toEqual(["in"]);
  expect(await run(`return shell.exec("cat").stdout`)).toEqual([""]);
  expect(await run(`return shell.exec("pwd", { cwd = dir }).stdout`)).toEqual([`${dir}\n`]);
  expect(
    await run(
      `return shell.exec("echo $MINE $X $N [$HOME]", { env = { X = "a b", N = 5, HOME = false } }).stdout`,
    ),
  ).toEqual(["1 a b 5 []\n"]);
  expect(await run(`env.set("LATER", "x") return shell.exec("echo $LATER").stdout`)).toEqual([
    "x\n",
  ]);
  expect(await failure(`shell.exec("true", { env = { ["A=B"] = "x" } })`)).toContain(
    "names must be",
  );
  expect(await failure(`shell.exec("true", { env = { A = {} } })`)).toContain("value of A must be");
});

test("bytes pass unchanged, also many", async () => {
  expect(
    await run(`
      local all = {}
      for b = 0, 255 do all[#all + 1] = string.char(b) end
      local s = table.concat(all):rep(8000)
      local r = shell.exec("tee /dev/stderr", { stdin = s })
      return #s, r.stdout == s, r.stderr == s`),
  ).toEqual([2048000, true, true]);
  // a command that does not read its input
  expect(await run(`return shell.exec("exit 2", { stdin = ("x"):rep(5000000) }).status`)).toEqual([
    2,
  ]);
});

test("output can be opened by name", async () => {
  expect(
    await run(
      `return shell.exec("echo o > /dev/stdout; echo e > /dev/stderr; cat /dev/stdin", { stdin = "i" })`,
    ),
  ).toEqual([{ status: 0, stdout: "o\ni", stderr: "e\n", timed_out: false }]);
});

test("no file descriptor is left open", async () => {
  const open = () => readdirSync("/proc/self/fd").length;
  await run(`shell.exec("true")`);
  const before = open();
  await run(`
    for i = 1, 30 do
      shell.exec("echo x; echo y >&2")
      pcall(shell.exec, { "/no/such" })
    end
    shell.exec("sleep 5", { timeout = 0.05 })
    pcall(shell.exec, "yes", { max_output = 10 })`);
  expect(open() - before).toBeLessThan(5);
});

test("a list is a program and its arguments, without a shell", async () => {
  expect(
    await run(`return shell.exec({ "printf", "%s|", "a b", "$HOME", "*", "", "\u00e9" }).stdout`),
  ).toEqual(["a b|$HOME|*||\u00e9|"]);
  expect(await failure(`shell.exec({ "/no/such" })`)).toBe(
    'shell.exec: failed to run "/no/such": No such file or directory (os error 2)',
  );
  expect(await failure(`shell.exec("ls", { cwd = "/no/such" })`)).toContain(
    'cwd "/no/such": No such',
  );
  expect(await failure(`shell.exec("ls", { cwd = "/etc/hosts" })`)).toContain("Not a directory");
  expect(await failure("shell.exec({})")).toBe("shell.exec: the command is empty");
  expect(await failure("shell.exec({ {} })")).toContain("words must be strings");
  expect(await failure('shell.exec("a\\0b")')).toContain("NUL");
  expect(await failure("shell.exec(5)")).toContain("string or table expected, got number");
});

test("at the timeout the whole group ends", async () => {
  const seconds = uniqueSeconds();
  const [r, took] = (await run(
    `local start = time()
     local r = shell.exec("echo before; (sleep " .. ... .. " &) ; sleep " .. ..., { timeout = 0.3 })
     return r, time() - start`,
    [seconds],
  )) as [unknown, number];
  expect(r).toEqual({ status: -1, stdout: "before\n", stderr: "", timed_out: true });
  expect(took).toBeLessThan(3);
  expect(await eventually(() => processesWith(seconds).length === 0)).toBe(true);
});

test("what has left the group does not hold up the result", async () => {
  const seconds = uniqueSeconds();
  const [timedOut, took] = (await run(
    `local start = time()
     local r = shell.exec("setsid sleep " .. ... .. " & sleep 30", { timeout = 0.3 })
     return r.timed_out, time() - start`,
    [seconds],
  )) as [boolean, number];
  for (const pid of processesWith(seconds)) process.kill(pid);
  expect(timedOut).toBe(true);
  expect(took).toBeLessThan(3);
});

test("a cancelled task takes its command along", async () => {
  const seconds = uniqueSeconds();
  const [before] = await run(
    `local t = async.spawn(function(s) shell.exec("sleep " .. s .. " & sleep " .. s) end, ...)
     sleep(0.3)
     local r = shell.exec({ "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\\\0' ' ' | grep -c 'sleep " .. (...):sub(1, 6) .. "'" })
     t:cancel()
     return tonumber(r.stdout)`,
    [seconds],
  );
  expect(before).toBeGreaterThan(0);
  expect(await eventually(() => processesWith(seconds).length === 0)).toBe(true);
});

test("so does the time limit of the script", async () => {
  const seconds = uniqueSeconds();
  const { lua } = harness();
  await expect(lua.run(`shell.exec("sleep ${seconds}")`, { timeout: 300 })).rejects.toThrow(
    /timeout/,
  );
  expect(await eventually(() => processesWith(seconds).length === 0)).toBe(true);
});

test("only the calling task waits", async () => {
  const [took, sum] = (await run(`
    local start, sum = time(), 0
    local results = async.map({ 1, 2, 3, 4, 5 }, function(n)
      return tonumber(shell.exec("sleep 1; echo " .. n).stdout)
    end)
    for _, n in ipairs(results) do sum = sum + n end
    return time() - start, sum`)) as [number, number];
  expect(sum).toBe(15);
  // one after the other they would take five seconds
  expect(took).toBeLessThan(4);
});

test("too much output is an error, and ends the command", async () => {
  const [took] = (await run(`
    local start = time()
    local ok, e = pcall(shell.exec, "yes", { max_output = 100000 })
    assert(not ok and e == "shell.exec: output exceeds 100000 bytes (option max_output)", e)
    return time() - start`)) as [number];
  expect(took).toBeLessThan(3);
  expect(
    await run(`return #shell.exec("head -c 1000 /dev/zero", { max_output = 1000 }).stdout`),
  ).toEqual([1000]);
});

test("quote makes words that the shell takes literally", async () => {
  expect(await run(`return shell.quote("plain-1.0/x", "a b", "it's", "", "$HOME")`)).toEqual([
    `plain-1.0/x 'a b' 'it'\\''s' '' '$HOME'`,
  ]);
  const [same] = await run(`
    local nasty = "a'b\\"c $(x) \`y\` \\\\ \\n\\t;&|<>*?[]~#%\\1\\xc3\\xa9"
    return shell.exec("printf %s " .. shell.quote(nasty)).stdout == nasty`);
  expect(same).toBe(true);
});

test("readonly", async () => {
  const { failure } = harness({ readonly: true });
  expect(await failure('shell.exec("true")')).toMatch(/^readonly: shell.exec blocked/);
});
