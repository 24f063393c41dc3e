/** Loading Lua code: `load`, `loadfile`, `dofile` (§6.1). */

import { call } from "../runtime/call";
import { inspect } from "../runtime/control";
import { LuaError, leaveNative, runtimeError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { numberToString } from "../runtime/number";
import type { LuaState } from "../runtime/state";
import { LuaSyntaxError } from "../runtime/syntax-error";
import { levelsOf } from "../runtime/traceback";
import { placed, settle } from "../runtime/unwind";
import { first, isNumber, type LuaFunction, type LuaValue, type Results } from "../runtime/value";
import { argumentError, checkFunction, checkString, optString } from "./args";
import { BINARY } from "./bytes";
import { asCallback } from "./callback";
import type { Guard } from "./guard";
import { systemReason } from "./io-errors";
import { runSteps, type Steps } from "./resumable";
import { skipShebang } from "./shebang";

/** Reads a whole file as bytes; throws a JS error with the system's reason. */
function readFile(path: string): string {
  const { readFileSync } = require("node:fs") as typeof import("node:fs");
  return readFileSync(Buffer.from(path, "latin1")).toString("latin1");
}

/** True for a binary chunk; fails if the mode does not allow the chunk. */
function checkKind(source: string, mode: string): boolean {
  const isBinary = source.startsWith(BINARY);
  if (!mode.includes(isBinary ? "b" : "t")) {
    const kind = isBinary ? "binary" : "text";
    throw new LuaSyntaxError(`attempt to load a ${kind} chunk (mode is '${mode}')`);
  }
  return isBinary;
}

function loadText(
  state: LuaState,
  source: string,
  chunkName: string,
  mode: string,
  env: LuaValue[],
): Results {
  try {
    if (checkKind(source, mode)) {
      const { loadBinary } = require("./binary") as typeof import("./binary");
      return loadBinary(source, chunkName, env.length > 0 ? env[0] : state.globals);
    }
    return env.length > 0 ? state.load(source, chunkName, env[0]) : state.load(source, chunkName);
  } catch (e) {
    if (e instanceof LuaSyntaxError) return [undefined, e.message];
    if (e instanceof RangeError)
      return [undefined, `${chunkName}: chunk is too large or too deeply nested`];
    throw e;
  }
}

/** nil and the error with the position of the function at `level`; 1 is the one that called `load`. */
function located({ value }: LuaError, level: number): Results {
  return inspect(({ top }) => {
    const at = levelsOf(top)[level - 1];
    return [undefined, at?.proto === undefined ? value : placed(at.proto, at.k, value)];
  });
}

function callReader(reader: LuaFunction): Results {
  try {
    return call(reader);
  } catch (e) {
    throw leaveNative(e);
  }
}

function* readerSteps(
  state: LuaState,
  reader: LuaFunction,
  chunkName: string,
  mode: string,
  env: LuaValue[],
): Steps {
  let source = "";
  try {
    for (;;) {
      // whether the mode allows the chunk shows with its first piece
      if (source !== "") checkKind(source, mode);
      const r = callReader(reader);
      const piece = first(r === SUSPENDED ? yield : r);
      if (piece === undefined || piece === "") break;
      if (typeof piece === "string") source += piece;
      else if (isNumber(piece)) source += numberToString(piece);
      else throw runtimeError("reader function must return a string");
    }
  } catch (e) {
    if (e instanceof LuaSyntaxError) return [undefined, e.message];
    if (!(e instanceof LuaError)) throw e;
    if (typeof e.pending !== "number") return [undefined, settle(e, undefined).value];
    return e.pending > 0 ? located(e, e.pending) : [undefined, e.value];
  }
  return loadText(state, source, chunkName, mode, env);
}

/** `B`, for chunks in fixed buffers, is of the C API only. */
function checkMode(v: LuaValue, n: number): string {
  const mode = optString(v, n, "bt");
  if (mode.includes("B")) throw argumentError(n, "invalid mode");
  return mode;
}

/** A sandbox takes text only: a binary chunk would be trusted to be what its header says. */
function allowedMode(guard: Guard | undefined, mode: string): string {
  return guard?.isSandbox ? mode.replaceAll("b", "") : mode;
}

export function loadFunctions(state: LuaState, guard?: Guard): Record<string, LuaFunction> {
  const loadPath = (path: string, mode: string, env: LuaValue[]): Results => {
    const real = guard === undefined ? path : guard.readPath(path);
    if (real === undefined) return [undefined, `cannot open ${path}: reading it is not allowed`];
    let source: string;
    try {
      source = readFile(real);
    } catch (e) {
      return [undefined, `cannot open ${path}: ${systemReason(e)}`];
    }
    return loadText(state, skipShebang(source), `@${path}`, mode, env);
  };
  const loadStdin = (mode: string, env: LuaValue[]): Results => {
    if (guard?.isSandbox) return [undefined, "cannot open stdin: reading it is not allowed"];
    const { readFileSync } = require("node:fs") as typeof import("node:fs");
    return loadText(state, skipShebang(readFileSync(0).toString("latin1")), "=stdin", mode, env);
  };
  return {
    load(...args: LuaValue[]): Results {
      const [chunk, name, modeArg] = args;
      const mode = allowedMode(guard, checkMode(modeArg, 3));
      const env = args.length > 3 ? [args[3]] : [];
      if (typeof chunk === "string" || isNumber(chunk)) {
        const text = checkString(chunk, 1);
        return loadText(state, text, optString(name, 2, text), mode, env);
      }
      const chunkName = optString(name, 2, "=(load)");
      const reader = asCallback(checkFunction(chunk, 1));
      return runSteps(readerSteps(state, reader, chunkName, mode, env));
    },
    loadfile(path: LuaValue, modeArg: LuaValue, ...env: LuaValue[]): Results {
      const mode = allowedMode(guard, checkMode(modeArg, 2));
      if (path === undefined) return loadStdin(mode, env);
      return loadPath(checkString(path, 1), mode, env);
    },
    dofile(path: LuaValue): Results {
      const mode = allowedMode(guard, "bt");
      const r = path === undefined ? loadStdin(mode, []) : loadPath(checkString(path, 1), mode, []);
      if (typeof r === "function") return r();
      throw new LuaError((r as LuaValue[])[1]);
    },
  };
}
