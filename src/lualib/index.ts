/** Assembles a Lua state with the standard library (§6). */
import { compileChunk } from "../compiler/index";
import { parseChunk } from "../parser/index";
import { LuaState } from "../runtime/state";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { library } from "../runtime/native";
import { baseFunctions } from "./base";
import { coroutineLibrary } from "./coroutine";
import { debugLibrary } from "./debug";
import { garbageCollector } from "./gc";
import { ioLibrary } from "./io";
import { loadFunctions } from "./load";
import { mathLibrary } from "./math";
import { osLibrary } from "./os";
import { type EmbeddedSearcher, packageLibrary } from "./package";
import { stringLibrary, stringMetatable } from "./string";
import { tableLibrary } from "./table";
import { utf8Library } from "./utf8";
import { writeStdout } from "./io-stream";
import { gcHooks } from "./finalizers";

export interface StateOptions {
  /** Where `print` writes; standard output by default. Bytes. */
  stdout?: (bytes: string) => void;
  /** Where warnings go; standard error by default. Bytes. */
  stderr?: (bytes: string) => void;
  /** Reads an environment variable for `LUA_PATH`; the process environment by default. */
  env?: (name: string) => string | undefined;
  /** Searchers for modules behind the standard ones. */
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
  const string = stringLibrary();
  state.strings = stringMetatable(string);
  gcHooks.warn = (m) => warn(`Lua warning: ${m}\n`);
  const libraries: Record<string, LuaValue> = {
    _G: globals,
    package: packageLibrary(state, {
      env: options.env ?? ((name) => process.env[name]),
      searchers: options.searchers ?? [],
    }),
    coroutine: coroutineLibrary(),
    table: tableLibrary(),
    io: ioLibrary({}),
    os: osLibrary({}),
    string,
    math: mathLibrary(),
    utf8: utf8Library(),
    debug: debugLibrary(state),
  };
  for (const [name, lib] of Object.entries(libraries)) {
    globals.setName(name, lib);
    loaded.setName(name, lib);
  }
  state.activate();
  return state;
}
