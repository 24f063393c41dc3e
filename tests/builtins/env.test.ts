import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Environment } from "../../src/index";
import { testFolder } from "./folder";
import { harness } from "./harness";

afterEach(() => {
  delete process.env.ASSAY_TEST_VAR;
});

test("get", async () => {
  process.env.ASSAY_TEST_VAR = "é1";
  const { run } = harness();
  expect(await run('return env.get("ASSAY_TEST_VAR"), env.get("ASSAY_TEST_NONE")')).toEqual([
    "é1",
    undefined,
  ]);
  expect(await run('return env.get("ASSAY_TEST_NONE", "dflt")')).toEqual(["dflt"]);
});

test("given variables win over the process's", async () => {
  process.env.ASSAY_TEST_VAR = "process";
  const { run } = harness({ env: { ASSAY_TEST_VAR: "given" } });
  expect(await run('return env.get("ASSAY_TEST_VAR")')).toEqual(["given"]);
});

test("set and list stay inside of the Lua state", async () => {
  const { run } = harness();
  const [value, listed] = await run(`
    env.set("ASSAY_TEST_VAR", "x")
    for _, e in ipairs(env.list()) do
      if e.key == "ASSAY_TEST_VAR" then return env.get("ASSAY_TEST_VAR"), e.value end
    end`);
  expect([value, listed]).toEqual(["x", "x"]);
  expect(process.env.ASSAY_TEST_VAR).toBeUndefined();
  expect(await run('env.set("ASSAY_TEST_VAR", nil) return env.get("ASSAY_TEST_VAR")')).toEqual([
    undefined,
  ]);
});

test("a shared environment is the process's own", async () => {
  const { run } = harness({ env: new Environment({ shared: true }) });
  await run('env.set("ASSAY_TEST_VAR", "x")');
  expect(process.env.ASSAY_TEST_VAR).toBe("x");
  await run('env.set("ASSAY_TEST_VAR", nil)');
  expect(process.env.ASSAY_TEST_VAR).toBeUndefined();
});

test("variables that are not allowed are neither read nor listed", async () => {
  process.env.ASSAY_TEST_VAR = "hidden";
  const { run } = harness({ env: new Environment({ allow: (name) => name === "PATH" }) });
  expect(await run('return env.get("ASSAY_TEST_VAR"), #env.list()')).toEqual([undefined, 1]);
});

test("the list is sorted", async () => {
  const [keys] = await harness().run(
    "local r = {} for i, e in ipairs(env.list()) do r[i] = e.key end return r",
  );
  expect(keys).toEqual([...(keys as string[])].sort());
});

test("internals of the original", async () => {
  const { run } = harness({ env: { ASSAY_TEST_VAR: "a" } });
  expect(
    await run(`env._check_env.ASSAY_TEST_VAR = "b"
      return env.get("ASSAY_TEST_VAR"), env._process_get("ASSAY_TEST_VAR")`),
  ).toEqual(["b", "a"]);
});

test("bad names and values", async () => {
  const { failure } = harness();
  expect(await failure('env.set("a=b", "x")')).toBe('env.set: invalid variable name "a=b"');
  expect(await failure('env.set("", "x")')).toBe('env.set: invalid variable name ""');
  expect(await failure('env.set("a", "x\\0")')).toBe("env.set: value contains a NUL byte");
  expect(await failure("env.get()")).toContain("bad argument #1 to 'get' (string expected");
  expect(await failure('env.get("\\xff")')).toContain("string is not valid UTF-8");
});

test("set is refused in read-only mode", async () => {
  expect(await harness({ readonly: true }).failure('env.set("a", "b")')).toBe(
    "readonly: env.set blocked (write operations are disabled in read-only mode)",
  );
});

test.runIf(process.platform === "linux")(
  "bytes that are no UTF-8 reach scripts and their children",
  () => {
    const file = join(testFolder(), "bytes.lua");
    writeFileSync(
      file,
      `
    local X, show = "a\\xffb", [[printf %s "$X"]]
    assert.eq(env.get("X"), X)
    assert.eq(os.getenv("X"), X)
    for _, e in ipairs(env.list()) do if e.key == "X" then assert.eq(e.value, X) end end
    assert.eq(io.popen(show):read("a"), X)
    assert.eq(shell.exec(show).stdout, X)
    assert.eq(shell.exec({ "printenv", "X" }).stdout, X .. "\\n")
    assert.eq(shell.exec([[printf '%s %s' "$X" ]] .. "\\xfe", { env = { Y = "1" } }).stdout, X .. " \\xfe")
    assert.eq(shell.exec(show, { env = { X = "mine" } }).stdout, "mine")
    assert.eq(io.popen("printf '%s' \\xfe"):read("a"), "\\xfe")
    assert(os.execute("test $(printf '%s' \\xfe | od -An -c | tr -d ' ') = 376"))
    env.set("X", "other")
    assert.eq(env.get("X"), "other")
    assert.eq(shell.exec(show).stdout, "other")`,
      "latin1",
    );
    const set = `X=$(printf 'a\\377b'); export X; exec "$@"`;
    const { exitCode, stderr } = Bun.spawnSync([
      "/bin/sh",
      "-c",
      set,
      "sh",
      process.execPath,
      "src/cli/main.ts",
      file,
    ]);
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  },
);
