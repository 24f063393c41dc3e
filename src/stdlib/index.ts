/** The `assay.*` modules inside the program: the Lua files of `stdlib/`. */
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
    const path = `assay/${rest.replaceAll(".", "/")}.lua`;
    return { loader: load(modules[rest] as string, `@${path}`), data: path };
  };
}
