/** assay.unleash against Unleash, on PostgreSQL. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPostgres, startPostgres } from "../servers/postgres";
import type { DatabaseServer } from "../servers/server";
import { answers, missingPackage, type RealServer, runner, startScript } from "./real";

const why =
  findPostgres() === undefined ? "PostgreSQL not installed" : missingPackage("unleash-server");
const SECRET = "*:*.assay-admin-secret";

describe.skipIf(why)(`Unleash${why ? ` (left out: ${why})` : ""}`, () => {
  let database: DatabaseServer;
  let server: RealServer;
  const lua = runner(
    () => `local unleash = require("assay.unleash")
      local c = unleash.client(URL .. "/", { token = TOKEN })`,
    () => ({ URL: server.url, TOKEN: SECRET }),
  );
  beforeAll(async () => {
    database = await startPostgres();
    server = await startScript("unleash", [database.url, SECRET], (url) =>
      answers(`${url}/health`),
    );
  });
  afterAll(async () => {
    await server?.stop();
    await database?.stop();
  });

  test("wait, health", async () => {
    expect(await lua.run(`return unleash.wait(URL, { timeout = 5 }), c:health().health`)).toEqual([
      true,
      "GOOD",
    ]);
  });
  test("projects and environments", async () => {
    const [projects, one, none, environments] = await lua.run(
      `return c:projects(), c:project("default"), c:project("no such"), c:environments()`,
    );
    expect(projects).toMatchObject([{ id: "default" }]);
    expect(one).toMatchObject({ name: "Default" });
    expect(none).toBeUndefined();
    expect((environments as { name: string }[]).map((e) => e.name)).toContain("development");
    // only the enterprise edition has more than one project
    expect(await lua.failure(`c:create_project { id = "p", name = "P" }`)).toMatch(
      /unleash: POST \/api\/admin\/projects HTTP 4\d\d: /,
    );
    expect(await lua.run(`return unleash.ensure_project(c, "default").name`)).toEqual(["Default"]);
  });
  test("features: create, read, replace, patch, archive", async () => {
    expect(
      await lua.run(`
        local made = c:create_feature("default", { name = "f.one", type = "release", description = "d" })
        local got = c:feature("default", "f.one")
        local changed = c:update_feature("default", "f.one", { description = "new", type = "experiment" })
        local patched = c:patch_feature("default", "f.one", { { op = "replace", path = "/description", value = "patched" } })
        local names = {}
        for _, f in ipairs(c:features("default")) do names[#names + 1] = f.name end
        c:archive_feature("default", "f.one")
        return made.name, got.description, changed.type, patched.description, table.concat(names, " "),
          #c:features("default"), c:feature("default", "f.none")`),
    ).toEqual(["f.one", "d", "experiment", "patched", "f.one", 0, undefined]);
    expect(await lua.failure(`c:create_feature("default", { name = "not valid/" })`)).toMatch(
      /unleash: POST \/api\/admin\/projects\/default\/features HTTP 400: /,
    );
    expect(await lua.failure(`c:archive_feature("default", "f.none")`)).toContain("HTTP 404");
  });
  test("toggles and strategies", async () => {
    expect(
      await lua.run(`
        c:create_feature("default", { name = "f.two" })
        local added = c:add_strategy("default", "f.two", "development", { name = "flexibleRollout",
          parameters = { rollout = "50", stickiness = "default", groupId = "f.two" } })
        c:toggle_on("default", "f.two", "development")
        local function enabled()
          for _, e in ipairs(c:feature("default", "f.two").environments) do
            if e.name == "development" then return e.enabled end
          end
        end
        local on = enabled()
        c:toggle_off("default", "f.two", "development")
        local off = enabled()
        local updated = c:update_strategy("default", "f.two", "development", added.id, { name = "flexibleRollout",
          parameters = { rollout = "70", stickiness = "default", groupId = "f.two" } })
        local listed = c:strategies("default", "f.two", "development")
        c:delete_strategy("default", "f.two", "development", added.id)
        return added.parameters.rollout, on, off, updated.parameters.rollout, #listed, listed[1].id == added.id,
          #c:strategies("default", "f.two", "development")`),
    ).toEqual(["50", true, false, "70", 1, true, 0]);
    expect(await lua.failure(`c:toggle_on("default", "f.two", "nowhere")`)).toMatch(
      /unleash: POST .*\/environments\/nowhere\/on HTTP 4\d\d/,
    );
  });
  test("environments of a project", async () => {
    expect(
      await lua.run(`
        c:disable_environment("default", "production")
        c:enable_environment("default", "production")
        return unleash.ensure_environment(c, "default", "production")`),
    ).toEqual([true]);
    expect(await lua.failure(`unleash.ensure_environment(c, "default", "nowhere")`)).toMatch(
      /unleash\.ensure_environment: unleash: POST .* HTTP 4\d\d: /,
    );
  });
  test("API tokens", async () => {
    expect(
      await lua.run(`
        local opts = { username = "job", type = "backend", environment = "development", projects = { "default" } }
        local made = unleash.ensure_token(c, opts)
        local again = unleash.ensure_token(c, opts)
        local other = c:create_token { tokenName = "front", type = "frontend", environment = "development",
          projects = { "*" } }
        local count = #c:tokens()
        local client = http.get(URL .. "/api/client/features", { headers = { Authorization = made.secret } })
        c:delete_token(made.secret)
        return made.secret:sub(1, 19), again.secret == made.secret, other.type, count, client.status, #c:tokens()`),
    ).toEqual(["default:development", true, "frontend", 3, 200, 2]);
  });
  test("strategies in order, patched, variants, clones, tags, stale", async () => {
    expect(
      await lua.run(`
        local P, E = "default", "development"
        unleash.ensure_feature(c, P, "f.three", { description = "d" })
        local function rollout(n)
          return c:add_strategy(P, "f.three", E, { name = "flexibleRollout",
            parameters = { rollout = n, stickiness = "default", groupId = "g" } })
        end
        local a, b = rollout("10"), rollout("20")
        c:sort_strategies(P, "f.three", E, { b.id, a.id })
        local patched = c:patch_strategy(P, "f.three", E, a.id,
          { { op = "replace", path = "/parameters/rollout", value = "30" } })
        local none = c:strategy(P, "f.three", E, "b2a5a7a4-7e9e-4c53-8a29-3b6d8fb1dd2b")
        c:add_feature_tag("f.three", "team a")
        c:clone_feature(P, "f.three", "f.four")
        c:mark_stale(P, { "f.three" })
        local tags = c:feature_tags("f.three")
        c:remove_feature_tag("f.three", "team a")
        return patched.parameters.rollout, c:strategy(P, "f.three", E, b.id).parameters.rollout, none,
          #c:variants(P, "f.three", E), tags[1].value, #c:feature_tags("f.three"),
          c:feature(P, "f.three").stale, #c:strategies(P, "f.four", E)`),
    ).toEqual(["30", "20", undefined, 0, "team a", 0, true, 2]);
    expect(await lua.failure(`c:set_variants("default", "f.three", "development", {})`)).toMatch(
      /unleash: PUT .*\/variants HTTP 403: .*Use strategy variants instead/,
    );
  });
  test("many features: on, off, archived, revived, deleted; export and import", async () => {
    expect(
      await lua.run(`
        local P, E = "default", "development"
        for _, n in ipairs { "m.one", "m.two" } do
          unleash.ensure_feature(c, P, n)
          c:add_strategy(P, n, E, { name = "default" })
        end
        local function on(n)
          for _, e in ipairs(c:feature(P, n).environments) do
            if e.name == E then return e.enabled end
          end
        end
        c:toggle_all_on(P, E, { "m.one", "m.two" })
        local first = { on("m.one"), on("m.two") }
        local carried = c:export_features(E, { features = { "m.one" } })
        c:toggle_all_off(P, E, { "m.one", "m.two" })
        local second = { on("m.one"), on("m.two") }
        c:archive_features(P, { "m.one", "m.two" })
        -- Unleash notes the stage later, and ends when the feature is deleted by then
        for _, n in ipairs { "m.one", "m.two" } do
          local path = URL .. "/api/admin/projects/" .. P .. "/features/" .. n .. "/lifecycle"
          eventually(function()
            return http.get(path, { headers = { Authorization = TOKEN } }).body:find('"archived"', 1, true) ~= nil
          end)
        end
        local names = {}
        for _, f in ipairs(c:archived_features(P)) do names[#names + 1] = f.name end
        table.sort(names)
        c:revive_features(P, { "m.two" })
        c:delete_features(P, { "m.one" })
        local gone = c:feature(P, "m.one")
        -- administrators' tokens may not import: the server must know who does
        local ok, refused = pcall(c.import_features, c, P, E, carried)
        return first, second, table.concat(names, " "):find("m.one m.two", 1, true) ~= nil, gone,
          c:feature(P, "m.two").archived, carried.features[1].name, tostring(refused)`),
    ).toEqual([
      [true, true],
      [false, false],
      true,
      undefined,
      false,
      "m.one",
      expect.stringMatching(/import HTTP 400: .*personal access token/),
    ]);
  });
  test("segments, environments, types, tokens that end, readiness", async () => {
    expect(
      await lua.run(`
        local s = c:create_segment { name = "seg", constraints = {} }
        c:update_segment(s.id, { name = "seg two",
          constraints = { { contextName = "appName", operator = "IN", values = { "a" } } } })
        local two = c:segment(s.id)
        local count = #c:segments()
        c:delete_segment(s.id)
        c:delete_segment(s.id, { ignore_not_found = true })
        c:environment_off("production")
        local off = c:environment("production").enabled
        c:environment_on("production")
        local t = c:create_token { tokenName = "ends", type = "client", environment = "development", projects = { "*" } }
        c:update_token(t.secret, "2031-02-03T04:05:06Z")
        local ends
        for _, each in ipairs(c:tokens()) do
          if each.tokenName == "ends" then ends = each.expiresAt end
        end
        local features = c:client_features(t.secret).features
        return two.name, two.constraints[1].contextName, count, off, c:environment("production").enabled,
          c:environment("nowhere"), #c:feature_types() > 2, ends, #features > 0, (c:ready())`),
    ).toEqual([
      "seg two",
      "appName",
      1,
      false,
      true,
      undefined,
      true,
      "2031-02-03T04:05:06.000Z",
      true,
      true,
    ]);
  });
  test("a wrong token", async () => {
    expect(
      await lua.failure(`unleash.client(URL, { token = "*:*.wrong" }):features("default")`),
    ).toMatch(/unleash: GET \/api\/admin\/projects\/default\/features HTTP 401: /);
  });
});
