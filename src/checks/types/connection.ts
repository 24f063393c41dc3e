/** Sockets of checks. */
import { causeText } from "../../builtins/http/errors";

/** `connecting to db:5432: connection refused`; `name` is what the certificate had to be for. */
export function connectProblem(e: unknown, host: string, port: number, name = host): string {
  return `connecting to ${host.includes(":") ? `[${host}]` : host}:${port}: ${causeText(e, name)}`;
}

/** How long an attempt may take when the check does not say. */
export const CONNECT_TIMEOUT_MS = 30_000;
