/**
 * Documentation of modules written in Lua, read from their text: `---` comments with a `@module` and
 * a `@description` at the top, and those right above each public function. Names that begin with `_`
 * are not public.
 */

export interface LuaFunctionDoc {
  /** `list`; for a method of the module's clients, too */
  readonly name: string;
  /** The names of the parameters, `...` for further ones. */
  readonly params: readonly string[];
  readonly doc: string;
}

export interface LuaModuleDoc {
  readonly description: string;
  /** Functions of the module's table. */
  readonly functions: readonly LuaFunctionDoc[];
  /** Methods of its clients. */
  readonly methods: readonly LuaFunctionDoc[];
  /** Each method is a function of the module, too, with a client or a URL in front. */
  readonly mirrored: boolean;
  /** Modules whose functions this one takes over: `rest.include(M, require("assay.internal.x"))`. */
  readonly parts: readonly string[];
  /** The module is another one under a second name. */
  readonly aliasOf: string | undefined;
}

/** Classes of clients: that of a module, and what all share. */
const CLIENTS = new Set(["Client", "Base"]);
const INCLUDE = /^rest\.include\(\w+, require\("assay\.([\w.]+)"\)\)/gm;
const FUNCTION = /^function ([A-Za-z]\w*)([.:])([A-Za-z]\w*)\(([^)]*)\)/;

/** The documentation in a module's text. */
export function readLuaModule(source: string): LuaModuleDoc {
  const lines = source.split(/\r?\n/);
  // the table that the file returns in the end
  const table = /^return (\w+)\s*$/m.exec(source)?.[1] ?? "M";
  const functions: LuaFunctionDoc[] = [];
  const methods: LuaFunctionDoc[] = [];
  lines.forEach((line, i) => {
    const m = FUNCTION.exec(line);
    if (m === null) return;
    const [, owner, separator, name, params] = m as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    const found = {
      name,
      params: params.split(/\s*,\s*/).filter(Boolean),
      doc: commentAbove(lines, i),
    };
    if (owner === table && separator === ".") functions.push(found);
    else if (separator === ":" && CLIENTS.has(owner)) methods.push(found);
  });
  return {
    description: tag(source, "description"),
    functions,
    methods,
    mirrored: /^rest\.functions\(/m.test(source),
    parts: [...source.matchAll(INCLUDE)].map((m) => m[1] as string),
    aliasOf: /^return require\("([\w.]+)"\)/m.exec(source)?.[1],
  };
}

function tag(source: string, name: string): string {
  return new RegExp(`^---\\s*@${name}\\s+(.+?)\\s*$`, "m").exec(source)?.[1] ?? "";
}

/** The `---` lines that end right above line `at`, joined. */
function commentAbove(lines: readonly string[], at: number): string {
  let first = at;
  while (first > 0 && /^---(?!-)/.test(lines[first - 1] as string)) first--;
  return lines
    .slice(first, at)
    .map((line) => line.slice(3).trim())
    .filter((text) => !text.startsWith("@"))
    .join(" ");
}
