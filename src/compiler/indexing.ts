/** Lowering of indexing and of assignments to fields (§3.2, §2.4). */
import type { Expr } from "../parser/ast";
import { isFieldName } from "../runtime/fields";
import type { OpInfo } from "./ir";
import type { Lowering } from "./lower";
import { anyOperand, isAtom, Kind, type Operand, property, quote } from "./operand";

/** `a.b.c.d`: walks long chains without recursion. */
export function indexChain(lo: Lowering, e: Expr, target: string, wantsNumber = false): void {
  const chain: Expr[] = [];
  let base = e;
  while (base.type === "Index") {
    chain.push(base);
    base = base.object;
  }
  let object = lo.operand(base);
  for (let i = chain.length - 1; i >= 0; i--) {
    const link = chain[i] as Expr & { type: "Index" };
    const mark = lo.tempMark;
    const key = lo.operand(link.key);
    // the result must not overwrite the operands while they are still needed
    let to = i === 0 ? target : lo.newTemp();
    if (to === object.code || to === key.code) to = lo.newTemp();
    indexOperand(lo, object, key, to, link, wantsNumber && i === 0);
    if (i === 0 && to !== target) lo.emit(`${target}=${to};`);
    if (i > 0 && mark + 1 < lo.tempMark) {
      // keep the temporaries of a long chain few
      lo.releaseTemps(mark);
      const moved = lo.newTemp();
      if (moved !== to) lo.emit(`${moved}=${to};`);
      to = moved;
    }
    object = anyOperand(to);
  }
}

/** Constants and functions have no fast path; a numeral could not stand before a dot either. */
function mayBeTable(o: Operand): boolean {
  return o.kind === Kind.Any || o.kind === Kind.Table;
}

function indexOperand(
  lo: Lowering,
  o: Operand,
  key: Operand,
  t: string,
  e: Expr,
  wantsNumber: boolean,
): void {
  if (typeof key.value === "string") {
    indexName(lo, o, key.value as string, t, e, wantsNumber);
    return;
  }
  const slow = (k: number) => `k=${k};${t}=I(${o.code},${key.code});if(${t}===null)break sus;`;
  const integer = key.kind === Kind.Int;
  const negative = typeof key.value === "number" && key.value < 0;
  if (lo.isPlain || (key.kind !== Kind.Any && !integer) || negative || !mayBeTable(o)) {
    lo.op(slow, `${t}=F(v)`, e.line, e);
    return;
  }
  const { tests, code } = elementKey(key.code, integer);
  const array = partOf(o, "array");
  const isThere = readPart(t, `${array.code}[${code}]`, wantsNumber);
  const isElement = [...tests, ...array.tests, isThere];
  lo.op((k) => `if(!(${isElement.join("&&")})){${slow(k)}}`, `${t}=F(v)`, e.line, e);
}

/**
 * Reads a part of a table; false where there is none. What is likely a number is read once more if it is none: rare boxed
 * floats escape the samples that the JIT takes of the first read (see `firstResult`); of the second it knows boxes only.
 */
function readPart(t: string, part: string, wantsNumber: boolean): string {
  const isThere = `(${t}=${part})!==void 0`;
  return wantsNumber ? `(typeof(${t}=${part})==="number"||${isThere})` : isThere;
}

/**
 * A key as the index of an element, after a test. If its variable holds other things than int32 at times, nil for one, the
 * JIT looks elements up in a way that is slow, and slowest beyond the end of an array; so it is told. `first` is how the
 * test mentions the key for the first time.
 */
export function elementKey(
  code: string,
  isInt: boolean,
  first = code,
): { tests: string[]; code: string } {
  if (isInt) return { tests: [], code };
  return { tests: [`typeof ${first}==="number"`, `(${code}|0)===${code}`], code: `(${code}|0)` };
}

/**
 * Is there such a part of a table? `tests` say so, and `code` is it then: `h`, or the table, whose fields are its
 * properties. Other values have properties, too, so they are told by the array part. Not `h=o?.µarray`: where the ways for
 * nil and for tables meet again, the JIT has three blocks more, and compiling them takes longer than all else about a field.
 */
export function partOf(o: Operand, part: "array" | "fields"): { tests: string[]; code: string } {
  const isFields = part === "fields";
  if (o.kind === Kind.Table) return { tests: [], code: isFields ? o.code : `${o.code}.µarray` };
  const read = isAtom(o.code) ? o.code : "h";
  const first = read === o.code ? read : `(h=${o.code})`;
  const array = isFields ? `${read}.µarray` : `(h=${read}.µarray)`;
  return { tests: [`${first}!==void 0`, `${array}!==void 0`], code: isFields ? read : "h" };
}

/** The text of `o.name` with all metamethods. */
export function getField(lo: Lowering, o: string, name: string): string {
  return lo.isPlain || (lo.context.isBrief && lo.fn.id === 0)
    ? `I(${o},${quote(name)})`
    : `${lo.use(lo.context.getter(name))}(${o})`;
}

/** `t = o.name` */
export function indexName(
  lo: Lowering,
  o: Operand,
  name: string,
  target: string,
  e: Expr,
  wantsNumber = false,
): void {
  const t = target === o.code ? lo.newTemp() : target;
  const get = getField(lo, o.code, name);
  const slow = (k: number) => `k=${k};${t}=${get};if(${t}===null)break sus;`;
  if (lo.isPlain || !isFieldName(name) || !mayBeTable(o)) lo.op(slow, `${t}=F(v)`, e.line, e);
  else {
    const fields = partOf(o, "fields");
    const isField = [...fields.tests, readPart(t, `${fields.code}${property(name)}`, wantsNumber)];
    lo.op((k) => `if(!(${isField.join("&&")})){${slow(k)}}`, `${t}=F(v)`, e.line, e);
  }
  if (t !== target) lo.emit(`${target}=${t};`);
}

/** `o[key] = value`, all operands. */
export function assignIndex(
  lo: Lowering,
  o: Operand,
  key: Operand,
  v: Operand,
  e: Expr,
  live: number,
): void {
  storeIndex(lo, o, key, v, e, live);
  (lo.ops[lo.opCount] as OpInfo).isStore = true;
}

function storeIndex(
  lo: Lowering,
  o: Operand,
  key: Operand,
  v: Operand,
  e: Expr,
  live: number,
): void {
  if (typeof key.value === "string" && !lo.isPlain) {
    const name = key.value as string;
    const s = lo.use(lo.context.setter(name));
    const slow = (k: number) => `k=${k};if(${s}(${o.code},${v.code})===null)break sus;`;
    if (!isFieldName(name) || !mayBeTable(o)) lo.op(slow, "", e.line, e, undefined, live);
    else {
      const fields = partOf(o, "fields");
      const p = `${fields.code}${property(name)}`;
      const isField = [...fields.tests, `${p}!==void 0`];
      lo.op(
        (k) => `if(${isField.join("&&")})${p}=${v.code};else{${slow(k)}}`,
        "",
        e.line,
        e,
        undefined,
        live,
      );
    }
    return;
  }
  const slow = (k: number) => `k=${k};if(N(${o.code},${key.code},${v.code})===null)break sus;`;
  const integer = key.kind === Kind.Int;
  const dense = key.kind === Kind.Any || (integer && !((key.value as number) < 0));
  if (lo.isPlain || lo.isSlow || !dense || v.kind === Kind.Nil || !mayBeTable(o)) {
    lo.op(slow, "", e.line, e, undefined, live);
    return;
  }
  const { tests, code } = elementKey(key.code, integer);
  const array = partOf(o, "array");
  const slot = `${array.code}[${code}]`;
  const isElement = [...tests, ...array.tests, `${slot}!==void 0`];
  if (v.kind === Kind.Any) isElement.push(`${v.code}!==void 0`);
  lo.op(
    (k) => `if(${isElement.join("&&")})${slot}=${v.code};else{${slow(k)}}`,
    "",
    e.line,
    e,
    undefined,
    live,
  );
}
