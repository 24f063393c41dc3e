/** What error messages and the debug library need to know of a function, computed when asked. */

import type { Expr, LocalVar } from "../parser/ast";
import { isMulti } from "../parser/operators";
import { getMetamethod } from "../runtime/metatable";
import type { Cell, DebugInfo, LocalInfo, ValueName } from "../runtime/proto";
import { LuaTable } from "../runtime/table";
import type { LuaValue } from "../runtime/value";
import type { ChunkContext } from "./chunk";
import { lowerHooked } from "./hooked";
import type { FunctionCode } from "./ir";
import { frameLayout, registerBase } from "./layout";
import { calleeName, nameOf, strippedName } from "./names";

export function debugInfo(context: ChunkContext, code: FunctionCode): DebugInfo {
  let locals: LocalInfo[] | undefined;
  const slotOf = (name: string, k: number) => frameLayout(code, k).indexOf(name);
  const known = (name: ValueName | undefined) => (context.isStripped ? strippedName(name) : name);
  return {
    calleeName: (k) => {
      const name = known(calleeName(code.ops[k], code.body));
      return name?.kind === "method" && isFarName(code, k) ? { ...name, kind: "field" } : name;
    },
    operandName: (k, operand) => {
      const expr = code.ops[k]?.expr;
      return expr === undefined || typeof expr === "string"
        ? undefined
        : known(operandName(expr, operand, code));
    },
    argumentCount: (k) => argumentCount(code.ops[k]?.expr),
    isCall: (k) => code.ops[k]?.callee !== undefined,
    callee: (k, s) => {
      const expr = code.ops[k]?.expr;
      if (code.ops[k]?.callee === undefined || expr === undefined || typeof expr === "string")
        return undefined;
      return new Lookup(context, code, k, s).callee(expr);
    },
    calledBody: (k) => {
      const expr = code.ops[k]?.expr;
      if (expr === undefined || typeof expr === "string" || expr.type !== "Call") return undefined;
      const { func } = expr;
      return func.type === "Local" ? context.functionVariables.get(func.variable) : undefined;
    },
    get locals() {
      locals ??= localInfo(code);
      return locals;
    },
    temporaries: (k) => {
      const op = code.ops[k];
      const used = code.isCompact ? code.registers : (op?.registers ?? 0);
      const from = registerBase(code) + used;
      return { from, to: from + (op?.temporaries ?? 0) };
    },
    get varargSlot() {
      return slotOf("va", 0);
    },
    get tailSlot() {
      return slotOf("tc", 0);
    },
    hasTailCalls: code.tailCalls.length > 0,
    activeLines: () => {
      if (context.isStripped) return [];
      // a preemption point is no code of the program, nor where it may be handed over
      const ops = lowerHooked(context, code)
        .ops.slice(1)
        .filter((op) => op.expr !== "hook" && op.expr !== "entry");
      return [...new Set(ops.map((op) => op.line))];
    },
  };
}

function argumentCount(expr: Expr | string | undefined): number {
  if (expr === undefined || typeof expr === "string") return Number.POSITIVE_INFINITY;
  if (expr.type !== "Call" && expr.type !== "MethodCall") return Number.POSITIVE_INFINITY;
  const { args } = expr;
  if (isMulti(args[args.length - 1])) return Number.POSITIVE_INFINITY;
  return expr.type === "MethodCall" ? args.length + 1 : args.length;
}

/** Names of fields that C Lua's instruction for a method call can refer to. */
const MAX_METHOD_NAMES = 256;

/**
 * True when so many names come before operation k in a function that C Lua looks its method up like
 * any other field, and says so in messages.
 */
function isFarName(code: FunctionCode, k: number): boolean {
  const names = new Set<string>();
  for (const { expr } of code.ops.slice(1, k)) {
    if (expr === undefined || typeof expr === "string") continue;
    if (expr.type === "Global" || expr.type === "MethodCall") names.add(expr.name);
    else if (expr.type === "Index" && expr.key.type === "String") names.add(expr.key.value);
  }
  return names.size >= MAX_METHOD_NAMES;
}

function operandName(expr: Expr, operand: 0 | 1, code: FunctionCode): ValueName | undefined {
  const fn = code.body;
  switch (expr.type) {
    case "Index":
      return nameOf(operand === 0 ? expr.object : expr.key, fn);
    case "Global":
      // indexing _ENV itself
      return { kind: expr.env.func === fn ? "local" : "upvalue", name: "_ENV" };
    case "Binary": {
      const right = expr.right.type === "Paren" ? expr.right.inner : expr.right;
      // C Lua joins a..b..c in one instruction: the name is that of what stood where the result does
      const isJoined = expr.op === ".." && right.type === "Binary" && right.op === "..";
      return nameOf(operand === 0 ? expr.left : isJoined ? right.left : expr.right, fn);
    }
    case "Unary":
      return nameOf(expr.operand, fn);
    case "Call":
      return nameOf(expr.func, fn);
    case "MethodCall":
      return operand === 0 ? nameOf(expr.object, fn) : { kind: "method", name: expr.name };
    default:
      return undefined;
  }
}

function localInfo(code: FunctionCode): LocalInfo[] {
  const base = registerBase(code);
  const { body } = code;
  const locals = code.locals.map((l) => ({
    name: l.name,
    slot: base + Number(l.register.slice(1)),
    cell: l.cell,
    from: l.from,
    to: l.to,
  }));
  // C Lua has a hidden variable where a vararg table could have a name (§3.4.11)
  if (body.isVararg && body.varargTable === undefined && body.id !== 0)
    locals.splice(body.params.length, 0, {
      name: "(vararg table)",
      slot: -1,
      cell: false,
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
    });
  return locals;
}

type Found = { value: LuaValue; certain: boolean } | undefined;

/** Evaluates variables and fields of a suspended frame again, without any metamethods. */
class Lookup {
  constructor(
    private readonly context: ChunkContext,
    private readonly code: FunctionCode,
    private readonly k: number,
    private readonly s: unknown[],
  ) {}

  callee(expr: Expr): Found {
    if (expr.type === "Call") return this.value(expr.func);
    return expr.type === "MethodCall" ? field(this.value(expr.object), expr.name) : undefined;
  }

  private value(expr: Expr): Found {
    switch (expr.type) {
      case "Local":
        return this.variable(expr.variable);
      case "Global":
        return field(this.variable(expr.env), expr.name);
      case "Index":
        return expr.key.type === "String"
          ? field(this.value(expr.object), expr.key.value)
          : undefined;
      case "String":
        return { value: expr.value, certain: true };
      default:
        return undefined;
    }
  }

  private variable(v: LocalVar): Found {
    const { code, k } = this;
    let name: string | undefined;
    if (v.func !== code.body) name = code.upvalues[code.body.upvalues.indexOf(v)];
    else {
      for (const l of code.locals)
        if (l.name === v.name && l.from < k && k <= l.to) name = l.register;
    }
    const slot = frameLayout(code, k).indexOf(name ?? "");
    if (slot < 0) return undefined;
    const held = this.s[slot];
    const value = this.context.isCell(v) ? (held as Cell | undefined)?.v : (held as LuaValue);
    return { value, certain: !v.assigned };
  }
}

/** A field, found as `__index` tables allow. */
function field(object: Found, name: string): Found {
  if (object === undefined) return undefined;
  let holder = object.value;
  for (let i = 0; i < 100 && holder !== undefined; i++) {
    const value = holder instanceof LuaTable ? holder.µgetStr(name) : undefined;
    if (value !== undefined) return { value, certain: false };
    holder = getMetamethod(holder, "__index");
  }
  return undefined;
}
