/** A Lua object whose output and log lines are caught. */
import { createLua, type Lua, type LuaOptions } from "../../src/index";

export interface Harness {
  readonly lua: Lua;
  /** What `print` wrote. */
  output(): string;
  /** Log lines without their timestamps. */
  logged(): string[];
  /** Runs a chunk; tables of its results become plain JS. */
  run(source: string, args?: unknown[]): Promise<unknown[]>;
  /** The message of the error that the chunk ends with. */
  failure(source: string): Promise<string>;
}

export function harness(options: LuaOptions = {}): Harness {
  let out = "";
  let err = "";
  const lua = createLua({
    stdout: (b) => {
      out += Buffer.from(b).toString("utf8");
    },
    stderr: (b) => {
      err += Buffer.from(b).toString("utf8");
    },
    ...options,
  });
  const run = async (source: string, args?: unknown[]) =>
    (await lua.run(source, { name: "@t.lua", ...(args && { args }) })).map((v) => lua.toJS(v));
  return {
    lua,
    run,
    output: () => out,
    logged: () =>
      err
        .split("\n")
        .filter((l) => l !== "")
        .map((l) => l.replace(/^\d{4}-\d\d-\d\dT[\d:.]{15}Z +/, "")),
    async failure(source) {
      try {
        await run(source);
      } catch (e) {
        return (e as Error).message;
      }
      throw new Error("the chunk ended without an error");
    },
  };
}

/** A literal of Lua for the UTF-8 of a text, in escapes of bytes only. */
export function luaString(text: string): string {
  const escapes = [...Buffer.from(text)].map((b) => `\\${String(b).padStart(3, "0")}`);
  return `"${escapes.join("")}"`;
}
