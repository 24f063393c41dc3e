/** What `shell.exec` and `process.spawn` have in common: the surroundings of a child. */
import {
  bytesToText,
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
    const name = bytesToText(key) ?? ctx.fail("env: a name is not valid UTF-8");
    if (value === false) delete all[name];
    else if (typeof value === "string") all[name] = variable(ctx, name, value);
    else if (isNumber(value)) all[name] = numberToString(value);
    else return ctx.fail(`env: value of ${name} must be a string, number or false`);
  }
  return all;
}

/** A value as Bun.spawn takes it. */
function variable(ctx: Context, name: string, value: string): string {
  if (value.includes("\0")) return ctx.fail(`env: value of ${name} contains a NUL byte`);
  return bytesToText(value) ?? ctx.fail(`env: value of ${name} is not valid UTF-8`);
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
