/**
 * The builtins of a script. Each global is there from the start, but what it is made of is loaded
 * at its first use: most scripts need few of them, and a script that only prints none.
 */
import { lazyBuiltins } from "../builtins/lazy.generated";
import type { Host } from "../host/context";
import type { LuaState } from "../runtime/state";
import type { LuaValue } from "../runtime/value";
import type { ScriptOptions } from "./script";

const hosts = new WeakMap<LuaState, () => Host>();

/** What builtins and messages share in this state: logger, secrets, environment. */
export function hostOf(state: LuaState): Host {
  return (hosts.get(state) as () => Host)();
}

/** Gives the state all builtins. */
export function installBuiltins(state: LuaState, options: ScriptOptions): void {
  let host: Host | undefined;
  const getHost = () => {
    host ??= (require("./host") as typeof import("./host")).createHost(state, options);
    return host;
  };
  hosts.set(state, getHost);
  for (const [name, load] of Object.entries(lazyBuiltins)) installLazily(state, name, load, getHost);
}

/**
 * Puts accessors in the place of the global and of the entry of `package.loaded`. They turn into
 * plain fields when either is read.
 */
function installLazily(
  state: LuaState,
  name: string,
  load: (typeof lazyBuiltins)[string],
  getHost: () => Host,
): void {
  const global = state.globals.hash;
  const loaded = state.loaded.hash;
  const before = [global[name], loaded[name]];
  /** A value that the script assigned before it read the field: it stays. */
  const assigned = new Map<object, LuaValue>();
  const install = () => {
    setPlain(global, name, before[0]);
    setPlain(loaded, name, before[1]);
    const { installBuiltin } = require("../host/install") as typeof import("../host/install");
    for (const definition of load()) installBuiltin(getHost(), definition);
    for (const [fields, v] of assigned) setPlain(fields, name, v);
  };
  for (const fields of [global, loaded])
    Object.defineProperty(fields, name, {
      configurable: true,
      enumerable: true,
      get(): LuaValue {
        install();
        return fields[name];
      },
      set(v: LuaValue) {
        assigned.set(fields, v);
        setPlain(fields, name, v);
      },
    });
}

function setPlain(fields: object, name: string, value: LuaValue): void {
  const enumerable = true;
  Object.defineProperty(fields, name, { configurable: true, writable: true, enumerable, value });
}
