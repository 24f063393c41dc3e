/** Call stacks as text and as levels (§6.10, debug.traceback). */
import { chunkDisplayName } from "../parser/syntax-error";
import type { TraceRow } from "./error";
import type { Frame } from "./frame";
import { LuaFrame } from "./luaframe";
import { nativeName } from "./native";
import type { Proto, ValueName } from "./proto";
import type { LuaTable } from "./table";
import { TableIterator, LuaTable as Table } from "./table";
import type { LuaFunction, LuaValue } from "./value";

/** One function in a call stack: a Lua function with the operation under way, or a native one. */
export interface Level {
  proto: Proto | undefined;
  k: number;
  frame: LuaFrame | undefined;
}

/** The levels of a suspended stack, innermost first. */
export function levelsOf(top: Frame | null): Level[] {
  const levels: Level[] = [];
  for (let f = top; f !== null; f = f.up) {
    if (f instanceof LuaFrame) levels.push({ proto: f.proto, k: f.k, frame: f });
    else if (!f.isHidden) levels.push({ proto: undefined, k: 0, frame: undefined });
  }
  return levels;
}

/** The levels that an error has passed. */
export function levelsOfRows(rows: TraceRow[]): Level[] {
  return rows.flatMap((row) =>
    typeof row === "string"
      ? []
      : [{ proto: row.proto as Proto, k: row.op, frame: undefined }],
  );
}

/** What the caller of a level calls it. */
export function levelName(levels: Level[], i: number): ValueName | undefined {
  const caller = levels[i + 1];
  return caller?.proto?.debug.calleeName(caller.k);
}

/** `string.rep` for a function found in a loaded module; `print` for a global. */
export function loadedName(loaded: LuaTable, f: LuaValue): string | undefined {
  const modules = new TableIterator(loaded);
  while (modules.step()) {
    if (!(modules.value instanceof Table) || typeof modules.key !== "string") continue;
    const fields = new TableIterator(modules.value);
    while (fields.step()) {
      if (fields.value === f && typeof fields.key === "string")
        return modules.key === "_G" ? fields.key : `${modules.key}.${fields.key}`;
    }
  }
  return undefined;
}

function describe(levels: Level[], i: number): string {
  const { proto, k } = levels[i] as Level;
  const name = levelName(levels, i);
  const where =
    proto === undefined
      ? "[C]:"
      : `${chunkDisplayName(proto.chunkName)}:${proto.lines[k] ?? proto.line}:`;
  if (proto?.isMain) return `${where} in main chunk`;
  if (name !== undefined) return `${where} in ${name.kind} '${name.name}'`;
  if (proto === undefined) return "[C]: in ?";
  return `${where} in function <${chunkDisplayName(proto.chunkName)}:${proto.line}>`;
}

/** Rows shown at each end of a long traceback. */
const HEAD = 10;
const TAIL = 11;

/** `stack traceback:` and a row per level, from `first` (0 = innermost). */
export function formatTraceback(levels: Level[], first = 0): string {
  const rows: string[] = [];
  const count = levels.length - first;
  const skipped = count > HEAD + TAIL ? count - HEAD - TAIL : 0;
  for (let i = 0; i < count; i++) {
    if (skipped > 0 && i === HEAD) {
      rows.push(`\n\t...\t(skipping ${skipped} levels)`);
      i += skipped;
    }
    rows.push(`\n\t${describe(levels, first + i)}`);
  }
  return `stack traceback:${rows.join("")}`;
}

/** A level for a native function that is running. */
export const NATIVE_LEVEL: Level = { proto: undefined, k: 0, frame: undefined };

export function isNative(f: LuaFunction): boolean {
  return nativeName(f) !== undefined;
}
