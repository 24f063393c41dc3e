/**
 * Compiles the modules of `stdlib/` for `scripts/compile.ts`. Of each, the functions that requiring it
 * runs become part of the bundle, and so of the bytecode cache, and of what all clients share those that a usual
 * request runs; its text and its other functions are files inside of the binary, which start-up does not see. See
 * src/compiler/ahead.ts.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BunPlugin } from "bun";
import { compileAhead, loadAhead, type Unit } from "../src/compiler/ahead";
import { createLua } from "../src/host/lua";
import { embeddedModules, embeddedPath } from "../src/stdlib";

// their path becomes part of the binary, and so must be the same in every build
const target = join(dirname(import.meta.dirname), "node_modules", ".cache", "assay", "ahead");

/** What every client does: it is made, reads a list, looks for an object that is not there, changes one. */
const USUAL = `
  local answers = {
    { status = 200, headers = {}, body = '{"items":[]}' },
    { status = 404, headers = {}, body = "" },
    { status = 200, headers = {}, body = "{}" },
  }
  local function answer() return table.remove(answers, 1) end
  http = { get = answer, post = answer }
  local rest = require("assay.internal.client")
  local Client = rest.class("usual")
  function Client:things()
    self:_get(rest.with_query("/things", { limit = 5 }), { list = "items" })
    self:_get("/things/" .. rest.text("x"), { missing = true })
    return self:_post("/things", { name = "x" })
  end
  Client:new(rest.options({ "url" }, "http://127.0.0.1", { token = "x" })):things()
`;

/** Resolves `assay:ahead` to the modules by name. */
export async function modulesAhead(): Promise<BunPlugin> {
  mkdirSync(target, { recursive: true });
  const imports: string[] = [];
  const entries: string[] = [];
  const used = await usedFunctions();
  Object.entries(embeddedModules()).forEach(([name, source], n) => {
    const add = (variable: string, ending: string, text: string, encoding: BufferEncoding) => {
      const file = join(target, name + ending);
      write(file, text, encoding);
      imports.push(`import ${variable} from ${JSON.stringify(file)} with { type: "file" };`);
    };
    add(`text${n}`, ".lua", source, "latin1");
    const isUnit = (id: number) => used.get(name)?.has(id) === true;
    const { count, units, functions } = compileAhead(source, `@${embeddedPath(name)}`, isUnit);
    add(`functions${n}`, ".js.txt", functions, "latin1");
    entries.push(
      `${JSON.stringify(name)}: { id: ${n}, count: ${count}, text: text${n}, ` +
        `functions: functions${n}, units: { ${unitList(units)} } }`,
    );
  });
  const contents = `${imports.join("\n")}\nexport const modules = { ${entries.join(", ")} };\n`;
  return {
    name: "modules ahead",
    setup(build) {
      build.onResolve({ filter: /^assay:ahead$/ }, ({ path }) => ({ path, namespace: "ahead" }));
      build.onLoad({ filter: /./, namespace: "ahead" }, () => ({ contents, loader: "js" }));
    },
  };
}

/** By module, the numbers of the functions that run when it is required, or `USUAL` runs. */
async function usedFunctions(): Promise<Map<string, Set<number>>> {
  const called = new Map<string, Set<number>>();
  const modules = embeddedModules();
  const lua = createLua({
    searchers: [
      (module) => {
        const name = module.replace(/^assay\./, "");
        const source = modules[name];
        if (source === undefined) return undefined;
        const ids = new Set<number>();
        called.set(name, ids);
        const { count, units, functions } = compileAhead(source, `@${embeddedPath(name)}`);
        const main = new Function("R", "M", "P", units[0] as string) as Unit;
        const recording = new Proxy({} as Record<number, Unit>, {
          get(_, id) {
            ids.add(Number(id));
            return id === "0" ? main : undefined;
          },
        });
        const ahead = { id: called.size, count, units: recording, functions: () => functions };
        const chunk = loadAhead(ahead, () => source, `@${embeddedPath(name)}`);
        return { loader: chunk.instantiate({ v: lua.state.globals }), data: module };
      },
    ],
  });
  for (const name of Object.keys(modules)) await lua.run(`require("assay.${name}")`);
  await lua.run(USUAL);
  await lua.close();
  return called;
}

/** The properties of an object with the units by number. */
function unitList(units: Readonly<Record<number, string>>): string {
  return Object.entries(units)
    .map(([id, body]) => `${id}: (R, M, P) => {${body}}`)
    .join(", ");
}

/** Another build may read the file right now. */
function write(file: string, text: string, encoding: BufferEncoding): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text, encoding);
  renameSync(temporary, file);
}
