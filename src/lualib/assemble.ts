/**
 * Assembles a Lua state. The libraries come from outside: index.ts has them all at hand, the command
 * line loads each at its first use.
 */
import { type CompiledChunk, type CompilerLoader, compileChunk } from "../compiler/index";
import { parseChunk } from "../parser/index";
import { lazyField, lazyFields } from "../runtime/lazy";
import { library, native } from "../runtime/native";
import { LuaState } from "../runtime/state";
import type { LuaTable } from "../runtime/table";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { baseFunctions } from "./base";
import { gcHooks } from "./collectables";
import { type Guard, guardLibrary, isAbsent } from "./guard";
import { writeStdout } from "./io-output";
import type { EmbeddedSearcher, PackageLibrary, PackageOptions } from "./package";

interface BasicFunctions {
  readonly names: readonly string[];
  make(state: LuaState, guard?: Guard): Readonly<Record<string, LuaFunction>>;
}

/** Makes the libraries that are more than a few functions, and gives what compiles. */
export interface Libraries {
  readonly compiler: CompilerLoader;
  /** Basic functions (§6.1) that are made at the first use of one of them. */
  readonly basic: readonly BasicFunctions[];
  readonly finalizers: typeof gcHooks.load;
  /** By global name. */
  readonly tables: Readonly<Record<string, (state: LuaState) => LuaTable>>;
  package(state: LuaState, options: PackageOptions): PackageLibrary;
  /** The metatable of strings; its methods are those of `string`. */
  stringMetatable(string: LuaTable): LuaTable;
}

export interface StateOptions {
  /** Where `print` writes; standard output by default. Bytes. */
  stdout?: (bytes: string) => void;
  /** Where warnings go; standard error by default. Bytes. */
  stderr?: (bytes: string) => void;
  /** Reads an environment variable for `LUA_PATH`; the process environment by default. */
  env?: (name: string) => string | undefined;
  /** Refuse to yield below library functions where C Lua can't. */
  strict?: boolean;
  /** What scripts may not do; nothing is forbidden when left out. */
  guard?: Guard;
  /** Folders that `package.path` begins with. Bytes. */
  folders?: readonly string[];
  /** `package.path` does not lead to the working directory unless `LUA_PATH` does. */
  leavesOutWorkingDirectory?: boolean;
  /** Searchers for modules, before that of `package.path`. */
  searchers?: EmbeddedSearcher[];
}

/** The chunk that is known to come next, and what it is already compiled to. */
let prepared: { source: string; chunkName: string; compiled: () => CompiledChunk } | undefined;

/** The next chunk is this one, and need not be compiled: `compiled` gives what it would become. */
export function prepareChunk(
  source: string,
  chunkName: string,
  compiled: () => CompiledChunk,
): void {
  prepared = { source, chunkName, compiled };
}

/** Compiles Lua text to a function; throws `LuaSyntaxError`. */
function loadChunk(
  source: string,
  chunkName: string,
  env: LuaValue,
  compiler: CompilerLoader,
): LuaFunction {
  const ready = prepared;
  prepared = undefined;
  if (ready !== undefined && ready.source === source && ready.chunkName === chunkName)
    return ready.compiled().instantiate({ v: env });
  return compileChunk(parseChunk(source, chunkName), source, compiler).instantiate({ v: env });
}

/** A new state with the basic functions, `package`, and `libraries` as globals. */
export function assembleState(libraries: Libraries, options: StateOptions = {}): LuaState {
  const state = new LuaState();
  const write = options.stdout ?? writeStdout;
  const warn =
    options.stderr ?? ((s: string) => void process.stderr.write(Buffer.from(s, "latin1")));
  const { globals } = state;
  state.stdout = write;
  state.isStrict = options.strict ?? false;
  const { compiler } = libraries;
  state.load = (source, name, ...env) =>
    loadChunk(source, name, env.length > 0 ? env[0] : globals, compiler);
  library("", baseFunctions({ write, warn }), globals);
  const env = options.env ?? ((name) => process.env[name]);
  state.env = env;
  for (const functions of libraries.basic) installBasic(state, functions, options.guard);
  globals.µsetName("_G", globals);
  globals.µsetName("_VERSION", "Lua 5.5");
  state.warn = (m) => warn(`Lua warning: ${m}\n`);
  gcHooks.warn = state.warn;
  gcHooks.load = libraries.finalizers;
  installPackage(state, libraries, options);
  installLibraries(state, libraries, options.guard);
  state.activate();
  return state;
}

function installBasic(state: LuaState, { names, make }: BasicFunctions, guard?: Guard): void {
  let made: Readonly<Record<string, LuaFunction>> | undefined;
  lazyFields(state.globals, names, (name) => {
    made ??= make(state, guard);
    return native(name, made[name] as LuaFunction);
  });
}

function installPackage(state: LuaState, libraries: Libraries, options: StateOptions): void {
  let made: PackageLibrary | undefined;
  const get = () => {
    made ??= libraries.package(state, {
      env: state.env,
      searchers: options.searchers ?? [],
      folders: options.folders ?? [],
      leavesOutWorkingDirectory: options.leavesOutWorkingDirectory ?? false,
      ...(options.guard && { guard: options.guard }),
    });
    return made;
  };
  state.addModules(["package"], () => get().table);
  lazyField(state.globals, "require", () => get().require);
  state.fillRegistry = (registry) => {
    lazyField(registry, "_LOADED", () => state.loaded);
    lazyField(registry, "_PRELOAD", () => get().preload);
  };
}

/** What `stringMetatable` has. */
const STRING_EVENTS = [
  "__index",
  "__add",
  "__sub",
  "__mul",
  "__mod",
  "__pow",
  "__div",
  "__idiv",
  "__unm",
];

function installLibraries(state: LuaState, libraries: Libraries, guard?: Guard): void {
  const { tables, stringMetatable } = libraries;
  const names = Object.keys(tables);
  state.addModules(
    guard === undefined ? names : names.filter((name) => !isAbsent(guard, name)),
    (name) => {
      const library = (tables[name] as (state: LuaState) => LuaTable)(state);
      state.extensions.get(name)?.(library);
      if (guard !== undefined) guardLibrary(guard, library, name);
      return library;
    },
  );
  installStringMetatable(state, () => stringMetatable(state.module("string") as LuaTable));
}

function installStringMetatable(state: LuaState, make: () => LuaTable): void {
  let meta: LuaTable | undefined;
  lazyFields(state.strings, STRING_EVENTS, (event) => {
    meta ??= make();
    return meta.µgetStr(event);
  });
}
