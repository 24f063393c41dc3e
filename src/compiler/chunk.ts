/**
 * What the functions of a chunk share in the generated module: access helpers (one per name, so
 * that each has its own inline cache), record shapes, boxed constants, and function factories.
 */
import type { Chunk, Expr, FunctionBody, LocalVar } from "../parser/ast";
import { isFieldName } from "../runtime/fields";
import type { LuaInt64 } from "../runtime/int64";
import { OWN_ASSIGNMENTS } from "../runtime/record";
import { type Declarations, FloatVariables, isFloatFunction } from "./floats";
import { mapped } from "./lists";
import { boxedConstant, property, quote } from "./operand";

const STRING_METHODS = new Set(
  "byte find format gmatch gsub len lower match rep reverse sub upper".split(" "),
);

/** One module, while its functions are compiled. */
export class ChunkContext implements Declarations {
  /** Definitions at the module's top level, in order: name → source. */
  readonly definitions = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private counter = 0;
  /** Variables of `local function` that are never reassigned: their value is always a function. */
  readonly functionVariables = new Map<LocalVar, FunctionBody>();
  readonly floatFunctions = new Set<LocalVar>();
  /** Variables that are declared with a table and never assigned (`Lowering.isTable`). */
  readonly tableVariables = new Set<LocalVar>();

  /** A short text without loops: its main function is not worth access helpers of its own. */
  isBrief = false;
  /** Code is to be small rather than fast: operations are calls of helpers (modules compiled ahead). */
  isCompact = false;
  /** Functions run in the interpreter at first (interpretable.ts). */
  interprets = false;
  /** The functions have no lines and names of variables (string.dump). */
  isStripped = false;

  constructor(
    readonly chunk: Chunk,
    /** Unique in the process; part of the JS names of the functions. */
    readonly id: number,
    /** Every captured variable gets a cell, so that debug.setupvalue and upvaluejoin work. */
    readonly allCells: boolean,
    /**
     * debug.getlocal and setlocal are to find what they look for: functions keep extra arguments that they
     * don't use, and a variable that no statement assigns may still be given another value.
     */
    readonly isInspected: boolean,
  ) {}

  jsName(fn: FunctionBody): string {
    return `L${this.id}_${fn.id}`;
  }

  /** Does the variable live in a cell `{v}`, shared by closures? */
  isCell(v: LocalVar): boolean {
    return v.captured && (v.assigned || this.allCells);
  }

  /** The variable of a `local function` that is about to be declared. */
  declaresFunction(v: LocalVar, fn: FunctionBody): void {
    if (!v.assigned && !this.allCells) this.functionVariables.set(v, fn);
  }

  /** A variable that is about to be declared with a value. */
  declares(v: LocalVar, e: Expr | undefined): void {
    if (!v.assigned && e !== undefined && isFloatFunction(e)) this.floatFunctions.add(v);
  }

  private readonly floats = new Map<FunctionBody, FloatVariables>();

  floatVariables(fn: FunctionBody): FloatVariables {
    let f = this.floats.get(fn);
    if (f === undefined) {
      f = new FloatVariables(fn, this, this.isBrief && fn.id === 0);
      this.floats.set(fn, f);
    }
    return f;
  }

  private define(key: string, prefix: string, source: (name: string) => string): string {
    let name = this.names.get(key);
    if (name === undefined) {
      name = `${prefix}${this.counter++}`;
      this.names.set(key, name);
      this.definitions.set(name, source(name));
    }
    return name;
  }

  constant(v: LuaInt64 | number): string {
    const source = boxedConstant(v);
    return this.define(`c${source}`, "c", (name) => `var ${name}=${source};`);
  }

  /** `name(o)`: `o.key` with all metamethods. */
  getter(key: string): string {
    const q = quote(key);
    return this.define(`g${key}`, "g", (name) => {
      if (!isFieldName(key)) return `function ${name}(o){return I(o,${q})}`;
      const p = property(key);
      const ifString =
        `if(typeof o==="string"){` +
        `if((h=X.strings.__index)instanceof T&&(v=h${p})!==void 0)return v;}`;
      const isMethod = STRING_METHODS.has(key);
      return (
        // small, because the engine copies it into each call of the method
        (isMethod ? `function ${name}(o){let h,v;${ifString}return ${name}a(o)}` : "") +
        `function ${name}${isMethod ? "a" : ""}(o){let h,v;` +
        `if(o!==void 0&&(h=o.µmap)!==void 0){if((v=o${p})!==void 0||h!==null&&(v=h.named(o,${q}))!==void 0)return v;` +
        `if(o.µmetatable===null)return void 0;h=o.µmetatable.__index;` +
        // here, so that the JIT knows the function by this name's own code
        `if(typeof h==="function")return typeof(v=h(o,${q}))!=="object"?v:R1(v);}` +
        `else{${isMethod ? "" : ifString}return I(o,${q})}` +
        `for(let i=0;i<100&&h!==void 0&&h.µmap!==void 0;i++){` +
        `if((v=h${p})!==void 0||h.µmap!==null&&(v=h.µmap.named(h,${q}))!==void 0)return v;` +
        `if(h.µmetatable===null)break;h=h.µmetatable.__index;}` +
        `return I(o,${q});}`
      );
    });
  }

  /** `name(o, v)`: `o.key = v` with all metamethods. */
  setter(key: string): string {
    const q = quote(key);
    return this.define(`s${key}`, "s", (name) => {
      if (!isFieldName(key)) return `function ${name}(o,v){return N(o,${q},v)}`;
      return (
        `function ${name}(o,v){let m;if(o!==void 0&&(m=o.µmetatable)!==void 0&&o.µmap!==void 0){` +
        `if(m===null||m.µmap===null&&m.__newindex===void 0){` +
        `if(o.µmap===null&&v!==void 0){o.µcode|=1;o${property(key)}=v}else o.µsetName(${q},v);return}` +
        `const f=m.__newindex;` +
        `if(m.µmap===null&&o.µmap===null&&o${property(key)}===void 0&&typeof f==="function")` +
        `return f(o,${q},v)===null?null:void 0}` +
        `return N(o,${q},v);}`
      );
    });
  }

  /**
   * A constructor of tables with these fields, in order, which come behind the array part. JavaScriptCore makes an object as
   * large as the assignments in its constructor say.
   */
  shape(keys: string[]): string {
    return this.define(`h${keys.join("\0")}`, "h", (name) => {
      const params = mapped(keys, (_, i) => `,a${i}`).join("");
      const assign = mapped(keys, (k, i) => `this${property(k)}=a${i};`).join("");
      return `var ${name}=TC(function(a${params}){${OWN_ASSIGNMENTS}${assign}});`;
    });
  }
}
