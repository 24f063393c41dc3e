/**
 * The builtins of a script. Each global is there from the start, but what it is made of is loaded
 * at its first use: most scripts need few of them, and a script that only prints none.
 */
import { additions, lazyBuiltins } from "../builtins/lazy.generated";
import type { Host } from "../host/context";
import { isLazy, lazyField } from "../runtime/lazy";
import { native } from "../runtime/native";
import type { LuaState } from "../runtime/state";
import type { LuaTable } from "../runtime/table";
import type { LuaFunction, LuaValue } from "../runtime/value";
import type { Confinement } from "./confine";
import type { ScriptOptions } from "./script";

const hosts = new WeakMap<LuaState, () => Host>();

/** What builtins and messages share in this state: logger, secrets, environment. */
export function hostOf(state: LuaState): Host {
  return (hosts.get(state) as () => Host)();
}

/** Gives the state all builtins, unless the standard library is all that is asked for. */
export function installBuiltins(
  state: LuaState,
  options: ScriptOptions,
  confinement?: Confinement,
): void {
  let host: Host | undefined;
  const getHost = () => {
    host ??= (require("./host") as typeof import("./host")).createHost(state, options, confinement);
    return host;
  };
  hosts.set(state, getHost);
  if (options.std) return;
  for (const [name, load] of Object.entries(lazyBuiltins)) {
    const names = additions[name];
    if (names === undefined) installLazily(state, name, load, getHost);
    else state.extensions.set(name, (library) => extend(library, name, names, load, getHost));
  }
}

/** Adds functions to a library of the standard; each is loaded when it is first called. */
function extend(
  library: LuaTable,
  name: string,
  names: readonly string[],
  load: (typeof lazyBuiltins)[string],
  getHost: () => Host,
): void {
  const make = (key: string, full: string) => {
    const { makeFunction } = require("../host/install") as typeof import("../host/install");
    const builtin = load().find((b) => b.functions?.[key] !== undefined);
    const definition = builtin?.functions?.[key];
    if (definition === undefined) throw new Error(`${full} is not declared`);
    return makeFunction(getHost(), full, definition, builtin?.needs);
  };
  for (const key of names) {
    const full = `${name}.${key}`;
    let real: LuaFunction | undefined;
    const call = (...args: LuaValue[]) => (real ??= make(key, full))(...args);
    library.setName(key, native(full, call));
  }
}

/** The global and the entry of `package.loaded` are made together. */
function installLazily(
  { globals, loaded }: LuaState,
  name: string,
  load: (typeof lazyBuiltins)[string],
  getHost: () => Host,
): void {
  const before = new Map([globals, loaded].map((t) => [t, t.hash[name]]));
  let installed = false;
  const install = (reading: LuaTable) => {
    if (installed) return;
    installed = true;
    // what the script has assigned comes back afterwards
    const assigned = [globals, loaded].filter((t) => t !== reading && !isLazy(t, name));
    const values = assigned.map((t) => t.hash[name]);
    for (const t of assigned) t.setName(name, before.get(t));
    const { installBuiltin } = require("../host/install") as typeof import("../host/install");
    for (const definition of load()) installBuiltin(getHost(), definition);
    assigned.forEach((t, i) => {
      t.setName(name, values[i]);
    });
  };
  for (const table of [globals, loaded])
    lazyField(table, name, () => {
      install(table);
      return table.hash[name];
    });
}
