/**
 * What an attack is, and how it is known to have been held. Attacks are Lua chunks that run in a
 * sandbox: in this process (`attack.test.ts`), and the same ones in the compiled program
 * (`process.test.ts`).
 */

export interface Attack {
  readonly name: string;
  /**
   * The attack. Its arguments: a folder that may be read (`root`), one below it that may be written,
   * one outside, the ports of an allowed and of a forbidden server.
   */
  readonly lua: string;
  /** What becomes of it: `gave: <values>`, `failed: <message>` or `stopped: <reason>`. */
  readonly held: RegExp;
  /** Needs limits on memory and time: only run as a process. */
  readonly process?: boolean;
}

/** What must never be seen in an outcome. */
export const CANARY = "CANARY-5e1f09";

/** Variables that every attack finds. */
const ARGUMENTS = "local root, writable, outside, good, bad = ...";

/** The attack with its outcome as what the chunk returns. */
export function chunkOf({ lua }: Attack): string {
  return `local function attack(...) ${ARGUMENTS}
${lua}
end
local function shown(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]) end
  return table.concat(t, ", ", 1, t.n)
end
local function outcome(ok, ...)
  return (ok and "gave: " or "failed: ") .. shown(...)
end
return outcome(pcall(attack, ...))`;
}
