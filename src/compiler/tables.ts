/** Lowering of table constructors (§3.4.9). */
import type { TableExpr, TableItem } from "../parser/ast";
import { directFields } from "../parser/constructors";
import { isMulti } from "../parser/operators";
import { arrayText, listed, multi } from "./calls";
import { assignIndex } from "./indexing";
import { any, each, mapped } from "./lists";
import type { Lowering } from "./lower";
import { Kind, type Operand } from "./operand";

/** Items of a list that are stored at once. */
const BATCH = 48;

export function tableConstructor(lo: Lowering, e: TableExpr, target: string): void {
  lo.marker(e.line);
  fillTable(lo, e, target);
  // C Lua stores list items when it comes to the brace
  if (any(e.items, (item) => item.kind === "positional")) lo.marker(e.endLine);
}

function fillTable(lo: Lowering, e: TableExpr, target: string): void {
  if (e.items.length === 0) {
    lo.emit(`${target}=new T(EA);`);
    return;
  }
  const fields = directFields(e);
  if (fields !== undefined) directTable(lo, e, fields, target);
  else filledTable(lo, e, target);
}

function directTable(lo: Lowering, e: TableExpr, keys: string[], target: string): void {
  const mark = lo.tempMark;
  const positional: string[] = ["void 0"];
  const named: string[] = [];
  let spread: string | undefined;
  let mayEndInNil = false;
  each(e.items, (item, i) => {
    if (item.kind === "named") named.push(listed(lo, item.value).code);
    else if (i === e.items.length - 1 && isMulti(item.value)) {
      spread = multi(lo, item.value);
    } else {
      const o = listItem(lo, e, i);
      positional.push(o.code);
      mayEndInNil = o.kind === Kind.Any || o.kind === Kind.Nil;
    }
  });
  const make = keys.length === 0 ? "T" : lo.use(lo.context.shape(keys));
  const fields = mapped(named, (n) => `,${n}`).join("");
  if (spread !== undefined)
    lo.emit(`${target}=MT(new ${make}(${arrayText(positional, spread)}${fields}));`);
  else if (positional.length === 1) lo.emit(`${target}=new ${make}(EA${fields});`);
  else {
    const made = `new ${make}([${positional.join(",")}]${fields})`;
    lo.emit(`${target}=${mayEndInNil ? `MT(${made})` : made};`);
  }
  lo.releaseTemps(mark);
}

/** The value of an item of the list; the last one waits for the closing brace if it can. */
function listItem(lo: Lowering, e: TableExpr, i: number): Operand {
  const { value } = e.items[i] as TableItem;
  return i < e.items.length - 1 ? listed(lo, value) : lo.operand(value);
}

/** Makes the table first and sets its items as they are evaluated. */
function filledTable(lo: Lowering, e: TableExpr, target: string): void {
  const t = lo.newTemp();
  lo.emit(`${t}=new T(EA);`);
  const table: Operand = { code: t, kind: Kind.Table };
  let position = 1;
  let batch: string[] = [];
  let batchMark = lo.tempMark;
  const flush = () => {
    if (batch.length > 0) lo.emit(`SL(${t},${position - batch.length},[${batch.join(",")}]);`);
    batch = [];
    lo.releaseTemps(batchMark);
  };
  each(e.items, (item, i) => {
    if (item.kind === "positional") {
      if (i === e.items.length - 1 && isMulti(item.value)) {
        flush();
        lo.emit(`SL(${t},${position},A(${multi(lo, item.value)}));`);
      } else {
        batch.push(listItem(lo, e, i).code);
        position++;
        if (batch.length === BATCH) flush();
      }
      return;
    }
    const mark = lo.tempMark;
    const key = lo.operand(item.key);
    const value = lo.operand(item.value);
    assignIndex(
      lo,
      table,
      key,
      value,
      { type: "Index", line: item.key.line, object: e, key: item.key },
      lo.tempMark,
    );
    if (batch.length === 0) lo.releaseTemps(mark);
  });
  flush();
  batchMark = lo.tempMark;
  lo.emit(`${target}=${t};`);
}
