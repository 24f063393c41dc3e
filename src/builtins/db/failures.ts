/** Why a server could not be reached, in words. */
import { causeText } from "../http/errors";
import { DbFault } from "./errors";

/** `where` is what was tried, `host` the name in it. */
export function connectFault(where: string, host: string, e: unknown, timeout: number): DbFault {
  const code = (e as { code?: unknown } | null)?.code;
  const cause =
    code === "CONNECT_TIMEOUT"
      ? `timeout after ${timeout / 1000} s`
      : code === "CONNECTION_CLOSED" || code === "CONNECTION_DESTROYED"
        ? "connection closed by the server"
        : code === "ENOENT"
          ? "there is no such socket"
          : causeText(e, host);
  return new DbFault(`connecting to ${where}: ${cause}`);
}
