/**
 * Where `require` finds `assay.*` modules, besides where it finds all others. In order:
 *
 * 1. `./modules/`
 * 2. `$ASSAY_MODULES_PATH`, by default `~/.assay/modules`
 * 3. the modules inside the program, see `src/stdlib/`
 * 4. `$ASSAY_LIB_PATH`, by default `/libs`
 *
 * `assay.a.b` is `a/b.lua` or `a/b/init.lua`, or as in the original `a.b.lua`. Names can't lead out
 * of these directories.
 */
import { toBytes } from "../lualib/bytes";
import { systemReason } from "../lualib/io-errors";
import type { EmbeddedSearcher } from "../lualib/package";
import { skipShebang } from "../lualib/shebang";
import { LuaError } from "../runtime/error";
import type { LuaFunction } from "../runtime/value";
import { embeddedSearcher } from "../stdlib";

const PREFIX = "assay.";

/** Folders whose modules replace embedded ones of the same name. */
function ownFolders(): string[] {
  const { ASSAY_MODULES_PATH, HOME } = process.env;
  const user = ASSAY_MODULES_PATH || (HOME ? `${HOME}/.assay/modules` : undefined);
  return ["./modules", user].filter((d) => d !== undefined).map(toBytes);
}

/** The folders of modules for this project, and for all of the user's. */
export function moduleFolders(): { project: string[]; global: string[] } {
  const [project, ...user] = ownFolders();
  return { project: [project as string], global: [...user, ...libraryFolders()] };
}

function libraryFolders(): string[] {
  return [toBytes(process.env["ASSAY_LIB_PATH"] || "/libs")];
}

type Load = (source: string, chunkName: string) => LuaFunction;

/** The searchers of `assay.*` modules, in order; `load` compiles. */
export function moduleSearchers(load: Load): EmbeddedSearcher[] {
  return searchersBehind(ownFolders, load);
}

/** The same for an executable of `assay build`, whose working directory may be anybody's. */
export function attachedModuleSearchers(load: Load): EmbeddedSearcher[] {
  return searchersBehind(() => ownFolders().slice(1), load);
}

function searchersBehind(folders: () => string[], load: Load): EmbeddedSearcher[] {
  return [
    folderSearcher(folders, load),
    embeddedSearcher(load),
    folderSearcher(libraryFolders, load),
  ];
}

function folderSearcher(folders: () => string[], load: Load): EmbeddedSearcher {
  return (name) => {
    if (!name.startsWith(PREFIX)) return undefined;
    const rest = name.slice(PREFIX.length);
    // a part can neither be empty nor hold a separator, so '..' is none
    if (!/^[\w-]+(?:\.[\w-]+)*$/.test(rest)) return `invalid module name '${name}'`;
    const nested = rest.replaceAll(".", "/");
    const files = new Set([`${nested}.lua`, `${nested}/init.lua`, `${rest}.lua`]);
    const tried: string[] = [];
    for (const directory of folders()) {
      for (const file of files) {
        const path = `${directory}/${file}`;
        const source = read(name, path);
        if (source !== undefined) return { loader: compile(load, name, path, source), data: path };
        tried.push(`no file at '${path}'`);
      }
    }
    return tried.join("\n\t");
  };
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

function compile(load: Load, name: string, path: string, source: string): LuaFunction {
  try {
    return load(skipShebang(source), `@${path}`);
  } catch (e) {
    const { message } = e as { message?: string };
    throw new LuaError(`error loading module '${name}' from file '${path}':\n\t${message}`);
  }
}
