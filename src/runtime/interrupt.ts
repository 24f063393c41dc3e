/**
 * What unwinds a stack without being a Lua error: `pcall` does not catch it, to-be-closed variables
 * are closed on the way.
 */
import type { LuaError, TraceRow } from "./error";

/** The base of `ExitRequest`, `Timeout` and the like. */
export class Interrupt {
  /** The frames that it passes, for those who want to know where it happened. */
  traceback: TraceRow[] | undefined;
  /** Errors of closing methods on the way: they cannot take its place, but somebody is to hear of them. */
  closingErrors: LuaError[] | undefined;
  constructor(readonly reason: string) {}
}

/** The time is over. */
export class Timeout extends Interrupt {
  constructor() {
    super("timeout");
    this.traceback = [];
  }
}

/** It waits for something that nothing can bring about any more. */
export class Deadlock extends Interrupt {
  constructor() {
    super("deadlock: the script waits for something that nothing can bring about any more");
    this.traceback = [];
  }
}

/** `coroutine.close` unwinds the coroutine's frames; an error in a closing method is kept here. */
export class CoroutineClosing extends Interrupt {
  error: LuaError | undefined;
  constructor() {
    super("coroutine closed");
  }
}

/**
 * Thrown by os.exit. No Lua code may catch it; whoever runs the program ends the process with
 * `code`, after closing the state when `close` is set.
 */
export class ExitRequest extends Interrupt {
  constructor(
    readonly code: number,
    readonly close: boolean,
  ) {
    super("");
  }

  /** For programs that show whatever they catch. */
  get message(): string {
    return `os.exit(${this.code})`;
  }
}
