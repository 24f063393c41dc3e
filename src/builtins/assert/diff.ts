/** Deep equality of Lua values, as a list of the places where two values differ. */
import {
  entries,
  inspect,
  isFloat,
  isNumber,
  LuaTable,
  type LuaValue,
  numberToDouble,
  opaqueText,
  pathSegment,
  rawEquals,
  typeName,
} from "../../host";

/** Doubles nearer to each other than this count as equal, as in the original. */
const EPSILON = Number.EPSILON;
/** Differences that are looked for at most. */
const MAX_DIFFERENCES = 10;

/** Equality of values that are not tables, and of a table with itself. */
export function sameScalar(a: LuaValue, b: LuaValue): boolean {
  if (rawEquals(a, b)) return true;
  if (!isNumber(a) || !isNumber(b)) return false;
  // two integers are equal exactly or not at all
  if (!isFloat(a) && !isFloat(b)) return false;
  const distance = Math.abs(numberToDouble(a) - numberToDouble(b));
  // 0 comes from rounding: an integer beyond 2^53 and a float near to it
  return distance > 0 && distance < EPSILON;
}

/** True when both are equal, tables by their content (raw, metatables do not count). */
export function deepEquals(a: LuaValue, b: LuaValue): boolean {
  return differences(a, b, 1).length === 0;
}

/** Lines such as `.items[2]: 10 != 12`; empty when the values are equal. */
export function differences(a: LuaValue, b: LuaValue, max = MAX_DIFFERENCES + 1): string[] {
  const out: string[] = [];
  new Comparison(out, max).compare(a, b, "");
  if (max > MAX_DIFFERENCES && out.length > MAX_DIFFERENCES) {
    out.length = MAX_DIFFERENCES;
    out.push("… and more");
  }
  return out;
}

class Comparison {
  /** Pairs under comparison or found equal: cycles end here. */
  private readonly seen = new Map<LuaTable, Set<LuaTable>>();

  constructor(
    private readonly out: string[],
    private readonly max: number,
  ) {}

  compare(a: LuaValue, b: LuaValue, path: string): void {
    if (this.out.length >= this.max || sameScalar(a, b)) return;
    if (a instanceof LuaTable && b instanceof LuaTable) this.tables(a, b, path);
    else this.differ(a, b, path);
  }

  private differ(a: LuaValue, b: LuaValue, path: string): void {
    this.out.push(`${path === "" ? "" : `${path}: `}${describePair(a, b)}`);
  }

  private tables(a: LuaTable, b: LuaTable, path: string): void {
    const partners = this.seen.get(a) ?? new Set();
    if (partners.has(b)) return;
    this.seen.set(a, partners.add(b));
    if (opaqueText(a) !== undefined || opaqueText(b) !== undefined) this.opaque(a, b, path);
    else this.fields(a, b, path);
  }

  /** Tables whose fields no message may show: whether they are equal counts all the same. */
  private opaque(a: LuaTable, b: LuaTable, path: string): void {
    const hidden: string[] = [];
    new Comparison(hidden, 1).fields(a, b, "");
    if (hidden.length > 0) this.differ(a, b, path);
  }

  private fields(a: LuaTable, b: LuaTable, path: string): void {
    for (const [key, v] of entries(a)) {
      const other = b.µget(key);
      const here = path + pathSegment(key);
      if (other === undefined) this.out.push(`${here}: ${brief(v)} is only on the left`);
      else this.compare(v, other, here);
      if (this.out.length >= this.max) return;
    }
    for (const [key, v] of entries(b)) {
      if (a.µget(key) === undefined)
        this.out.push(`${path}${pathSegment(key)}: ${brief(v)} is only on the right`);
      if (this.out.length >= this.max) return;
    }
  }
}

/** Both values, with their types when the texts alone would not tell them apart. */
function describePair(a: LuaValue, b: LuaValue): string {
  const [x, y] = [brief(a), brief(b)];
  return x === y ? `${x} (${typeName(a)}) != ${y} (${typeName(b)})` : `${x} != ${y}`;
}

function brief(v: LuaValue): string {
  return inspect(v, { depth: 2, items: 6, length: 80 });
}
