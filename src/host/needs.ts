/**
 * What builtins need of the world outside. Each builtin and each class of handles declares it; what
 * is not declared is not handed out (`Context`), and `tests/host/needs.test.ts` compares the
 * declarations with what the code imports.
 */

/**
 * - `read`, `write`: files, through `ctx.readPath` and `ctx.writePath`
 * - `connect`: connections, through `ctx.network`
 * - `listen`: a port, through `ctx.checkListen`
 * - `programs`: other programs, to start, to list or to signal; not there in a sandbox
 */
export type Need = "read" | "write" | "connect" | "listen" | "programs";

/** What touches nothing outside of the Lua state. */
export const NOTHING_NEEDED: readonly Need[] = [];
