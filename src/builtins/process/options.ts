/** What `shell.exec` and `process.spawn` have in common: the surroundings of a child. */
import {
  bytesToUtf8,
  type Context,
  entries,
  isNumber,
  type LuaTable,
  numberToString,
  osError,
} from "../../host";

/** The environment of a child: that of the script, with `extra` on top; `false` removes a name. */
export function childEnvironment(
  ctx: Context,
  extra: LuaTable | undefined,
): Record<string, string> {
  const all = ctx.host.environment.all();
  if (extra === undefined) return all;
  for (const [key, value] of entries(extra)) {
    if (typeof key !== "string" || key === "" || /[=\0]/.test(key))
      return ctx.fail("env: names must be strings without '='");
    const name = bytesToUtf8(key);
    if (value === false) delete all[name];
    else if (typeof value === "string" && !value.includes("\0")) all[name] = bytesToUtf8(value);
    else if (isNumber(value)) all[name] = numberToString(value);
    else return ctx.fail(`env: value of ${name} must be a string, number or false`);
  }
  return all;
}

/** Why a program could not be started. Bun reports a missing folder as a missing program. */
export async function startError(e: unknown, cwd: string | undefined): Promise<string> {
  if (cwd !== undefined) {
    const { stat } = await import("node:fs/promises");
    try {
      if (!(await stat(cwd)).isDirectory()) return `cwd ${JSON.stringify(cwd)}: Not a directory`;
    } catch (reason) {
      return `cwd ${JSON.stringify(cwd)}: ${osError(reason)}`;
    }
  }
  return osError(e);
}
