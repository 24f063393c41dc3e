/**
 * The debug library (§6.10). There is no C stack to look at: functions that inspect the running
 * stack suspend it, so that it becomes a chain of frames, read those and go on.
 */
import { control, inspect } from "../runtime/control";
import { Coroutine } from "../runtime/coroutine";
import { getMetatable } from "../runtime/metatable";
import { library } from "../runtime/native";
import type { LuaState } from "../runtime/state";
import { LuaTable } from "../runtime/table";
import { formatTraceback, type Level, levelsOf, levelsOfRows, NATIVE_LEVEL } from "../runtime/traceback";
import { isNumber, type LuaValue, type Results, Thread, Userdata } from "../runtime/value";
import { optIndex, typeError } from "./args";
import { handling } from "./pcall";

/** The levels above the function that inspects, with those of an error that is being handled. */
export function currentLevels(co: Coroutine): Level[] {
  const levels = levelsOf(co.top);
  const error = handling[handling.length - 1];
  return error === undefined ? levels : [...levelsOfRows(error.traceback), ...levels];
}

export function debugLibrary(state: LuaState): LuaTable {
  return library("debug", {
    traceback(...args: LuaValue[]): Results {
      const thread = args[0] instanceof Coroutine ? args.shift() : undefined;
      const [message, level] = args;
      if (message !== undefined && typeof message !== "string" && !isNumber(message)) return message;
      const prefix = message === undefined ? "" : `${String(message)}\n`;
      if (thread instanceof Coroutine) {
        const first = optIndex(level, 2, 0);
        const levels = thread.error === undefined ? levelsOf(thread.top) : levelsOfRows(thread.error.traceback);
        return prefix + formatTraceback(levels, first);
      }
      const first = optIndex(level, 2, 1);
      return inspect((owner) => {
        const levels = [NATIVE_LEVEL, ...currentLevels(owner as Coroutine), NATIVE_LEVEL];
        return prefix + formatTraceback(levels, first);
      });
    },
    getmetatable(v: LuaValue): Results {
      return getMetatable(v) ?? undefined;
    },
    setmetatable(v: LuaValue, mt: LuaValue): Results {
      if (mt !== undefined && !(mt instanceof LuaTable)) throw typeError(2, "nil or table", mt);
      setAnyMetatable(state, v, mt ?? null);
      return v;
    },
    getregistry(): Results {
      return state.registry;
    },
  });
}

function setAnyMetatable(state: LuaState, v: LuaValue, mt: LuaTable | null): void {
  if (v instanceof LuaTable || v instanceof Userdata) v.metatable = mt;
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
