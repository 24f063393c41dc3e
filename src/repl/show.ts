/** Results as the prompt shows them: tables with their content, on several lines when it is long. */
import { inspect, opaqueText } from "../host/inspect";
import { getMetatable } from "../runtime/metatable";
import { LuaTable } from "../runtime/table";
import { TableIterator } from "../runtime/table-iterator";
import { plainText, tostring } from "../runtime/tostring";
import type { LuaValue } from "../runtime/value";

const WIDTH = 80;
const DEPTH = 6;
const ITEMS = 200;
const LENGTH = 1000;

/** A result as a byte string; strings as they are, like `print`. */
export function showResult(v: LuaValue): string {
  if (v instanceof LuaTable && getMetatable(v)?.µgetStr("__tostring") === undefined)
    return Buffer.from(showTable(v, "", [])).toString("latin1");
  const text = tostring(v);
  return typeof text === "string" ? text : plainText(v);
}

function showTable(t: LuaTable, indent: string, ancestors: readonly LuaTable[]): string {
  const short = inspect(t, { depth: DEPTH, items: ITEMS, length: LENGTH });
  if (indent.length + short.length <= WIDTH || ancestors.length >= DEPTH) return short;
  if (opaqueText(t) !== undefined) return short;
  const inner = `${indent}  `;
  const lines: string[] = [];
  let next = 1;
  const it = new TableIterator(t);
  while (it.step()) {
    if (lines.length >= ITEMS) {
      lines.push(`${inner}…`);
      break;
    }
    const key = it.key === next ? "" : `${keyText(it.key)} = `;
    if (it.key === next) next++;
    lines.push(`${inner}${key}${valueText(it.value, inner, [...ancestors, t])},`);
  }
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function valueText(v: LuaValue, indent: string, ancestors: readonly LuaTable[]): string {
  if (!(v instanceof LuaTable)) return inspect(v, { length: LENGTH });
  return ancestors.includes(v) ? "{cycle}" : showTable(v, indent, ancestors);
}

function keyText(key: LuaValue): string {
  if (typeof key === "string" && /^[A-Za-z_]\w*$/.test(key)) return key;
  return `[${inspect(key)}]`;
}
