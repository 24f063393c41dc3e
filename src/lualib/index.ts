/** Assembles a Lua state with the standard library (§6). */
import { compileChunk } from "../compiler/index";
import { parseChunk } from "../parser/index";
import { LuaState } from "../runtime/state";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { lazyField } from "../runtime/lazy";
import { library } from "../runtime/native";
import type { LuaTable } from "../runtime/table";
import { baseFunctions } from "./base";
import { gcHooks } from "./finalizers";
import { garbageCollector } from "./gc";
import { writeStdout } from "./io-stream";
import { loadFunctions } from "./load";
import { type EmbeddedSearcher, packageLibrary } from "./package";

export interface StateOptions {
  /** Where `print` writes; standard output by default. Bytes. */
  stdout?: (bytes: string) => void;
  /** Where warnings go; standard error by default. Bytes. */
  stderr?: (bytes: string) => void;
  /** Reads an environment variable for `LUA_PATH`; the process environment by default. */
  env?: (name: string) => string | undefined;
  /** Searchers for modules, before that of `package.path`. */
  searchers?: EmbeddedSearcher[];
}

/** Compiles Lua text to a function; throws `LuaSyntaxError`. */
export function loadChunk(source: string, chunkName: string, env: LuaValue): LuaFunction {
  return compileChunk(parseChunk(source, chunkName), source).instantiate({ v: env });
}

/** A new state with all standard libraries as globals. */
export function createState(options: StateOptions = {}): LuaState {
  const state = new LuaState();
  const write = options.stdout ?? writeStdout;
  const warn = options.stderr ?? ((s: string) => void process.stderr.write(Buffer.from(s, "latin1")));
  const { globals, loaded } = state;
  state.stdout = write;
  state.load = (source, name, ...env) =>
    loadChunk(source, name, env.length > 0 ? env[0] : globals);
  library("", baseFunctions({ write, warn }), globals);
  library("", loadFunctions(state), globals);
  library("", { collectgarbage: garbageCollector() }, globals);
  globals.setName("_G", globals);
  globals.setName("_VERSION", "Lua 5.5");
  gcHooks.warn = (m) => warn(`Lua warning: ${m}\n`);
  const pkg = packageLibrary(state, {
    env: options.env ?? ((name) => process.env[name]),
    searchers: options.searchers ?? [],
  });
  globals.setName("package", pkg);
  loaded.setName("_G", globals);
  loaded.setName("package", pkg);
  installLibraries(state);
  state.activate();
  return state;
}

/** The libraries that are loaded at their first use. */
const libraries: Record<string, (state: LuaState) => LuaTable> = {
  coroutine: () => (require("./coroutine") as typeof import("./coroutine")).coroutineLibrary(),
  table: () => (require("./table") as typeof import("./table")).tableLibrary(),
  io: () => (require("./io") as typeof import("./io")).ioLibrary(),
  os: () => (require("./os") as typeof import("./os")).osLibrary(),
  string: () => (require("./string") as typeof import("./string")).stringLibrary(),
  math: () => (require("./math") as typeof import("./math")).mathLibrary(),
  utf8: () => (require("./utf8") as typeof import("./utf8")).utf8Library(),
  debug: (state) => (require("./debug") as typeof import("./debug")).debugLibrary(state),
};

/** What `stringMetatable` has. */
const STRING_EVENTS = "index add sub mul mod pow div idiv unm".split(" ").map((e) => `__${e}`);

function installLibraries(state: LuaState): void {
  for (const [name, make] of Object.entries(libraries)) {
    let library: LuaTable | undefined;
    const get = () => (library ??= make(state));
    lazyField(state.globals, name, get);
    lazyField(state.loaded, name, get);
    if (name === "string") installStringMetatable(state, get);
  }
}

function installStringMetatable(state: LuaState, string: () => LuaTable): void {
  let meta: LuaTable | undefined;
  const get = (event: string) => {
    const { stringMetatable } = require("./string") as typeof import("./string");
    meta ??= stringMetatable(string());
    return meta.getStr(event);
  };
  for (const event of STRING_EVENTS) lazyField(state.strings, event, () => get(event));
}
