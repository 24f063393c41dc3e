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
  test("a wrong token", async () => {
    expect(
      await lua.failure(`unleash.client(URL, { token = "*:*.wrong" }):features("default")`),
    ).toMatch(/unleash: GET \/api\/admin\/projects\/default\/features HTTP 401: /);
  });
});
