/** The variables of an interpreted function, kept in the array of its frame, where compiled code would save them. */
import type { LocalVar } from "../parser/ast";
import type { Cell } from "../runtime/proto";
import type { LuaFunction, LuaValue } from "../runtime/value";
import type { InterpretedCode } from "./code";

/** Does the variable live in a cell that closures share? */
function isCell(v: LocalVar): boolean {
  return v.captured && v.assigned;
}

/** What a function takes of its environment, given in its cell. */
export function environmentUpvalue({ fn }: InterpretedCode, cell: Cell): unknown {
  const [env] = fn.upvalues;
  return env !== undefined && isCell(env) ? cell : cell.v;
}

const NO_VALUES: LuaValue[] = [];

export class Variables {
  /** As `frameLayout` in src/compiler/layout.ts says. */
  readonly s: unknown[];
  readonly varargs: LuaValue[] = NO_VALUES;
  private readonly slots: Map<LocalVar, number>;
  /** Where registers begin. */
  readonly base: number;

  /** `environment`: the cell of a main function. */
  constructor(
    code: InterpretedCode,
    f: LuaFunction,
    upvalues: unknown[],
    args: LuaValue[],
    environment?: Cell,
  ) {
    const { fn, slots } = code;
    this.slots = slots;
    this.s = [code.proto(), ...upvalues, f];
    if (slots.size === 0) this.placeUpvalues(code);
    if (environment !== undefined) this.s.push(environment);
    if (fn.usesVararg) {
      this.varargs = fn.params.length === 0 ? args : args.slice(fn.params.length);
      this.s.push(this.varargs);
    }
    this.base = this.s.length;
    for (let i = 0; i < fn.params.length; i++) this.declare(fn.params[i] as LocalVar, args[i]);
  }

  private placeUpvalues({ fn, self, slots }: InterpretedCode): void {
    let slot = 1;
    for (const v of fn.upvalues) if (v !== self) slots.set(v, slot++);
    if (self !== undefined) slots.set(self, slot);
  }

  /** Registers in use, for `release`. */
  get top(): number {
    return this.s.length;
  }

  /** The end of a block: its variables are gone. */
  release(top: number): void {
    this.s.length = top;
  }

  /** Registers of their own for what is no variable of the program. */
  push(...values: unknown[]): void {
    this.s.push(...values);
  }

  /** A new variable with its first value. */
  declare(v: LocalVar, value: LuaValue): void {
    this.slots.set(v, this.s.length);
    this.s.push(isCell(v) ? { v: value } : value);
  }

  /** What a closure takes of a variable: its value if that never changes, or its cell. */
  captured(v: LocalVar): unknown {
    return this.s[this.slots.get(v) as number];
  }

  read(v: LocalVar): LuaValue {
    const held = this.captured(v);
    return isCell(v) ? (held as Cell).v : (held as LuaValue);
  }

  assign(v: LocalVar, value: LuaValue): void {
    if (isCell(v)) (this.captured(v) as Cell).v = value;
    else this.s[this.slots.get(v) as number] = value;
  }
}
