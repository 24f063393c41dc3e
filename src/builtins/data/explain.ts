/** Why a value can't be written: the formats only notice that it can't, this walks it again. */
import {
  bytesToUtf8,
  entries,
  isNull,
  isUtf8,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
  numberToString,
  typeName,
} from "../../host";
import { keyText } from "./rules";

/** Tables nested deeper are refused by JSON; the other formats take less. */
export const MAX_DEPTH = 1000;

/** What can't be written, and where; undefined when all can. `path` and `ancestors` lead to `v`. */
export function explain(v: LuaValue, path = "", ancestors: LuaTable[] = []): string | undefined {
  const at = path === "" ? "" : ` at ${path}`;
  if (typeof v === "string") return isUtf8(v) ? undefined : `string is not valid UTF-8${at}`;
  if (typeof v === "number" && !Number.isFinite(v))
    return `cannot encode ${Number.isNaN(v) ? "NaN" : v > 0 ? "inf" : "-inf"} as JSON number${at}`;
  if (v instanceof LuaTable) return explainTable(v, path, ancestors);
  if (typeof v === "object" && !(v instanceof LuaFloat || v instanceof LuaInt64 || isNull(v)))
    return `unsupported Lua type for JSON: ${typeName(v)}${at}`;
  return typeof v === "function" ? `unsupported Lua type for JSON: function${at}` : undefined;
}

function explainTable(t: LuaTable, path: string, ancestors: LuaTable[]): string | undefined {
  const here = path === "" ? "the value" : path;
  const seen = ancestors.indexOf(t);
  if (seen >= 0) return `cycle: ${here} is the table ${ancestorPath(path, seen)} again`;
  if (ancestors.length >= MAX_DEPTH) return `nesting deeper than ${MAX_DEPTH} levels`;
  ancestors.push(t);
  const texts = new Set<string>();
  try {
    for (const [key, v] of entries(t)) {
      if (typeof key !== "string" && typeof key !== "number" && typeof key !== "object")
        return `unsupported table key type: ${typeName(key)}${path === "" ? "" : ` at ${path}`}`;
      if (typeof key === "object" && !(key instanceof LuaFloat || key instanceof LuaInt64))
        return `unsupported table key type: ${typeName(key)}${path === "" ? "" : ` at ${path}`}`;
      if (typeof key === "number" && !Number.isFinite(key))
        return `cannot encode ${key > 0 ? "inf" : "-inf"} as JSON number (a table key)`;
      if (typeof key === "string" && !isUtf8(key))
        return `table key is not valid UTF-8${path === "" ? "" : ` at ${path}`}`;
      const text = keyText(key);
      if (texts.has(text)) return twice(text, path);
      texts.add(text);
      const cause = explain(v, `${path}${segment(key)}`, ancestors);
      if (cause !== undefined) return cause;
    }
  } finally {
    ancestors.pop();
  }
  return undefined;
}

function twice(text: string, path: string): string {
  const quoted = JSON.stringify(bytesToUtf8(text));
  return `two keys are both ${quoted} as text, a number and a string${path === "" ? "" : ` at ${path}`}`;
}

function segment(key: LuaValue): string {
  if (typeof key !== "string") return `[${numberToString(key as number)}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(bytesToUtf8(key))}]`;
}

/** The path of the ancestor at `level`, which is a prefix of `path`. */
function ancestorPath(path: string, level: number): string {
  if (level === 0) return "at the top";
  const parts = path.match(/\.\w+|\["(?:[^"\\]|\\.)*"\]|\[[^\]]*\]/g) ?? [];
  return `at ${parts.slice(0, level).join("")}`;
}
