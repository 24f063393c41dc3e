/** Variables that debug.upvaluejoin can exchange (§6.11). */
import type { Cell } from "./proto";
import type { LuaValue } from "./value";

/**
 * A closure's own way to a cell that it shares with others. The closures of chunks that name
 * `upvaluejoin` have these in place of the cells.
 */
export class Alias implements Cell {
  constructor(public cell: Cell) {}
  get v(): LuaValue {
    return this.cell.v;
  }
  set v(value: LuaValue) {
    this.cell.v = value;
  }
}

/** A factory of closures whose cells are their own. */
export function withAliases<F extends (...cells: unknown[]) => unknown>(factory: F): F {
  const make = (...cells: unknown[]) => factory(...cells.map(alias));
  return make as F;
}

function alias(c: unknown): unknown {
  // what is no cell is a function that never changes
  if (typeof c !== "object" || c === null) return c;
  return new Alias(c instanceof Alias ? c.cell : (c as Cell));
}
