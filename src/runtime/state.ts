/** A Lua state: globals, loaded modules, metatables of basic types, and the tasks that run in it. */
import { control, type TypeMetatables } from "./control";
import { LuaTable } from "./table";
import type { LuaFunction, LuaValue } from "./value";

export class LuaState {
  readonly globals = new LuaTable();
  readonly registry = new LuaTable();
  /** `package.loaded` */
  readonly loaded = new LuaTable();
  /** Metatable of strings. */
  strings = new LuaTable();
  types: TypeMetatables = {};
  /** Refuse to yield where C Lua can't: "attempt to yield across a C-call boundary". */
  isStrict = false;
  /** What adds to a library of the standard when that is made, by the library's name. */
  readonly extensions = new Map<string, (library: LuaTable) => void>();
  /** Tasks that have not ended. */
  readonly tasks = new Set<import("./scheduler").Task>();
  /** Called with the error of a task that nobody awaits. */
  onTaskError: ((task: import("./scheduler").Task, error: unknown) => void) | undefined;
  /** Set while a debug hook is active; runs at every tick. */
  hook: (() => LuaValue[] | undefined) | undefined;
  /** What must run when the state is closed: finalisers, open files. */
  readonly onClose: (() => void)[] = [];
  /** Writes the output of `print` and `io.write`. */
  stdout: ((bytes: string) => void) | undefined;
  /** Reads an environment variable (JS text) as scripts see it. */
  env: (name: string) => string | undefined = (name) => process.env[name];
  /** `load`s text; set by the assembly of the standard library. */
  load!: (source: string, chunkName: string, ...env: LuaValue[]) => LuaFunction;

  /** Makes this the state whose code runs. */
  activate(): void {
    control.strings = this.strings;
    control.types = this.types;
    control.isStrict = this.isStrict;
  }
}
