/** Access to the levels of a stack: debug.getinfo, getlocal and setlocal (§6.10). */

import { inspect, waitFor } from "../runtime/control";
import { Coroutine, running } from "../runtime/coroutine";
import { LuaFrame } from "../runtime/luaframe";
import { capturedValues } from "../runtime/native";
import { protoOf } from "../runtime/probe";
import type { Cell, LocalInfo, Proto } from "../runtime/proto";
import { chunkDisplayName } from "../runtime/syntax-error";
import { LuaTable } from "../runtime/table";
import {
  calledLevel,
  currentLine,
  HOST_LEVEL,
  type Level,
  levelsOf,
  levelsOfRows,
} from "../runtime/traceback";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";
import { Status } from "../runtime/value";
import { argumentError, checkAny, checkIndex, optString } from "./args";

/** An optional thread as first argument moves the others by one. */
export function threadArgument(args: LuaValue[]): { thread: Coroutine | undefined; at: number } {
  const [thread] = args;
  return thread instanceof Coroutine ? { thread, at: 1 } : { thread: undefined, at: 0 };
}

/**
 * Calls `f` with the levels of a thread (undefined: the running one, whose level 0 is the native
 * function that asks, with the arguments `args`).
 */
export function withLevels(
  thread: Coroutine | undefined,
  args: LuaValue[],
  f: (levels: Level[]) => Results,
): Results {
  if (thread === undefined || thread === running)
    return inspect((owner) => f(levelsOfThread(owner as Coroutine, args)));
  // a coroutine that waits for the running one has its frames on the JavaScript stack
  if (thread.status === Status.Normal) {
    return waitFor((wake) => {
      try {
        wake(f(levelsOfThread(thread, undefined)), false);
      } catch (e) {
        wake(e, true);
      }
    });
  }
  return f(levelsOfThread(thread, undefined));
}

function levelsOfThread(co: Coroutine, args: LuaValue[] | undefined): Level[] {
  if (co.top === null) return co.error === undefined ? [] : levelsOfRows(co.error.traceback);
  const levels = levelsOf(co.top);
  const waits = !(co.top instanceof LuaFrame) || co.top.proto.debug.isCall(co.top.k);
  if (waits) levels.unshift({ ...calledLevel(co.top), temporaries: args });
  if (co.isMain) levels.push(HOST_LEVEL);
  return levels;
}

const OPTIONS = /^[SlnrutLf]*$/;

/** `debug.getinfo` */
export function getinfo(...args: LuaValue[]): Results {
  const { thread, at } = threadArgument(args);
  const options = optString(args[at + 1], at + 2, "flnSrtu");
  if (options.startsWith(">")) throw argumentError(at + 2, "invalid option '>'");
  const checkOptions = () => {
    if (!OPTIONS.test(options)) throw argumentError(at + 2, "invalid option");
  };
  const what = args[at];
  if (typeof what === "function") {
    checkOptions();
    return describe(functionLevel(what), options);
  }
  const n = checkIndex(what, at + 1);
  return withLevels(thread, args, (levels) => {
    const level = levels[n];
    if (level === undefined) return undefined;
    checkOptions();
    return describe(level, options, true);
  });
}

/** A function that isn't running, as a level. */
function functionLevel(func: LuaFunction): Level {
  return { ...HOST_LEVEL, func, proto: protoOf(func) };
}

function upvalueCount({ proto, func }: Level): number {
  if (proto !== undefined) return proto.facts.upvalueNames.length;
  return func === undefined ? 0 : capturedValues(func).length;
}

function describe(level: Level, options: string, active = false): LuaTable {
  const t = new LuaTable();
  const { proto } = level;
  for (const option of options) {
    switch (option) {
      case "S":
        describeSource(t, proto);
        break;
      case "l":
        t.µsetName("currentline", active ? currentLine(level) : -1);
        break;
      case "u":
        t.µsetName("nups", upvalueCount(level));
        t.µsetName("nparams", proto?.facts.parameterNames.length ?? 0);
        t.µsetName("isvararg", proto?.facts.isVararg ?? true);
        break;
      case "n":
        t.µsetName("name", level.name?.name);
        t.µsetName("namewhat", level.name?.kind ?? "");
        break;
      case "r":
        t.µsetName("ftransfer", level.transfer?.first ?? 0);
        t.µsetName("ntransfer", level.transfer?.count ?? 0);
        break;
      case "t":
        t.µsetName("istailcall", level.isTailCall);
        t.µsetName("extraargs", level.extraArguments);
        break;
      case "L":
        t.µsetName("activelines", proto === undefined ? undefined : activeLines(proto));
        break;
      default:
        t.µsetName("func", level.func);
    }
  }
  return t;
}

function describeSource(t: LuaTable, proto: Proto | undefined): void {
  const source = proto?.facts.chunkName ?? "=[C]";
  t.µsetName("source", source);
  t.µsetName("short_src", chunkDisplayName(source));
  t.µsetName("linedefined", proto?.facts.line ?? -1);
  t.µsetName("lastlinedefined", proto === undefined ? -1 : proto.isMain ? 0 : proto.facts.endLine);
  t.µsetName("what", proto === undefined ? "C" : proto.isMain ? "main" : "Lua");
}

function activeLines(proto: Proto): LuaTable {
  const t = new LuaTable();
  for (const line of proto.debug.activeLines()) t.µset(line, true);
  return t;
}

// ------------------------------------------------------------------ locals

/** A place that holds a local variable or another value of a level. */
interface Place {
  name: string;
  get(): LuaValue;
  set(v: LuaValue): void;
}

function findPlace(level: Level, n: number): Place | undefined {
  const { frame } = level;
  if (frame !== undefined && n < 0) return varargPlace(frame, -n);
  const locals = frame === undefined ? [] : visibleLocals(frame);
  const local = locals[n - 1];
  if (frame !== undefined && local !== undefined) return localPlace(frame, local);
  const i = n - 1 - locals.length;
  if (i < 0) return undefined;
  if (frame !== undefined && level.temporaries === undefined) return temporaryPlace(frame, i);
  const values = level.temporaries;
  if (values === undefined || i >= values.length) return undefined;
  return {
    name: frame === undefined ? "(C temporary)" : "(temporary)",
    get: () => values[i],
    set: (v) => {
      values[i] = v;
    },
  };
}

function visibleLocals(frame: LuaFrame): LocalInfo[] {
  const { k } = frame;
  return frame.proto.debug.locals.filter((l) => l.from < k && k <= l.to);
}

function localPlace(frame: LuaFrame, local: LocalInfo): Place {
  const { s } = frame;
  const { name, slot, cell } = local;
  return {
    name,
    get: () => (cell ? (s[slot] as Cell).v : (s[slot] as LuaValue)),
    set: (v) => {
      if (cell) (s[slot] as Cell).v = v;
      else if (slot >= 0) s[slot] = v;
    },
  };
}

/** An intermediate result that the function needs when it goes on. */
function temporaryPlace(frame: LuaFrame, i: number): Place | undefined {
  const { from, to } = frame.proto.debug.temporaries(frame.k);
  const slots: number[] = [];
  // places of results to come are still empty
  for (let slot = from; slot < to; slot++) if (frame.s[slot] !== undefined) slots.push(slot);
  const slot = slots[i];
  if (slot === undefined) return undefined;
  return {
    name: "(temporary)",
    get: () => frame.s[slot] as LuaValue,
    set: (v) => {
      frame.s[slot] = v;
    },
  };
}

/** Extra arguments are numbered from -1 down. */
function varargPlace(frame: LuaFrame, n: number): Place | undefined {
  const values = frame.s[frame.proto.debug.varargSlot] as LuaValue[] | undefined;
  if (values === undefined || n > values.length) return undefined;
  return {
    name: "(vararg)",
    get: () => values[n - 1],
    set: (v) => {
      values[n - 1] = v;
    },
  };
}

/** The parameters of a function, by number. */
function parameterName(f: LuaFunction, n: number): string | undefined {
  const proto = protoOf(f);
  const name = proto?.facts.parameterNames[n - 1];
  // a chunk without debug information
  return name?.startsWith("(") ? undefined : name;
}

/** `debug.getlocal` */
export function getlocal(...args: LuaValue[]): Results {
  const { thread, at } = threadArgument(args);
  const n = checkIndex(args[at + 1], at + 2);
  const what = args[at];
  if (typeof what === "function") return parameterName(what, n);
  const index = checkIndex(what, at + 1);
  return withLevels(thread, args, (levels) => {
    const place = findPlace(levelAt(levels, index, at + 1), n);
    return place === undefined ? undefined : [place.name, place.get()];
  });
}

/** `debug.setlocal` */
export function setlocal(...args: LuaValue[]): Results {
  const { thread, at } = threadArgument(args);
  const index = checkIndex(args[at], at + 1);
  const n = checkIndex(args[at + 1], at + 2);
  return withLevels(thread, args, (levels) => {
    const level = levelAt(levels, index, at + 1);
    checkAny(args.length, at + 3);
    const place = findPlace(level, n);
    place?.set(args[at + 2]);
    return place?.name;
  });
}

function levelAt(levels: Level[], index: number, argument: number): Level {
  const level = levels[index];
  if (level === undefined) throw argumentError(argument, "level out of range");
  return level;
}
