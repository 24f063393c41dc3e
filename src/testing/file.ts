/**
 * Runs the tests of one file. Each has a Lua state of its own, in which the file is loaded anew, so
 * that tests which run at the same time share nothing.
 */
import { readFileSync } from "node:fs";
import { utf8ToBytes } from "../host/bytes";
import { Table } from "../host/convert";
import { Environment } from "../host/environment";
import { createLua, type Lua, type LuaOptions } from "../host/lua";
import { LuaScriptError } from "../host/script-error";
import { StuckScripts } from "../host/stuck";
import { ExitRequest } from "../runtime/interrupt";
import { type FileJob, isChosen, type TestResult } from "./result";

/** One for the process, which runs this file only. */
const stuck = new StuckScripts();

type TestFunction = () => Promise<unknown[]>;

/** How modules are found; `load` compiles. */
export type Searchers = (load: Lua["state"]["load"]) => NonNullable<LuaOptions["searchers"]>;

/** Runs the chosen tests and hands on each result as it is there. */
export async function runFile(
  job: FileJob,
  searchers: Searchers,
  report: (result: TestResult) => void,
): Promise<void> {
  stuck.start();
  let names: string[];
  try {
    const first = new TestState(job, searchers);
    names = [...(await first.load()).keys()];
    await first.close();
  } catch (e) {
    report({ file: job.file, name: "", passed: false, ms: 0, output: "", ...failure(e) });
    return;
  }
  const left = names.filter((name) => isChosen(job.file, name, job.filters));
  const next = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift())
      report(await runTest(name, job, searchers));
  };
  await Promise.all(Array.from({ length: job.parallel }, next));
}

async function runTest(name: string, job: FileJob, searchers: Searchers): Promise<TestResult> {
  const state = new TestState(job, searchers);
  const started = performance.now();
  let failed: Pick<TestResult, "message" | "traceback"> | undefined;
  try {
    const tests = await state.load();
    const [setup, teardown] = [state.hook("setup"), state.hook("teardown")];
    await setup?.();
    try {
      await tests.get(name)?.();
    } catch (e) {
      failed = failure(e);
    }
    await teardown?.();
  } catch (e) {
    // what went wrong first is what people look for
    failed ??= failure(e);
  }
  const ms = performance.now() - started;
  await state.close();
  const { output } = state;
  return { file: job.file, name, passed: failed === undefined, ms, output, ...failed };
}

class TestState {
  output = "";
  private readonly lua: Lua;

  constructor(
    private readonly job: FileJob,
    searchers: Searchers,
  ) {
    const write = (bytes: Uint8Array) => {
      this.output += Buffer.from(bytes).toString("utf8");
    };
    const lua: Lua = createLua({
      stdout: write,
      stderr: write,
      env: new Environment(),
      timeout: job.timeout,
      onDeadlock: stuck.add,
      searchers: searchers((...args) => lua.state.load(...args)),
    });
    this.lua = lua;
  }

  /** Runs the file: its global functions `test_*`, or those in the table it returns. */
  async load(): Promise<Map<string, TestFunction>> {
    const { file } = this.job;
    const [returned] = await this.lua.run(readFileSync(file), { name: `@${file}`, args: [] });
    const table = returned instanceof Table ? returned : this.lua.globals;
    const tests = new Map<string, TestFunction>();
    for (const [key, value] of table.entries()) {
      // a name that is no UTF-8 is one, too
      const name = key instanceof Uint8Array ? Buffer.from(key).toString("latin1") : key;
      if (typeof name === "string" && name.startsWith("test_") && typeof value === "function")
        tests.set(name, value as TestFunction);
    }
    return tests;
  }

  hook(name: string): TestFunction | undefined {
    const value = this.lua.globals.get(name);
    return typeof value === "function" ? (value as TestFunction) : undefined;
  }

  close(): Promise<void> {
    return this.lua.close();
  }
}

function failure(e: unknown): Pick<TestResult, "message" | "traceback"> {
  if (e instanceof LuaScriptError) return { message: e.message, traceback: e.traceback };
  if (e instanceof ExitRequest) return { message: `the test called os.exit (code ${e.code})` };
  return { message: e instanceof Error ? e.message : utf8ToBytes(String(e)) };
}
