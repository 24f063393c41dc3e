/**
 * table.sort (§6.6).
 *
 * Numbers and strings in their own order go to the engine's native sorts, whose result nobody can
 * tell from another algorithm's. Everything else is a quicksort (median of three, Sedgewick's
 * partition) that makes the same comparisons as C Lua, so that the order of equal elements and the
 * point at which an inconsistent function is reported agree with it.
 *
 * The elements are in slots 1..n of a private array: neither a function that changes the table nor
 * one that suspends can disturb the algorithm.
 */
import { lessThan } from "../runtime/compare";
import { type LuaError, leaveNative, runtimeError } from "../runtime/error";
import { Frame, SUSPENDED, suspend } from "../runtime/frame";
import { LuaFloat, type LuaFunction, type LuaValue, type Results } from "../runtime/value";
import { isTrue } from "./resumable";

type Less = (a: LuaValue, b: LuaValue) => Results;
type Finish = (sorted: LuaValue[]) => Results;

/**
 * Sorts slots 1..n of `values` in place (by `less`, or by `<`) and gives `finish`'s result, or
 * suspends where a comparison does.
 */
export function sortArray(
  values: LuaValue[],
  less: LuaFunction | undefined,
  finish: Finish,
): Results {
  if (less === undefined && sortNatively(values)) return finish(values);
  return new SortFrame(values, less ?? (lessThan as Less), finish).run(undefined, false);
}

/** Sorts when all values are integers or all floats (no NaN) or all strings; false when they are not. */
function sortNatively(values: LuaValue[]): boolean {
  const n = values.length;
  if (typeof values[1] === "string") {
    for (let i = 2; i < n; i++) if (typeof values[i] !== "string") return false;
    values[0] = "";
    values.sort();
    values[0] = undefined;
    return true;
  }
  return sortNumbers(values);
}

/**
 * Sorts integers, or floats; false for other values, for a mixture of 1 and 1.0 and for zeros with a sign:
 * which of them comes first would be lost.
 */
function sortNumbers(values: LuaValue[]): boolean {
  const n = values.length;
  let small = true;
  let integral = false;
  let boxed = false;
  for (let i = 1; i < n; i++) {
    const v = values[i];
    if (typeof v === "number") {
      if ((v | 0) === v) integral = true;
      else {
        if (v !== v) return false;
        small = false;
        if (Number.isInteger(v)) integral = true;
      }
    } else if (v instanceof LuaFloat && !Object.is(v.n, -0)) boxed = true;
    else return false;
  }
  if (boxed && integral) return false;
  const numbers = small && !boxed ? new Int32Array(n - 1) : new Float64Array(n - 1);
  for (let i = 1; i < n; i++) {
    const v = values[i];
    numbers[i - 1] = typeof v === "number" ? v : (v as LuaFloat).n;
  }
  numbers.sort();
  for (let i = 1; i < n; i++) {
    const v = numbers[i - 1] as number;
    // keep small integers in the engine's integer representation
    if (!boxed) values[i] = (v | 0) === v ? v | 0 : v;
    else values[i] = Number.isInteger(v) ? new LuaFloat(v) : v;
  }
  return true;
}

// Which comparison comes next: the three that choose the median, then the two scans.
const ENDS = 0;
const MIDDLE_LOW = 1;
const MIDDLE_HIGH = 2;
const UP = 3;
const DOWN = 4;

/** Intervals from this size on get a random pivot once a partition was badly unbalanced. */
const LARGE = 100;

/** A quicksort whose state is in fields whenever a comparison is suspended. */
class SortFrame extends Frame {
  private phase = ENDS;
  private low = 1;
  private high: number;
  private middle = 0;
  private i = 0;
  private j = 0;
  private pivot: LuaValue = undefined;
  private randomize = false;
  /** Intervals left to do: low and high of each. */
  private readonly waiting: number[] = [];

  constructor(
    private readonly values: LuaValue[],
    private readonly less: Less,
    private readonly finish: Finish,
  ) {
    super();
    this.high = values.length - 1;
  }

  override resume(value: Results): Results {
    return this.run(value, true);
  }

  /** Goes on; when `answered`, `answer` is the result of the comparison that was suspended. */
  run(answer: Results, answered: boolean): Results {
    try {
      return this.sort(answer, answered);
    } catch (e) {
      throw leaveNative(e);
    }
  }

  private sort(answer: Results, answered: boolean): Results {
    const a = this.values;
    const less = this.less;
    let { phase, low, high, middle, i, j, pivot } = this;
    for (;;) {
      if (phase === UP) {
        for (;;) {
          if (answered) answered = false;
          else {
            answer = less(a[++i], pivot);
            if (answer === SUSPENDED) return this.save(UP, low, high, middle, i, j, pivot);
          }
          if (answer !== true && !isTrue(answer)) break;
          if (i === high - 1) throw invalidOrder();
        }
        phase = DOWN;
      }
      if (phase === DOWN) {
        for (;;) {
          if (answered) answered = false;
          else {
            answer = less(pivot, a[--j]);
            if (answer === SUSPENDED) return this.save(DOWN, low, high, middle, i, j, pivot);
          }
          if (answer !== true && !isTrue(answer)) break;
          if (j < i) throw invalidOrder();
        }
        if (j >= i) {
          swap(a, i, j);
          phase = UP;
          continue;
        }
        // the pivot waited in front of the last element; between the two parts is its place
        swap(a, high - 1, i);
        // the smaller part first, so that few intervals wait
        if (i - low < high - i) {
          this.randomize = (high - i) / 128 > i - low;
          this.waiting.push(i + 1, high);
          high = i - 1;
        } else {
          this.randomize = (i - low) / 128 > high - i;
          this.waiting.push(low, i - 1);
          low = i + 1;
        }
        phase = ENDS;
      }
      if (phase === ENDS) {
        if (answered) answered = false;
        else {
          while (low >= high) {
            if (this.waiting.length === 0) return this.finish(a);
            high = this.waiting.pop() as number;
            low = this.waiting.pop() as number;
          }
          answer = less(a[high], a[low]);
          if (answer === SUSPENDED) return this.save(ENDS, low, high, middle, i, j, pivot);
        }
        if (isTrue(answer)) swap(a, low, high);
        if (high - low === 1) {
          low = high;
          continue;
        }
        middle = this.chooseMiddle(low, high);
        phase = MIDDLE_LOW;
      }
      let median = false;
      if (phase === MIDDLE_LOW) {
        if (answered) answered = false;
        else {
          answer = less(a[middle], a[low]);
          if (answer === SUSPENDED) return this.save(MIDDLE_LOW, low, high, middle, i, j, pivot);
        }
        median = isTrue(answer);
        if (median) swap(a, middle, low);
      }
      if (!median) {
        if (answered) answered = false;
        else {
          answer = less(a[high], a[middle]);
          if (answer === SUSPENDED) return this.save(MIDDLE_HIGH, low, high, middle, i, j, pivot);
        }
        if (isTrue(answer)) swap(a, middle, high);
      }
      if (high - low === 2) {
        low = high;
        phase = ENDS;
        continue;
      }
      pivot = a[middle];
      swap(a, middle, high - 1);
      i = low;
      j = high - 1;
      phase = UP;
    }
  }

  private save(
    phase: number,
    low: number,
    high: number,
    middle: number,
    i: number,
    j: number,
    pivot: LuaValue,
  ): Results {
    this.phase = phase;
    this.low = low;
    this.high = high;
    this.middle = middle;
    this.i = i;
    this.j = j;
    this.pivot = pivot;
    return suspend(this);
  }

  private chooseMiddle(low: number, high: number): number {
    if (!this.randomize || high - low < LARGE) return (low + high) >>> 1;
    const quarter = (high - low) >>> 2;
    return low + quarter + Math.floor(Math.random() * 2 * quarter);
  }
}

function swap(a: LuaValue[], i: number, j: number): void {
  const v = a[i];
  a[i] = a[j];
  a[j] = v;
}

function invalidOrder(): LuaError {
  return runtimeError("invalid order function for sorting");
}
