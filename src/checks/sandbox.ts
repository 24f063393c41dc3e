/**
 * What script checks may touch. By default a script may connect anywhere, read files and see the
 * environment, as checks need; it may write to the folder for temporary files only, and has no `io`
 * and no other programs. A file of checks can say more or less (`sandbox`), and the command line has
 * the last word.
 */
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { NetRules } from "../host/net-rules";
import { Policy } from "../host/policy";
import { type Check, listOf } from "./config";

/** What the command line says. */
export interface SandboxFlags {
  /** Nothing is allowed but what the flags name, whatever files say. */
  readonly sandbox?: boolean;
  readonly readonly?: boolean;
  readonly allowRead?: string[];
  readonly allowWrite?: string[];
  readonly allowNet?: string[];
  readonly allowEnv?: string[];
}

/** The policy of a script check. */
export function scriptPolicy(check: Check, flags: SandboxFlags): Policy {
  const { sandbox: strict, allowRead, allowWrite, allowNet, allowEnv } = flags;
  const given = {
    ...(allowRead && { read: allowRead }),
    ...(allowWrite && { write: allowWrite }),
    ...(allowNet && { net: allowNet }),
    ...(allowEnv && { env: allowEnv }),
  };
  if (strict) return Policy.sandbox(given);
  const asked = check.options.sandbox;
  if (asked === false && Object.keys(given).length === 0) return new Policy();
  const own = typeof asked === "object" && asked !== null ? asked : {};
  return new Policy({
    sandbox: true,
    write: [tmpdir()],
    ...fromFile(own as Record<string, unknown>, check.directory),
    ...given,
  });
}

/** The `sandbox` map of a check; folders are relative to its file. */
function fromFile(map: Record<string, unknown>, directory: string) {
  const folders = (v: unknown) => listOf(v).map((f) => (isAbsolute(f) ? f : join(directory, f)));
  return {
    ...(map.allow_read !== undefined && { read: folders(map.allow_read) }),
    ...(map.allow_write !== undefined && { write: folders(map.allow_write) }),
    ...(map.allow_net !== undefined && { net: listOf(map.allow_net) }),
    ...(map.allow_env !== undefined && { env: listOf(map.allow_env) }),
  };
}

/** Where checks of all types may connect; undefined for everywhere. */
export function networkOf({ sandbox, allowNet }: SandboxFlags): NetRules | undefined {
  if (allowNet !== undefined) return new NetRules(allowNet);
  return sandbox ? new NetRules([]) : undefined;
}

/** The policy of checks that run Lua of this program: only connections are confined. */
export function builtinPolicy({ sandbox, allowNet }: SandboxFlags): Policy {
  return new Policy(sandbox || allowNet ? { net: allowNet ?? [] } : {});
}

/** The policy of `sql` checks: SQLite's databases are files. */
export function databasePolicy(flags: SandboxFlags): Policy {
  if (!flags.sandbox) return builtinPolicy(flags);
  const { allowRead: read = [], allowWrite: write = [], allowNet: net = [] } = flags;
  return Policy.sandbox({ read, write, net });
}

/** The hosts to connect to for `host`, in order. */
export async function placesFor(
  flags: SandboxFlags,
  host: string,
  port: number,
): Promise<readonly string[]> {
  return (await networkOf(flags)?.resolve(host, port)) ?? [host];
}
