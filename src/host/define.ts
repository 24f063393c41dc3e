/**
 * How a builtin is written.
 *
 * One file in `src/builtins/` declares one global and default-exports it; nothing lists it by
 * hand. It imports only from `../host`:
 *
 *     import { defineBuiltin, fn, p, record } from "../host";
 *
 *     export default defineBuiltin({
 *       name: "greet",
 *       doc: "Says hello.",
 *       needs: [],                                    // files, connections, programs: needs.ts
 *       functions: {
 *         hello: fn({
 *           doc: "Greets someone, once or several times.",
 *           params: [p.text("name", "who"), p.integer("times", "how often", { min: 1 }).default(1)],
 *           returns: "string",
 *           run: (ctx, name, times) => utf8ToBytes(`hello ${name} `.repeat(times)),
 *         }),
 *         fetch: fn({
 *           doc: "Fetches a greeting.",
 *           params: [p.string("path"), p.record("opts", { timeout: p.number("timeout") }).optional()],
 *           returns: "table",
 *           needs: ["read"],
 *           async run(ctx, path, opts) {                // only the calling Lua task waits
 *             const bytes = await readFile(bytesToBuffer(ctx.readPath(path)))
 *               .catch((e) => ctx.fail(errorText(e)));
 *             return record({ text: bufferToBytes(bytes) });
 *           },
 *         }),
 *       },
 *     });
 *
 * - **Parameters** (`p.…`, params.ts) are checked before `run` is called, with Lua's own messages
 *   (`bad argument #1 to 'hello' (string expected, got nil)`); `run` gets plain typed values.
 *   A table of options that may be left out is `p.options`: its fields' defaults are given all the same.
 * - **Values**: `LuaValue`s, of which integers are JS numbers, strings are *byte strings* (chars
 *   0-255; `p.text`, `utf8ToBytes` and `bytesToUtf8` convert), tables are `LuaTable`, functions are
 *   called with `ctx.call`.
 * - **Results**: nothing, one value, `values(a, b)` for several, or a promise of these. A JS number
 *   with an integral value is an integer: write `float(x)` where a float is meant. `bigint` comes
 *   out as a 64-bit integer, `Uint8Array` as a byte string. Tables are built with `record({…})` and
 *   `list([…])`. `null` is not accepted: nil is `undefined`.
 * - **Errors**: throw `HostError(message)`, or `ctx.fail(cause)` for `http.get: cause`. Lua gets the
 *   message as a string. Any other exception becomes `http.get: internal error: …`.
 * - **Objects** that scripts hold are handles, see handle.ts.
 * - **Start-up time**: a script's first use of the global loads its file, and an embedding program loads
 *   all of them at start. Import heavy packages inside `run`
 *   (`const { default: postgres } = await import("postgres")`), never at the top.
 * - Two files may declare the same global (say `http` and its server part): the functions are
 *   merged into one table. A file may also add to a table of the standard library (`os`).
 */
import type { LuaTable } from "../runtime/table";
import type { LuaFloat, LuaValue, Results } from "../runtime/value";
import type { Context, Host } from "./context";
import type { Need } from "./needs";
import type { ArgumentsOf, Param } from "./params";

/** Several results of a function. */
export class Values {
  constructor(readonly list: readonly HostValue[]) {}
}

/** Returns several values: `return values(true, "x")`. */
export function values(...list: HostValue[]): Values {
  return new Values(list);
}

/** What an implementation may hand back as one value. */
// biome-ignore lint/suspicious/noConfusingVoidType: an implementation may return nothing
export type HostValue = LuaValue | LuaFloat | bigint | Uint8Array | void;
/** What an implementation may return. */
export type HostResult = HostValue | Values;
export type HostReturn = HostResult | Promise<HostResult>;

/** A declared function. */
export interface FunctionDefinition {
  readonly doc: string;
  readonly params: readonly Param<unknown>[];
  /** What it returns, in LuaLS notation: `table`, `string?`, `boolean, string`; "" for nothing. */
  readonly returns: string;
  /** Changes something outside the script: refused with `--readonly`. */
  readonly mutates: boolean;
  /** What it needs of the world outside; what the builtin declares when left out. */
  readonly needs?: readonly Need[] | undefined;
  readonly run: (ctx: Context, ...args: never[]) => HostReturn;
  /** Takes the Lua arguments as they are, for the few functions where every nanosecond counts. */
  readonly raw: ((host: Host) => (...args: LuaValue[]) => Results) | undefined;
}

/**
 * Declares a function. `params` give the checks, the types of `run`'s arguments and the docs.
 */
export function fn<const P extends readonly Param<unknown>[]>(definition: {
  doc: string;
  params: P;
  returns?: string;
  mutates?: boolean;
  needs?: readonly Need[];
  run: (ctx: Context, ...args: ArgumentsOf<P>) => HostReturn;
}): FunctionDefinition {
  return {
    returns: "",
    mutates: false,
    raw: undefined,
    ...definition,
  } as unknown as FunctionDefinition;
}

/**
 * Declares a function that sees its Lua arguments unchecked. `params` are documentation only.
 * It may not wait.
 */
export function rawFn(definition: {
  doc: string;
  params: readonly Param<unknown>[];
  returns?: string;
  raw: (host: Host) => (...args: LuaValue[]) => Results;
}): FunctionDefinition {
  return { returns: "", mutates: false, run: () => undefined, ...definition };
}

/** A documented field that is not a function. */
export interface FieldDefinition {
  readonly doc: string;
  readonly type: string;
  /** Makes the value, once per Lua state. */
  readonly make: (host: Host) => LuaValue;
}

export interface BuiltinDefinition {
  /** The global's name. */
  readonly name: string;
  /** One line for `assay modules`. */
  readonly doc: string;
  /** What its functions need of the world outside, where they don't say it themselves; see needs.ts. */
  readonly needs: readonly Need[];
  /** The global itself is this function (`sleep`, `time`); nothing else may be given then. */
  readonly global?: FunctionDefinition;
  readonly functions?: Readonly<Record<string, FunctionDefinition>>;
  readonly fields?: Readonly<Record<string, FieldDefinition>>;
  /** Makes the table callable: `assert(v)`. The arguments come without the table itself. */
  readonly call?: FunctionDefinition;
  /** Last touches when the global is installed into a Lua state. */
  readonly setup?: (table: LuaTable, host: Host) => void;
}

/** Declares a builtin; the default export of a file in `src/builtins/`. */
export function defineBuiltin(definition: BuiltinDefinition): BuiltinDefinition {
  return definition;
}
