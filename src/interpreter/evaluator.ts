/**
 * Evaluates the expressions of one statement after the other (see steps.ts for how it may be suspended in the middle).
 *
 * `WAITING` in place of a value means that an operation is suspended.
 */
import type {
  BinaryExpr,
  BinaryOp,
  CallExpr,
  Expr,
  FunctionBody,
  LocalVar,
  LoopStatement,
  MethodCallExpr,
  TableExpr,
  TableItem,
} from "../parser/ast";
import { directFields } from "../parser/constructors";
import { isMulti } from "../parser/operators";
import {
  add,
  band,
  bnot,
  bor,
  bxor,
  div,
  idiv,
  mod,
  mul,
  pow,
  shl,
  shr,
  sub,
  unm,
} from "../runtime/arith";
import { call } from "../runtime/call";
import { equals, lessEqual, lessThan } from "../runtime/compare";
import { concat, lengthOf } from "../runtime/concat";
import { SUSPENDED } from "../runtime/frame";
import { index, setField, setIndex } from "../runtime/index-ops";
import { makeTable, newTable } from "../runtime/record";
import { spread } from "../runtime/spread";
import { EMPTY_ARRAY, LuaTable } from "../runtime/table";
import { first, LuaFloat, type LuaValue, newList, type Results } from "../runtime/value";
import type { InterpretedCode, OperationNode, Part } from "./code";
import { Steps } from "./steps";
import type { Variables } from "./variables";

/** `SUSPENDED` where a single value is expected. */
export const WAITING = SUSPENDED as unknown as LuaValue;
/** List items of a constructor that are stored at once, as in compiled code. */
const BATCH = 48;

/** Up to this length equal strings have the same address anyway (`pointer` in src/lualib/format.ts). */
const MAX_SHARED = 40;
const literals: Record<string, undefined> = Object.create(null);

/** The engine keeps one string only of each that has been a key, as it does of the literals in compiled code. */
function literal(s: string): string {
  return literals[s] ?? s;
}

type Operator = (a: LuaValue, b: LuaValue) => LuaValue | typeof SUSPENDED;

const OPERATORS: Partial<Record<BinaryOp, Operator>> = {
  "+": add,
  "-": sub,
  "*": mul,
  "/": div,
  "//": idiv,
  "%": mod,
  "^": pow,
  "&": band,
  "|": bor,
  "~": bxor,
  "<<": shl,
  ">>": shr,
  "==": equals,
  "~=": equals,
  "<": lessThan,
  "<=": lessEqual,
  // a > b is b < a (§3.4.4)
  ">": (a, b) => lessThan(b, a),
  ">=": (a, b) => lessEqual(b, a),
};

export function isTruthy(v: LuaValue): boolean {
  return v !== undefined && v !== false;
}

export class Evaluator extends Steps {
  constructor(
    private readonly code: InterpretedCode,
    private readonly variables: Variables,
  ) {
    super();
  }

  /** The number of the operation under way, if one has begun. */
  get operation(): number | undefined {
    const { node, part, item } = this;
    return node === undefined ? undefined : this.code.operation(node, part, item);
  }

  // --------------------------------------------------------------- values

  /** The value of an expression, cut to one. */
  value(e: Expr): LuaValue {
    switch (e.type) {
      case "Nil":
        return undefined;
      case "True":
        return true;
      case "False":
        return false;
      case "String":
        return e.value.length > MAX_SHARED ? literal(e.value) : e.value;
      case "Integer":
        return e.value;
      case "Float":
        return Number.isInteger(e.value) ? new LuaFloat(e.value) : e.value;
      case "Local": {
        const { constant } = e.variable;
        return constant === undefined ? this.variable(e.variable) : this.value(constant);
      }
      case "Global":
        return this.field(e, this.variable(e.env), e.name);
      case "Call":
      case "MethodCall": {
        const r = this.call(e);
        return r === SUSPENDED ? WAITING : first(r);
      }
      case "Index":
        return this.indexChain(e);
      case "Paren":
        return this.value(e.inner);
      case "Vararg":
        return this.variables.varargs[0];
      case "Function":
        return this.closure(e.func);
      case "Table":
        return this.table(e);
      case "Binary":
        return e.op === ".." ? this.concatenation(e) : this.binary(e);
      case "Logical": {
        const left = this.value(e.left);
        if (left === WAITING || isTruthy(left) !== (e.op === "and")) return left;
        return this.value(e.right);
      }
      case "Unary":
        return this.unary(e);
    }
  }

  /** All values of an expression: one, or an array that is never written to. */
  values(e: Expr): Results {
    if (e.type === "Call" || e.type === "MethodCall") return this.call(e);
    return e.type === "Vararg" ? this.variables.varargs : this.value(e);
  }

  /** Evaluates a list (§3.4.12) onto the end of `into`; false when an operation is suspended. */
  list(exprs: readonly Expr[], into: LuaValue[]): boolean {
    const last = exprs.length - 1;
    for (let i = 0; i <= last; i++) {
      const e = exprs[i] as Expr;
      const r = i === last && isMulti(e) ? this.values(e) : this.value(e);
      if (r === SUSPENDED) return false;
      if (Array.isArray(r)) for (let n = 0; n < r.length; n++) into.push(r[n]);
      else into.push(r);
    }
    return true;
  }

  variable(v: LocalVar): LuaValue {
    return this.isDone ? (this.again() as LuaValue) : this.keep(this.variables.read(v));
  }

  closure(fn: FunctionBody): LuaValue {
    if (this.isDone) return this.again() as LuaValue;
    return this.keep(this.code.closure(fn, (v) => this.variables.captured(v)));
  }

  // ----------------------------------------------------------- operations

  /** `o[k]`, an operation of `e`. */
  field(e: Expr, o: LuaValue, k: LuaValue): LuaValue {
    if (this.isDone) return first(this.again() as Results);
    this.begin(e, "first");
    return this.end(index(o, k));
  }

  /** What a loop over `t[1]`, `t[2]`, … comes to. */
  element(loop: LoopStatement, t: LuaValue, i: LuaValue): LuaValue {
    if (this.isDone) return first(this.again() as Results);
    this.begin(loop, "for index");
    return this.end(index(t, i));
  }

  /** `o[k] = v`; false when it is suspended. */
  store(e: Expr, o: LuaValue, k: LuaValue, v: LuaValue, item?: TableItem): boolean {
    if (this.isDone) {
      this.again();
      return true;
    }
    this.begin(e, "store", item);
    const isField = typeof k === "string" && isNamed(e, item);
    return this.end(isField ? setField(o, k, v) : setIndex(o, k, v)) !== WAITING;
  }

  /** `a.b.c.d`: long chains without recursion. */
  private indexChain(e: Expr): LuaValue {
    const chain: (Expr & { type: "Index" })[] = [];
    let base = e;
    for (; base.type === "Index"; base = base.object) chain.push(base);
    let object = this.value(base);
    for (let i = chain.length - 1; i >= 0 && object !== WAITING; i--) {
      const link = chain[i] as Expr & { type: "Index" };
      const key = this.value(link.key);
      object = key === WAITING ? key : this.field(link, object, key);
    }
    return object;
  }

  /** Results of a call (§3.4.10). */
  call(e: CallExpr | MethodCallExpr): Results {
    const args = newList();
    const f = this.callee(e, args);
    if (f === WAITING) return SUSPENDED;
    return this.apply(e, f, args);
  }

  /** Evaluates what is called, and the arguments onto the end of `args`. */
  callee(e: CallExpr | MethodCallExpr, args: LuaValue[]): LuaValue {
    let f: LuaValue;
    if (e.type === "Call") f = this.value(e.func);
    else {
      const object = this.value(e.object);
      if (object === WAITING) return WAITING;
      args.push(object);
      f = this.field(e, object, e.name);
    }
    return f === WAITING || !this.list(e.args, args) ? WAITING : f;
  }

  apply(node: OperationNode, f: LuaValue, args: LuaValue[], part: Part = "call"): Results {
    if (this.isDone) return this.again() as Results;
    this.begin(node, part);
    return this.end(typeof f === "function" ? spread(f, args) : call(f, ...args));
  }

  /** `a+b+c+…` nests to the left: long chains without recursion. */
  private binary(e: BinaryExpr): LuaValue {
    const chain: BinaryExpr[] = [e];
    let { left } = e;
    for (; left.type === "Binary" && left.op !== ".."; left = left.left) chain.push(left);
    let a = this.value(left);
    for (let i = chain.length - 1; i >= 0 && a !== WAITING; i--) {
      const node = chain[i] as BinaryExpr;
      const b = this.value(node.right);
      a = b === WAITING ? b : this.operate(node, a, b);
    }
    return a;
  }

  private operate(e: BinaryExpr, a: LuaValue, b: LuaValue): LuaValue {
    const { op } = e;
    let r: Results;
    if (this.isDone) r = this.again() as Results;
    else {
      this.begin(e, "first");
      // see `binary` in src/compiler/operators.ts
      const right = op === "-" && b === 0 && isConstant(e.right) ? -0 : b;
      r = this.end((OPERATORS[op] as Operator)(a, right));
    }
    if (r === SUSPENDED) return WAITING;
    const v = first(r);
    switch (op) {
      case "~=":
        return !isTruthy(v);
      case "==":
      case "<":
      case "<=":
      case ">":
      case ">=":
        return isTruthy(v);
      default:
        return v;
    }
  }

  /** `a..b..c` is evaluated left to right and joined right to left. */
  private concatenation(e: BinaryExpr): LuaValue {
    const nodes: BinaryExpr[] = [];
    const operands: LuaValue[] = [];
    let right: Expr = e;
    for (; right.type === "Binary" && right.op === ".."; right = right.right) {
      const v = this.value(right.left);
      if (v === WAITING) return v;
      nodes.push(right);
      operands.push(v);
    }
    let b = this.value(right);
    for (let i = nodes.length - 1; i >= 0 && b !== WAITING; i--) {
      if (this.isDone) b = first(this.again() as Results);
      else {
        this.begin(nodes[i] as BinaryExpr, "first");
        b = this.end(concat(operands[i], b));
      }
    }
    return b;
  }

  private unary(e: Expr & { type: "Unary" }): LuaValue {
    const a = this.value(e.operand);
    if (a === WAITING) return a;
    if (e.op === "not") return !isTruthy(a);
    if (this.isDone) return first(this.again() as Results);
    this.begin(e, "first");
    return this.end(e.op === "-" ? unm(a) : e.op === "~" ? bnot(a) : lengthOf(a));
  }

  /** A table constructor (§3.4.9). */
  private table(e: TableExpr): LuaValue {
    const fields = directFields(e);
    return fields === undefined ? this.filledTable(e) : this.directTable(e, fields);
  }

  /** A table that is made when all of its values are known, of the same kind as in compiled code. */
  private directTable({ items }: TableExpr, fields: string[]): LuaValue {
    const array: LuaValue[] = [undefined];
    const values = newList();
    for (let i = 0; i < items.length; i++) {
      const { kind, value } = items[i] as TableItem;
      const isLast = i === items.length - 1 && kind === "positional";
      const r = isLast ? this.values(value) : this.value(value);
      if (r === SUSPENDED) return WAITING;
      if (kind === "named") values.push(r as LuaValue);
      else if (Array.isArray(r)) for (let n = 0; n < r.length; n++) array.push(r[n]);
      else array.push(r);
    }
    if (this.isDone) return this.again() as LuaValue;
    const isEmpty = array.length === 1;
    const t = newTable(isEmpty ? EMPTY_ARRAY : array, fields, values);
    return this.keep(isEmpty ? t : makeTable(t));
  }

  private filledTable(e: TableExpr): LuaValue {
    const t = this.isDone ? (this.again() as LuaTable) : this.keep(new LuaTable(EMPTY_ARRAY));
    const last = e.items.length - 1;
    let position = 1;
    let batch = newList();
    const flush = () => {
      for (let i = 0; i < batch.length; i++) t.µsetInt(position++, batch[i]);
      batch = newList();
    };
    for (let i = 0; i <= last; i++) {
      const item = e.items[i] as TableItem;
      if (item.kind === "positional") {
        const r = i === last ? this.values(item.value) : this.value(item.value);
        if (r === SUSPENDED) return WAITING;
        if (Array.isArray(r)) for (let n = 0; n < r.length; n++) batch.push(r[n]);
        else batch.push(r);
        if (batch.length === BATCH) flush();
      } else {
        const key = this.value(item.key);
        if (key === WAITING) return key;
        const v = this.value(item.value);
        if (v === WAITING) return v;
        this.store(e, t, key, v, item);
      }
    }
    flush();
    return t;
  }
}

/** Is the key that is assigned, a string, one that stands in the text? Such keys are few. */
function isNamed(e: Expr, item?: TableItem): boolean {
  const key = item?.kind === "named" ? item.key : e.type === "Index" ? e.key : undefined;
  if (key === undefined) return e.type === "Global";
  return key.type === "String" || (key.type === "Local" && key.variable.constant !== undefined);
}

/** A number that stands in the text. */
function isConstant(e: Expr): boolean {
  if (e.type === "Paren") return isConstant(e.inner);
  return e.type === "Integer" || (e.type === "Local" && e.variable.constant !== undefined);
}
