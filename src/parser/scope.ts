/**
 * Scopes: which declaration a name refers to (§3.3.7, §3.5).
 *
 * Scopes nest, across functions too, so the visible declarations form one stack. Each is also the
 * head of a chain of those with the same name that it shadows, found by the name's `id`: resolving
 * a name is one array load, however many variables there are. Leaving a block pops its
 * declarations and puts the shadowed ones back.
 *
 * A name without a declaration is global. Whether it may be used then depends on the `global`
 * declarations in scope: the innermost `global *` allows all names; without one, any declaration
 * of a single global name forbids the others; with none at all everything is allowed.
 *
 * A use from another function is an upvalue of that function and of all between it and the
 * declaring one, outermost first, as in C Lua. Compile-time constants are none.
 */
import type { Lexer } from "../lexer/lexer";
import type { Name } from "../lexer/names";
import type { FunctionBody, LocalKind, LocalVar } from "./ast";
import {
  chunkLimitError,
  limitError,
  MAX_ENTRIES,
  MAX_LOCALS,
  MAX_REGISTERS,
  MAX_UPVALUES,
} from "./limits";

/** A declaration in scope: of a local, of a global name, or of all global names (`global *`). */
export class Declaration {
  constructor(
    /** What errors about jumps into its scope call it. */
    readonly text: string,
    /** Name id; -1 when it can't be referred to by name. */
    readonly nameId: number,
    readonly local: LocalVar | undefined,
    /** Of a global: whether it is read-only. */
    readonly readOnly: boolean,
    /** The declaration it hides: of the same name, or the previous `global *`. */
    readonly hidden: Declaration | undefined,
    /** The function of the last use as an upvalue, which needs no new entry in its list. */
    public usedIn: FunctionState | undefined,
  ) {}
}

/** A block being parsed. */
export class BlockScope {
  /** The first `goto` and label that belong to the block (see labels.ts). */
  constructor(
    readonly outer: BlockScope | undefined,
    readonly isLoop: boolean,
    /** Declarations and variables in registers at its start. */
    readonly level: number,
    readonly registers: number,
    readonly firstGoto: number,
    readonly firstLabel: number,
  ) {}
}

/** A function being parsed. */
export class FunctionState {
  block: BlockScope | undefined;
  /** Loops around the place being parsed. */
  loops = 0;
  /** Variables in registers, C Lua's way of counting: no constants, but hidden loop state. */
  registers = 0;
  /** First register that no variable or temporary value needs. */
  free = 0;
  constructor(
    readonly outer: FunctionState | undefined,
    readonly body: FunctionBody,
    /** Labels in scope in this function start here. */
    readonly firstLabel: number,
  ) {
    this.block = undefined;
  }
}

export class Scope {
  /** The visible declarations; those above `level` are leftovers. */
  readonly stack: Declaration[] = [];
  level = 0;
  /** The innermost visible declaration of each name id. */
  private readonly visible: (Declaration | undefined)[] = [];
  /** The innermost visible `global *`, and how many globals are declared by name. */
  private collective: Declaration | undefined;
  private namedGlobals = 0;
  private localCount = 0;
  private readonly lx: Lexer;

  constructor(lx: Lexer) {
    this.lx = lx;
  }

  /** A new local variable, not yet in scope. */
  newLocal(name: string, kind: LocalKind, func: FunctionBody, line: number): LocalVar {
    const id = this.localCount++;
    return { name, kind, func, captured: false, assigned: false, line, id, constant: undefined };
  }

  /** Raises an error if `pending` more declarations would be too many. */
  checkRoom(pending: number): void {
    if (this.level + pending > MAX_ENTRIES) chunkLimitError("variable declarations");
  }

  /** Brings a local variable into scope. */
  declareLocal(fs: FunctionState, name: Name, variable: LocalVar): void {
    if (variable.constant === undefined) this.takeRegister(fs);
    this.push(name.text, name.id, variable, false, this.visible[name.id]);
  }

  /** A variable that C Lua keeps for itself: it counts, but can't be named. */
  declareHidden(fs: FunctionState): void {
    this.takeRegister(fs);
    this.push("(for state)", -1, undefined, false, undefined);
  }

  /** Brings a declaration of a global name into scope. */
  declareGlobal(name: Name, readOnly: boolean): void {
    this.namedGlobals++;
    this.push(name.text, name.id, undefined, readOnly, this.visible[name.id]);
  }

  /** Brings a `global *` into scope. */
  declareAllGlobals(readOnly: boolean): void {
    this.collective = this.push("*", -1, undefined, readOnly, this.collective);
  }

  private takeRegister(fs: FunctionState): void {
    if (++fs.registers > MAX_LOCALS) limitError(this.lx, fs.body, "local variables", MAX_LOCALS);
    fs.free = fs.registers;
  }

  private push(
    text: string,
    nameId: number,
    local: LocalVar | undefined,
    readOnly: boolean,
    hidden: Declaration | undefined,
  ): Declaration {
    if (this.level >= MAX_ENTRIES) chunkLimitError("variable declarations");
    const declaration = new Declaration(text, nameId, local, readOnly, hidden, undefined);
    this.stack[this.level++] = declaration;
    if (nameId >= 0) this.visible[nameId] = declaration;
    return declaration;
  }

  /** Ends the scope of all declarations from `level` on. */
  popTo(level: number): void {
    while (this.level > level) {
      const declaration = this.stack[--this.level] as Declaration;
      if (declaration.nameId >= 0) {
        this.visible[declaration.nameId] = declaration.hidden;
        if (declaration.local === undefined) this.namedGlobals--;
      } else if (declaration === this.collective) this.collective = declaration.hidden;
    }
  }

  /** The declaration that a name refers to, if any; of a local or of a global. */
  find(name: Name): Declaration | undefined {
    return this.visible[name.id];
  }

  /** Whether a name without a declaration may be used as a global. */
  allowsUndeclared(): boolean {
    return this.namedGlobals === 0 || this.collective !== undefined;
  }

  /** Whether globals without a declaration of their own are read-only. */
  undeclaredAreReadOnly(): boolean {
    return this.collective?.readOnly === true;
  }

  /** Records the use of a local variable in function `fs`. */
  use(fs: FunctionState, declaration: Declaration, variable: LocalVar): void {
    if (variable.func === fs.body || declaration.usedIn === fs) return;
    variable.captured = true;
    this.addUpvalue(fs, variable);
    declaration.usedIn = fs;
  }

  /** Records the use of a compile-time constant in function `fs`. */
  useConstant(fs: FunctionState, variable: LocalVar): void {
    for (let f: FunctionState | undefined = fs; f && f.body !== variable.func; f = f.outer)
      if (!f.body.constants.includes(variable)) f.body.constants.push(variable);
  }

  private addUpvalue(fs: FunctionState, variable: LocalVar): void {
    const upvalues = fs.body.upvalues;
    if (upvalues.includes(variable)) return;
    const outer = fs.outer;
    if (outer !== undefined && outer.body !== variable.func) this.addUpvalue(outer, variable);
    if (upvalues.length >= MAX_UPVALUES) limitError(this.lx, fs.body, "upvalues", MAX_UPVALUES);
    upvalues.push(variable);
  }

  /** Takes `count` more registers for temporary values. */
  reserve(fs: FunctionState, count: number): void {
    fs.free += count;
    if (fs.free > MAX_REGISTERS) limitError(this.lx, fs.body, "registers", MAX_REGISTERS);
  }
}
