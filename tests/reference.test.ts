/** `assay modules`, and the definitions for editors: complete, current, and valid Lua. */
import { spawnSync } from "node:child_process";
import {
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
import { afterAll, expect, test } from "vitest";
import { listPages } from "../scripts/generate-types";
import { handleClasses } from "../src/host/handle";
import { builtinEntries, embeddedEntries } from "../src/reference/entries";
import { readLuaModule } from "../src/reference/lua-comments";
import { luaLsFiles } from "../src/reference/luals";
import { harness } from "./builtins/harness";
import { luaWithModules } from "./stdlib/server";

const root = dirname(import.meta.dirname);
const directory = mkdtempSync(join(tmpdir(), "assay-reference-"));
afterAll(() => rmSync(directory, { recursive: true }));

function modules(...args: string[]) {
  const r = spawnSync(process.execPath, [join(root, "src/cli/main.ts"), "modules", ...args], {
    cwd: directory,
    env: { ...process.env, HOME: directory },
    encoding: "utf8",
  });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

test("every module has a description, and every function a comment", () => {
  for (const e of embeddedEntries()) {
    expect([e.name, e.description]).not.toEqual([e.name, ""]);
    for (const f of e.functions())
      expect([e.name, f.name, f.doc]).not.toEqual([e.name, f.name, ""]);
    expect(e.functions().length).toBeGreaterThan(1);
  }
});

test("the functions read from the comments are those that modules have", async () => {
  const h = luaWithModules();
  for (const e of embeddedEntries()) {
    const [present] = await h.run(
      `local names = {}
       for k, v in pairs(require("${e.name}")) do
         if type(v) == "function" and k:sub(1, 1) ~= "_" then names[#names + 1] = k end
       end
       table.sort(names)
       return names`,
    );
    const read = e
      .functions()
      .filter((f) => f.name.includes("."))
      .map((f) => f.name.replace(/^\w+\./, ""));
    expect([e.name, read.sort()]).toEqual([e.name, present]);
  }
});

test("the functions of builtins are those that scripts find", async () => {
  const h = harness();
  for (const e of builtinEntries()) {
    for (const f of e.functions()) {
      if (f.name.includes(":")) continue;
      const [type] = await h.run(`return type(${f.name})`);
      expect([f.name, type]).toEqual([f.name, f.name === "assert" ? "table" : "function"]);
    }
  }
});

test("the definitions in types/ are current", () => {
  const files = luaLsFiles();
  const folder = join(root, "types");
  const present = (readdirSync(folder, { recursive: true }) as string[]).filter((f) =>
    f.endsWith(".lua"),
  );
  expect(present.sort()).toEqual([...files.keys()].sort());
  for (const [name, text] of files)
    expect([name, readFileSync(join(folder, name), "utf8")]).toEqual([name, text]);
});

test("the lists in docs/builtins.md and docs/modules.md are current", () => {
  for (const [page, text] of listPages())
    expect([page, readFileSync(join(root, page), "utf8")]).toEqual([page, text]);
});

test("the definitions are valid Lua, and name only types that they declare", async () => {
  const h = harness();
  const all = [...luaLsFiles().values()];
  for (const text of all) await h.run(`return load(...) or error(select(2, load(...)))`, [text]);
  const text = all.join("\n");
  const known = new Set(
    "any nil boolean string number integer table function userdata thread".split(" "),
  );
  for (const m of text.matchAll(/^---@class ([\w.]+)/gm)) known.add(m[1] as string);
  const used = [
    ...text.matchAll(/^---@(?:return|type|class [\w.]+:|param [\w.]+\??|field \w+) ([\w.]+)/gm),
  ];
  expect(used.length).toBeGreaterThan(1000);
  for (const [line, type] of used) expect([line, known.has(type as string)]).toEqual([line, true]);
  for (const c of handleClasses) expect(known).toContain(c.name);
});

test("comments of a module", () => {
  const doc = readLuaModule(`--- @module assay.x
--- @description Does x.

local M = {}

-- not a doc comment
local function hidden() end

--- Lists things.
--- All of them.
function M.list(ns, opts)
end

function M._private() end
function M.bare(...) end

return M`);
  expect(doc).toEqual({
    description: "Does x.",
    functions: [
      { name: "list", params: ["ns", "opts"], doc: "Lists things. All of them." },
      { name: "bare", params: ["..."], doc: "" },
    ],
    methods: [],
    mirrored: false,
    parts: [],
    aliasOf: undefined,
  });
});

test("assay modules lists what there is", () => {
  mkdirSync(join(directory, "modules/team"), { recursive: true });
  writeFileSync(
    join(directory, "modules/team/deploy.lua"),
    "--- @description Our deployments.\nlocal M = {}\n--- Starts one.\nfunction M.start(name) end\nreturn M\n",
  );
  const { code, out, err } = modules();
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^MODULE +SOURCE +DESCRIPTION\n/);
  expect(out).toMatch(/^http +builtin +HTTP client and server$/m);
  expect(out).toMatch(/^assay\.vault +builtin +HashiCorp Vault/m);
  expect(out).toMatch(/^assay\.team\.deploy +project +Our deployments\.$/m);
  expect(out).not.toContain("internal");
  expect(modules("team.deploy").out).toBe(
    'assay.team.deploy: Our deployments.\n\n    local m = require("assay.team.deploy")\n\ndeploy.start(name)\n    Starts one.\n',
  );
});

test("a link that leads nowhere hides no other module, and neither does a folder's name", () => {
  const folder = join(directory, "ünusual");
  mkdirSync(join(folder, "dir.lua"), { recursive: true });
  mkdirSync(join(folder, "deep"));
  writeFileSync(join(folder, "mine.lua"), "return {}");
  writeFileSync(join(folder, "deep", "init.lua"), "return {}");
  symlinkSync("loop.lua", join(folder, "loop.lua"));
  symlinkSync("none.lua", join(folder, "dangling.lua"));
  const r = spawnSync(process.execPath, [join(root, "src/cli/main.ts"), "modules"], {
    cwd: directory,
    env: { ...process.env, HOME: directory, ASSAY_MODULES_PATH: folder },
    encoding: "utf8",
  });
  expect(r.stdout.match(/^assay\.\S+ +global/gm)?.map((l) => l.split(" ")[0])).toEqual([
    "assay.deep",
    "assay.mine",
  ]);
});

test("assay modules NAME prints functions with signatures", () => {
  const http = modules("http");
  expect(http.out).toContain("http.get(url, opts?) -> table\n    Sends a GET request");
  expect(http.out).toContain("http.client:post(url, body?, opts?) -> table\n");
  expect(modules("vault").out).toBe(modules("assay.vault").out);
  expect(modules("prometheus").out).toContain("prometheus.query(target, promql, opts)\n");
  expect(modules("nope")).toEqual({
    code: 1,
    out: "",
    err: "error: no builtin or module is called 'nope' (see assay modules)\n",
  });
});

test("assay modules --json is for tools", () => {
  const list = JSON.parse(modules("--json").out);
  expect(list.version).toBe(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version);
  expect(list.modules).toContainEqual({
    name: "json",
    kind: "builtin",
    source: "builtin",
    description: "JSON text to Lua values and back",
  });
  const k8s = JSON.parse(modules("k8s", "--json").out);
  expect(k8s).toMatchObject({ name: "assay.k8s", kind: "module" });
  expect(k8s.functions.map((f: { signature: string }) => f.signature)).toContain(
    "k8s.watch(ns, kind, opts)",
  );
});
