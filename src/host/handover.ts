/**
 * What a task waited for has come, and in the same moment the task is cancelled: it never gets it.
 * A permit or a value of a channel must not be lost with it.
 */

const undos = new WeakMap<Promise<unknown>, (value: never) => void>();

/** The same promise; `undo` takes back what it resolves to when the waiting task doesn't get it. */
export function handover<T, P extends Promise<T>>(promise: P, undo: (value: T) => void): P {
  undos.set(promise, undo);
  return promise;
}

/** What is to be done with the result of `promise` when nobody gets it. */
export function undoOf(promise: Promise<unknown>): (() => void) | undefined {
  const undo = undos.get(promise);
  return undo && (() => void promise.then(undo as (value: unknown) => void));
}
