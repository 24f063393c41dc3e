import { rawEquals } from "../runtime/compare";
import { type LuaError, leaveNative, runtimeError, typeName } from "../runtime/error";
import { Frame, SUSPENDED, suspend } from "../runtime/frame";
import { rawSet } from "../runtime/index-ops";
import { addInt, type LuaInteger, mulInt, negInt } from "../runtime/int64";
import { ipairs, next, pairs } from "../runtime/iterators";
import { getMetatable } from "../runtime/metatable";
import { parseNumber } from "../runtime/number";
import { error } from "../runtime/raise";
import { select } from "../runtime/select";
import { LuaTable } from "../runtime/table";
import { checkText, tostring } from "../runtime/tostring";
import { first, isNumber, type LuaFunction, type LuaValue, type Results } from "../runtime/value";
import { argumentError, checkAny, checkIndex, checkTable, typeError } from "./args";
import { setMetatable } from "./collectables";
import { pcall, xpcall } from "./pcall";
import { runSteps, type Steps } from "./resumable";

function* printSteps(args: LuaValue[], write: (s: string) => void): Steps {
  let line = "";
  for (let i = 0; i < args.length; i++) {
    const r = tostring(args[i]);
    const s = r === SUSPENDED ? checkText(first(yield)) : r;
    line += i === 0 ? s : `\t${s}`;
  }
  write(`${line}\n`);
  return [];
}

/** Waits for a `__tostring`. */
class TextFrame extends Frame {
  override resume(r: Results): Results {
    return checkText(first(r));
  }
}

/** `tonumber` with a base: digits and letters, wrapping around like all integer arithmetic. */
function parseBase(text: string, base: number): LuaInteger | undefined {
  const m = /^[ \f\n\r\t\v]*([-+]?)([0-9A-Za-z]+)[ \f\n\r\t\v]*$/.exec(text);
  if (m === null) return undefined;
  let n: LuaInteger = 0;
  for (const c of (m[2] as string).toLowerCase()) {
    const digit = c <= "9" ? c.charCodeAt(0) - 48 : c.charCodeAt(0) - 87;
    if (digit >= base) return undefined;
    n = addInt(mulInt(n, base), digit);
  }
  return m[1] === "-" ? negInt(n) : n;
}

function tonumber(v: LuaValue, base: LuaValue): Results {
  if (base === undefined) {
    if (typeof v === "string") return parseNumber(v);
    if (isNumber(v)) return v;
    checkAny(arguments.length, 1);
    return undefined;
  }
  const b = checkIndex(base, 2);
  if (typeof v !== "string") throw typeError(1, "string", v);
  if (b < 2 || b > 36) throw argumentError(2, "base out of range");
  return parseBase(v, b);
}

/** `setmetatable` for what is no table that has its first metatable given. */
function changeMetatable(t: LuaValue, mt: LuaValue, count: number): Results {
  const table = checkTable(t, 1);
  if (mt !== undefined || count < 1) {
    if (!(mt instanceof LuaTable)) throw typeErrorOrMissing(2, "nil or table", mt, count);
  }
  if (table.µmetatable !== null && table.µmetatable.µgetStr("__metatable") !== undefined)
    throw runtimeError("cannot change a protected metatable");
  setMetatable(table, (mt as LuaTable | undefined) ?? null);
  return table;
}

/** What the basic functions need of their surroundings. */
export interface BaseOptions {
  write(bytes: string): void;
  warn(bytes: string): void;
}

/** `assert` (§6.1): all its arguments, unless the first is nil or false. */
function luaAssert(v: LuaValue, message: LuaValue): Results {
  const n = arguments.length;
  if (v === undefined || v === false) {
    checkAny(n, 1);
    return error(n > 1 ? message : "assertion failed!");
  }
  if (n === 1) return v;
  if (n === 2) return [v, message];
  const results: LuaValue[] = [];
  for (let i = 0; i < n; i++) results.push(arguments[i]);
  return results;
}

/** The basic functions that every state has from its start; `Libraries` has the others. */
export function baseFunctions(options: BaseOptions): Record<string, LuaFunction> {
  let warnings = false;
  const pending = "";
  return {
    assert: luaAssert,
    error,
    getmetatable(...args: LuaValue[]): Results {
      checkAny(args.length, 1);
      const mt = getMetatable(args[0]);
      if (mt === null) return undefined;
      return mt.µgetStr("__metatable") ?? mt;
    },
    ipairs,
    next,
    pairs,
    pcall,
    print(...args: LuaValue[]): Results {
      let line = "";
      for (let i = 0; i < args.length; i++) {
        const v = args[i];
        // only these have no metamethods that could suspend
        if (typeof v !== "string" && !isNumber(v)) return runSteps(printSteps(args, options.write));
        line += i === 0 ? tostring(v) : `\t${tostring(v)}`;
      }
      options.write(`${line}\n`);
      return [];
    },
    rawequal(...args: LuaValue[]): Results {
      checkAny(args.length, 1);
      checkAny(args.length, 2);
      return rawEquals(args[0], args[1]);
    },
    rawget(t: LuaValue, ...key: LuaValue[]): Results {
      const table = checkTable(t, 1);
      checkAny(key.length + 1, 2);
      return table.µget(key[0]);
    },
    rawlen(v: LuaValue): Results {
      if (v instanceof LuaTable) return v.µlength();
      if (typeof v === "string") return v.length;
      throw typeErrorOrMissing(1, "table or string", v, arguments.length);
    },
    rawset(t: LuaValue, ...rest: LuaValue[]): Results {
      const table = checkTable(t, 1);
      checkAny(rest.length + 1, 2);
      checkAny(rest.length + 1, 3);
      rawSet(table, rest[0], rest[1]);
      return table;
    },
    select,
    setmetatable(t: LuaValue, mt: LuaValue): Results {
      if (t instanceof LuaTable && mt instanceof LuaTable && t.µmetatable === null) {
        setMetatable(t, mt);
        return t;
      }
      return changeMetatable(t, mt, arguments.length - 1);
    },
    tonumber,
    tostring(v: LuaValue): Results {
      if (typeof v === "string") return v;
      if (v === undefined) checkAny(arguments.length, 1);
      if (typeof v === "number") return tostring(v);
      try {
        const r = tostring(v);
        return r === SUSPENDED ? suspend(new TextFrame()) : r;
      } catch (e) {
        throw leaveNative(e);
      }
    },
    type(v: LuaValue): Results {
      if (v === undefined) checkAny(arguments.length, 1);
      return typeName(v);
    },
    warn(...args: LuaValue[]): Results {
      if (args.length === 0) throw argumentError(1, "string expected, got no value");
      args.forEach((a, i) => {
        if (typeof a !== "string" && !isNumber(a)) throw typeError(i + 1, "string", a);
      });
      const text = args.map((a) => tostring(a)).join("");
      if (args.length === 1 && pending === "" && text.startsWith("@")) {
        if (text === "@on") warnings = true;
        else if (text === "@off") warnings = false;
        return [];
      }
      if (warnings) options.warn(`Lua warning: ${text}\n`);
      return [];
    },
    xpcall,
  };
}

function typeErrorOrMissing(n: number, expected: string, v: LuaValue, count: number): LuaError {
  return count === 0
    ? argumentError(n, `${expected} expected, got no value`)
    : typeError(n, expected, v);
}
