/**
 * Lua tables as trees of lists and maps, by the rules of `json.encode`: the same shapes, key texts,
 * order and error messages for every format.
 */
import { HostError, isUtf8, type LuaTable, type LuaValue } from "../../host";
import { explain } from "./explain";
import { arrayLength, isSequence, objectEntries, Unwritable } from "./rules";

export type Shape =
  | { readonly list: LuaValue[]; readonly fields?: undefined }
  | { readonly list?: undefined; readonly fields: [key: string, value: LuaValue][] };

/** Walks down a tree: hands out shapes, and stops at cycles and great depths. */
export class Descent {
  private readonly ancestors = new Set<LuaTable>();

  constructor(private readonly maxDepth: number) {}

  /** True when nothing may be nested further. */
  get isFull(): boolean {
    return this.ancestors.size >= this.maxDepth;
  }

  /** Calls `visit` with what `t` is made of; fields come sorted by bytes, without nils. */
  into<T>(t: LuaTable, visit: (shape: Shape) => T): T {
    const { ancestors } = this;
    if (ancestors.has(t)) throw new Unwritable();
    if (ancestors.size >= this.maxDepth)
      throw new HostError(`nesting deeper than ${this.maxDepth} levels`);
    ancestors.add(t);
    try {
      return visit(shapeOf(t));
    } finally {
      ancestors.delete(t);
    }
  }
}

function shapeOf(t: LuaTable): Shape {
  if (isSequence(t)) {
    const list: LuaValue[] = [];
    const n = arrayLength(t);
    for (let i = 1; i <= n; i++) list.push(t.µgetInt(i));
    return { list };
  }
  const fields = [...objectEntries(t)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key] of fields) if (!isUtf8(key)) throw new Unwritable();
  return { fields };
}

/** Runs an encoder on `v`; its failures become errors that begin with `name`. */
export function encodeTree<T>(name: string, v: LuaValue, encode: () => T): T {
  try {
    return encode();
  } catch (e) {
    if (e instanceof HostError) throw new HostError(`${name}: ${e.message}`);
    if (!(e instanceof Unwritable)) throw e;
    throw new HostError(`${name}: ${explain(v) ?? "the value can't be written"}`);
  }
}
