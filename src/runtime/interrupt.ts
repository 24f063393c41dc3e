/**
 * What unwinds a stack without being a Lua error: `pcall` does not catch it, to-be-closed variables
 * are closed on the way.
 */
import type { LuaError } from "./error";

export class Interrupt {
  constructor(readonly reason: string) {}
}

/** `coroutine.close` unwinds the coroutine's frames; an error in a closing method is kept here. */
export class CoroutineClosing extends Interrupt {
  error: LuaError | undefined;
  constructor() {
    super("coroutine closed");
  }
}
