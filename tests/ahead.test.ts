/** Modules compiled when the program is built do what they do when they are compiled at run time. */
import { beforeAll, expect, test } from "vitest";
import { type AheadModule, compileAhead, loadAhead, type Unit } from "../src/compiler/ahead";
import { prepareChunk } from "../src/lualib/assemble";
import { embeddedModules, embeddedPath, embeddedSearcher } from "../src/stdlib";
import { type Harness, harness } from "./builtins/harness";

const ahead = new Map<string, AheadModule>();

beforeAll(() => {
  Object.entries(embeddedModules()).forEach(([name, source], id) => {
    // some with all of their functions in JavaScript, as in the program
    const isWhole = () => id % 2 === 0;
    const { count, units, functions } = compileAhead(source, `@${embeddedPath(name)}`, isWhole);
    const made: Record<number, Unit> = {};
    for (const [n, body] of Object.entries(units))
      made[Number(n)] = new Function("R", "M", "P", body) as Unit;
    ahead.set(`@${embeddedPath(name)}`, { id, count, units: made, functions: () => functions });
  });
}, 60_000);

/** A state whose modules come from before; `used` collects which. */
function stateWithAhead(used: string[] = []): Harness {
  const h: Harness = harness({
    searchers: [
      embeddedSearcher((source, name) => {
        const found = ahead.get(name) as AheadModule;
        used.push(name);
        prepareChunk(source, name, () => loadAhead(found, () => source, name));
        return h.lua.state.load(source, name);
      }),
    ],
  });
  return h;
}

const plainState = () => {
  const h: Harness = harness({
    searchers: [embeddedSearcher((source, name) => h.lua.state.load(source, name))],
  });
  return h;
};

/** Runs code in both kinds of states, and gives what both say. */
async function both(code: string): Promise<unknown> {
  const results: unknown[] = [];
  for (const h of [plainState(), stateWithAhead()]) {
    results.push(
      await h.run(code).catch((e: Error & { traceback?: string }) => [e.message, e.traceback]),
    );
    await h.lua.close();
  }
  expect(results[1]).toEqual(results[0]);
  return results[0];
}

test("every module loads and has the same functions", async () => {
  const used: string[] = [];
  const h = stateWithAhead(used);
  for (const name of Object.keys(embeddedModules())) await h.run(`return require("assay.${name}")`);
  expect(used.sort()).toEqual([...ahead.keys()].sort());
  for (const name of Object.keys(embeddedModules()))
    await both(`local out = {}
      local m = require("assay.${name}")
      for k, v in pairs(type(m) == "table" and m or {}) do
        local info = type(v) == "function" and debug.getinfo(v, "SuL")
        out[k] = info and { info.short_src, info.linedefined, info.nups, info.nparams, info.isvararg } or type(v)
      end
      return out`);
});

test("requests wait within functions compiled ahead", async () => {
  const seen = await both(`
    local server <close> = http.server({ host = "127.0.0.1" }, {
      ["/api/v1/query"] = function(req)
        sleep(0.01)
        return { json = { status = "success", data = { resultType = "scalar", result = { 1, "42" } } } }
      end,
      ["/*"] = function() return { status = 404, body = "no" } end,
    })
    local prometheus = require("assay.prometheus")
    local c = prometheus.client(server.url)
    local found = { c:query("x"), prometheus.query(server.url, "y") }
    local ok, err = pcall(c.rules, c)
    found[3] = tostring(err):gsub("%d+%.%d+%.%d+%.%d+:%d+", "ADDRESS")
    return found`);
  expect(seen).toEqual([[42, 42, expect.stringContaining("HTTP 404: no")]]);
});

test("errors, tracebacks, variables' names, hooks and dumps are the same", async () => {
  const [message, traceback] = (await both(
    'require("assay.s3").client({ endpoint = 1 })',
  )) as string[];
  expect(message).toMatch(/s3/);
  expect(traceback).toContain("assay/");
  await both('local rest = require("assay.internal.client") return rest.query(nil)');
  await both('local rest = require("assay.internal.client") return rest.parse_time({})');
  await both(`local rest = require("assay.internal.client")
    local lines = {}
    debug.sethook(function(_, l) lines[#lines + 1] = l end, "l")
    rest.query { { "a", 1 }, { "b", 2 } }
    debug.sethook()
    return lines`);
  await both(`local rest = require("assay.internal.client")
    return #string.dump(rest.query), debug.getupvalue(rest.query, 1), debug.getlocal(rest.query, 1)`);
  await both(`local rest = require("assay.internal.client")
    local co = coroutine.create(function()
      local t = setmetatable({}, { __index = function(_, k) coroutine.yield(k) return nil end })
      rest.authorization(t)
    end)
    local _, key = coroutine.resume(co)
    return key, debug.traceback(co), debug.getlocal(co, 2, 1)`);
});

test("a prepared chunk is for its text only", async () => {
  const { lua } = harness();
  let asked = 0;
  prepareChunk("return 1", "@a", () => {
    asked++;
    throw new Error("not asked for");
  });
  expect(await lua.run("return 2", { name: "@a" })).toEqual([2]);
  expect(await lua.run("return 1", { name: "@a" })).toEqual([1]);
  expect(asked).toBe(0);
});
