/**
 * Function prototypes: what the runtime knows of a compiled Lua function beside its code, for
 * errors, tracebacks and the debug library. Compiled closures carry nothing; see probe.ts.
 */
import type { FunctionBody } from "../parser/ast";
import type { LuaFrame } from "./luaframe";
import type { LuaValue, Results } from "./value";

/** Kind and name of a variable or function, as in `global 'x'`. */
export interface ValueName {
  kind: string;
  name: string;
}

/** A local variable while it is visible: during operations in (from, to]. */
export interface LocalInfo {
  name: string;
  /** Index in the frame's array. */
  slot: number;
  /** The slot holds a cell `{v}`. */
  cell: boolean;
  from: number;
  to: number;
}

export type ResumableForm = (frame: LuaFrame, value: unknown, failing: boolean) => Results;

/** What only debugging needs; made on demand. */
export interface DebugInfo {
  /** Name of the function that operation k calls, or of the metamethod it stands for. */
  calleeName(k: number): ValueName | undefined;
  /** Number of arguments that operation k passes, or infinity if the program text does not say. */
  argumentCount(k: number): number;
  /** True when operation k is a call that the program text shows. */
  isCall(k: number): boolean;
  /**
   * What operation k calls, looked up again in the frame's array `s`; undefined when that can't be
   * done. It is `certain` unless the variable or field may have changed since.
   */
  callee(k: number, s: unknown[]): { value: LuaValue; certain: boolean } | undefined;
  /** The function that operation k certainly calls: that of a `local function`, never reassigned. */
  calledBody(k: number): FunctionBody | undefined;
  /** Name of operand 0 (object, left, callee) or 1 (key, right) of operation k. */
  operandName(k: number, operand: 0 | 1): ValueName | undefined;
  locals: LocalInfo[];
  /** Where intermediate results are in the frame's array while operation k is under way. */
  temporaries(k: number): { from: number; to: number };
  /** Where the array of extra arguments is in the frame's array; -1 when there is none. */
  varargSlot: number;
  /** Where the function notes that it runs in place of its caller; -1 if it does not. */
  tailSlot: number;
  /** Does it leave by calls of other functions in its place (§3.4.10)? */
  hasTailCalls: boolean;
  /** Lines with code, for debug.getinfo's option L. */
  activeLines(): number[];
}

/** A function's form for debug hooks: with more operations, which have other numbers. */
export interface HookedForm {
  twin: Proto;
  /** The number in the hooked form of each operation of the normal one. */
  numbers: number[];
}

interface KnownFault {
  k: number;
  what: string;
  operand: number;
  /** The name of the operand's type. */
  type: string;
  text: string;
}

/** What a function is called and where it stands, and what its frames hold; made on demand. */
export interface ProtoFacts {
  jsName: string;
  /** As given to `load`. */
  chunkName: string;
  /** 0 for the main function of a chunk. */
  line: number;
  endLine: number;
  parameterNames: readonly string[];
  isVararg: boolean;
  upvalueNames: readonly string[];
  /** Where each upvalue is in the frame's array. */
  upvalueSlots: readonly number[];
  /** Which upvalues are cells. */
  upvalueIsCell: readonly boolean[];
  /** Where the function itself is in the frame's array; a main function's `_ENV` cell follows. */
  selfSlot: number;
  /** Line of each operation; index 0 is unused. */
  lines: readonly number[];
}

export class Proto {
  /** The chunk's name as it stands in messages; computed when first needed. */
  displayName: string | undefined;
  /** The place that an error message gave last: `x.lua:3: ` for operation k. */
  place: { k: number; text: string } | undefined;
  /** The message of the last error of an operation, and what it was made of. */
  fault: KnownFault | undefined;
  /** The resumable form, compiled when first needed. */
  resumable: ResumableForm | undefined;
  /** The prototype that this one is the hooked form of. */
  twinOf: Proto | undefined;
  /** The text of the chunk and the function in it, for string.dump. */
  origin: { source: string; body: FunctionBody } | undefined;
  /** Frames that have served, linked by `up`; `k` is the number of those left from there on. */
  spare: LuaFrame | null = null;
  private hooked: HookedForm | undefined;
  private knownFacts: ProtoFacts | undefined;
  private knownDebug: DebugInfo | undefined;

  constructor(
    private readonly makeFacts: () => ProtoFacts,
    private readonly makeDebug: () => DebugInfo,
    readonly compileResumable: () => ResumableForm,
    private readonly compileHooked: (() => HookedForm) | undefined,
  ) {}

  get facts(): ProtoFacts {
    this.knownFacts ??= this.makeFacts();
    return this.knownFacts;
  }

  get debug(): DebugInfo {
    this.knownDebug ??= this.makeDebug();
    return this.knownDebug;
  }

  /** The form for debug hooks, compiled when first needed. */
  hookedForm(): HookedForm {
    if (this.compileHooked === undefined) throw new Error("a hooked form has none itself");
    this.hooked ??= this.compileHooked();
    return this.hooked;
  }

  get isMain(): boolean {
    return this.facts.line === 0;
  }
}

/** A cell shared by closures. */
export interface Cell {
  v: LuaValue;
}
