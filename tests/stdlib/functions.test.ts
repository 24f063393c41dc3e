/** Every function of every module is there, has a test that calls it, and a place in its page. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { moduleNames } from "../../scripts/generate-stdlib";
import { embeddedEntries } from "../../src/reference/entries";
import { ORIGINAL } from "./original-functions";
import { luaWithModules } from "./server";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const words = (text = "") => text.split(/\s+/).filter((w) => w !== "");

const lua = luaWithModules();
afterAll(() => lua.lua.close());

/** The functions of a module and of its clients. */
async function functionsOf(name: string): Promise<{ module: string[]; client: string[] }> {
  const [found] = await lua.run(`
    local m = require("assay.${name}")
    local function names(t)
      local out = json.array({})
      for k, v in pairs(t or {}) do
        if type(v) == "function" and k:sub(1, 2) ~= "__" then out[#out + 1] = k end
      end
      table.sort(out)
      return out
    end
    -- the one that connects at once takes any database
    local address = "${name}" == "postgres" and "sqlite::memory:" or "http://127.0.0.1:1"
    local client = m.client and m.client {
      url = address, endpoint = "http://127.0.0.1:1", region = "us-east-1",
      access_key = "a", secret_key = "s", token = "t", namespace = "n", domain = "d", pat = "p",
      host = "127.0.0.1", username = "u", password = "p", database = "d",
    }
    return { module = names(m), client = names(client and getmetatable(client).__index) }`);
  return found as { module: string[]; client: string[] };
}

const modules = moduleNames().filter((name) => !name.startsWith("internal."));

test("all 23 modules", () => {
  expect(modules).toEqual(Object.keys(ORIGINAL).sort());
});

describe.each(modules)("%s", (name) => {
  test("has the functions of the original", async () => {
    const found = await functionsOf(name);
    const missing = (wanted: string | undefined, have: string[]) =>
      words(wanted).filter((f) => !have.includes(f));
    expect(missing(ORIGINAL[name]?.module, found.module)).toEqual([]);
    expect(missing(ORIGINAL[name]?.client, found.client)).toEqual([]);
  });

  test("each function has a test and a place in the docs", async () => {
    const { module, client } = await functionsOf(name);
    const isPublic = (f: string) => !f.startsWith("_") && f !== "new";
    const all = [...new Set([...module, ...client])].filter(isPublic);
    expect(all.length).toBeGreaterThan(0);
    // openbao is vault by another name
    const of = name === "openbao" ? "vault" : name;
    const tests = read(`tests/stdlib/${of}.test.ts`);
    const page = read(`docs/modules/${of}.md`);
    const calls = (f: string) => new RegExp(`(?<![\\w])${f}(?!\\w)`);
    expect(all.filter((f) => !calls(f).test(tests))).toEqual([]);
    expect(all.filter((f) => !new RegExp(`[.:]${f}\\(`).test(page))).toEqual([]);
  });

  test("its page has each signature as it is, and examples that compile", async () => {
    const page = read(`docs/modules/${name === "openbao" ? "vault" : name}.md`);
    const entry = embeddedEntries().find((e) => e.name === `assay.${name}`);
    const signatures = (entry?.functions() ?? [])
      .map(({ signature }) => /[.:](\w+)\((.*)\)$/.exec(signature) as RegExpExecArray)
      .filter(([, f]) => !f?.startsWith("_"))
      // a method that is a function, too, is on the page in one form
      .map(([, f, params]) => ({ f, params: (params ?? "").replace(/^target(, )?/, "") }));
    const missing = signatures.filter(({ f, params }) => {
      const forms = [`${f}(${params})`, `${f}(url${params === "" ? "" : ", "}${params})`];
      return !forms.some((form) => page.includes(`.${form}`) || page.includes(`:${form}`));
    });
    expect(missing).toEqual([]);
    const examples = [...page.matchAll(/^```lua\n(.*?)^```$/gms)].map((m) => m[1] as string);
    expect(examples.length).toBeGreaterThan(0);
    for (const source of examples)
      expect(await lua.run("return select(2, load(...))", [source])).toEqual([]);
  });
});
