/**
 * Completion at the prompt: globals, fields along a path (`http.client.`), methods behind a colon,
 * keywords. Tables are read raw, and through `__index` as far as that is a table: nothing is called.
 */
import { handleMembers } from "../host/handle";
import { RESERVED_WORDS } from "../lexer/token";
import { getMetatable } from "../runtime/metatable";
import { LuaTable } from "../runtime/table";
import { TableIterator } from "../runtime/table-iterator";
import { type LuaValue, Userdata } from "../runtime/value";

/** `global` is one where a statement begins (§3.1). */
const KEYWORDS = [...RESERVED_WORDS, "global"];
const NAME = /^[A-Za-z_]\w*$/;
/** A path in front of the cursor, and the beginning of what comes last. */
const PATH = /((?:[A-Za-z_]\w*\s*[.:]\s*)*)([A-Za-z_]\w*)?$/;
const MAX_CHAIN = 20;

/** What may stand at the end of `line`: whole candidates, and the text that they replace. */
export function complete(line: string, globals: LuaTable): [candidates: string[], word: string] {
  const [whole, path = "", prefix = ""] = PATH.exec(line) as RegExpExecArray;
  const before = line.slice(0, line.length - whole.length);
  // behind a call or an index nothing is known, and a number goes on as one; `..` is an operator
  if (/(?:^|[^.])[.:]\s*$|\w$/.test(before)) return [[], prefix];
  const owner = path === "" ? globals : resolve(path, globals);
  if (owner === undefined) return [[], prefix];
  const isMethod = /:\s*$/.test(path);
  const names = members(owner, isMethod);
  if (path === "") names.push(...KEYWORDS);
  const fitting = [...new Set(names)].filter((n) => n.startsWith(prefix)).sort();
  return [fitting.map((n) => path + n), path + prefix];
}

function resolve(path: string, globals: LuaTable): LuaValue {
  let value: LuaValue = globals;
  for (const [name] of path.matchAll(/[A-Za-z_]\w*/g)) {
    const found: LuaValue = tables(value)
      .map((t) => t.µgetStr(name))
      .find((v) => v !== undefined);
    if (found === undefined) return undefined;
    value = found;
  }
  return value;
}

/** The tables in which an index looks, in order. */
function tables(value: LuaValue): LuaTable[] {
  const chain: LuaTable[] = [];
  let next = value;
  while (chain.length < MAX_CHAIN) {
    if (next instanceof LuaTable) chain.push(next);
    const index = getMetatable(next)?.µgetStr("__index");
    if (index === undefined || typeof index === "function") break;
    next = index;
  }
  return chain;
}

function members(owner: LuaValue, isMethod: boolean): string[] {
  if (owner instanceof Userdata) return handleMembers(owner, isMethod);
  const names: string[] = [];
  for (const table of tables(owner)) {
    const it = new TableIterator(table);
    while (it.step())
      if (typeof it.key === "string" && NAME.test(it.key))
        if (!isMethod || typeof it.value === "function") names.push(it.key);
  }
  return names;
}
