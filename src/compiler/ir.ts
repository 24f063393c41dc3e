/**
 * The lowered form of a function: structured code over numbered operations and registers.
 *
 * Both forms of a function (fast and resumable, see print.ts) are printed from it. Text in nodes is
 * JavaScript over the names below; in an operation, `break sus` stands for saving the frame and
 * leaving the function, `deopt x` for going on in the resumable form with `x` as the result.
 *
 * | name        | meaning                                                        |
 * | ----------- | -------------------------------------------------------------- |
 * | `r0`, `r1`… | registers of local variables (a cell `{v}` if captured and assigned) |
 * | `t0`, `t1`… | temporaries of expressions                                     |
 * | `u0`, `u1`… | upvalues: a cell, or the value when the variable never changes |
 * | `va`        | the extra arguments of a vararg function, as an array          |
 * | `r0c`, `u0c`… | the function that the one in it stands for (print-fast.ts)   |
 * | `k`         | the number of the operation under way                          |
 * | `h`         | scratch within one operation: a part of a table, or a callee   |
 * | `x0`, `x1`… | scratch within one operation: halves of integers, plain doubles |
 * | `yh`, `yl`, `yd`, `yf`, `yw` | the parts of a value on its way into a variable     |
 * | `n`         | counts loop iterations down to the next preemption check       |
 * | `FM`        | factories of the chunk's functions, by their numbers           |
 * | `s`         | counts down the preemption checks of a loop's slice (outline.ts) |
 * | `S`, `T`, … | the runtime, see runtime/codegen-api.ts                        |
 */
import type { Expr, FunctionBody, LoopStatement, Statement } from "../parser/ast";

export type Node =
  | string
  | OpNode
  | IfNode
  | LoopNode
  | BlockNode
  | DispatchNode
  | CloseNode
  | ReturnNode
  | RegionNode;

/**
 * From here on (`region`) there are `registers` registers in use, up to the end of the list or to
 * an `endRegions` with a lower number. Operations of one region share the code that saves a frame.
 */
export interface RegionNode {
  type: "region" | "endRegions";
  registers: number;
}

/** Ends the function with these results, where it may stand in a loop that is a function of its own. */
export interface ReturnNode {
  type: "return";
  value: string;
}

/** An operation that may run Lua code, and so may suspend. */
export interface OpNode {
  type: "op";
  k: number;
  /** The statement. It sets `k` itself, just before it may suspend. */
  text: string;
  /** Assigns the result when it comes later: a statement over `v`, or "" if it is not wanted. */
  resume: string;
  /** Of a preemption check: the statement without the counting, which print.ts can place elsewhere. */
  tick?: string;
}

export interface IfNode {
  type: "if";
  /** A JavaScript condition without side effects. */
  cond: string;
  taken: Node[];
  orelse: Node[];
  /** Operations inside have numbers in (lo, hi]; those of `taken` end at `mid`. */
  lo: number;
  mid: number;
  hi: number;
}

/** `label: for (;;) { body }`; left by `break label` only. */
export interface LoopNode {
  type: "loop";
  label: string;
  body: Node[];
  /** Of a loop statement: what is in use around it. */
  scope?: {
    statement: LoopStatement;
    registers: number;
    /** The registers below this number are used after the loop. */
    outliving: number;
    /** So many of the last registers are assigned anew in each iteration, before anything reads them. */
    fresh: number;
    /** Temporaries in use. */
    temporaries: string[];
    /** It is a `for`. */
    isFor: boolean;
    /** Registers that hold no Lua values (typed code). */
    unboxed: Map<string, Unboxed>;
  };
  lo: number;
  hi: number;
}

/** `label: { body }`, for jumps forward. */
export interface BlockNode {
  type: "block";
  label: string;
  body: Node[];
  lo: number;
  hi: number;
}

/** Segments between labels of one block; `variable = i; continue label` jumps to segment i. */
export interface DispatchNode {
  type: "dispatch";
  label: string;
  variable: string;
  segments: { body: Node[]; hi: number }[];
  lo: number;
  hi: number;
}

/**
 * To-be-closed variables (§3.3.8) exist in the resumable form only: at `mark` the fast form moves
 * over to it when the value is not false; `close` runs the closing methods from `level` up.
 */
export interface CloseNode {
  type: "mark" | "close";
  k: number;
  level: number;
  /** mark: the value, and the variable's name as a JS string literal. */
  value: string;
  name: string;
}

/** What an operation was, for error messages and tracebacks. */
export interface OpInfo {
  line: number;
  /** How many registers and temporaries are needed afterwards, and so saved when it suspends. */
  registers: number;
  temporaries: number;
  /** The temporaries among them that have no value yet: the targets of operations to come. */
  unset?: Set<string>;
  /** Those that are to be boxed when the frame is saved (typed code). */
  unboxed?: Map<string, Unboxed>;
  /** The expression or the kind of implicit call; see names.ts. */
  expr: Expr | ImplicitOp | undefined;
  /** Register or temporary of the function that the operation calls. */
  callee?: string;
  /** An assignment to a field. */
  isStore?: boolean;
  /** The statement that begins here, or of whose loop this is a part, in functions that are interpreted at first. */
  statement?: Statement;
}

/**
 * How typed code keeps a value: as a plain double; an integer as its halves `r1h`, `r1l`; a number as a
 * double `r1d` and a flag `r1f` for floats; a 32-bit word as an int32 `r1w`.
 */
export type Unboxed = "double" | "halves" | "number" | "word";

export type ImplicitOp =
  | "for prepare"
  | "for iterator"
  /** The next element of a traversal by `ipairs`. */
  | "for index"
  /** The value to be closed of a `for`. */
  | "for closing"
  | "close"
  | "hook"
  | "marker"
  | "entry";

/** A local variable while it is visible, for debug.getlocal. */
export interface LocalScope {
  name: string;
  register: string;
  cell: boolean;
  /** Visible while the operation under way is in (from, to]. */
  from: number;
  to: number;
}

/** A call that stands outside the `try`, reached by `break tail` with its number in `k`. */
export interface TailCall {
  k: number;
  text: string;
}

export interface FunctionCode {
  body: FunctionBody;
  /** JS name of the function, unique in the process. */
  jsName: string;
  nodes: Node[];
  registers: number;
  temporaries: number;
  /** Registers that are kept in parts somewhere, and the letters of these (typed code). */
  parts: Map<string, string>;
  /** Index = operation number; [0] is unused. */
  ops: OpInfo[];
  locals: LocalScope[];
  /** JS expressions of the upvalues inside the function, in the order of `body.upvalues`. */
  upvalues: string[];
  /** A main function's `_ENV` is used through its cell, not by its value. */
  environmentIsCell: boolean;
  /** Module-level names that the text uses (helpers, factories, constants). */
  uses: Set<string>;
  tailCalls: TailCall[];
  /** There is a loop, and so a counter `n`. */
  usesCounter: boolean;
  /** The typed form keeps some numbers unboxed, and so differs from the untyped one. */
  usesDoubles: boolean;
  hasClose: boolean;
  /** How many scratch variables `x0`, … there are. */
  scratch: number;
  usesVarargArray: boolean;
  /**
   * What `tc` is at first, which says whether the function runs in place of its caller (§3.4.10). It has
   * that when its tail calls to itself are a loop, or when a chunk has cells for all variables, so
   * that such calls can't be known.
   */
  tailNote: string | undefined;
  /** See ChunkContext. */
  isCompact: boolean;
  /** Names of dispatch variables. */
  dispatchVars: string[];
}
