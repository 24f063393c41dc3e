/** A Lua state with the standard library (§6). */
import { chunkModule } from "../compiler/lowered";
import type { LuaState } from "../runtime/state";
import { assembleState, type Libraries, type StateOptions } from "./assemble";
import { coroutineLibrary } from "./coroutine";
import { debugLibrary } from "./debug";
import * as finalizers from "./finalizers";
import { garbageCollector } from "./gc";
import { ioLibrary } from "./io";
import { loadFunctions } from "./load";
import { mathLibrary } from "./math";
import { osLibrary } from "./os";
import { packageLibrary } from "./package";
import { stringLibrary, stringMetatable } from "./string";
import { tableLibrary } from "./table";
import { utf8Library } from "./utf8";

const libraries: Libraries = {
  compiler: () => ({ chunkModule }),
  basic: [
    { names: ["load", "loadfile", "dofile"], make: loadFunctions },
    { names: ["collectgarbage"], make: () => ({ collectgarbage: garbageCollector() }) },
  ],
  finalizers: () => finalizers,
  tables: {
    coroutine: () => coroutineLibrary(),
    table: () => tableLibrary(),
    io: (state) => ioLibrary(state),
    os: (state) => osLibrary(state),
    string: () => stringLibrary(),
    math: () => mathLibrary(),
    utf8: () => utf8Library(),
    debug: (state) => debugLibrary(state),
  },
  package: packageLibrary,
  stringMetatable,
};

/** A new state with all standard libraries as globals. */
export function createState(options: StateOptions = {}): LuaState {
  return assembleState(libraries, options);
}
