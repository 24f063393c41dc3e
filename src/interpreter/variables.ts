/** The variables of an interpreted main function, kept in the array of its frame, where compiled code would save them. */
import type { FunctionBody, LocalVar } from "../parser/ast";
import type { Cell, Proto } from "../runtime/proto";
import type { LuaFunction, LuaValue } from "../runtime/value";

/** Does the variable live in a cell that closures share? */
function isCell(v: LocalVar): boolean {
  return v.captured && v.assigned;
}

const NO_VALUES: LuaValue[] = [];

export class Variables {
  /** As `frameLayout` in src/compiler/layout.ts says. */
  readonly s: unknown[];
  private readonly slots = new Map<LocalVar, number>();

  constructor(
    private readonly fn: FunctionBody,
    proto: Proto,
    self: LuaFunction,
    environment: Cell,
    /** The extra arguments. */
    readonly varargs: LuaValue[] = NO_VALUES,
  ) {
    const [env] = fn.upvalues;
    const upvalue = env !== undefined && isCell(env) ? environment : environment.v;
    this.s = [proto, upvalue, self, environment];
    if (fn.usesVararg) this.s.push(varargs);
  }

  /** Registers in use, for `release`. */
  get top(): number {
    return this.s.length;
  }

  /** The end of a block: its variables are gone. */
  release(top: number): void {
    this.s.length = top;
  }

  /** A new variable with its first value. */
  declare(v: LocalVar, value: LuaValue): void {
    this.slots.set(v, this.s.length);
    this.s.push(isCell(v) ? { v: value } : value);
  }

  /** What a closure takes of a variable: its value if that never changes, or its cell. */
  captured(v: LocalVar): unknown {
    // the only one from outside is the environment
    return this.s[v.func === this.fn ? (this.slots.get(v) as number) : 1];
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
