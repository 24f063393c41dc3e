/** `template`: Jinja2's templates, and Eta's with Lua as their language. */
import {
  bytesToUtf8,
  type Context,
  defineBuiltin,
  fn,
  HostError,
  LuaTable,
  p,
  utf8ToBytes,
} from "../host";
import { readText } from "./data/text";
import { join, parentOf, quoted } from "./fs/paths";
import { type AutoEscape, renderTemplate, TemplateFault } from "./template/engine";
import { renderEta } from "./template/eta";
import { addReferenced, isSafe, readMain } from "./template/sources";
import { toTemplate } from "./template/values";

/** Where templates given as strings look for others. */
const DEFAULT_FOLDER = "templates";
const NAME_OF_STRINGS = "<string>";

const vars = p.any("vars", "a table of variables");
const options = p
  .options("opts", {
    autoescape: p.boolean("autoescape", "escape what is put in for HTML").default(false),
    dir: p.string("dir", "folder of included templates").optional(),
  })
  .added();

interface Options {
  readonly autoescape: boolean;
  readonly dir: string | undefined;
}

function variables(ctx: Context, v: unknown, ordinal = "second"): LuaTable | undefined {
  if (v === undefined || v instanceof LuaTable) return v;
  return ctx.fail(`${ordinal} argument must be a table or nil`);
}

async function render(
  ctx: Context,
  name: string,
  source: string,
  folder: string,
  vars: LuaTable | undefined,
  { autoescape }: Options,
): Promise<string> {
  const sources = new Map([[name, source]]);
  await addReferenced(ctx, sources, folder);
  const autoEscape: AutoEscape = autoescape ? "html" : "none";
  const deadline = ctx.task?.deadline ?? Number.POSITIVE_INFINITY;
  const converted = toTemplate(vars, ctx.name);
  try {
    return utf8ToBytes(
      await renderTemplate({ name, sources, variables: converted, autoEscape, deadline }),
    );
  } catch (e) {
    if (e instanceof TemplateFault) throw new HostError(`${ctx.name}: ${e.message}`);
    throw e;
  }
}

const etaOptions = p.options("opts", {
  escape: p.boolean("escape", "`<%= %>` escapes for HTML").default(true),
  trim: p.boolean("trim", "drop the newline behind a tag").default(true),
  dir: p.string("dir", "folder of included templates").optional(),
  name: p.string("name", "the template's name in messages").default("template"),
});

/** Reads what an Eta template includes; the names are paths below `folder`. */
function includes(ctx: Context, folder: string) {
  return async (name: string) => {
    if (name.startsWith("/") || name.split("/").includes(".."))
      ctx.fail(`cannot include "${bytesToUtf8(name)}": not below the templates' folder`);
    const path = join(folder, name);
    return { source: utf8ToBytes(await readMain(ctx, path)), chunkName: `@${path}` };
  };
}

export default defineBuiltin({
  name: "template",
  doc: "Text templates in Jinja2's and Eta's syntax",
  needs: ["read"],
  functions: {
    render_string: fn({
      doc: "Renders a Jinja2 template.",
      params: [p.string("template"), vars, options],
      returns: "string",
      run(ctx, template, v, opts) {
        const table = variables(ctx, v);
        const source = readText(template, ctx.name);
        return render(ctx, NAME_OF_STRINGS, source, opts.dir ?? DEFAULT_FOLDER, table, opts);
      },
    }),
    render: fn({
      doc: "Renders a file as a Jinja2 template; others are looked for in its folder.",
      params: [p.string("path"), vars, options],
      returns: "string",
      async run(ctx, path, v, opts) {
        const table = variables(ctx, v);
        const source = await readMain(ctx, path);
        return render(ctx, bytesToUtf8(path), source, opts.dir ?? parentOf(path), table, opts);
      },
    }),
    render_with_loader: fn({
      doc: "Renders the template `name` in the folder `dir`, where others are looked for, too.",
      params: [p.string("dir"), p.string("name"), vars, options],
      returns: "string",
      async run(ctx, dir, name, v, opts) {
        const table = variables(ctx, v, "third");
        if (!isSafe(name))
          ctx.fail(
            `template ${quoted(name)} not found: names lead to no hidden files and not out of the folder`,
          );
        const source = await readMain(ctx, join(dir, name));
        return render(ctx, bytesToUtf8(name), source, dir, table, opts);
      },
    }),
    eta: fn({
      doc: "Renders a template in Eta's syntax, with Lua between `<%` and `%>`.",
      params: [p.string("template"), vars, etaOptions],
      returns: "string",
      run: (ctx, template, v, { escape, trim, dir, name }) =>
        renderEta(ctx, template, variables(ctx, v), {
          escape,
          trim,
          chunkName: `=${name}`,
          read: includes(ctx, dir ?? DEFAULT_FOLDER),
          depth: 0,
        }),
    }),
    eta_file: fn({
      doc: "Renders a file in Eta's syntax; `include` looks in its folder.",
      params: [p.string("path"), vars, etaOptions],
      returns: "string",
      async run(ctx, path, v, { escape, trim, dir }) {
        const table = variables(ctx, v);
        const source = utf8ToBytes(await readMain(ctx, path));
        const read = includes(ctx, dir ?? parentOf(path));
        return renderEta(ctx, source, table, {
          escape,
          trim,
          chunkName: `@${path}`,
          read,
          depth: 0,
        });
      },
    }),
  },
});
