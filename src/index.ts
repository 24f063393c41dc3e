/**
 * The embedding API.
 *
 *     import { createLua } from "assay";
 *     const lua = createLua();
 *     const [sum] = await lua.run("local a, b = ...; return a + b", { args: [1, 2] });
 */

/// <reference path="./builtins/http/undici.d.ts" />
/// <reference path="./builtins/template/minijinja.d.ts" />
/// <reference path="./builtins/ws/library.d.ts" />
/// <reference path="./stdlib/ahead.d.ts" />

import { type HostValue, Values } from "./host";

export {
  type BuiltinDefinition,
  type Context,
  defineBuiltin,
  defineHandle,
  Environment,
  float,
  fn,
  HostError,
  LogFilter,
  Logger,
  method,
  Policy,
  p,
  Secrets,
} from "./host";
export { type JsFunction, Table } from "./host/convert";
export { createLua, Lua, type LuaOptions, type RunOptions } from "./host/lua";
export { LuaScriptError } from "./host/script-error";
export { ExitRequest } from "./runtime/interrupt";

/** Several results of a registered function: `return values(true, "x")`. */
export function values(...list: unknown[]): Values {
  return new Values(list as HostValue[]);
}
