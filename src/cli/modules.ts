/**
 * Where `require` finds `assay.*` modules, besides where it finds all others. In order:
 *
 * 1. `./modules/`
 * 2. `$ASSAY_MODULES_PATH`, by default `~/.assay/modules`
 * 3. `$ASSAY_LIB_PATH`, by default `/libs`
 *
 * `assay.a.b` is `a/b.lua` or `a/b/init.lua`, or as in the original `a.b.lua`. Names can't lead out
 * of these directories.
 */
import { toBytes } from "../lualib/bytes";
import { skipShebang, systemReason } from "../lualib/load";
import type { EmbeddedSearcher } from "../lualib/package";
import { LuaError } from "../runtime/error";
import type { LuaFunction } from "../runtime/value";

const PREFIX = "assay.";

function directories(): string[] {
  const { ASSAY_MODULES_PATH, ASSAY_LIB_PATH, HOME } = process.env;
  const user = ASSAY_MODULES_PATH || (HOME ? `${HOME}/.assay/modules` : undefined);
  const all = ["./modules", user, ASSAY_LIB_PATH || "/libs"];
  return all.filter((d) => d !== undefined).map(toBytes);
}

/** The searcher of `assay.*` modules; `load` compiles. */
export function moduleSearchers(
  load: (source: string, chunkName: string) => LuaFunction,
): EmbeddedSearcher[] {
  return [
    (name) => {
      if (!name.startsWith(PREFIX)) return undefined;
      const rest = name.slice(PREFIX.length);
      // a part can neither be empty nor hold a separator, so '..' is none
      if (!/^[\w-]+(?:\.[\w-]+)*$/.test(rest)) return `invalid module name '${name}'`;
      const nested = rest.replaceAll(".", "/");
      const files = new Set([`${nested}.lua`, `${nested}/init.lua`, `${rest}.lua`]);
      const tried: string[] = [];
      for (const directory of directories()) {
        for (const file of files) {
          const path = `${directory}/${file}`;
          const source = read(name, path);
          if (source !== undefined)
            return { loader: compile(load, name, path, source), data: path };
          tried.push(`no file at '${path}'`);
        }
      }
      return tried.join("\n\t");
    },
  ];
}

/** A file's text; undefined when there is none. */
function read(name: string, path: string): string | undefined {
  const { readFileSync } = require("node:fs") as typeof import("node:fs");
  try {
    return readFileSync(Buffer.from(path, "latin1")).toString("latin1");
  } catch (e) {
    const { code } = e as { code?: string };
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw new LuaError(`error loading module '${name}' from file '${path}':\n\t${systemReason(e)}`);
  }
}

function compile(
  load: (source: string, chunkName: string) => LuaFunction,
  name: string,
  path: string,
  source: string,
): LuaFunction {
  try {
    return load(skipShebang(source), `@${path}`);
  } catch (e) {
    const { message } = e as { message?: string };
    throw new LuaError(`error loading module '${name}' from file '${path}':\n\t${message}`);
  }
}
