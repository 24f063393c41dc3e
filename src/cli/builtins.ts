/**
 * The builtins of a script. Each global is there from the start, but what it is made of is loaded
 * at its first use: most scripts need few of them, and a script that only prints none.
 */
import {
  type Addition,
  additions,
  builtinDefinitions,
  builtinNames,
} from "../builtins/lazy.generated";
import type { Host } from "../host/context";
import { native } from "../runtime/native";
import type { LuaState } from "../runtime/state";
import { LuaTable } from "../runtime/table";
import type { LuaFunction, LuaValue } from "../runtime/value";
import type { Confinement } from "./confine";
import type { ScriptOptions } from "./script";

/** What builtins and messages share in this state: logger, secrets, environment. */
export function hostOf(state: LuaState): Host {
  return (state.host as () => Host)();
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
  state.host = getHost;
  if (options.std) return;
  // what they take the place of: `assert`
  const standard: Record<string, LuaValue> = {};
  const { globals } = state;
  for (const name of builtinNames) {
    if (globals.µgetStr(name) !== undefined) standard[name] = globals.µgetStr(name);
    state.builtins.add(name);
  }
  for (const name of Object.keys(additions))
    if (!state.builtins.has(name))
      state.extensions.set(name, (library) => extend(library, name, getHost));
  state.addModules(builtinNames, (name) => {
    const { makeBuiltin } = require("../host/install") as typeof import("../host/install");
    let value = standard[name];
    for (const definition of builtinDefinitions(name))
      value = makeBuiltin(getHost(), definition, value);
    if (value instanceof LuaTable) extend(value, name, getHost);
    return value;
  });
}

/** Adds the functions that other files declare for a table; each is loaded when it is first called. */
function extend(table: LuaTable, name: string, getHost: () => Host): void {
  const make = (addition: Addition, key: string, full: string) => {
    const { makeFunction } = require("../host/install") as typeof import("../host/install");
    const { functions, needs } = addition.load();
    const definition = functions?.[key];
    if (definition === undefined) throw new Error(`${full} is not declared`);
    return makeFunction(getHost(), full, definition, needs);
  };
  for (const addition of additions[name] ?? [])
    for (const key of addition.names) {
      const full = `${name}.${key}`;
      let real: LuaFunction | undefined;
      const call = (...args: LuaValue[]) => (real ??= make(addition, key, full))(...args);
      table.µsetName(key, native(full, call));
    }
}
