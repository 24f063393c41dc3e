/** What leaves a Lua state of an embedding program. */

/** An error that no `pcall` in the script caught, a syntax error, a timeout, a cancellation or a deadlock. */
export class LuaScriptError extends Error {
  override readonly name = "LuaScriptError";
  constructor(
    message: string,
    /** `stack traceback:` and the Lua functions that the error passed. */
    readonly traceback: string,
    /** What was raised, in JS form: `error({code = 1})` gives a `Table`. */
    readonly value: unknown,
    readonly reason: "error" | "syntax" | "timeout" | "cancelled" | "deadlock" = "error",
  ) {
    super(message);
  }
}
