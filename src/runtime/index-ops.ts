/** Indexing with metamethods (§2.4, `__index` and `__newindex`). */

import { raise } from "./control";
import { LuaError, OperandFault, operationError } from "./error";
import { isFieldName } from "./fields";
import { SUSPENDED } from "./frame";
import { neverInline } from "./jit";
import { getMetamethod, indexHandler, newindexHandler } from "./metatable";
import { LuaTable } from "./table";
import { first, type LuaValue, type Results } from "./value";

/** Longest chain of `__index` tables, as in C Lua. */
const MAX_CHAIN = 2000;

/** `o[k]`. May return `SUSPENDED`; the result then comes as the resumed value. */
export function index(o: LuaValue, k: LuaValue): LuaValue {
  if (!(o instanceof LuaTable)) return indexChain(o, k, 0);
  const v = typeof k === "number" ? o.µgetInt(k) : typeof k === "string" ? o.µgetStr(k) : o.µget(k);
  return v !== undefined || o.µmetatable === null ? v : indexMissing(o.µmetatable, o, k);
}

/** `o[k]` by the metatable of a table that has no such key. */
function indexMissing(mt: LuaTable, o: LuaTable, k: LuaValue): LuaValue {
  const handler = indexHandler(mt);
  if (handler === undefined) return undefined;
  if (typeof handler !== "function") return indexChain(handler, k, 1);
  const r = handler(o, k);
  return typeof r !== "object" ? r : firstOrSuspended(r);
}

/** A suspended call hands its results on as they are. */
function firstOrSuspended(r: Results): LuaValue {
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
}

/** `depth` objects have been asked before. */
function indexChain(o: LuaValue, k: LuaValue, depth: number): LuaValue {
  let object = o;
  for (let i = depth; i < MAX_CHAIN; i++) {
    let handler: LuaValue;
    if (object instanceof LuaTable) {
      const v = object.µget(k);
      if (v !== undefined || object.µmetatable === null) return v;
      handler = indexHandler(object.µmetatable);
      if (handler === undefined) return undefined;
    } else {
      handler = getMetamethod(object, "__index");
      if (handler === undefined) return noIndex(object, i);
    }
    if (typeof handler === "function") return firstOrSuspended(handler(object, k));
    object = handler;
  }
  throw operationError("'__index' chain too long; possible loop");
}

function noIndex(object: LuaValue, depth: number): LuaValue {
  const fault = new OperandFault("index", object, depth === 0 ? 0 : -1);
  return raise(new LuaError(undefined, fault)) as unknown as LuaValue;
}

/** `o[#o + 1] = v`, if there is nothing special about it. */
export function appendTo(o: LuaValue, v: LuaValue): boolean {
  if (!isPlainList(o) || v === undefined) return false;
  o.µpush(v);
  return true;
}

/** `o[k] = v` for the `k` that was `#o + 1`, if it still is and there is nothing special about it. */
export function appendAt(o: LuaValue, k: LuaValue, v: LuaValue): boolean {
  if (!isPlainList(o) || v === undefined || o.µarray.length !== k) return false;
  o.µpush(v);
  return true;
}

/** A table without metatable that has elements in its array part already. */
function isPlainList(o: LuaValue): o is LuaTable {
  return o instanceof LuaTable && o.µmetatable === null && o.µarray.length > 1;
}

/** `o[k] = v`. Returns `SUSPENDED` or undefined. */
export function setIndex(o: LuaValue, k: LuaValue, v: LuaValue): LuaValue {
  if (o instanceof LuaTable && o.µmetatable === null) {
    if (typeof k === "string") o.µsetKey(k, v);
    else if (typeof k === "number" && (k | 0) === k) o.µsetInt(k | 0, v);
    else rawSet(o, k, v);
    return undefined;
  }
  let object = o;
  for (let i = 0; i < MAX_CHAIN; i++) {
    let handler: LuaValue;
    if (object instanceof LuaTable) {
      const mt = object.µmetatable;
      if (mt === null) handler = undefined;
      else {
        handler = newindexHandler(mt);
        if (handler !== undefined && object.µget(k) !== undefined) handler = undefined;
      }
      if (handler === undefined) {
        rawSet(object, k, v);
        return undefined;
      }
    } else {
      handler = getMetamethod(object, "__newindex");
      if (handler === undefined) return noIndex(object, i);
    }
    if (typeof handler === "function") {
      const r = handler(object, k, v);
      return r === SUSPENDED ? (r as unknown as LuaValue) : undefined;
    }
    object = handler;
  }
  throw operationError("'__newindex' chain too long; possible loop");
}

/** `o.name = v`, with a name that the program text mentions. Returns `SUSPENDED` or undefined. */
export function setField(o: LuaValue, name: string, v: LuaValue): LuaValue {
  if (o instanceof LuaTable && isFieldName(name)) {
    const { µmetatable: mt } = o;
    if (mt === null || newindexHandler(mt) === undefined) {
      o.µsetName(name, v);
      return undefined;
    }
  }
  return setIndex(o, name, v);
}

/** Raw assignment; nil and NaN are no keys. */
export function rawSet(t: LuaTable, k: LuaValue, v: LuaValue): void {
  if (k === undefined) throw operationError("table index is nil");
  if (k !== k) throw operationError("table index is NaN");
  t.µset(k, v);
}

neverInline(index, setIndex, appendTo, appendAt);
