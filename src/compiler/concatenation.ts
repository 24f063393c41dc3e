/** Lowering of `..` (§3.4.6). */
import type { BinaryExpr, Expr } from "../parser/ast";
import { all, kept, mapped } from "./lists";
import type { Lowering } from "./lower";
import { anyOperand, isTemp, Kind, type Operand, quote } from "./operand";

/** More operands are joined two by two: the code to join them at once would be too long. */
const MAX_JOINED = 8;

/** `a..b..c` is evaluated left to right and joined right to left. */
export function concat(lo: Lowering, e: BinaryExpr, target: string): void {
  const nodes: BinaryExpr[] = [];
  const operands: Operand[] = [];
  let right: Expr = e;
  while (right.type === "Binary" && right.op === "..") {
    nodes.push(right);
    operands.push(lo.operand(right.left));
    right = right.right;
  }
  const last = lo.operand(right);
  const joined = lo.isPlain || lo.isHooked ? undefined : joinedAtOnce([...operands, last], target);
  if (joined === undefined) joinInPairs(lo, nodes, operands, last, target);
  else if (joined.test === "") lo.op(() => `${joined.assign};`, `${target}=F(v)`, e.line, e);
  else
    lo.emitIf(`!(${joined.test}&&((${joined.assign}),true))`, () =>
      joinInPairs(lo, nodes, operands, last, target),
    );
}

/**
 * Joins the operands into the target if all are strings or int32, which is tested; their text is the same in
 * JavaScript. One rope of several pieces takes less than several ropes.
 */
function joinedAtOnce(
  operands: Operand[],
  target: string,
): { test: string; assign: string } | undefined {
  // of constants alone, the engine would make a constant: the same object as elsewhere, which %p shows
  if (all(operands, (o) => o.value !== undefined)) return undefined;
  let text = "";
  const tests: string[] = [];
  for (const o of operands) {
    if (typeof o.value === "string") text += templateText(o.value);
    else if (o.kind === Kind.Int && o.value !== undefined) text += o.value;
    else if (o.kind === Kind.Any || o.kind === Kind.Int || o.kind === Kind.String) {
      text += `\${${o.code}}`;
      if (o.kind !== Kind.Any) continue;
      const test = `(typeof ${o.code}==="string"||typeof ${o.code}==="number"&&(${o.code}|0)===${o.code})`;
      if (!tests.includes(test)) tests.push(test);
    } else return undefined;
  }
  if (tests.length > MAX_JOINED) return undefined;
  return { test: tests.join("&&"), assign: `${target}=\`${text}\`` };
}

/** A byte string inside of a JS template. */
function templateText(s: string): string {
  return quote(s).slice(1, -1).replaceAll("`", "\\`").replaceAll("${", "\\${");
}

function joinInPairs(
  lo: Lowering,
  nodes: BinaryExpr[],
  operands: Operand[],
  last: Operand,
  target: string,
): void {
  let b = last;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const a = operands[i] as Operand;
    let t = i === 0 ? target : isTemp(b.code) ? b.code : lo.newTemp();
    const shared = t === a.code;
    if (shared) t = lo.newTemp();
    const slow = (k: number) => `k=${k};${t}=cat(${a.code},${b.code});if(${t}===null)break sus;`;
    const test = mapped(
      kept([a, b], (o) => o.kind !== Kind.String),
      (o) => `typeof ${o.code}==="string"`,
    ).join("&&");
    const right = b;
    lo.op(
      (k) =>
        test === ""
          ? `${t}=${a.code}+${right.code};`
          : lo.quickly(test, `${t}=${a.code}+${right.code};`, slow(k)),
      `${t}=F(v)`,
      (nodes[i] as BinaryExpr).line,
      nodes[i],
      undefined,
      i === 0 ? lo.liveBase : lo.tempMark,
    );
    if (shared && i === 0) lo.emit(`${target}=${t};`);
    b = anyOperand(t);
  }
}
