/**
 * Metatables (§2.4) that ask for something of the collector: weak tables and finalisers, of which finalizers.ts is made. It
 * is loaded with the first such metatable; most scripts have none.
 */
import type { LuaTable } from "../runtime/table";

/** What this needs of finalizers.ts. */
interface Finalizers {
  /** What a metatable makes of a table, or another one has made of it. */
  changeKind(t: LuaTable, mt: LuaTable | null): void;
  hasFinalizers(): boolean;
  finalizeAll(): void;
}

/**
 * Set from outside: what loads finalizers.ts, where a warning about a failing finaliser goes, and whether finalisers only
 * run on demand (`collectgarbage "stop"`).
 */
export const gcHooks = {
  load: (): Finalizers => {
    throw new Error("no state has been assembled");
  },
  warn: (_message: string) => {},
  isStopped: false,
  isFinalizing: false,
};

let loaded: Finalizers | undefined;

/** Sets a metatable, with all that `__mode` and `__gc` entail. */
export function setMetatable(t: LuaTable, mt: LuaTable | null): void {
  t.µmetatable = mt;
  // its events are looked up by name from now on
  if (mt !== null && mt.µmap !== null) mt.µadopt();
  // most of the time neither asks for anything; a table with a stand-in has a map
  if (t.µmap !== null || (mt !== null && !isPlain(mt))) changeKind(t, mt);
}

function isPlain(mt: LuaTable): boolean {
  return mt.µmap === null && mt.__gc === undefined && mt.__mode === undefined;
}

function changeKind(t: LuaTable, mt: LuaTable | null): void {
  if (loaded === undefined) {
    if (mt?.µgetStr("__gc") === undefined && mt?.µgetStr("__mode") === undefined) return;
    loaded = gcHooks.load();
  }
  loaded.changeKind(t, mt);
}

/** Are there tables with finalisers, which run at the latest when the state is closed? */
export function hasFinalizers(): boolean {
  return loaded?.hasFinalizers() ?? false;
}

/** Runs all finalisers, in the reverse order of marking: the state is being closed (§2.5.3). */
export function finalizeAll(): void {
  loaded?.finalizeAll();
}
