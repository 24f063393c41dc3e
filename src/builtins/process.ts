/** `process`: processes of the system, and those that the script starts. */
import {
  type Context,
  commandWords,
  defineBuiltin,
  delay,
  fn,
  items,
  type LuaTable,
  list as luaList,
  osError,
  p,
  record,
} from "../host";
import { ChildHandle, childrenOf, spawn, waitOptions } from "./process/child";
import { signalName, signalNumber } from "./process/signals";
import { hasName, listProcesses } from "./process/table";
import { WatchHandle, watch } from "./process/watch";

/** Program names of a parameter that takes one or a list. */
function namesOf(ctx: Context, names: string | LuaTable): string[] {
  if (typeof names === "string") return [names];
  return [...items(names)].map((n) =>
    typeof n === "string" ? n : ctx.fail("names must be strings"),
  );
}

async function isAnyRunning(names: readonly string[]): Promise<boolean> {
  const all = await listProcesses();
  return all.some((info) => names.some((name) => hasName(info, name)));
}

function argumentsOf(ctx: Context, args: LuaTable | undefined): string[] {
  if (args === undefined) return [];
  return [...items(args)].map((a) => {
    if (typeof a === "number") return String(a);
    if (typeof a !== "string" || a.includes("\0"))
      return ctx.fail("args must be strings without NUL bytes");
    return a;
  });
}

export default defineBuiltin({
  name: "process",
  doc: "Processes",
  needs: ["programs", "write"],
  functions: {
    list: fn({
      doc: "All processes as `{pid, ppid, name, state, cmdline}`, sorted by pid.",
      params: [],
      returns: "table",
      mutates: true,
      async run(ctx) {
        const all = await listProcesses();
        return luaList(
          all.map(({ command, ...info }) =>
            record({ ...info, cmdline: command.length > 0 ? command.join(" ") : undefined }),
          ),
          ctx.host,
        );
      },
    }),
    is_running: fn({
      doc: "Whether a process of this name, or with this id, is alive.",
      params: [
        p.either(
          p.string("name", "of the program, without its folder", { strict: true }),
          p.integer("pid"),
        ),
      ],
      returns: "boolean",
      mutates: true,
      run: async (_ctx, which) =>
        typeof which === "string"
          ? isAnyRunning([which])
          : (await listProcesses()).some(({ pid, state }) => pid === which && state[0] !== "Z"),
    }),
    wait_idle: fn({
      doc: "Waits until no process goes by any of these names; false when `timeout` is over.",
      params: [
        p.either(p.string("names"), p.table("names")),
        p.number("timeout", "seconds, 30 by default", { min: 0 }).default(30),
        p.number("interval", "seconds between two looks, 1 by default", { min: 0.01 }).default(1),
      ],
      returns: "boolean",
      mutates: true,
      async run(ctx, names, timeout, interval) {
        const wanted = namesOf(ctx, names);
        const end = performance.now() + timeout * 1000;
        while (await isAnyRunning(wanted)) {
          const rest = end - performance.now();
          if (rest <= 0 || ctx.signal.aborted) return false;
          await delay(Math.min(rest, interval * 1000), ctx.signal);
        }
        return true;
      },
    }),
    kill: fn({
      doc: "Signals one process (SIGTERM by default); returns true, or raises an error.",
      params: [p.integer("pid"), p.any("signal")],
      returns: "boolean",
      mutates: true,
      run(ctx, pid, signal) {
        // 0 and negative numbers mean groups, or every process there is
        if (pid <= 0) ctx.fail(`pid must be positive, got ${pid}`);
        const number = signalNumber(ctx, signal ?? "SIGTERM");
        try {
          process.kill(pid, number);
        } catch (e) {
          ctx.fail(`failed to signal ${pid}: ${osError(e)}`);
        }
        return true;
      },
    }),
    spawn: fn({
      doc: "Starts a program that runs on beside the script; returns its handle, with `pid`.",
      params: [
        p.record("options", {
          cmd: p.string("cmd", "the program, found in PATH"),
          args: p.table("args", "its arguments").optional(),
          cwd: p.text("cwd", "working directory").optional(),
          env: p.table("env", "variables on top of the script's own; false removes one").optional(),
          stdin: p.string("stdin", "its input; empty by default").optional(),
          stdout: p.string("stdout", '"inherit" (default), "null", or a file').optional(),
          stderr: p.string("stderr", '"inherit" (default), "null", or a file').optional(),
          detached: p.boolean("detached", "outlives task and script").default(false),
        }),
      ],
      returns: "process.child",
      mutates: true,
      async run(ctx, options) {
        if (options.cmd.includes("\0")) ctx.fail("cmd contains a NUL byte");
        const [cmd = "", ...args] = commandWords([options.cmd, ...argumentsOf(ctx, options.args)]);
        const child = await spawn(ctx, { ...options, cmd, args });
        return ctx.handle(ChildHandle, child);
      },
    }),
    wait: fn({
      doc: "Waits for a started process: `{status, exited, signaled, signal, timed_out}`.",
      params: [p.either(p.handle(ChildHandle, "child"), p.integer("pid")), waitOptions()],
      returns: "table",
      mutates: true,
      async run(ctx, which, opts) {
        const children = ctx.host.store(childrenOf);
        const child = typeof which === "number" ? children.get(which) : which;
        if (child === undefined)
          return ctx.fail(`${which} is not a process that this script started`);
        const result = await child.wait(ctx, opts?.timeout);
        if (!child.isRunning) children.delete(child.pid);
        return result;
      },
    }),
    on_signal: fn({
      doc: "Calls `f(name)` as a task when the signal comes; at SIGTERM and SIGINT before the end.",
      params: [p.any("signal"), p.function("f")],
      returns: "process.watch",
      mutates: true,
      run: (ctx, signal, f) =>
        ctx.handle(WatchHandle, watch(ctx, signalName(signalNumber(ctx, signal)), f)),
    }),
  },
});
