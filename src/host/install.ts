/** Turns declarations into Lua values of one Lua state. */
import { control, noteWork } from "../runtime/control";
import { LuaError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { callMethod, native } from "../runtime/native";
import { activeTask, awaitPromise, giveWay } from "../runtime/scheduler";
import { LuaTable } from "../runtime/table";
import { settle as complete } from "../runtime/unwind";
import { type LuaFunction, type LuaValue, type Results, Userdata } from "../runtime/value";
import { Context, type Host } from "./context";
import {
  type BuiltinDefinition,
  type FunctionDefinition,
  type HostResult,
  type HostReturn,
  Values,
} from "./define";
import { HostError, toLuaError } from "./errors";
import { type HandleClass, HandleValue, type MethodDefinition } from "./handle";
import { undoOf } from "./handover";
import { type Need, NOTHING_NEEDED } from "./needs";
import type { Param } from "./params";
import { toLuaValue } from "./tables";

/** The results of a function that has none. */
const NOTHING: Results = [];

/** Puts a builtin's global into the state. */
export function installBuiltin(host: Host, definition: BuiltinDefinition): void {
  const { globals, loaded } = host.state;
  const { name } = definition;
  const present = globals.µgetStr(name);
  const value = makeBuiltin(host, definition, present);
  if (value === present) return;
  globals.µsetName(name, value);
  // `require "json"` gives the same table as the global, as for the standard library
  if (value instanceof LuaTable) loaded.µsetName(name, value);
}

/** The value of a builtin's global. When `present` is a table, it gets the functions. */
export function makeBuiltin(
  host: Host,
  definition: BuiltinDefinition,
  present: LuaValue,
): LuaValue {
  const { name, needs } = definition;
  if (definition.global !== undefined)
    return isThere(host, definition.global.needs ?? needs)
      ? makeFunction(host, name, definition.global, needs)
      : present;
  const functions = Object.entries(definition.functions ?? {}).filter(([, f]) =>
    isThere(host, f.needs ?? needs),
  );
  // a builtin of which nothing is left is not there, rather than an empty table
  if (functions.length === 0 && !isThere(host, needs)) return present;
  const table = present instanceof LuaTable ? present : new LuaTable();
  for (const [key, f] of functions)
    table.µsetName(key, makeFunction(host, `${name}.${key}`, f, needs));
  for (const [key, field] of Object.entries(definition.fields ?? {}))
    table.µsetName(key, field.make(host));
  if (definition.call !== undefined) {
    const meta = new LuaTable();
    meta.µsetName("__call", callMethod(name, makeFunction(host, name, definition.call, needs)));
    meta.µsetName("__name", name);
    table.µmetatable = meta;
  }
  definition.setup?.(table, host);
  return table;
}

/** A sandbox has no functions that start or signal other programs. */
export function isThere(host: Host, needs: readonly Need[]): boolean {
  return !(host.policy.isSandbox && needs.includes("programs"));
}

/** A declared function as a Lua function. `common` is what its builtin needs. */
export function makeFunction(
  host: Host,
  name: string,
  definition: FunctionDefinition,
  common: readonly Need[] = NOTHING_NEEDED,
): LuaFunction {
  if (definition.raw !== undefined) return native(name, definition.raw(host));
  const { params, run, mutates, returns, needs = common } = definition;
  const nothing = returns === "" ? NOTHING : undefined;
  const invoke = run as (ctx: Context, ...args: unknown[]) => HostReturn;
  return native(name, (...passed: LuaValue[]) => {
    if (mutates && host.readonly) throw readonlyError(name);
    const args = acceptAll(params, passed, 1);
    const ctx = callContext(host, name, needs);
    return weighed(
      passed,
      settleReturn(name, () => invoke(ctx, ...args), nothing, passed),
    );
  });
}

/** The context of a call that is being made right now. */
function callContext(host: Host, name: string, needs: readonly Need[]): Context {
  return new Context(host, name, activeTask(), needs, makeHandle);
}

/** What a function that changes something raises in a read-only run. */
export function readonlyError(name: string): LuaError {
  return new LuaError(
    `readonly: ${name} blocked (write operations are disabled in read-only mode)`,
  );
}

/** Checks the arguments; the first one is number `first` in messages. */
function acceptAll(params: readonly Param<unknown>[], passed: LuaValue[], first: number) {
  const args = new Array<unknown>(params.length);
  const count = passed.length + first - 1;
  try {
    for (let i = 0; i < params.length; i++) {
      const param = params[i] as Param<unknown>;
      if (param.isRest) {
        args.length = i;
        for (let j = i; j < passed.length; j++)
          args.push(
            passed[j] === undefined ? undefined : param.accept(passed[j], j + first, count),
          );
        return args;
      }
      args[i] = param.accept(passed[i], i + first, count);
    }
  } catch (e) {
    throw e instanceof HostError ? toLuaError(e, "") : e;
  }
  return args;
}

/** Runs an implementation and gives its results, or its failure, to Lua. */
export function settleReturn(
  name: string,
  run: () => HostReturn,
  /** What an implementation that returns nothing gives: nil, or no value at all. */
  nothing?: Results,
  /** Values that the script may have lost, and that must not be collected while it waits. */
  used?: LuaValue[],
): Results {
  try {
    return settle(run(), name, nothing, used);
  } catch (e) {
    throw toLuaError(e, name);
  }
}

/** What a call counts for at least, so that a tick comes after sixteen of them. */
const CALL_WORK = 32 * 1024;

/**
 * The results of a call. A loop that parses documents counts few iterations and takes long: when its
 * slice is over, the call itself gives way to others.
 */
function weighed(passed: LuaValue[], r: Results): Results {
  if (r === SUSPENDED) return r;
  let bytes = typeof r === "string" ? CALL_WORK + r.length : CALL_WORK;
  for (let i = 0; i < passed.length; i++) {
    const v = passed[i];
    if (typeof v === "string") bytes += v.length;
  }
  noteWork(bytes);
  return control.n < 0 ? giveWay(r) : r;
}

/** The results of an implementation; a promise makes the calling task wait. */
function settle(r: HostReturn, name: string, nothing: Results, used?: LuaValue[]): Results {
  if (!(r instanceof Promise)) return results(r, nothing);
  // `http.client(opts):get(url)`: the client is in use although only this call knows it
  const kept = { used };
  return awaitPromise(
    r.then(
      (v) => {
        kept.used = undefined;
        return results(v, nothing);
      },
      (e: unknown) => {
        kept.used = undefined;
        throw finished(toLuaError(e, name));
      },
    ),
    undoOf(r),
  );
}

/** An error from another task has no Lua frame left to pass that could complete its message. */
function finished(e: unknown): unknown {
  return e instanceof LuaError ? complete(e, undefined) : e;
}

function results(r: HostResult, nothing: Results): Results {
  if (r === undefined) return nothing;
  if (r instanceof Values) return r.list.map(toLuaValue);
  return toLuaValue(r);
}

/** The metatables of handle classes are made once per state. */
function handleMetatables(): Map<HandleClass<never>, LuaTable> {
  return new Map();
}

/** A handle around `value`, as the userdata that scripts see. */
export function makeHandle<T extends object>(host: Host, cls: HandleClass<T>, value: T): Userdata {
  const metatables = host.store(handleMetatables);
  const key = cls as unknown as HandleClass<never>;
  let meta = metatables.get(key);
  if (meta === undefined) {
    meta = handleMetatable(host, cls);
    metatables.set(key, meta);
  }
  const handle = new Userdata(new HandleValue(cls, value), meta);
  const { gc } = cls.definition;
  if (gc !== undefined) {
    lost ??= new FinalizationRegistry((release: () => void) => release());
    lost.register(handle, () => gc(value));
  }
  return handle;
}

/** Releases what is behind handles that scripts have lost. */
let lost: FinalizationRegistry<() => void> | undefined;

function handleMetatable<T extends object>(host: Host, cls: HandleClass<T>): LuaTable {
  const { definition, name } = cls;
  const { needs } = definition;
  const meta = new LuaTable();
  meta.µsetName("__name", name);
  // scripts can neither read nor change what is in here
  meta.µsetName("__metatable", name);
  const self = (u: LuaValue) => (u instanceof Userdata ? cls.unwrap(u) : undefined) as T;

  const methods = new Map<string, LuaFunction>();
  for (const [key, m] of Object.entries(definition.methods ?? {}))
    methods.set(key, makeMethod(host, cls, `${name}.${key}`, m));
  const undotted = new Map(
    Object.entries(definition.methods ?? {}).flatMap(([key, m]) =>
      m.dotted ? [[key, makeMethod(host, cls, `${name}.${key}`, m, 1)] as const] : [],
    ),
  );
  const fields = new Map(Object.entries(definition.fields ?? {}));

  meta.µsetName(
    "__index",
    native(`${name}.__index`, (u: LuaValue, key: LuaValue) => {
      if (typeof key !== "string" || !(u instanceof Userdata)) return undefined;
      const dotted = undotted.get(key);
      if (dotted !== undefined) return boundMethod(u, key, methods.get(key) as LuaFunction, dotted);
      const field = fields.get(key);
      if (field !== undefined)
        return field.get(self(u), callContext(host, `${name}.${key}`, needs));
      return methods.get(key);
    }),
  );
  const { close, gc, call, tostring } = definition;
  if (tostring !== undefined)
    meta.µsetName(
      "__tostring",
      native(`${name}.__tostring`, (u: LuaValue) => tostring(self(u))),
    );
  if (close !== undefined)
    meta.µsetName(
      "__close",
      native(`${name}.close`, (u: LuaValue) =>
        settleReturn(`${name}.close`, () =>
          close(self(u), callContext(host, `${name}.close`, needs)),
        ),
      ),
    );
  if (gc !== undefined)
    meta.µsetName(
      "__gc",
      native(`${name}.__gc`, (u: LuaValue) => {
        gc(self(u));
        return undefined;
      }),
    );
  if (call !== undefined) meta.µsetName("__call", makeMethod(host, cls, name, call));
  return meta;
}

function makeMethod<T extends object>(
  host: Host,
  cls: HandleClass<T>,
  name: string,
  definition: MethodDefinition<T>,
  /** The number of the first argument in messages: the handle itself counts with a colon. */
  firstArgument = 2,
): LuaFunction {
  const { params, run, mutates, instant, returns, needs = cls.definition.needs } = definition;
  const nothing = returns === "" ? NOTHING : undefined;
  const invoke = run as (self: T, ctx: Context, ...args: unknown[]) => HostReturn;
  return native(name, (u: LuaValue, ...passed: LuaValue[]) => {
    const self = u instanceof Userdata ? cls.unwrap(u) : undefined;
    if (self === undefined)
      throw new LuaError(`${name}: called without its ${cls.name} (use ':' rather than '.')`, 1);
    if (mutates && host.readonly) throw readonlyError(name);
    const args = acceptAll(params, passed, firstArgument);
    const context = callContext(host, name, needs);
    const r = settleReturn(name, () => invoke(self, context, ...args), nothing, [u, ...passed]);
    return instant ? r : weighed(passed, r);
  });
}

/** `h.await` as a function that works with and without the handle in front. */
function boundMethod(
  u: Userdata,
  key: string,
  withHandle: LuaFunction,
  without: LuaFunction,
): LuaValue {
  const v = u.value as HandleValue<object>;
  v.bound ??= new Map();
  let bound = v.bound.get(key);
  if (bound === undefined) {
    bound = native(key, (...args: LuaValue[]) =>
      args[0] === u ? withHandle(...args) : without(u, ...args),
    );
    v.bound.set(key, bound);
  }
  return bound;
}
