/** From what went wrong to what scripts get to read. */
import { type Context, HostError } from "../../host";
import { HttpFault } from "./errors";

const OS_ERRORS: Record<string, string> = {
  ENOENT: "No such file or directory (os error 2)",
  EACCES: "Permission denied (os error 13)",
  EEXIST: "File exists (os error 17)",
  ENOTDIR: "Not a directory (os error 20)",
  EISDIR: "Is a directory (os error 21)",
  ENOSPC: "No space left on device (os error 28)",
  EROFS: "Read-only file system (os error 30)",
};

/** An operating system error as the original words it. */
export function osError(e: unknown): string {
  const { code, message } = e as { code?: unknown; message?: unknown };
  return (typeof code === "string" ? OS_ERRORS[code] : undefined) ?? String(message ?? e);
}

/** `fault` as the error of the function that was called. */
export function asHostError(ctx: Context, e: unknown): unknown {
  return e instanceof HttpFault ? new HostError(`${ctx.name}: ${e.message}`) : e;
}

/** Runs `f`; faults become errors of the function that was called. */
export async function faultsAsErrors<T>(ctx: Context, f: () => Promise<T>): Promise<T> {
  try {
    return await f();
  } catch (e) {
    throw asHostError(ctx, e);
  }
}
