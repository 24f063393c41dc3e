/** A Lua state: globals, loaded modules, metatables of basic types, and the tasks that run in it. */
import { control, type TypeMetatables } from "./control";
import type { ExitRequest } from "./interrupt";
import { lazyFields } from "./lazy";
import { LuaTable } from "./table";
import type { LuaFunction, LuaValue } from "./value";

export class LuaState {
  readonly globals = new LuaTable();
  private registryTable: LuaTable | undefined;
  /** Puts fields into the registry when somebody first looks at it. */
  fillRegistry: ((registry: LuaTable) => void) | undefined;
  /**
   * What `require` finds under a name without a file: libraries and builtins. Each is made at its
   * first use, here or as a global.
   */
  private readonly modules = new Map<string, () => LuaValue>();
  private loadedTable: LuaTable | undefined;
  /** Modules that give way to a script's own file of that name, until they are first required. */
  readonly builtins = new Set<string>();
  /** Metatable of strings. */
  strings = new LuaTable();
  types: TypeMetatables = {};
  /** Refuse to yield where C Lua can't: "attempt to yield across a C-call boundary". */
  isStrict = false;
  /** What adds to a library of the standard when that is made, by the library's name. */
  readonly extensions = new Map<string, (library: LuaTable) => void>();
  /** Tasks that have not ended and have waited. */
  readonly tasks = new Set<import("./scheduler").Task>();
  /** How many tasks have been made and have not ended. */
  live = 0;
  /** Gives what builtins share in this state; set and known by whoever installs them. */
  host: (() => unknown) | undefined;
  /** Called with the error of a task that nobody awaits. */
  onTaskError: ((task: import("./scheduler").Task, error: unknown) => void) | undefined;
  /** Called with each error of a closing method of a task that was cancelled, or whose time is over. */
  onClosingError: ((error: import("./error").LuaError) => void) | undefined;
  /** Set while a debug hook is active; runs at every tick. */
  hook: (() => LuaValue[] | undefined) | undefined;
  /** True while the state is being closed: nothing is to be started again by itself. */
  isClosing = false;
  /** What must run when the state is closed: finalisers, open files. */
  readonly onClose: (() => void)[] = [];
  /** What takes the place of the process's standard streams (functions that get byte strings). */
  redirected: {
    readonly stdout?: (bytes: string) => void;
    readonly stderr?: (bytes: string) => void;
  } = {};
  /** Writes the output of `print`. */
  stdout: ((bytes: string) => void) | undefined;
  /** Where warnings about the state's finalisers go. */
  warn: ((message: string) => void) | undefined;
  /** What ends the program when a task, or a finaliser that no task has called, asks for it. */
  onExit: ((request: ExitRequest) => void) | undefined;
  /** Reads an environment variable (JS text) as scripts see it. */
  env: (name: string) => string | undefined = (name) => process.env[name];
  /** `load`s text; set by the assembly of the standard library. */
  load!: (source: string, chunkName: string, ...env: LuaValue[]) => LuaFunction;

  /** The table of `debug.getregistry`: as C Lua has it, the globals are at 2 (LUA_RIDX_GLOBALS). */
  get registry(): LuaTable {
    if (this.registryTable === undefined) {
      this.registryTable = new LuaTable([undefined, false, this.globals]);
      this.fillRegistry?.(this.registryTable);
    }
    return this.registryTable;
  }

  /** `package.loaded`; most scripts never look at it. */
  get loaded(): LuaTable {
    if (this.loadedTable === undefined) {
      this.loadedTable = new LuaTable();
      this.loadedTable.µsetName("_G", this.globals);
      lazyFields(this.loadedTable, this.modules.keys(), (name) => this.module(name));
    }
    return this.loadedTable;
  }

  /** The library or builtin `name`, whatever the script has put in its place. */
  module(name: string): LuaValue {
    return this.modules.get(name)?.();
  }

  /** Globals that are made at their first use and that `require` finds, too. */
  addModules(names: readonly string[], make: (name: string) => LuaValue): void {
    for (const name of names) {
      let value: LuaValue;
      this.modules.set(name, () => {
        value ??= make(name);
        return value;
      });
    }
    const get = (name: string) => this.module(name);
    lazyFields(this.globals, names, get);
    if (this.loadedTable !== undefined) lazyFields(this.loadedTable, names, get);
  }

  /** Makes this the state whose code runs. */
  activate(): void {
    control.strings = this.strings;
    control.types = this.types;
    control.isStrict = this.isStrict;
  }
}
