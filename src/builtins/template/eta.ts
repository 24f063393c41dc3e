/**
 * Eta's templates with Lua as their language: Eta's parser takes the template apart, and the result
 * becomes the text of a Lua chunk, compiled and run like any other.
 */
import {
  type Context,
  entries,
  errorText,
  errorValue,
  fn,
  type Host,
  HostError,
  LuaError,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  makeFunction,
  p,
  rawFn,
} from "../../host";
import { extractCode, UnclosedTag } from "./lua-tags";

type Eta = import("eta/core").Eta;

export interface EtaOptions {
  /** `<%= %>` escapes for HTML. */
  readonly escape: boolean;
  /** Newlines behind tags are dropped. */
  readonly trim: boolean;
  /** The chunk's name: `=template`, `@path`. */
  readonly chunkName: string;
  /** Gives the text of an included template. */
  readonly read: (name: string) => Promise<{ source: string; chunkName: string }>;
  readonly depth: number;
}

const MAX_INCLUDES = 50;

/** Renders a template (a byte string); `vars` are its global variables, before the script's. */
export async function renderEta(
  ctx: Context,
  template: string,
  vars: LuaTable | undefined,
  options: EtaOptions,
): Promise<string> {
  if (options.depth > MAX_INCLUDES) ctx.fail("templates include each other too deeply");
  const { source, texts } = await translate(ctx, template, options);
  const out: string[] = [];
  const { host } = ctx;
  const chunk = load(ctx, source, options.chunkName, environment(ctx, vars, options));
  const put = (v: LuaValue) => {
    out.push(v as string);
    return undefined;
  };
  const text = native(host, (i) => put(texts[i as number]));
  const raw = native(host, put);
  const escape = native(host, (v) => put(options.escape ? escapeHtml(v as string) : v));
  try {
    const [shown] = await ctx.call(ctx.load(SHOW, "=template"), host.state.globals);
    const show = shown as LuaFunction;
    const [plain] = await ctx.call(show, raw);
    const [escaped] = await ctx.call(show, escape);
    await ctx.call(chunk, text, plain, escaped);
  } catch (e) {
    if (e instanceof LuaError && typeof errorValue(e) === "string") {
      const cause = errorText(e);
      throw new HostError(cause.startsWith(`${ctx.name}: `) ? cause : `${ctx.name}: ${cause}`);
    }
    throw e;
  }
  return out.join("");
}

/** What is put behind the code of a tag, as the template has it. */
const SHOWN: Readonly<Record<string, string>> = {
  __text: "%>",
  __raw: "<%~",
  __escaped: "<%=",
};

/** Compiles a template; an error may be found only at what follows the code that lacks something. */
function load(ctx: Context, source: string, chunkName: string, env: LuaTable): LuaFunction {
  try {
    return ctx.load(source, chunkName, env);
  } catch (e) {
    if (!(e instanceof HostError)) throw e;
    const message = e.message.replace(/near '(__\w+)'$/, (near, name: string) => {
      const shown = SHOWN[name];
      return shown === undefined ? near : `near '${shown}'`;
    });
    throw new HostError(message);
  }
}

/** Hands values on as strings. In Lua, because `__tostring` methods may wait. */
const SHOW = `
local globals = ...
local tostring, type = globals.tostring, globals.type
return function(put)
  return function(v)
    if v ~= nil then put(type(v) == "string" and v or tostring(v)) end
  end
end`;

function native(host: Host, run: (v: LuaValue) => LuaValue): LuaFunction {
  const definition = rawFn({ doc: "", params: [], raw: () => run });
  return makeFunction(host, "template.put", definition);
}

/** Global variables of the template: its own, then `vars`, then those of the script. */
function environment(ctx: Context, vars: LuaTable | undefined, options: EtaOptions): LuaTable {
  const env = new LuaTable();
  env.µsetStr("include", makeFunction(ctx.host, "include", includeFunction(ctx, vars, options)));
  env.µsetStr("it", vars ?? new LuaTable());
  if (vars !== undefined) for (const [k, v] of entries(vars)) env.µset(k, v);
  env.µmetatable = new LuaTable();
  env.µmetatable.µsetStr("__index", ctx.host.state.globals);
  return env;
}

function includeFunction(ctx: Context, vars: LuaTable | undefined, options: EtaOptions) {
  return fn({
    doc: 'Renders another template: `<%~ include("name") %>`.',
    params: [p.string("name"), p.table("vars").optional()],
    returns: "string",
    async run(_inner, name, own) {
      const { source, chunkName } = await options.read(name);
      const depth = options.depth + 1;
      return renderEta(ctx, source, own ?? vars, { ...options, chunkName, depth });
    },
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(s: string): string {
  return s.replace(/[&<>"']/g, (c) => ENTITIES[c] as string);
}

let parsers: Promise<{ trimming: Eta; plain: Eta }> | undefined;

async function loadParsers() {
  const { Eta } = await import("eta/core");
  return { trimming: new Eta(), plain: new Eta({ autoTrim: false }) };
}

// Eta makes "\n" of every line break. These two aren't bytes, and stand for "\r" after "\n" and alone.
const CR_OF_CRLF = "\u0100";
const CR = "\u0101";

/** The Lua text of a template, each piece of code on its line, and the texts in between. */
async function translate(
  ctx: Context,
  template: string,
  { chunkName, trim }: EtaOptions,
): Promise<{ source: string; texts: string[] }> {
  parsers ??= loadParsers();
  const { trimming, plain } = await parsers;
  let tags: ReturnType<typeof extractCode>;
  try {
    tags = extractCode(template);
  } catch (e) {
    if (!(e instanceof UnclosedTag)) throw e;
    return ctx.fail(`${chunkName.slice(1)}:${e.line}: unclosed tag`);
  }
  const skeleton = tags.skeleton.replace(/\r\n|\r/g, (s) =>
    s.length === 2 ? `\n${CR_OF_CRLF}` : CR,
  );
  const parts = ["local __text, __raw, __escaped = ...;"];
  const texts: string[] = [""];
  let line = 1;
  for (const piece of (trim ? trimming : plain).parse(skeleton)) {
    if (typeof piece === "string") {
      texts.push(plainText(piece));
      parts.push(` __text(${texts.length - 1});`);
      continue;
    }
    const code = tags.codes[Number(piece.val)];
    if (code === undefined) continue;
    if (code.line > line) parts.push("\n".repeat(code.line - line));
    if (piece.t === "e") parts.push(` ${code.source} `);
    else parts.push(` ${piece.t === "r" ? "__raw" : "__escaped"}(${code.source});`);
    line = code.line + (code.source.split("\n").length - 1);
  }
  return { source: parts.join(""), texts };
}

/** Undoes the escapes that Eta puts into texts for JavaScript. */
function plainText(piece: string): string {
  return piece
    .replace(/\\([\\'n])/g, (_, c: string) => (c === "n" ? "\n" : c))
    .replace(/\n\u0100/g, "\r\n")
    .replaceAll(CR_OF_CRLF, "")
    .replaceAll(CR, "\r");
}
