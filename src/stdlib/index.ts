/** The `assay.*` modules inside the program: the Lua files of `stdlib/`. */
import type { AheadEntry } from "assay:ahead";
import { prepareChunk } from "../lualib/assemble";
import type { EmbeddedSearcher } from "../lualib/package";
import type { LuaFunction } from "../runtime/value";

const PREFIX = "assay.";

/** Set by the build: there are modules that were compiled ahead, and their texts as files. */
declare const ASSAY_AHEAD: boolean | undefined;

/** Module names (without `assay.`) to Lua text, one character per byte. Loaded when first asked. */
export function embeddedModules(): Readonly<Record<string, string>> {
  if (typeof ASSAY_AHEAD === "undefined")
    return (require("./embedded.generated") as typeof import("./embedded.generated")).embedded;
  builtModules ??= readable(modulesAhead());
  return builtModules;
}

let builtModules: Readonly<Record<string, string>> | undefined;

/** The texts, each of which is read when somebody asks for it. */
function readable(entries: Readonly<Record<string, AheadEntry>>): Readonly<Record<string, string>> {
  const { readFileSync } = require("node:fs") as typeof import("node:fs");
  const modules: Record<string, string> = {};
  for (const [name, { text }] of Object.entries(entries)) {
    Object.defineProperty(modules, name, {
      enumerable: true,
      get: () => readFileSync(text, "latin1"),
    });
  }
  return modules;
}

/** The searcher of embedded modules; `load` compiles. */
export function embeddedSearcher(
  load: (source: string, chunkName: string) => LuaFunction,
): EmbeddedSearcher {
  return (name) => {
    if (!name.startsWith(PREFIX)) return undefined;
    const modules = embeddedModules();
    const rest = name.slice(PREFIX.length);
    if (!Object.hasOwn(modules, rest)) return `no embedded module '${name}'`;
    const path = embeddedPath(rest);
    const source = modules[rest] as string;
    const chunkName = `@${path}`;
    const ahead = typeof ASSAY_AHEAD === "undefined" ? undefined : modulesAhead()[rest];
    if (ahead !== undefined) {
      const { readFileSync } = require("node:fs") as typeof import("node:fs");
      const { loadAhead } = require("../compiler/ahead") as typeof import("../compiler/ahead");
      const module = { ...ahead, functions: () => readFileSync(ahead.functions, "latin1") };
      prepareChunk(source, chunkName, () => loadAhead(module, () => source, chunkName));
    }
    return { loader: load(source, chunkName), data: path };
  };
}

/** The path of a module in messages. */
export function embeddedPath(name: string): string {
  return `assay/${name.replaceAll(".", "/")}.lua`;
}

function modulesAhead(): Readonly<Record<string, AheadEntry>> {
  // only our own build knows this module; in a try block others that bundle the package need not
  try {
    return (require("assay:ahead") as typeof import("assay:ahead")).modules;
  } catch {
    throw new Error("no modules were compiled ahead");
  }
}
