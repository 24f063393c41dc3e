/**
 * The abstract syntax tree: what the parser hands to the compiler.
 *
 * The tree is *resolved*: every name is bound to its `LocalVar` or is a global read through the
 * `_ENV` variable in scope (§2.2), every `goto` to its label, and each `LocalVar` knows whether a
 * closure captures it and whether it is ever assigned after its declaration. All static checks of
 * §3.3.4 and §3.3.7 (goto scopes, constants, declared globals, limits) are done by the parser,
 * so the compiler can take a well-formed program for granted.
 *
 * Strings are byte strings: JS strings whose chars are bytes 0-255. Lines count from 1.
 */
import type { LuaInt64 } from "../runtime/int64";

/** `for` = read-only loop control variable (§3.3.5); `vararg` = the named vararg table (§3.4.11). */
export type LocalKind = "regular" | "const" | "close" | "for" | "param" | "vararg";

/** One declared local variable (also `_ENV` of the chunk, and each parameter). */
export interface LocalVar {
  name: string;
  kind: LocalKind;
  /** The function that declares it; a reference from another function is an upvalue. */
  func: FunctionBody;
  /** True when an inner function refers to it. */
  captured: boolean;
  /** True when it is assigned anywhere other than by its declaration. */
  assigned: boolean;
  /** Line of the declaration. */
  line: number;
  /** Number unique in the chunk, in order of declaration. */
  id: number;
  /** The value of a compile-time constant (`local x <const> = 42`), as C Lua folds it; else absent. */
  constant?: ConstantExpr;
  /** It is an operand of arithmetic or of a comparison by size somewhere: likely a number. */
  isNumeric?: boolean;
  /** Set by the compiler: the variable of a `for` that counts integers from a constant. */
  integerLoop?: boolean;
}

export interface FunctionBody {
  /** Number unique in the chunk; 0 is the main function. */
  id: number;
  parent: FunctionBody | undefined;
  /** The functions that stand in it, but not in one of those, in their order. */
  children: FunctionBody[];
  /** Includes `self` for `function a:b()`. */
  params: LocalVar[];
  isVararg: boolean;
  /** `function f(...args)`: the local that holds the vararg table. */
  varargTable: LocalVar | undefined;
  /** True when the body contains a vararg expression `...`. */
  usesVararg: boolean;
  body: Block;
  /** Variables of enclosing functions that this one (or one inside it) uses, in C Lua's order. */
  upvalues: LocalVar[];
  /** Compile-time constants of enclosing functions that it uses. */
  constants: LocalVar[];
  /** Where its text is in the source, from the parenthesis before the parameters to its `end`. */
  from: number;
  to: number;
  /** Characters of its text, without those of the functions inside it. */
  length: number;
  isMethod: boolean;
  /** The variable of the `local function` that it is. */
  ownVariable: LocalVar | undefined;
  /** It is an argument of a call. */
  isArgument: boolean;
  /** It stands in a loop of the function around it. */
  isInLoop: boolean;
  /** Line of `function` (0 for the main function) and of its `end`. */
  line: number;
  endLine: number;
  /** True when the body (not inner functions) contains a `<close>` variable. */
  hasClose: boolean;
  /**
   * False when a `goto` in it jumps back or out of a loop, there is a `<close>` variable, or a loop other than a
   * numeric `for` has nothing in it.
   */
  isStructured: boolean;
}

export interface Chunk {
  /** As given to `load`: `@file`, `=name`, or source text. */
  name: string;
  main: FunctionBody;
  /** A float constant, a quotient or a power stands in it. */
  hasFloats: boolean;
  /** The upvalue `_ENV` of the main function. Its `func` is a pseudo function outside the chunk. */
  env: LocalVar;
}

export interface Block {
  statements: Statement[];
  /** Line of the token that ends the block (`end`, `until`, `else`, …). */
  endLine: number;
}

// ---------------------------------------------------------------- statements

export type Statement =
  | LocalStatement
  | LocalFunctionStatement
  | GlobalStatement
  | GlobalFunctionStatement
  | AssignStatement
  | CallStatement
  | DoStatement
  | WhileStatement
  | RepeatStatement
  | IfStatement
  | NumericForStatement
  | GenericForStatement
  | ReturnStatement
  | BreakStatement
  | GotoStatement
  | LabelStatement;

export type LoopStatement =
  | WhileStatement
  | RepeatStatement
  | NumericForStatement
  | GenericForStatement;

/** `local a <const>, b <close> = e1, e2` */
export interface LocalStatement {
  type: "Local";
  line: number;
  vars: LocalVar[];
  exprs: Expr[];
}

/** `local function f` */
export interface LocalFunctionStatement {
  type: "LocalFunction";
  line: number;
  variable: LocalVar;
  func: FunctionExpr;
}

/**
 * `global a, b = e1, e2` with an initialisation. Each target must be nil beforehand, else
 * "global 'a' already defined" (§3.3.7). Declarations without values leave no statement.
 */
export interface GlobalStatement {
  type: "Global";
  line: number;
  targets: GlobalExpr[];
  exprs: Expr[];
}

/** `global function f`: like `Global`, it must not be defined already. */
export interface GlobalFunctionStatement {
  type: "GlobalFunction";
  line: number;
  target: GlobalExpr;
  func: FunctionExpr;
}

export interface AssignStatement {
  type: "Assign";
  line: number;
  targets: Assignable[];
  exprs: Expr[];
}

export interface CallStatement {
  type: "Call";
  line: number;
  call: CallExpr | MethodCallExpr;
}

export interface DoStatement {
  type: "Do";
  line: number;
  body: Block;
}

export interface WhileStatement {
  type: "While";
  line: number;
  condition: Expr;
  body: Block;
}

/** The condition sees the body's locals. */
export interface RepeatStatement {
  type: "Repeat";
  line: number;
  body: Block;
  condition: Expr;
}

export interface IfStatement {
  type: "If";
  line: number;
  clauses: { condition: Expr; body: Block; line: number }[];
  orelse: Block | undefined;
}

export interface NumericForStatement {
  type: "NumericFor";
  line: number;
  variable: LocalVar;
  start: Expr;
  limit: Expr;
  step: Expr | undefined;
  body: Block;
}

export interface GenericForStatement {
  type: "GenericFor";
  line: number;
  vars: LocalVar[];
  exprs: Expr[];
  body: Block;
}

export interface ReturnStatement {
  type: "Return";
  line: number;
  exprs: Expr[];
}

/** Leaves the innermost enclosing loop. */
export interface BreakStatement {
  type: "Break";
  line: number;
}

export interface GotoStatement {
  type: "Goto";
  line: number;
  label: LabelStatement;
}

/**
 * `::name::`. Lies in the statement list of its block; every `goto` to it stands in that block or
 * in a block nested in it (same function).
 */
export interface LabelStatement {
  type: "Label";
  line: number;
  name: string;
  /** Number unique in the chunk. */
  id: number;
  /** True when some `goto` that jumps here stands before / after it in the text. */
  forward: boolean;
  backward: boolean;
}

// --------------------------------------------------------------- expressions

export type ConstantExpr =
  | { type: "Nil"; line: number }
  | { type: "True"; line: number }
  | { type: "False"; line: number }
  | IntegerExpr
  | FloatExpr
  | StringExpr;

export type Expr =
  | ConstantExpr
  | { type: "Vararg"; line: number }
  | FunctionExpr
  | LocalExpr
  | GlobalExpr
  | IndexExpr
  | CallExpr
  | MethodCallExpr
  | BinaryExpr
  | LogicalExpr
  | UnaryExpr
  | ParenExpr
  | TableExpr;

export type Assignable = LocalExpr | GlobalExpr | IndexExpr;

/** A number within ±(2^53-1) or a `LuaInt64` beyond. */
export interface IntegerExpr {
  type: "Integer";
  line: number;
  value: number | LuaInt64;
}

/** Any float, as a plain double. */
export interface FloatExpr {
  type: "Float";
  line: number;
  value: number;
}

export interface StringExpr {
  type: "String";
  line: number;
  value: string;
}

export interface FunctionExpr {
  type: "Function";
  line: number;
  func: FunctionBody;
}

/** A local or an upvalue (when `variable.func` is not the function it stands in). */
export interface LocalExpr {
  type: "Local";
  line: number;
  variable: LocalVar;
}

/** `name` that is no local: `_ENV.name` (§3.2). */
export interface GlobalExpr {
  type: "Global";
  line: number;
  name: string;
  env: LocalVar;
}

export interface IndexExpr {
  type: "Index";
  line: number;
  object: Expr;
  key: Expr;
}

/** `line` is the line C Lua reports for errors in the call. */
export interface CallExpr {
  type: "Call";
  line: number;
  func: Expr;
  args: Expr[];
}

export interface MethodCallExpr {
  type: "MethodCall";
  line: number;
  object: Expr;
  name: string;
  args: Expr[];
  /** Line of the name, which C Lua reports when looking up the method fails. */
  nameLine: number;
}

export type BinaryOp =
  | "+"
  | "-"
  | "*"
  | "/"
  | "//"
  | "%"
  | "^"
  | "&"
  | "|"
  | "~"
  | "<<"
  | ">>"
  | ".."
  | "=="
  | "~="
  | "<"
  | "<="
  | ">"
  | ">=";

/** `line` is that of the operator. `a..b..c` is nested to the right, as the grammar says. */
export interface BinaryExpr {
  type: "Binary";
  line: number;
  op: BinaryOp;
  left: Expr;
  right: Expr;
}

export interface LogicalExpr {
  type: "Logical";
  line: number;
  op: "and" | "or";
  left: Expr;
  right: Expr;
}

export interface UnaryExpr {
  type: "Unary";
  line: number;
  op: "-" | "not" | "#" | "~";
  operand: Expr;
}

/** Parentheses that matter: around a call or `...`, where they cut the results to one (§3.4). */
export interface ParenExpr {
  type: "Paren";
  line: number;
  inner: Expr;
}

export interface TableExpr {
  type: "Table";
  /** Line of the token before it. */
  line: number;
  /** Line of the closing brace. */
  endLine: number;
  /** In source order. `positional` items are numbered from 1; the last may be multi-valued. */
  items: TableItem[];
}

export type TableItem =
  | { kind: "positional"; value: Expr }
  /** `line` is the end of the value, which C Lua reports for a nil or NaN key. */
  | { kind: "named"; key: Expr; value: Expr; line: number };
