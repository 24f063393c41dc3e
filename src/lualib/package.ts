/** `require` and the package library (§6.3). */
import { call } from "../runtime/call";
import { runtimeError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { library, native } from "../runtime/native";
import type { LuaState } from "../runtime/state";
import { LuaTable } from "../runtime/table";
import { allResults, first, type LuaFunction, type LuaValue, type Results } from "../runtime/value";
import { checkString, optString } from "./args";
import type { Guard } from "./guard";
import { loadFunctions } from "./load";
import { runSteps, type Steps } from "./resumable";

const DEFAULT_PATH =
  "/usr/local/share/lua/5.5/?.lua;/usr/local/share/lua/5.5/?/init.lua;" +
  "/usr/local/lib/lua/5.5/?.lua;/usr/local/lib/lua/5.5/?/init.lua";
const OWN_PATH = ";./?.lua;./?/init.lua";
const DEFAULT_CPATH = "/usr/local/lib/lua/5.5/?.so;/usr/local/lib/lua/5.5/loadall.so;./?.so";

/** A module that the program carries in itself: its loader, and what `require` passes along. */
export type EmbeddedSearcher = (
  name: string,
) => { loader: LuaValue; data: LuaValue } | string | undefined;

export interface PackageOptions {
  /** Environment for `LUA_PATH_5_5` and `LUA_PATH`. */
  env(name: string): string | undefined;
  /** What may be read. */
  guard?: Guard;
  /** Folders that `package.path` begins with. Bytes. */
  folders?: readonly string[];
  /** `package.path` does not lead to the working directory unless `LUA_PATH` does. */
  leavesOutWorkingDirectory?: boolean;
  /** Searchers before that of the path; a string is an entry for the error message. */
  searchers?: EmbeddedSearcher[];
}

function isReadable(path: string): boolean {
  const { accessSync, constants, statSync } = require("node:fs") as typeof import("node:fs");
  const bytes = Buffer.from(path, "latin1");
  try {
    accessSync(bytes, constants.R_OK);
    return !statSync(bytes).isDirectory();
  } catch {
    return false;
  }
}

/** The path in `LUA_PATH*`, with `;;` standing for the default. */
function initialPath(options: PackageOptions, name: string, fallback: string): string {
  const value = options.env(`${name}_5_5`) ?? options.env(name);
  if (value === undefined) return fallback;
  return value.replace(";;", `;${fallback};`).replace(/^;|;$/g, "");
}

/** Looks for a file by the templates of `path`. */
function searchPath(
  name: string,
  path: string,
  sep: string,
  rep: string,
  guard?: Guard,
): string | { tried: string } {
  const file = sep === "" ? name : name.split(sep).join(rep);
  const tried: string[] = [];
  for (const template of path.split(";")) {
    const candidate = template.split("?").join(file);
    const real = guard === undefined ? candidate : guard.readPath(candidate);
    if (real !== undefined && isReadable(real)) return candidate;
    const why = real === undefined ? " (reading it is not allowed)" : "";
    tried.push(`no file '${candidate}'${why}`);
  }
  return { tried: tried.join("\n\t") };
}

/** The file in which `require` finds a module by `package.path` as it is at the start. */
export function luaModuleFile(name: string, env: PackageOptions["env"]): string | undefined {
  const found = searchPath(
    name,
    initialPath({ env }, "LUA_PATH", DEFAULT_PATH + OWN_PATH),
    ".",
    "/",
  );
  return typeof found === "string" ? found : undefined;
}

function field(t: LuaTable, name: string): string {
  const v = t.µgetStr(name);
  if (typeof v !== "string") throw runtimeError(`'package.${name}' must be a string`);
  return v;
}

export interface PackageLibrary {
  table: LuaTable;
  preload: LuaTable;
  require: LuaFunction;
}

export function packageLibrary(state: LuaState, options: PackageOptions): PackageLibrary {
  const { guard } = options;
  const { loadfile } = loadFunctions(state, guard);
  const pkg = library("package", {
    searchpath(name: LuaValue, path: LuaValue, sep: LuaValue, rep: LuaValue): Results {
      const found = searchPath(
        checkString(name, 1),
        checkString(path, 2),
        optString(sep, 3, "."),
        optString(rep, 4, "/"),
        guard,
      );
      return typeof found === "string" ? found : [undefined, found.tried];
    },
    loadlib(path: LuaValue, init: LuaValue): Results {
      checkString(path, 1);
      checkString(init, 2);
      return [undefined, "dynamic libraries not enabled; check your Lua installation", "absent"];
    },
  });
  const preload = new LuaTable();
  pkg.µsetName("config", "/\n;\n?\n!\n-\n");
  const own = (options.folders ?? []).map((f) => `${f}/?.lua;${f}/?/init.lua;`).join("");
  const usual = DEFAULT_PATH + (options.leavesOutWorkingDirectory ? "" : OWN_PATH);
  pkg.µsetName("path", own + initialPath(options, "LUA_PATH", usual));
  pkg.µsetName("cpath", initialPath(options, "LUA_CPATH", DEFAULT_CPATH));
  pkg.µsetName("loaded", state.loaded);
  pkg.µsetName("preload", preload);

  const searchPreload = native("searcher_preload", (name: LuaValue): Results => {
    const n = checkString(name, 1);
    const loader = preload.µgetStr(n);
    return loader === undefined ? `no field package.preload['${n}']` : [loader, ":preload:"];
  });
  const searchLua = native("searcher_Lua", (name: LuaValue): Results => {
    const n = checkString(name, 1);
    const found = searchPath(n, field(pkg, "path"), ".", "/", guard);
    if (typeof found !== "string") return found.tried;
    const r = (loadfile as (p: LuaValue) => Results)(found);
    if (typeof r === "function") return [r, found];
    const reason = (r as LuaValue[])[1];
    throw runtimeError(`error loading module '${n}' from file '${found}':\n\t${reason}`);
  });
  const searchC = native("searcher_C", (name: LuaValue): Results => {
    const found = searchPath(checkString(name, 1), field(pkg, "cpath"), ".", "/", guard);
    if (typeof found === "string") return `C module '${found}' can't be loaded: there is no C here`;
    return found.tried;
  });
  // a C library of the module's root name could hold its submodules (§6.4)
  const searchRoot = native("searcher_Croot", (name: LuaValue): Results => {
    const n = checkString(name, 1);
    const dot = n.indexOf(".");
    if (dot < 0) return undefined;
    const found = searchPath(n.slice(0, dot), field(pkg, "cpath"), ".", "/", guard);
    if (typeof found === "string") return `C module '${found}' can't be loaded: there is no C here`;
    return found.tried;
  });
  const embedded = (options.searchers ?? []).map((search) =>
    native("searcher_embedded", (name: LuaValue): Results => {
      const r = search(checkString(name, 1));
      return r === undefined || typeof r === "string" ? r : [r.loader, r.data];
    }),
  );
  // before the path: what lies in the working directory can't take the place of the program's own
  pkg.µsetName(
    "searchers",
    listTable([searchPreload, ...embedded, searchLua, searchC, searchRoot]),
  );
  const require = native(
    "require",
    (name: LuaValue): Results => runSteps(requireSteps(state, pkg, checkString(name, 1))),
  );
  return { table: pkg, preload, require };
}

function listTable(values: LuaValue[]): LuaTable {
  const t = new LuaTable();
  for (const v of values) t.µappend(v);
  return t;
}

function* requireSteps(state: LuaState, pkg: LuaTable, name: string): Steps {
  const { loaded } = state;
  const present = loaded.µgetStr(name);
  // a script's own json.lua comes before the builtin of that name
  const isThere = present !== undefined && present !== false;
  const isBuiltin = state.builtins.delete(name) && isThere && present === state.module(name);
  if (isThere && !isBuiltin) return present;
  const searchers = pkg.µgetStr("searchers");
  if (!(searchers instanceof LuaTable)) throw runtimeError("'package.searchers' must be a table");
  const tried: string[] = [];
  for (let i = 1; ; i++) {
    const searcher = searchers.µgetInt(i);
    if (searcher === undefined) {
      if (isBuiltin) return present;
      throw runtimeError(`module '${name}' not found:${tried.map((t) => `\n\t${t}`).join("")}`);
    }
    const r = call(searcher, name);
    const found = allResults(r === SUSPENDED ? yield : r);
    const [loader, data] = found;
    if (typeof loader === "string") tried.push(loader);
    if (typeof loader !== "function") continue;
    const l = call(loader, name, data);
    const value = first(l === SUSPENDED ? yield : l);
    if (value !== undefined) loaded.µset(name, value);
    else if (loaded.µgetStr(name) === undefined) loaded.µset(name, true);
    return [loaded.µgetStr(name), data];
  }
}
