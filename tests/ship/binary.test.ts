/** The binary that `npm run build` makes. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesIn } from "../../scripts/bytecode";
import { hostTarget, RUNTIME_VERSION, runtimePath, TARGETS } from "../../scripts/runtime";
import { sbom } from "../../scripts/sbom";
import { embeddedModules } from "../../src/stdlib";
import { compiledAssay } from "../compiled";

const root = dirname(dirname(import.meta.dirname));
const directory = mkdtempSync(join(tmpdir(), "assay-binary-"));
afterAll(() => rmSync(directory, { recursive: true }));

function run(command: string[], cwd = directory, extra: NodeJS.ProcessEnv = {}) {
  const [program, ...args] = command as [string, ...string[]];
  const env = { ...process.env, ...extra };
  const r = spawnSync(program, args, { cwd, env, encoding: "utf8", timeout: 60_000 });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

/** The SHA-256 of the binary that the sources in a folder give. */
function build(folder: string, env: NodeJS.ProcessEnv = { ASSAY_COMMIT: "" }): string {
  const out = join(directory, "built");
  const r = run([process.execPath, "scripts/build.ts", "--outfile", out], folder, env);
  expect(r.err).toBe("");
  const hash = createHash("sha256").update(readFileSync(out)).digest("hex");
  rmSync(out);
  return hash;
}

/** A copy of the sources, the packages that go into the binary, and the runtime. */
function copyTree(to: string): void {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const packages = Object.entries<{ dev?: boolean }>(lock.packages)
    .filter(([name, { dev }]) => name !== "" && dev !== true)
    .map(([name]) => name);
  const own = ["package.json", "package-lock.json", "tsconfig.json", "src", "scripts", "stdlib"];
  const runtime = join("node_modules/.cache/assay", RUNTIME_VERSION);
  for (const name of [...own, ...packages, runtime])
    if (existsSync(join(root, name))) cpSync(join(root, name), join(to, name), { recursive: true });
}

test("builds of the same sources are the same file, wherever they are made", () => {
  const here = build(root);
  expect(build(root)).toBe(here);
  const elsewhere = join(directory, "another", "place of the sources");
  copyTree(elsewhere);
  // as in the image's build stage: no repository, no git
  expect(build(elsewhere, { PATH: "/nowhere", ASSAY_COMMIT: undefined })).toBe(here);
}, 240_000);

test("a new builtin is one new file", () => {
  const folder = join(directory, "with a builtin");
  copyTree(folder);
  writeFileSync(
    join(folder, "src/builtins/greet.ts"),
    `import { defineBuiltin, fn } from "../host";
export default defineBuiltin({
  name: "greet",
  doc: "Greetings",
  needs: [],
  functions: { hello: fn({ doc: "A greeting.", params: [], returns: "string", run: () => "hi" }) },
});
`,
  );
  const out = join(directory, "greeting");
  const built = run([process.execPath, "scripts/build.ts", "--outfile", out], folder, {
    ASSAY_COMMIT: "",
  });
  expect(built.err).toBe("");
  expect(run([out, "-e", "print(greet.hello())"])).toEqual({ code: 0, out: "hi\n", err: "" });
  rmSync(out);
}, 240_000);

test("our part of it is no larger than docs/size.md says, and behind the runtime", () => {
  const runtime = readFileSync(runtimePath(hostTarget()));
  const binary = readFileSync(compiledAssay());
  // compressed as an image's layer
  const own = Bun.zstdCompressSync(binary.subarray(runtime.length), { level: 19 });
  expect(own.length).toBeLessThan(3_000_000);
  expect(own.length).toBeGreaterThan(1_000_000);
}, 120_000);

test("a start loads no module of the runtime", () => {
  const runtime = readFileSync(runtimePath(hostTarget()));
  const files = [...filesIn(readFileSync(compiledAssay()), runtime.length)];
  const texts = new Map(files.map(({ name, text }) => [name, text.toString("latin1")]));
  const transpiler = new Bun.Transpiler({ loader: "js" });
  const ROOT = "/$bunfs/root/";
  const visited = new Set(["assay"]);
  for (const name of visited)
    for (const { path, kind } of transpiler.scanImports(texts.get(name) ?? "")) {
      if (kind !== "import-statement") continue;
      expect(path, name).toSatisfy((p: string) => p.startsWith(ROOT));
      visited.add(path.slice(ROOT.length));
    }
  expect(visited.size).toBeGreaterThan(1);
}, 120_000);

test("none of our files loads a slow module of the runtime before it is used", () => {
  const runtime = readFileSync(runtimePath(hostTarget()));
  const slow = /from"(?:node:)?(crypto|dns\/promises|fs|fs\/promises|net|tls|zlib)"/;
  const loading = [...filesIn(readFileSync(compiledAssay()), runtime.length)]
    .map(({ name, text }) => ({ name, text: text.toString("latin1") }))
    .filter(({ name, text }) => name.endsWith(".js") && slow.test(text));
  // the driver of PostgreSQL is a package
  expect(loading.filter(({ text }) => !text.includes("CONNECT_TIMEOUT"))).toEqual([]);
});

test("the code that requires of embedded modules run is in the bytecode cache", () => {
  const runtime = readFileSync(runtimePath(hostTarget()));
  const files = [...filesIn(readFileSync(compiledAssay()), runtime.length)];
  const compiled = files
    .filter(({ name, bytecode }) => name.endsWith(".js") && bytecode > 0)
    .map(({ text }) => text.toString("latin1"));
  for (const name of Object.keys(embeddedModules())) {
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    const entry = new RegExp(
      `[{,]${RegExp.escape(key)}:\\{id:\\d+,count:\\d+,[^{}]*units:\\{0:\\(`,
    );
    expect(compiled.filter((text) => entry.test(text)).length, name).toBe(1);
  }
  // text without bytecode is not all there is
  expect(files.some(({ name, bytecode }) => name.endsWith(".js") && bytecode === 0)).toBe(true);
}, 120_000);

test("--version names the program's version, Lua's, Bun's and the commit", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const pattern = new RegExp(
    `^assay ${version} \\(Lua 5\\.5, Bun ${RUNTIME_VERSION}(, commit [0-9a-f]{12}(-dirty)?)?\\)\\n$`,
  );
  expect(run([compiledAssay(), "--version"])).toEqual({
    code: 0,
    out: expect.stringMatching(pattern),
    err: "",
  });
}, 120_000);

test("what lies in the working directory does not steer it", () => {
  const cwd = join(directory, "trap");
  mkdirSync(cwd);
  const trap = 'require("node:fs").writeFileSync("sprung", "");';
  const files = {
    ".env": "TRAPPED=1\n",
    ".env.local": "TRAPPED=1\n",
    ".env.production": "TRAPPED=1\n",
    "bunfig.toml": 'preload = ["./trap.ts"]\n[run]\npreload = ["./trap.ts"]\n',
    "trap.ts": trap,
    "package.json": '{"name": "trap", "main": "trap.ts", "imports": {"#x": "./trap.ts"}}',
    "tsconfig.json": '{"compilerOptions": {"paths": {"*": ["./trap.ts"]}}, "extends": "./no"}',
    "node_modules/undici/index.js": trap,
    "index.ts": trap,
    ".npmrc": "node-options=--require ./trap.ts\n",
    "hello.lua":
      'print(os.getenv("TRAPPED"), env.get("TRAPPED"), pcall(http.get, "http://127.0.0.1:1/"))',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  const r = run([compiledAssay(), "hello.lua"], cwd);
  expect(r.err).toBe("");
  expect(r.out).toMatch(/^nil\tnil\tfalse\thttp\.get: /);
  expect(() => readFileSync(join(cwd, "sprung"))).toThrow("ENOENT");
}, 120_000);

test("there is a runtime for each target", () => {
  expect([...TARGETS].sort()).toEqual([
    "linux-arm64",
    "linux-arm64-musl",
    "linux-x64",
    "linux-x64-musl",
  ]);
});

test("the bill of materials names what goes into the binary, and nothing else", () => {
  const names = sbom().components.map((c) => c.name);
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  expect(names).toEqual(expect.arrayContaining([...Object.keys(dependencies), "bun"]));
  const tools = Object.keys(devDependencies).filter((name) => name !== "bun");
  expect(names.filter((name) => tools.includes(name))).toEqual([]);
});

/** How many functions the engine compiles to bytecode for a script, those of its own included. */
function bytecodeCompiled(source: string): number {
  const script = join(directory, "start.lua");
  writeFileSync(script, source);
  const { err, out } = run([compiledAssay(), script], directory, {
    BUN_JSC_reportBytecodeCompileTimes: "1",
  });
  // the engine reports on the standard error or output, before what is written to the latter
  return `${err}\n${out}`.match(/^.*Compiled .* into bytecode/gm)?.length ?? 0;
}

test("a start compiles next to nothing: neither node:fs, nor what iterates over arrays, nor the script", () => {
  // the runtime's own entry, and what ends the process
  const hello = bytecodeCompiled('print("hello")\n');
  expect(hello).toBeGreaterThanOrEqual(1);
  expect(hello).toBeLessThanOrEqual(4);
  expect(bytecodeCompiled('for _ = 1, 2 do print("hello") end\n')).toBe(hello);
  // the engine's own functions that load a file of the bundle
  const loading = bytecodeCompiled("local _ = math.pi\n");
  expect(loading).toBeLessThanOrEqual(hello + 5);
  // the compiler is such a file; a text and the functions of a loop that it holds; Array's map and a constructor
  const withLoop = bytecodeCompiled('for _ = 1, 200 do local x = "hello" end\n');
  expect(withLoop).toBeGreaterThanOrEqual(loading + 2);
  expect(withLoop).toBeLessThanOrEqual(loading + 6);
});

/** Which of a script's functions, by their numbers in the order of the text, the JIT compiles. */
function compiledFunctions(source: string): number[] {
  const script = join(directory, "compiled.lua");
  writeFileSync(script, source);
  const { err, out, code } = run([compiledAssay(), script], directory, {
    BUN_JSC_reportCompileTimes: "1",
  });
  expect(code).toBe(0);
  // the names of those that others stand for in Lua end in a letter
  const names = `${err}\n${out}`.matchAll(/^.*Optimized L1_(\d+)c?#/gm);
  return [...names].map((m) => Number(m[1]));
}

test("the JIT leaves functions alone that run a hundred times, until the program has run for a while", () => {
  // the JIT has a thread of its own
  const hundred = "local function often() return 1 end for _ = 1, 100 do often() end sleep(0.2)";
  expect(compiledFunctions(hundred)).toEqual([]);
  const busy = "local t = os.clock() while os.clock() - t < 0.2 do end ";
  expect(compiledFunctions(busy + hundred)).toContain(1);
});
