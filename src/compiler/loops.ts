/**
 * Lowering of loops (§3.3.4, §3.3.5). `body` lowers the statements of the loop's block.
 */
import type { GenericForStatement, LoopStatement, NumericForStatement } from "../parser/ast";
import { filling } from "../parser/constructors";
import { MAX_STEP } from "../runtime/forloop";
import { listOf } from "./assignments";
import { type Apply, callText, listed } from "./calls";
import { each, mapped } from "./lists";
import type { Lowering } from "./lower";
import { anyOperand, fits, Kind, NIL, quote } from "./operand";

/**
 * Registers from `outliving` up are the statement's own, if it is a `for`; the last `fresh` of them are assigned in each
 * iteration first.
 */
export function loop(
  lo: Lowering,
  s: LoopStatement,
  body: (label: string) => void,
  outliving?: number,
  fresh = 0,
): void {
  const name = lo.label();
  const outer = lo.loop;
  lo.loop = { label: name, closeLevel: lo.closeLevel };
  const scope = { outliving: outliving ?? lo.registerMark, fresh, isFor: outliving !== undefined };
  lo.emitLoopStatement(name, s, scope, () => body(name));
  lo.loop = outer;
}

export function numericFor(lo: Lowering, s: NumericForStatement, body: () => void): void {
  lo.scope(() => {
    const mark = lo.tempMark;
    const outliving = lo.registerMark;
    const start = listed(lo, s.start);
    const limit = listed(lo, s.limit);
    const step = s.step === undefined ? undefined : listed(lo, s.step);
    lo.marker(s.line);
    const stepValue =
      step === undefined ? 1 : step.kind === Kind.Int ? (step.value as number) : undefined;
    const constantStart =
      start.kind === Kind.Int && (start.value === undefined || fits(start.value));
    const constantStep =
      stepValue !== undefined &&
      Number.isInteger(stepValue) &&
      stepValue !== 0 &&
      Math.abs(stepValue) <= MAX_STEP;
    const counter = lo.newRegister();
    const bound = lo.newRegister();
    // in this order, so that the interpreter need not know which kind of loop it is
    const [state, stepRegister] =
      lo.isInterpreted || !(constantStart && constantStep)
        ? [lo.newRegister(), lo.newRegister()]
        : ["", ""];
    if (constantStart && constantStep) {
      // integers whatever the limit is (§3.3.5)
      lo.emit(`${counter}=${start.code};${bound}=${limit.code};`);
      if (limit.kind !== Kind.Int)
        lo.op(
          (k) => {
            const slow = `k=${k};${bound}=FLim(${bound},${stepValue});`;
            return lo.context.isCompact ? slow : `if(${unfit(bound, stepValue)}){${slow}}`;
          },
          "",
          s.line,
          "for prepare",
        );
      lo.noteStatement(s);
      lo.releaseTemps(mark);
      hideState(lo, bound, bound);
      if (stepValue === 1) fillAtOnce(lo, s, counter, bound);
      countedLoop(lo, s, counter, bound, stepValue, undefined, body, outliving);
      return;
    }
    const by = step === undefined ? "1" : step.code;
    lo.emit(`${bound}=${limit.code};${stepRegister}=${by};${state}=null;`);
    const inStep = `${stepRegister}<=${MAX_STEP}&&${stepRegister}>=-${MAX_STEP}&&${stepRegister}!==0`;
    const stepTest = constantStep ? "" : `&&${int32(stepRegister)}&&${inStep}`;
    const limitTest = unfit(bound, constantStep ? stepValue : undefined);
    lo.op(
      (k) =>
        // the counter never holds anything but an int32, whatever the start may be in other runs
        lo.quickly(
          `${int32(start.code)}${stepTest}`,
          `{${counter}=${start.code}|0;if(${limitTest}){k=${k};${bound}=FLim(${bound},${stepRegister})}}`,
          `k=${k};${state}=FP(${start.code},${bound},${stepRegister});${counter}=0;`,
        ),
      "",
      s.line,
      "for prepare",
    );
    lo.noteStatement(s);
    lo.releaseTemps(mark);
    hideState(lo, bound, stepRegister);
    const advance = constantStep ? stepValue : stepRegister;
    countedLoop(lo, s, counter, bound, advance, state, body, outliving);
  });
}

/**
 * `for i = 1, n do t[i] = 0 end`: a new table gets its elements at once, in an array of the right
 * size. The loop is left with those that follow, none most of the time.
 */
function fillAtOnce(lo: Lowering, s: NumericForStatement, counter: string, bound: string): void {
  const filled = lo.isHooked ? undefined : filling(s);
  if (filled === undefined) return;
  const table = lo.operand(filled.table).code;
  lo.emit(`${counter}=FA(${table},${counter},${bound},${lo.operand(filled.value).code});`);
}

/** What C Lua keeps of a loop has a place among the local variables, for debug.getlocal. */
function hideState(lo: Lowering, ...registers: string[]): void {
  if (lo.context.isInspected)
    for (const register of registers) lo.declareHidden("(for state)", register);
}

function int32(x: string): string {
  return `typeof ${x}==="number"&&(${x}|0)===${x}`;
}

/** Whether the limit is no plain number that the counter can be compared with: NaN ends no loop that counts down. */
function unfit(bound: string, step: number | undefined): string {
  const text = `typeof ${bound}!=="number"`;
  return step !== undefined && step > 0 ? text : `${text}||${bound}!==${bound}`;
}

/** `state` is null for a loop over int32 start and step, else it counts (runtime/forloop.ts). */
function countedLoop(
  lo: Lowering,
  s: NumericForStatement,
  counter: string,
  bound: string,
  step: number | string,
  state: string | undefined,
  body: () => void,
  outliving: number,
): void {
  const done =
    typeof step === "number"
      ? `${counter}${step > 0 ? "<=" : ">="}${bound}`
      : `(${step}>0?${counter}<=${bound}:${counter}>=${bound})`;
  loop(
    lo,
    s,
    (name) => {
      if (state === undefined) lo.emit(`if(!(${done}))break ${name};`);
      else if (lo.context.isCompact)
        lo.emit(`if(!${state}.next())break ${name};${counter}=${state}.value;`);
      else
        lo.emit(
          `if(${state}===null){if(!(${done}))break ${name};}else if(${state}.next())${counter}=${state}.value;else break ${name};`,
        );
      lo.hooked("H.loop(fr);");
      lo.scope(() => {
        lo.declare(s.variable);
        if (state === undefined) lo.kindOf.set(s.variable, Kind.Int);
        lo.initialise(s.variable, counter);
        body();
        lo.lastLine = s.body.endLine;
      });
      endOfBody(lo, s.line);
      const advance = `${counter}=${counter}+${step};`;
      if (state === undefined || !lo.context.isCompact)
        lo.emit(state === undefined ? advance : `if(${state}===null)${advance}`);
      lo.tick(s.line);
    },
    outliving,
  );
  lo.hooked("fr.hooked.jumped=false;");
}

/** In hooked code: a `for` loop goes on at its head, then jumps back. */
function endOfBody(lo: Lowering, line: number): void {
  lo.marker(line);
  lo.hooked("fr.hooked.jumped=true;");
}

/**
 * `for a, b in f, s, c, closing` (§3.3.5). Traversals by `next` and `ipairs` of plain tables run
 * without calls; `mode` is then 1 or 2.
 */
export function genericFor(lo: Lowering, s: GenericForStatement, body: () => void): void {
  lo.scope(() => {
    const mark = lo.tempMark;
    const outliving = lo.registerMark;
    const init = listOf(lo, s.exprs, 4, true);
    const [f, state, control] = [lo.newRegister(), lo.newRegister(), lo.newRegister()];
    const mode = lo.newRegister();
    const closing = init[3] ?? NIL;
    lo.emit(
      `${f}=${init[0]?.code};${state}=${init[1]?.code};${control}=${init[2]?.code};` +
        (lo.context.isInspected || lo.context.isCompact
          ? `${mode}=0;`
          : `if(${f}===NX&&${control}===void 0&&${state} instanceof T){${mode}=1;${f}=new TI(${state})}else ${mode}=${f}===IX&&${state} instanceof T&&${int32(control)}?2:0;`),
    );
    if (lo.context.isInspected) {
      // debug.getlocal may look for what C Lua keeps of the loop
      const kept = lo.newRegister();
      lo.emit(`${kept}=${closing.code};`);
      hideState(lo, f, state, kept);
    }
    lo.marker(s.line);
    const level = lo.closeLevel;
    if (closing.kind !== Kind.Nil) {
      lo.emitMark(closing.code, quote("(for state)"), s.line, "for closing");
      lo.noteStatement(s);
    }
    lo.releaseTemps(mark);
    const vars = s.vars.length === 1 ? 2 : s.vars.length;
    const values = Array.from({ length: vars }, () => lo.newRegister());
    loop(
      lo,
      s,
      (name) => {
        if (lo.context.isCompact) iteratorCall(lo, s, f, state, control, values, name);
        else step(lo, s, { f, state, control, mode }, values, name);
        lo.hooked("H.loop(fr);");
        lo.scope(() => {
          each(s.vars, (v, i) => {
            lo.declare(v);
            lo.initialise(v, values[i] as string);
          });
          body();
          lo.lastLine = s.body.endLine;
        });
        endOfBody(lo, s.line);
        // without a body the jump back goes to the iterator's call
        if (s.body.statements.length === 0) {
          lo.hooked("H.loop(fr);");
          lo.marker(s.line);
        }
        lo.tick(s.line);
      },
      outliving,
      values.length,
    );
    lo.hooked("fr.hooked.jumped=false;");
    if (lo.closeLevel > level) lo.emitClose(level, s.body.endLine);
    lo.closeLevel = level;
  });
}

/** Gets the next values, by the way that `mode` says. */
function step(
  lo: Lowering,
  s: GenericForStatement,
  { f, state, control, mode }: Record<"f" | "state" | "control" | "mode", string>,
  values: string[],
  name: string,
): void {
  const [v0, v1, ...more] = values as [string, string, ...string[]];
  const rest = mapped(more, (v) => `${v}=void 0;`).join("");
  const byIndex = () => {
    lo.op(
      (k) =>
        `${v0}=++${control};if((${v1}=${state}.µarray[${v0}])===void 0){k=${k};${v1}=I(${state},${v0});if(${v1}===null)break sus;}`,
      `${v1}=F(v)`,
      s.line,
      "for index",
    );
    lo.noteStatement(s);
    lo.emit(`if(${v1}===void 0)break ${name};${rest}`);
  };
  lo.emitIf(
    `${mode}===1`,
    () => lo.emit(`if(!${f}.step())break ${name};${v0}=${f}.key;${v1}=${f}.value;${rest}`),
    () =>
      lo.emitIf(`${mode}===2`, byIndex, () => iteratorCall(lo, s, f, state, control, values, name)),
  );
}

function iteratorCall(
  lo: Lowering,
  s: GenericForStatement,
  f: string,
  state: string,
  control: string,
  values: string[],
  name: string,
): void {
  const [v0, ...rest] = values as [string, ...string[]];
  const spread = `${mapped(rest, (v, i) => `${v}=${v0}[${i + 1}];`).join("")}${v0}=${v0}[0];`;
  const clear = mapped(rest, (v) => `${v}=void 0;`).join("");
  const callee = lo.isHooked ? { code: f, kind: Kind.Boxed } : anyOperand(f);
  lo.op(
    (k) => {
      const apply: Apply = (callee, helper) =>
        `${helper === undefined ? `${callee}(` : `${helper}(${callee},`}${state},${control})`;
      const c = callText(lo, callee, apply, k);
      if (c.first !== undefined)
        return `${c.before}${v0}=${c.value};if(${v0}===null)break sus;${v0}=A(${v0});${spread}`;
      return `${c.before}${v0}=${c.value};if(Q(${v0})){${spread}}else{if(${v0}===null)break sus;${clear}}`;
    },
    `${v0}=A(v);${spread}`,
    s.line,
    "for iterator",
    f,
  );
  lo.noteStatement(s);
  lo.emit(`if(${v0}===void 0)break ${name};${control}=${v0};`);
}
