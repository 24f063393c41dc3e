/** Failures deep inside a builtin, where the function that was called is not known. */
import { HostError } from "./errors";

/** What went wrong, without the function's name; JS text. */
export class Fault {
  constructor(readonly message: string) {}

  /** As the error of the function `name`. */
  toError(name: string): HostError {
    return new HostError(`${name}: ${this.message}`);
  }
}

/** A fault as the error of the function `name`; anything else as it is. */
export function faultAsError(e: unknown, name: string): unknown {
  return e instanceof Fault ? e.toError(name) : e;
}

/** Runs `f`; its faults become errors of the function `name`. */
export async function faultsAsErrors<T>(name: string, f: () => T | Promise<T>): Promise<T> {
  try {
    return await f();
  } catch (e) {
    throw faultAsError(e, name);
  }
}
