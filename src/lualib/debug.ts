/**
 * The debug library (§6.10). There is no C stack to look at: functions that inspect the running
 * stack suspend it, so that it becomes a chain of frames, read those and go on.
 */

import { call } from "../runtime/call";
import { control } from "../runtime/control";
import { LuaError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { getMetatable } from "../runtime/metatable";
import { library } from "../runtime/native";
import { numberToString } from "../runtime/number";
import type { LuaState } from "../runtime/state";
import { LuaSyntaxError } from "../runtime/syntax-error";
import { LuaTable } from "../runtime/table";
import { formatTraceback, type Level } from "../runtime/traceback";
import { first, isNumber, type LuaValue, type Results, Thread, Userdata } from "../runtime/value";
import { argumentError, checkAny, missingError, optIndex, typeError } from "./args";
import { gethook, sethook } from "./debug-hooks";
import { getinfo, getlocal, setlocal, threadArgument, withLevels } from "./debug-levels";
import { Address, getupvalue, setupvalue, upvalueid, upvaluejoin } from "./debug-upvalues";
import { stdin } from "./io-input";
import { readFormats } from "./io-read";
import { runSteps, type Steps } from "./resumable";

export function debugLibrary(state: LuaState): LuaTable {
  const traceback = (...args: LuaValue[]): Results => {
    const { thread, at } = threadArgument(args);
    const message = args[at];
    if (message !== undefined && typeof message !== "string" && !isNumber(message)) return message;
    const text = isNumber(message) ? numberToString(message) : message;
    const level = optIndex(args[at + 1], at + 2, thread === undefined ? 1 : 0);
    return withLevels(thread, args, (levels: Level[]) => {
      const trace = formatTraceback(levels, Math.max(level, 0), state.loaded);
      return text === undefined ? trace : `${text}\n${trace}`;
    });
  };
  return library("debug", {
    debug: () => runSteps(debugSteps(state)),
    gethook,
    getinfo,
    getlocal,
    getmetatable(...args: LuaValue[]): Results {
      checkAny(args.length, 1);
      return getMetatable(args[0]) ?? undefined;
    },
    getregistry(): Results {
      return state.registry;
    },
    getupvalue,
    // userdata of this implementation carry no Lua values
    getuservalue(_v: LuaValue, n: LuaValue): Results {
      optIndex(n, 2, 1);
      return undefined;
    },
    sethook: (...args: LuaValue[]) => sethook(state, args),
    setlocal,
    setmetatable(v: LuaValue, mt: LuaValue): Results {
      if (arguments.length < 2) throw missingError(2, "nil or table");
      if (mt !== undefined && !(mt instanceof LuaTable)) throw typeError(2, "nil or table", mt);
      setAnyMetatable(state, v, mt ?? null);
      return v;
    },
    setupvalue,
    setuservalue(...args: LuaValue[]): Results {
      optIndex(args[2], 3, 1);
      const [u] = args;
      if (!(u instanceof Userdata)) throw typeError(1, "userdata", u);
      if (u.value instanceof Address)
        throw argumentError(1, "userdata expected, got light userdata");
      checkAny(args.length, 2);
      return undefined;
    },
    traceback,
    upvalueid,
    upvaluejoin,
  });
}

function setAnyMetatable(state: LuaState, v: LuaValue, mt: LuaTable | null): void {
  if (v instanceof LuaTable || v instanceof Userdata) v.µmetatable = mt;
  else if (typeof v === "string") {
    state.strings = mt ?? new LuaTable();
    control.strings = state.strings;
  } else {
    const type = v === undefined ? "nil" : v instanceof Thread ? "thread" : typeof v;
    const key = (isNumber(v) ? "number" : type) as keyof typeof state.types;
    if (mt === null) delete state.types[key];
    else state.types[key] = mt;
  }
}

/** `debug.debug`: runs lines from standard input until `cont` or its end. */
function* debugSteps(state: LuaState): Steps {
  for (;;) {
    writeError("lua_debug> ");
    const r = readFormats(stdin, ["l"], 1);
    const line = first(r === SUSPENDED ? yield : r);
    if (typeof line !== "string" || line === "cont") return [];
    try {
      const result = call(state.load(line, "=(debug command)"));
      if (result === SUSPENDED) yield;
    } catch (e) {
      if (e instanceof LuaSyntaxError) writeError(`${e.message}\n`);
      else if (e instanceof LuaError) writeError(`${String(e.value)}\n`);
      else throw e;
    }
  }
}

function writeError(bytes: string): void {
  process.stderr.write(Buffer.from(bytes, "latin1"));
}
