/**
 * Makes one binary; run by the Bun release that goes into it, because the bytecode is of that
 * release only. `bun compile.ts OUTFILE RUNTIME COMMIT`, see build.ts.
 *
 * None of what lies in the directory where the binary is started steers it: neither a `.env`, nor
 * the preloads of a `bunfig.toml`, nor a `tsconfig.json` or `package.json`.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { modulesAhead } from "./ahead";
import { dropModules } from "./bun-modules";
import { asText, coreInOneFile, lazyModules, leaveOut, parserAsFile } from "./bundle";
import { dropBytecode, isRare } from "./bytecode";
import { MODULES } from "./runtime";

/** What the bundler marks references between files with while it works; random. */
const KEY = /[0-9a-f]{16}(?=C\d{8})/g;
const FIXED_KEY = "a55a".repeat(4);

/**
 * How many times as often as usual a function has to run before the JIT compiles it, until the program has run
 * for a while (src/cli/main.ts). Hardly any of the functions that read a script and begin to run it repay
 * that: a program of 20 to 60 ms takes a tenth to a fifth less, and a third to a half less of CPU time.
 */
const PATIENCE = 8;

const [outfile, runtime, commit] = process.argv.slice(2) as [string, string, string];
const root = dirname(import.meta.dirname);
const entry = join(root, "src", "cli", "main.ts");
// their paths become part of the binary
const cache = join(root, "node_modules", ".cache", "assay");
// its own name becomes part of a binary
const folder = mkdtempSync(join(dirname(outfile), ".build-"));
const binary = join(folder, "assay");

const result = await Bun.build({
  entrypoints: [entry],
  root,
  target: "bun",
  format: "esm",
  splitting: true,
  minify: true,
  bytecode: true,
  metafile: true,
  loader: { ".txt": "file", ".wasm": "file" },
  define: { ASSAY_COMMIT: JSON.stringify(commit), ASSAY_AHEAD: "true" },
  plugins: [
    await asText(root, join(cache, "text")),
    parserAsFile(join(cache, "parser")),
    leaveOut(),
    coreInOneFile(entry, join(root, "src/")),
    lazyModules(),
    await modulesAhead(),
  ],
  compile: {
    outfile: binary,
    executablePath: runtime,
    autoloadDotenv: false,
    autoloadBunfig: false,
    autoloadTsconfig: false,
    autoloadPackageJson: false,
    jitPolicy: PATIENCE,
  },
});
for (const log of result.logs) console.error(String(log));
if (result.success) {
  const bytes = readFileSync(binary);
  const from = readFileSync(runtime).length;
  fixKeys(bytes, from);
  if (process.env["ASSAY_ALL_MODULES"] === undefined) dropModules(bytes, from, MODULES);
  dropBytecode(bytes, from, rareFiles());
  writeFileSync(binary, bytes);
  renameSync(binary, outfile);
}
rmSync(folder, { recursive: true });
process.exit(result.success ? 0 : 1);

/** The files of the bundle that are rarely used. */
function rareFiles(): Set<string> {
  const outputs = Object.entries(result.metafile?.outputs ?? {});
  const rare = outputs.filter(
    ([name, { inputs }]) => name.endsWith(".js") && isRare(Object.keys(inputs)),
  );
  return new Set(rare.map(([name]) => basename(name)));
}

/**
 * Gives the marks that are left over in the bytecode, where they name nothing any more, a fixed
 * text: without them two builds are the same. In front of each stands its hash as the engine keeps
 * it for strings, which has to fit.
 */
function fixKeys(bytes: Buffer, from: number): void {
  const text = bytes.toString("latin1", from);
  for (const { index, 0: key } of text.matchAll(KEY)) {
    const at = from + index;
    const rest = text.slice(index + key.length, index + key.length + 9);
    if (bytes.readUInt32LE(at - 4) !== stringHash(key + rest))
      throw new Error("the bytecode has another form than expected");
    bytes.write(FIXED_KEY, at, "latin1");
    bytes.writeUInt32LE(stringHash(FIXED_KEY + rest), at - 4);
  }
}

/** The hash of JavaScriptCore's strings. */
function stringHash(text: string): number {
  return Number(Bun.hash.rapidhash(text, 0n) & 0xff_ffffn);
}
