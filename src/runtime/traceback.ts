/** Call stacks as levels (§4.7) and as text (§6.10, debug.traceback). */

import { NATIVE_ROW, type TraceRow } from "./error";
import type { Frame } from "./frame";
import { LuaFrame } from "./luaframe";
import { getMetamethod } from "./metatable";
import { isOf, protoOf } from "./probe";
import type { Proto, ValueName } from "./proto";
import { chunkDisplayName } from "./syntax-error";
import { LuaTable } from "./table";
import { TableIterator } from "./table-iterator";
import type { LuaFunction, LuaValue } from "./value";

/** One function in a call stack. */
export interface Level {
  /** The prototype of a Lua function; undefined for a native one. */
  proto: Proto | undefined;
  /** The operation under way in a Lua function. */
  k: number;
  /** The Lua function's frame, while it still runs. */
  frame: LuaFrame | undefined;
  /** The function itself, when it can still be found. */
  func: LuaFunction | undefined;
  /** What the function is called where it was called from. */
  name: ValueName | undefined;
  /** A Lua function that took the place of its caller (§3.4.10). */
  isTailCall: boolean;
  /** Objects that `__call` metamethods put in front of the arguments. */
  extraArguments: number;
  /** Qualified name of a native function, for when it can't be found otherwise. */
  native?: string | undefined;
  /** Values without a name: arguments of a native function, results about to be returned. */
  temporaries?: LuaValue[] | undefined;
  /** Which values a call or return hook is about. */
  transfer?: Transfer | undefined;
}

/** Numbers of the values (as getlocal counts them) that are passed or returned. */
export interface Transfer {
  first: number;
  count: number;
}

/** Frames that are part of the stack in a way of their own. */
export interface SpecialFrame extends Frame {
  /** Name of the function called by this frame. */
  readonly calledName?: ValueName;
  /** Levels of an error that this frame's callee handles: they lie between the two. */
  readonly errorRows?: TraceRow[] | undefined;
  /** Qualified name of the native function that the frame is of. */
  readonly nativeName?: string;
  /** Values of this frame without a name. */
  readonly temporaries?: LuaValue[];
  /** What a call or return hook says of the function that it interrupts. */
  readonly transfer?: Transfer | undefined;
}

/** A native function without any details. */
function nativeLevel(func?: LuaFunction, name?: ValueName): Level {
  return {
    proto: undefined,
    k: 0,
    frame: undefined,
    func,
    name,
    isTailCall: false,
    extraArguments: 0,
  };
}

/** The levels of a suspended stack, innermost first. */
export function levelsOf(top: Frame | null): Level[] {
  const levels: Level[] = [];
  let pending: Transfer | undefined;
  for (let f = top; f !== null; f = f.up) {
    const caller = visibleCaller(f.up);
    if (f instanceof LuaFrame) levels.push(luaLevel(f, caller));
    else if (!f.isHidden && !isOperator(caller))
      levels.push({ ...calledLevel(caller), native: (f as SpecialFrame).nativeName });
    const { temporaries, transfer, errorRows: rows } = f as SpecialFrame;
    const last = levels[levels.length - 1];
    if (temporaries !== undefined && last !== undefined) last.temporaries = temporaries;
    if (last !== undefined && !f.isHidden) {
      last.transfer = pending;
      pending = undefined;
    }
    pending ??= transfer;
    // the error's levels come before the native function that called the handler
    if (rows === undefined) continue;
    if (f.isHidden) levels.push(...levelsOfRows(rows, visibleCaller(f.up)));
    else levels.splice(levels.length - 1, 0, ...levelsOfRows(rows));
  }
  return levels;
}

/** The native function that the frame `top` waits for, as a level. */
export function calledLevel(top: Frame | null): Level {
  const caller = visibleCaller(top);
  const { func, extra } = resolve(caller?.callee);
  const level = nativeLevel(func, callName(caller));
  level.extraArguments = extra;
  return level;
}

function luaLevel(f: LuaFrame, caller: Frame | null): Level {
  const func = f.s[f.proto.facts.selfSlot] as LuaFunction;
  const isTailCall =
    f.hooked?.isTail === true || f.s[f.proto.debug.tailSlot] === true || tookPlace(func, caller);
  return {
    proto: f.proto,
    k: f.k,
    frame: f,
    func,
    name: isTailCall ? undefined : callName(caller),
    isTailCall,
    extraArguments: isTailCall || !isCall(caller) ? 0 : resolve(caller?.callee).extra,
  };
}

/**
 * True when `caller` called something else, which then left by a tail call. That is certain for a
 * constant variable; what any other holds by now must at least be a function that makes tail calls.
 */
function tookPlace(func: LuaFunction, caller: Frame | null): boolean {
  if (caller === null) return false;
  const called =
    caller instanceof LuaFrame
      ? caller.proto.debug.callee(caller.k, caller.s)
      : { value: caller.callee, certain: true };
  if (called === undefined) return false;
  const { func: expected } = resolve(called.value);
  if (expected === undefined || expected === func) return false;
  return called.certain || protoOf(expected)?.debug.hasTailCalls === true;
}

function visibleCaller(frame: Frame | null): Frame | null {
  let f = frame;
  while (f?.isHidden && !callsByItself(f)) f = f.up;
  return f;
}

/** Hidden frames that call a function of their own. */
function callsByItself(f: SpecialFrame): boolean {
  return f.calledName !== undefined || f.errorRows !== undefined;
}

function isCall(caller: Frame | null): boolean {
  return caller instanceof LuaFrame ? caller.proto.debug.isCall(caller.k) : caller !== null;
}

/** Native frames that help an operator are no functions of their own. */
function isOperator(caller: Frame | null): boolean {
  return caller instanceof LuaFrame && !caller.proto.debug.isCall(caller.k);
}

function callName(caller: Frame | null): ValueName | undefined {
  if (caller === null) return undefined;
  const special = (caller as SpecialFrame).calledName;
  if (special !== undefined) return special;
  return caller instanceof LuaFrame ? caller.proto.debug.calleeName(caller.k) : undefined;
}

/** The function behind a called value, through `__call` metamethods (§2.4). */
function resolve(called: LuaValue): { func: LuaFunction | undefined; extra: number } {
  let v = called;
  for (let extra = 0; extra < 255 && v !== undefined; extra++) {
    if (typeof v === "function") return { func: v, extra };
    v = getMetamethod(v, "__call");
  }
  return { func: undefined, extra: 0 };
}

/** The levels that an error has passed; `caller` called the outermost of them. */
export function levelsOfRows(rows: TraceRow[], caller: Frame | null = null): Level[] {
  const levels: Level[] = [];
  rows.forEach((row, i) => {
    const next = rows[i + 1];
    if ("native" in row) {
      // an operator that failed is no native function
      if (row === NATIVE_ROW && !isCallRow(next)) return;
      levels.push({ ...nativeLevel(undefined, rowName(next)), native: row.native });
      return;
    }
    const proto = row.proto as Proto;
    const isTailCall = tookPlaceOf(proto, next);
    const name = isTailCall ? undefined : next === undefined ? callName(caller) : rowName(next);
    levels.push({ ...nativeLevel(undefined, name), proto, k: row.op, isTailCall });
  });
  return levels;
}

/**
 * True when `caller` certainly called another function, which left by a tail call (§3.4.10). What it
 * held in other variables is not known any more.
 */
function tookPlaceOf(proto: Proto, caller: TraceRow | undefined): boolean {
  if (caller === undefined || "native" in caller || proto.origin === undefined) return false;
  const called = (caller.proto as Proto).debug.calledBody(caller.op);
  return called !== undefined && called !== proto.origin.body;
}

function isCallRow(row: TraceRow | undefined): boolean {
  return row !== undefined && "proto" in row && (row.proto as Proto).debug.isCall(row.op);
}

function rowName(caller: TraceRow | undefined): ValueName | undefined {
  if (caller === undefined || "native" in caller) return undefined;
  return (caller.proto as Proto).debug.calleeName(caller.op);
}

/** `string.rep` for a function found in a loaded module; `print` for a global. */
function loadedName(loaded: LuaTable, level: Level): string | undefined {
  const { func, proto } = level;
  if (func === undefined && proto === undefined) return undefined;
  let found: string | undefined;
  const modules = new TableIterator(loaded);
  while (modules.step()) {
    if (!(modules.value instanceof LuaTable) || typeof modules.key !== "string") continue;
    const fields = new TableIterator(modules.value);
    while (fields.step()) {
      const f = fields.value;
      if (typeof f !== "function" || typeof fields.key !== "string") continue;
      // without the function at hand, its prototype's name in the process will do
      if (func === undefined ? !isOf(f, proto as Proto) : f !== func) continue;
      if (modules.key === "_G") return fields.key;
      found ??= `${modules.key}.${fields.key}`;
    }
  }
  return found;
}

/** The line under way, or -1. */
export function currentLine(level: Level): number {
  const { proto, k } = level;
  return proto === undefined ? -1 : (proto.facts.lines[k] ?? proto.facts.line) || -1;
}

function describe(level: Level, loaded: LuaTable | undefined): string {
  const { proto, name } = level;
  const source = proto === undefined ? "[C]" : chunkDisplayName(proto.facts.chunkName);
  const line = currentLine(level);
  const where = line > 0 ? `${source}:${line}:` : `${source}:`;
  const tail = level.isTailCall ? "\n\t(...tail calls...)" : "";
  return `${where} in ${functionName()}${tail}`;

  function functionName(): string {
    if (name !== undefined) return `${name.kind} '${name.name}'`;
    if (proto?.isMain) return "main chunk";
    const global = loaded === undefined ? undefined : loadedName(loaded, level);
    if (global !== undefined) return `function '${global}'`;
    if (level.native !== undefined) return `function '${level.native}'`;
    return proto === undefined ? "?" : `function <${source}:${proto.facts.line}>`;
  }
}

/** Rows shown at each end of a long traceback. */
const HEAD = 10;
const TAIL = 11;

/**
 * `stack traceback:` and a row per level, from `first` (0 = innermost). `loaded` is
 * `package.loaded`, to name functions that are called from native code.
 */
export function formatTraceback(levels: Level[], first = 0, loaded?: LuaTable): string {
  const rows: string[] = [];
  const count = levels.length - first;
  const skipped = count > HEAD + TAIL ? count - HEAD - TAIL : 0;
  for (let i = 0; i < count; i++) {
    if (skipped > 0 && i === HEAD) {
      // C Lua counts one less
      rows.push(`\n\t...\t(skipping ${skipped - 1} levels)`);
      i += skipped;
    }
    rows.push(`\n\t${describe(levels[first + i] as Level, loaded)}`);
  }
  return `stack traceback:${rows.join("")}`;
}

/** What called the main chunk of a program: the end of its stack. */
export const HOST_LEVEL: Level = nativeLevel();
