/** The `assay.*` modules inside the program: the Lua files of `stdlib/`. */
import type { AheadChunk } from "../compiler/ahead";
import { prepareChunk } from "../lualib/assemble";
import type { EmbeddedSearcher } from "../lualib/package";
import type { LuaFunction } from "../runtime/value";

const PREFIX = "assay.";

/** Module names (without `assay.`) to Lua text, one character per byte. Loaded when first asked. */
export function embeddedModules(): Readonly<Record<string, string>> {
  return (require("./embedded.generated") as typeof import("./embedded.generated")).embedded;
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
    const ahead = readAhead(rest);
    if (ahead !== undefined) {
      const { loadAhead } = require("../compiler/ahead") as typeof import("../compiler/ahead");
      prepareChunk(source, chunkName, () => loadAhead(ahead, source, chunkName));
    }
    return { loader: load(source, chunkName), data: path };
  };
}

/** The path of a module in messages. */
export function embeddedPath(name: string): string {
  return `assay/${name.replaceAll(".", "/")}.lua`;
}

/** Set by the build: there are modules that were compiled ahead. */
declare const ASSAY_AHEAD: boolean | undefined;

function readAhead(name: string): AheadChunk | undefined {
  if (typeof ASSAY_AHEAD === "undefined") return undefined;
  const { files } = require("assay:ahead") as typeof import("assay:ahead");
  const { readFileSync } = require("node:fs") as typeof import("node:fs");
  const file = files[name];
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, "utf8")) as AheadChunk);
}
