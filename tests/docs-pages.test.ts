/**
 * The examples of README.md and docs/. A block's language says what happens with it:
 *
 * - `lua`: written to a file when its first line names one (`-- hello.lua`), run otherwise. In
 *   docs/modules, where it would need the product, it is compiled, and the functions it calls must
 *   exist.
 * - `yaml`, `python`, `json`: written to a file when the first line names one.
 * - `console`: the lines behind `$ ` are run in a shell, in a folder with those files; the rest is
 *   what they print. `…` stands for anything.
 * - `ts`: run by Bun; the file of a block is what those before it left behind.
 * - `sh`, `text`, and the others above without a name: not run.
 *
 * docs/builtins and docs/checks.md have tests of their own.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedEntries } from "../src/reference/entries";
import { readLuaModule } from "../src/reference/lua-comments";
import { embeddedModules } from "../src/stdlib";
import { harness } from "./builtins/harness";
import { compiledAssay } from "./compiled";
import { luaWithModules } from "./stdlib/server";

const root = dirname(import.meta.dirname);
const directory = mkdtempSync(join(tmpdir(), "assay-docs-"));
const bin = join(directory, "bin");
beforeAll(() => {
  mkdirSync(bin);
  symlinkSync(compiledAssay(), join(bin, "assay"));
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

const LANGUAGES = new Set(
  "lua yaml json python console ts sh text dockerfile xml toml jinja".split(" "),
);

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((m) => ({
    language: m[1] as string,
    text: m[2] as string,
    line: text.slice(0, m.index).split("\n").length + 1,
  }));
}

function pages(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((f) => f.endsWith(".md"))
    .map((f) => join(folder, f));
}

const modulePages = pages("docs/modules");
const own = ["README.md", ...pages("docs").filter((p) => p !== "docs/checks.md")];
/** Pages with something to run. */
const withExamples = own.filter(
  (p) => p !== "README.md" && blocksOf(p).some((b) => /^(?:lua|console|ts)$/.test(b.language)),
);

const fileName = ({ text }: Block) => /^(?:#|--) ([\w./-]+\.\w+)\n/.exec(text)?.[1];

test("every block says what it is", () => {
  for (const page of [
    ...own,
    ...modulePages,
    ...pages("docs/builtins"),
    "docs/checks.md",
    "deploy/README.md",
    "CONTRIBUTING.md",
  ])
    for (const { language, line } of blocksOf(page))
      expect([page, line, language, LANGUAGES.has(language)]).toEqual([page, line, language, true]);
});

/** A page without its blocks of code. */
const proseOf = (page: string) =>
  readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```$/gm, "");

/** What links to the headings of a page look like. */
const anchorsOf = (page: string) =>
  [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

test("links lead somewhere", () => {
  const top = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/checks.md"];
  const others = ["docs/builtins", "bench", "deploy", "examples", "tests/wishlist"].flatMap(pages);
  let count = 0;
  for (const page of [...own, ...modulePages, ...top, ...others])
    for (const [, path, anchor] of proseOf(page).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
      if (/^[a-z]+:/.test(path as string)) continue;
      const target = path === "" ? page : join(dirname(page), path as string);
      expect([page, target, existsSync(join(root, target))]).toEqual([page, target, true]);
      if (anchor !== undefined)
        expect([page, target, anchorsOf(target)]).toEqual([
          page,
          target,
          expect.arrayContaining([anchor]),
        ]);
      count++;
    }
  expect(count).toBeGreaterThan(150);
});

test("files and commands of this repository that pages name are there", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const named = [...own, "docs/checks.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
  for (const page of [...named, ...pages("bench"), ...pages("deploy"), ...pages("examples")]) {
    const text = readFileSync(join(root, page), "utf8");
    const top = "src|tests|scripts|bench|stdlib|schema|types|deploy|examples|docs";
    for (const [, path] of text.matchAll(new RegExp(`(?<=[\`( ])((?:${top})/[\\w./-]*\\w)\``, "g")))
      expect([page, path, existsSync(join(root, path as string))]).toEqual([page, path, true]);
    for (const [, name] of text.matchAll(/npm run ([a-z:-]+)/g))
      expect([page, name, Object.hasOwn(scripts, name as string)]).toEqual([page, name, true]);
  }
});

test("every command and option of the program is on a page", () => {
  const text = [...own, "docs/checks.md"]
    .map((p) => readFileSync(join(root, p), "utf8"))
    .join("\n");
  const help = (...args: string[]) =>
    spawnSync(join(bin, "assay"), [...args, "--help"], { encoding: "utf8" }).stdout;
  const commands = [...help().matchAll(/^ {2}([a-z]+) [[<]/gm)].map(([, name]) => name as string);
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands.filter((name) => name !== "help")) {
    expect(text).toContain(`assay ${command}`);
    for (const [option] of `${help()}${help(command)}`.matchAll(/--[a-z][a-z-]+/g))
      expect([command, option, text.includes(option)]).toEqual([command, option, true]);
  }
  for (const [option] of help("checks.yaml").matchAll(/--[a-z][a-z-]+/g))
    expect([option, text.includes(option)]).toEqual([option, true]);
}, 60_000);

describe.each(withExamples)("%s", (page) => {
  const blocks = blocksOf(page);
  const folder = join(directory, page.replaceAll(/\W/g, "-"));
  mkdirSync(folder, { recursive: true });
  for (const b of blocks) {
    const name = fileName(b);
    if (name === undefined) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), b.text);
  }

  blocks.forEach((block, i) => {
    const { language, text, line } = block;
    if (language === "lua" && fileName(block) === undefined)
      test(`line ${line}: lua`, async () => {
        const h = luaWithModules();
        await h.lua.run("\n".repeat(line - 1) + text, { name: `@${page}`, timeout: 20_000 });
        await h.lua.close();
        const next = blocks[i + 1];
        if (next?.language === "text") expect(h.output()).toBe(next.text);
      });
    if (language === "console")
      test(`line ${line}: console`, () => transcript(text, folder), 60_000);
  });

  const typescript = blocks.filter((b) => b.language === "ts");
  if (typescript.length > 0)
    test("TypeScript", () => {
      const path = join(folder, "page.ts");
      const code = typescript.map((b) => `{\n${b.text.replace(/^import [^;]*;$/gms, "")}\n}`);
      const imports = new Map<string, Set<string>>();
      for (const [, names, from] of typescript
        .map((b) => b.text)
        .join("\n")
        .matchAll(/^import \{([^}]*)\} from "(\w+)";$/gm))
        for (const n of (names as string).split(","))
          imports.set(from as string, (imports.get(from as string) ?? new Set()).add(n.trim()));
      const head = [...imports].map(
        ([from, names]) =>
          `import { ${[...names].filter(Boolean).join(", ")} } from ${JSON.stringify(from === "assay" ? join(root, "src/index.ts") : from)};`,
      );
      writeFileSync(path, `${head.join("\n")}\n${code.join("\n")}\n`);
      const r = spawnSync(process.execPath, [path], { cwd: folder, encoding: "utf8" });
      expect([r.status, r.stderr]).toEqual([0, ""]);
      const printed = typescript
        .map((b) => /^\/\/ prints: (.*)$/m.exec(b.text)?.[1])
        .filter(Boolean);
      expect(r.stdout.trimEnd().split("\n").filter(Boolean)).toEqual(printed);
    });
});

test("the script and the checks of README.md, against a service", async () => {
  const folder = mkdtempSync(join(directory, "readme-"));
  for (const b of blocksOf("README.md")) {
    const name = fileName(b);
    if (name !== undefined) writeFileSync(join(folder, name), b.text);
  }
  const version = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/health") return Response.json({ version: "1.2" });
      return Response.json({ name: `item ${pathname.slice("/items/".length)}` });
    },
  });
  const run = async (file: string) => {
    const child = Bun.spawn([join(bin, "assay"), file], {
      cwd: folder,
      env: { ...process.env, API_URL: `http://127.0.0.1:${version.port}`, RUST_LOG: "" },
      stdout: "pipe",
      stderr: "pipe",
    });
    const out = await new Response(child.stdout).text();
    const err = await new Response(child.stderr).text();
    return { code: await child.exited, out, err: err.replace(/^\S+Z +/gm, "") };
  };
  const script = await run("script.lua");
  expect(script).toEqual({
    code: 0,
    out: "item a, item b, item c\n",
    err: 'INFO all there count=3 version="1.2"\n',
  });
  const checks = await run("checks.yaml");
  expect([checks.code, JSON.parse(checks.out).passed]).toEqual([0, true]);
  await version.stop(true);
});

/** Runs the commands of a `console` block one after the other, and compares what they print. */
function transcript(text: string, cwd: string): void {
  const steps: { command: string; output: string }[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), output: "" });
    else if (steps.at(-1)?.command.endsWith("\\"))
      (steps.at(-1) as { command: string }).command += `\n${line}`;
    else (steps.at(-1) as { output: string }).output += `${line}\n`;
  }
  const mark = "\x01next\x01";
  const script = steps.map((s) => `${s.command}\ns=$?; printf '${mark}'; (exit $s)`).join("\n");
  const { RUST_LOG: _, ...env } = process.env;
  const r = spawnSync("sh", ["-c", `exec 2>&1\n${script}`], {
    cwd,
    env: { ...env, HOME: cwd, XDG_STATE_HOME: "", PATH: `${bin}:${process.env.PATH}` },
    encoding: "utf8",
    timeout: 50_000,
  });
  const outputs = r.stdout.split(mark);
  steps.forEach(({ command, output }, i) => {
    const printed = (outputs[i] ?? "")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-01-31T12:00:00.123456Z")
      .replace(/\(\d+ ms\)/g, "(12 ms)")
      .replace(/ in [\d.]+ s$/gm, " in 0.1 s");
    const pattern = output
      .split("…")
      .map((s) => s.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
      .join("[\\s\\S]*?");
    if (!new RegExp(`^${pattern}$`).test(printed)) expect(printed, `$ ${command}`).toBe(output);
  });
}

describe.each(modulePages)("%s", (page) => {
  const name = page.replace(/^.*\//, "").replace(/\.md$/, "");
  const entry = embeddedEntries().find((e) => e.name === `assay.${name}`);
  const blocks = blocksOf(page).filter((b) => b.language === "lua");

  test("has examples that compile", async () => {
    expect(blocks.length).toBeGreaterThan(0);
    const { lua } = harness();
    for (const { text, line } of blocks)
      await lua.run("local f, e = load(...) if not f then error(e, 0) end", {
        args: ["\n".repeat(line - 1) + text, `@${page}`],
      });
  });

  test("the functions in its examples exist", () => {
    const functions = entry?.functions() ?? [];
    const known = new Set(functions.map((f) => f.name.replace(/^\w+[.:]/, "")));
    for (const m of readLuaModule(embeddedModules()["internal.client"] as string).methods)
      known.add(m.name);
    const text = blocks.map((b) => b.text).join("\n");
    const alias = /local (\w+) = require\("assay\.\w+"\)/.exec(text)?.[1] ?? name;
    for (const [, called] of text.matchAll(new RegExp(`\\b${alias}\\.(\\w+)\\s*[({"]`, "g")))
      expect([page, called, known.has(called as string)]).toEqual([page, called, true]);
    const client = new RegExp(`local (\\w+) = ${alias}\\.client\\b`).exec(text)?.[1];
    if (client === undefined) return;
    for (const [, called] of text.matchAll(new RegExp(`\\b${client}:(\\w+)\\s*[({"]`, "g")))
      expect([page, called, known.has(called as string)]).toEqual([page, called, true]);
  });
});
