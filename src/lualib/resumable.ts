/**
 * Native functions written as generators, for paths that call back into Lua but needn't be fast.
 *
 * Whenever a call gives `SUSPENDED`, the generator yields and is resumed with the call's results
 * (or the error is thrown at the `yield`); so the code reads as if calls never suspended:
 *
 *     const r = call(f, x);
 *     const results = r === SUSPENDED ? yield : r;
 */
import { leaveNative, passNative } from "../runtime/error";
import { Frame, suspend } from "../runtime/frame";
import { first, type Results } from "../runtime/value";

export type Steps<T = Results> = Generator<void, T, Results>;

class StepsFrame extends Frame {
  constructor(private readonly steps: Steps) {
    super();
  }

  override resume(value: Results): Results {
    try {
      return this.continue(this.steps.next(value));
    } catch (e) {
      throw leaveNative(e);
    }
  }

  override fail(error: unknown): Results {
    const passed = passNative(error);
    try {
      return this.continue(this.steps.throw(passed));
    } catch (e) {
      throw e === passed ? e : leaveNative(e);
    }
  }

  private continue(r: IteratorResult<void, Results>): Results {
    return r.done ? r.value : suspend(this);
  }
}

/** Runs `steps` up to its end or its first suspension. */
export function runSteps(steps: Steps): Results {
  try {
    const r = steps.next();
    return r.done ? r.value : suspend(new StepsFrame(steps));
  } catch (e) {
    throw leaveNative(e);
  }
}

/** Whether the first of a call's results counts as true (§3.3.4). */
export function isTrue(r: Results): boolean {
  const v = first(r);
  return v !== undefined && v !== false;
}
