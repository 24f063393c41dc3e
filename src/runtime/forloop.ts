/** Numeric `for` loops that are not plain int32 counting (§3.3.5). */
import { argumentTypeName, type LuaError, operationError } from "./error";
import {
  addInt,
  compareInt,
  fromDouble,
  type LuaInteger,
  MAX_INTEGER,
  MIN_INTEGER,
  toBigInt,
} from "./int64";
import { parseNumber } from "./number";
import {
  isInteger,
  isNumber,
  type LuaNumber,
  type LuaValue,
  makeFloat,
  numberToDouble,
} from "./value";

/** Larger steps could bring a plain counter beyond 2^53 within the time that a program runs. */
export const MAX_STEP = 2 ** 20;

function forError(v: LuaValue, what: string): LuaError {
  return operationError(`bad 'for' ${what} (number expected, got ${argumentTypeName(v)})`);
}

/**
 * The limit of a loop over small integers as a plain double to compare with. Towards NaN a loop runs
 * up not at all, and down without end: that is how C Lua clips it (forlimit).
 */
export function forLimit(limit: LuaValue, step: number): number {
  const n = numberToDouble(forNumber(limit, "limit"));
  return step < 0 && Number.isNaN(n) ? Number.NEGATIVE_INFINITY : n;
}

/** Numeric strings are converted, as by arithmetic. */
function forNumber(v: LuaValue, what: string): LuaNumber {
  if (isNumber(v)) return v;
  const n = typeof v === "string" ? parseNumber(v) : undefined;
  if (n === undefined) throw forError(v, what);
  return n;
}

/** State of a loop: `next` moves on and says whether there is an iteration; `value` is its value. */
export interface ForState {
  value: LuaValue;
  next(): boolean;
}

/** Prepares a loop: the order of checks is C Lua's. */
export function forPrepare(start: LuaValue, limit: LuaValue, step: LuaValue): ForState {
  if (isInteger(start) && isInteger(step)) {
    if (step === 0) throw operationError("'for' step is zero");
    if (typeof start === "number" && typeof limit === "number" && typeof step === "number")
      if (step > 0 ? start > limit : start < limit) return NO_ITERATION;
    return new IntegerFor(start, clipLimit(limit, step), step);
  }
  const to = numberToDouble(forNumber(limit, "limit"));
  const by = numberToDouble(forNumber(step, "step"));
  const from = numberToDouble(forNumber(start, "initial value"));
  if (by === 0) throw operationError("'for' step is zero");
  return new FloatFor(from, to, by);
}

const NO_ITERATION: ForState = { value: undefined, next: () => false };

/** The limit as an integer, or undefined when the loop does not run at all. */
function clipLimit(limit: LuaValue, step: LuaInteger): LuaInteger | undefined {
  const to = forNumber(limit, "limit");
  if (isInteger(to)) return to;
  const n = numberToDouble(to);
  const down = compareInt(step, 0) < 0;
  const i = fromDouble(down ? Math.ceil(n) : Math.floor(n));
  if (i !== undefined) return i;
  if (n > 0) return down ? undefined : MAX_INTEGER;
  return down ? MIN_INTEGER : undefined;
}

class IntegerFor implements ForState {
  value: LuaValue;
  private started = false;
  /** Iterations that are left after the first: computed up front, so nothing can overflow. */
  private count: number;
  private readonly runs: boolean;

  constructor(
    private current: LuaInteger,
    limit: LuaInteger | undefined,
    private readonly step: LuaInteger,
  ) {
    this.value = current;
    const up = compareInt(step, 0) > 0;
    this.runs =
      limit !== undefined &&
      (up ? compareInt(current, limit) <= 0 : compareInt(current, limit) >= 0);
    this.count = 0;
    if (typeof current === "number" && typeof limit === "number" && typeof step === "number") {
      const range = up ? limit - current : current - limit;
      if (this.runs && range <= Number.MAX_SAFE_INTEGER) {
        this.count = Math.floor(range / Math.abs(step));
        return;
      }
    }
    if (this.runs && limit !== undefined) {
      const range = up ? toBigInt(limit) - toBigInt(current) : toBigInt(current) - toBigInt(limit);
      const by = up ? toBigInt(step) : -toBigInt(step);
      // beyond 2^53 iterations a double is as good as exact
      this.count = Number(range / by);
    }
  }

  next(): boolean {
    if (!this.started) {
      this.started = true;
      return this.runs;
    }
    if (this.count-- <= 0) return false;
    this.current = addInt(this.current, this.step);
    this.value = this.current;
    return true;
  }
}

class FloatFor implements ForState {
  value: LuaValue;
  private started = false;

  constructor(
    private current: number,
    private readonly limit: number,
    private readonly step: number,
  ) {
    this.value = makeFloat(current);
  }

  next(): boolean {
    if (!this.started) {
      this.started = true;
      // asked this way round, a loop from NaN runs once, as in C Lua
      return !(this.step > 0 ? this.limit < this.current : this.current < this.limit);
    }
    this.current += this.step;
    this.value = makeFloat(this.current);
    return this.step > 0 ? this.current <= this.limit : this.limit <= this.current;
  }
}
