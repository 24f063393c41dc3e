/**
 * The builtins of a script. Each global is there from the start, but what it is made of is loaded
 * at its first use: most scripts need few of them, and a script that only prints none.
 */
import { additions, lazyBuiltins } from "../builtins/lazy.generated";
import type { Host } from "../host/context";
import type { BuiltinDefinition } from "../host/define";
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
  const own: string[] = [];
  for (const name of Object.keys(lazyBuiltins)) {
    const names = additions[name];
    if (names === undefined) own.push(name);
    else state.extensions.set(name, (library) => extend(library, name, names, getHost));
  }
  // what they take the place of: `assert`
  const standard = new Map(own.map((name) => [name, state.globals.hash[name]]));
  for (const name of own) state.builtins.add(name);
  state.addModules(own, (name) => {
    const { makeBuiltin } = require("../host/install") as typeof import("../host/install");
    let value = standard.get(name);
    for (const definition of load(name)) value = makeBuiltin(getHost(), definition, value);
    return value;
  });
}

function load(name: string): readonly BuiltinDefinition[] {
  return lazyBuiltins[name]?.() ?? [];
}

/** Adds functions to a library of the standard; each is loaded when it is first called. */
function extend(
  library: LuaTable,
  name: string,
  names: readonly string[],
  getHost: () => Host,
): void {
  const make = (key: string, full: string) => {
    const { makeFunction } = require("../host/install") as typeof import("../host/install");
    const builtin = load(name).find((b) => b.functions?.[key] !== undefined);
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
