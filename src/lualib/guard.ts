/**
 * The standard library where scripts are confined: what is left of it in a sandbox, and what it
 * refuses in read-only runs.
 */
import { LuaError } from "../runtime/error";
import { native } from "../runtime/native";
import type { LuaTable } from "../runtime/table";
import type { LuaValue } from "../runtime/value";

/** What the surroundings forbid. */
export interface Guard {
  /** The path to read for a script's `path` (byte strings); undefined when that is not allowed. */
  readPath(path: string): string | undefined;
  /** Nothing reaches other programs, files, or the inside of other functions. */
  readonly isSandbox: boolean;
  /** What changes something outside raises an error. */
  readonly readonly: boolean;
}

/** What is not there in a sandbox. */
export const REMOVED: Readonly<Record<string, readonly string[]>> = {
  os: ["execute", "remove", "rename", "tmpname"],
  string: ["dump"],
  // the rest reaches into functions and metatables of others
  debug: [
    "debug",
    "gethook",
    "getlocal",
    "getmetatable",
    "getregistry",
    "getupvalue",
    "getuservalue",
    "sethook",
    "setlocal",
    "setmetatable",
    "setupvalue",
    "setuservalue",
    "upvalueid",
    "upvaluejoin",
  ],
};

const ALWAYS = () => true;
/** What changes something outside, and when. */
const MUTATING: Readonly<Record<string, Readonly<Record<string, (args: LuaValue[]) => boolean>>>> =
  {
    os: { execute: ALWAYS, remove: ALWAYS, rename: ALWAYS, tmpname: ALWAYS },
    io: {
      popen: ALWAYS,
      open: ([, mode]) => typeof mode === "string" && /[wa+]/.test(mode),
      output: ([file]) => typeof file === "string" || typeof file === "number",
    },
  };

/** Whether a library is not there at all. */
export function isAbsent(guard: Guard, name: string): boolean {
  return guard.isSandbox && name === "io";
}

/** Takes out of a library what scripts must not have. */
export function guardLibrary(guard: Guard, library: LuaTable, name: string): void {
  if (guard.isSandbox) for (const key of REMOVED[name] ?? []) library.µsetName(key, undefined);
  if (guard.readonly)
    for (const [key, changes] of Object.entries(MUTATING[name] ?? {}))
      refuseChanges(library, `${name}.${key}`, key, changes);
}

function refuseChanges(
  library: LuaTable,
  name: string,
  key: string,
  changes: (args: LuaValue[]) => boolean,
): void {
  const f = library.µgetStr(key);
  if (typeof f !== "function") return;
  library.µsetName(
    key,
    native(name, (...args: LuaValue[]) => {
      if (changes(args))
        throw new LuaError(
          `readonly: ${name} blocked (write operations are disabled in read-only mode)`,
        );
      return f(...args);
    }),
  );
}
