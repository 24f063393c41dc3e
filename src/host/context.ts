/**
 * What an implementation can do besides computing: call Lua functions, start tasks, make handles,
 * log, and reach what belongs to the Lua state it runs in.
 */

import { getMetatable } from "../runtime/metatable";
import { nativeName } from "../runtime/native";
import { activeTask, runTask, startTask, type Task } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import { LuaSyntaxError } from "../runtime/syntax-error";
import type { LuaTable } from "../runtime/table";
import { plainText } from "../runtime/tostring";
import type { LuaFunction, LuaValue, Userdata } from "../runtime/value";
import { bytesToUtf8 } from "./bytes";
import type { Environment } from "./environment";
import { HostError } from "./errors";
import type { HandleClass } from "./handle";
import { displayPlain } from "./inspect";
import type { Logger } from "./logger";
import type { Need } from "./needs";
import { NetRefusal, type NetRules } from "./net-rules";
import type { PathUse } from "./path-rules";
import { Policy } from "./policy";
import type { Secrets } from "./secrets";

/** What the embedding program set when it made the Lua state. */
export interface HostSettings {
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly environment: Environment;
  /** Refuse functions that change something outside. */
  readonly readonly: boolean;
  /** What scripts may touch outside; all when left out. */
  readonly policy?: Policy;
}

/** One per Lua state. */
export class Host implements HostSettings {
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly environment: Environment;
  readonly readonly: boolean;
  readonly policy: Policy;
  private readonly stores = new Map<object, unknown>();

  constructor(
    readonly state: LuaState,
    settings: HostSettings,
  ) {
    this.logger = settings.logger;
    this.secrets = settings.secrets;
    this.environment = settings.environment;
    this.readonly = settings.readonly;
    this.policy = settings.policy ?? new Policy();
  }

  /** A builtin's own data in this Lua state, made when first asked for. `make` is also the key. */
  store<T>(make: (host: Host) => T): T {
    let made = this.stores.get(make) as T | undefined;
    if (made === undefined) {
      made = make(this);
      this.stores.set(make, made);
    }
    return made;
  }

  /**
   * Runs `action` when the Lua state is closed: log what is left, close connections. Returns what
   * takes that back.
   */
  onClose(action: () => void): () => void {
    const { onClose } = this.state;
    onClose.push(action);
    return () => {
      const at = onClose.indexOf(action);
      if (at >= 0) onClose.splice(at, 1);
    };
  }

  /**
   * Runs a Lua function as a task of its own, also from outside any Lua code (an incoming
   * connection, a timer). Its error rejects `task.promise`, for the caller to handle: tasks made
   * here are not reported anywhere else.
   */
  spawn(f: LuaFunction, ...args: LuaValue[]): Task {
    const task = startTask(this.state, f, args, activeTask());
    task.observed = true;
    return task;
  }

  /**
   * As `spawn`, but runs the function up to its first wait before it returns; only for events from
   * outside, when no Lua code runs. A task that is `done` then has `results`.
   */
  runNow(f: LuaFunction, ...args: LuaValue[]): Task {
    return runTask(this.state, f, args);
  }
}

/** A handle around `value`, as scripts see it. */
type HandleMaker = <T extends object>(host: Host, cls: HandleClass<T>, value: T) => Userdata;

/** Belongs to one call of a host function. */
export class Context {
  /** Tells this call from those that the task makes once it has been cancelled. */
  private readonly era: number;

  constructor(
    readonly host: Host,
    /** The function's qualified name, `http.get`. */
    readonly name: string,
    /** The task that made the call. */
    readonly task: Task | undefined,
    /** What the function declares. */
    private readonly needs: readonly Need[],
    /** Makes handles (install.ts, which imports this file). */
    private readonly makeHandle: HandleMaker,
  ) {
    this.era = task === undefined ? 0 : task.era;
  }

  /** Aborted when the calling task is cancelled or runs out of time. */
  get signal(): AbortSignal {
    return this.task === undefined ? never : this.task.signal(this.era);
  }

  /** Fails with `http.get: <cause>`. */
  fail(cause: string): never {
    throw new HostError(`${this.name}: ${cause}`);
  }

  /** A function gets nothing of the world outside that it did not declare. */
  private require(need: Need): void {
    if (!this.needs.includes(need)) throw new Error(`the need '${need}' is not declared`);
  }

  /** The path (a byte string) to read for `path`; fails where the policy does not allow it. */
  readPath(path: string, use?: PathUse): string {
    this.require("read");
    return (
      this.host.policy.allowRead(path, use) ??
      this.fail(`reading ${JSON.stringify(bytesToUtf8(path))} is not allowed`)
    );
  }

  /** The path to write, create or remove for `path`; fails where the policy does not allow it. */
  writePath(path: string, use?: PathUse): string {
    this.require("write");
    return (
      this.host.policy.allowWrite(path, use) ??
      this.fail(`writing ${JSON.stringify(bytesToUtf8(path))} is not allowed`)
    );
  }

  /**
   * Where connections may go: whoever connects asks `resolve`, and connects to what it gives.
   * undefined: everywhere.
   */
  get network(): NetRules | undefined {
    this.require("connect");
    return this.host.policy.net;
  }

  /** Fails where no server may listen. */
  checkListen(host: string, port: number): void {
    this.require("listen");
    try {
      this.host.policy.net?.checkListen(host, port);
    } catch (e) {
      if (e instanceof NetRefusal) this.fail(e.message);
      throw e;
    }
  }

  /**
   * Compiles Lua text, as `load` does: `chunkName` is `=name` or `@path`, `env` holds its globals.
   * Fails with `template.eta: name:1: unexpected symbol…`.
   */
  load(source: string, chunkName: string, env?: LuaTable): LuaFunction {
    const { state } = this.host;
    try {
      return env === undefined ? state.load(source, chunkName) : state.load(source, chunkName, env);
    } catch (e) {
      if (e instanceof LuaSyntaxError) this.fail(bytesToUtf8(e.message));
      throw e;
    }
  }

  /**
   * Calls a Lua function, which may wait, and gives its results. It runs in a task of its own that
   * ends with the calling one. Its error rejects the promise, and may simply be thrown on.
   */
  async call(f: LuaFunction, ...args: LuaValue[]): Promise<LuaValue[]> {
    return this.join(this.spawn(f, ...args));
  }

  /** Waits for a task that was made for this call, as `call` does: it ends with the calling one. */
  async join(task: Task): Promise<LuaValue[]> {
    if (this.task === undefined) return task.promise;
    task.deadline = this.task.deadline;
    const { signal } = this;
    const stop = () => task.cancel();
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await task.promise;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Starts a Lua function as a task of its own, a child of the calling one; see `Host.spawn`. */
  spawn(f: LuaFunction, ...args: LuaValue[]): Task {
    const task = startTask(this.host.state, f, args, this.task);
    task.observed = true;
    return task;
  }

  /** A new handle around `value`. */
  handle<T extends object>(cls: HandleClass<T>, value: T): Userdata {
    return this.makeHandle(this.host, cls, value);
  }

  /**
   * Any value as JS text for people, as Lua's `tostring`, but tables show what is in them. A promise
   * when the value has a `__tostring` method written in Lua, which may wait.
   */
  display(v: LuaValue): string | Promise<string> {
    const method = getMetatable(v)?.µgetStr("__tostring");
    if (typeof v === "string") return bytesToUtf8(v);
    if (typeof method === "function" && nativeName(method) === undefined)
      return this.call(method, v).then((r) => bytesToUtf8(plainText(r[0])));
    return displayPlain(v);
  }
}

const never = new AbortController().signal;
