/** The standard library, each part of which is loaded when a script first uses it, and the compiler. */
import type { Libraries } from "../lualib/assemble";

export const libraries: Libraries = {
  compiler: () => require("../compiler/lowered") as typeof import("../compiler/lowered"),
  basic: [
    {
      names: ["load", "loadfile", "dofile"],
      make: (state, guard) =>
        (require("../lualib/load") as typeof import("../lualib/load")).loadFunctions(state, guard),
    },
    {
      names: ["collectgarbage"],
      make: () => ({
        collectgarbage: (
          require("../lualib/gc") as typeof import("../lualib/gc")
        ).garbageCollector(),
      }),
    },
  ],
  finalizers: () => require("../lualib/finalizers") as typeof import("../lualib/finalizers"),
  tables: {
    coroutine: () =>
      (require("../lualib/coroutine") as typeof import("../lualib/coroutine")).coroutineLibrary(),
    table: () => (require("../lualib/table") as typeof import("../lualib/table")).tableLibrary(),
    io: (state) => (require("../lualib/io") as typeof import("../lualib/io")).ioLibrary(state),
    os: (state) => (require("../lualib/os") as typeof import("../lualib/os")).osLibrary(state),
    string: () =>
      (require("../lualib/string") as typeof import("../lualib/string")).stringLibrary(),
    math: () => (require("../lualib/math") as typeof import("../lualib/math")).mathLibrary(),
    utf8: () => (require("../lualib/utf8") as typeof import("../lualib/utf8")).utf8Library(),
    debug: (state) =>
      (require("../lualib/debug") as typeof import("../lualib/debug")).debugLibrary(state),
  },
  package: (state, options) =>
    (require("../lualib/package") as typeof import("../lualib/package")).packageLibrary(
      state,
      options,
    ),
  stringMetatable: (string) =>
    (require("../lualib/string") as typeof import("../lualib/string")).stringMetatable(string),
};
