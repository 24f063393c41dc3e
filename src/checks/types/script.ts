/** `type: script`: a Lua script in a state of its own; it passes when it ends without an error. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Environment } from "../../host/environment";
import { createLua, type Lua } from "../../host/lua";
import { osError, osErrorCode } from "../../host/os-error";
import type { Policy } from "../../host/policy";
import { sandboxNote } from "../../host/sandbox-note";
import { LuaScriptError } from "../../host/script-error";
import { ExitRequest } from "../../runtime/interrupt";
import type { Check } from "../config";
import { secondsText } from "../duration";
import type { Outcome } from "../runner";
import { scriptPolicy } from "../sandbox";
import type { Services } from "../services";

export async function scriptCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const name = check.options.file as string;
  const found = readScript(name, check.directory);
  if ("problem" in found) return { passed: false, message: found.problem, final: true };
  const overrides = (check.options.env ?? {}) as Record<string, string>;
  const { searchers } = services;
  const policy = scriptPolicy(check, services.sandbox);
  const lua: Lua = createLua({
    env: new Environment({ overrides: { ...overrides }, allow: (n) => policy.allowEnv(n) }),
    policy,
    readonly: services.sandbox.readonly ?? false,
    secrets: services.secrets,
    logger: services.logger,
    stdout: services.print,
    stderr: services.print,
    // as the script itself: next to the check file first, then in the working directory
    ...(check.directory !== "." && { folders: [check.directory] }),
    ...(services.stuck && { onDeadlock: services.stuck.add }),
    ...(searchers && { searchers: searchers((...args) => lua.state.load(...args)) }),
  });
  const { timeout } = check;
  const left = (services.deadline ?? Number.POSITIVE_INFINITY) - performance.now();
  const limit = Math.min(timeout ?? Number.POSITIVE_INFINITY, Math.max(left, 1));
  try {
    await lua.run(found.source, {
      name: `@${name}`,
      args: (check.options.args ?? []) as string[],
      signal,
      ...(Number.isFinite(limit) && { timeout: limit }),
    });
    return { passed: true, message: null };
  } catch (e) {
    return failure(e, timeout, policy);
  } finally {
    await lua.close();
  }
}

function failure(e: unknown, timeout: number | undefined, policy: Policy): Outcome {
  if (e instanceof ExitRequest) {
    if (e.code === 0) return { passed: true, message: null };
    return { passed: false, message: `script ended with exit code ${e.code}` };
  }
  if (!(e instanceof LuaScriptError)) throw e;
  const text =
    e.reason === "timeout"
      ? `attempt timed out after ${secondsText(timeout ?? 0)}`
      : e.reason === "syntax"
        ? `syntax error: ${e.message}`
        : e.message + (policy.isSandbox ? sandboxNote(e.message) : "");
  const message = e.traceback === "" ? text : `${text}\n${e.traceback}`;
  // nothing would have changed in a further attempt
  return { passed: false, message, final: e.reason === "syntax" || MISSING_MODULE.test(e.message) };
}

/** What `require` says of a module that is not there, or is no Lua. */
const MISSING_MODULE =
  /^(?:[^\n]*:\d+: )?(?:module '[^'\n]*' not found:\n|error loading module '[^'\n]*' from file )/;

/** Looks next to the check file first, then in the working directory. */
function readScript(name: string, directory: string): { source: Buffer } | { problem: string } {
  const candidates = name.startsWith("/") ? [name] : [join(directory, name), name];
  let why: unknown;
  for (const path of candidates) {
    try {
      return { source: readFileSync(path) };
    } catch (e) {
      // one that is there and can't be read is the one that is meant
      if (why === undefined || osErrorCode(why) === "ENOENT") why = e;
    }
  }
  return { problem: `failed to read Lua script ${JSON.stringify(name)}: ${osError(why)}` };
}
