import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const A = "/api/admin";
const F = `${A}/projects/p/features`;
const HEAD = `local u = require("assay.unleash") local c = u.client(URL .. "/", { token = "tok" })\n`;
const run = (code: string) => api.run(HEAD + code);
const failure = (code: string) => api.failure(HEAD + code);
const AUTH = { headers: { authorization: "tok" } };

test.each([
  ["health()", "GET /health", undefined],
  [`project("p")`, `GET ${A}/projects/p`, undefined],
  [`feature("p", "f")`, `GET ${F}/f`, undefined],
  [`create_project({ id = "p" })`, `POST ${A}/projects`, { id: "p" }],
  [`update_project("p", { name = "n" })`, `PUT ${A}/projects/p`, { name: "n" }],
  [`delete_project("p")`, `DELETE ${A}/projects/p`, undefined],
  [`enable_environment("p", "dev")`, `POST ${A}/projects/p/environments`, { environment: "dev" }],
  [`disable_environment("p", "dev")`, `DELETE ${A}/projects/p/environments/dev`, undefined],
  [`create_feature("p", { name = "f" })`, `POST ${F}`, { name: "f" }],
  [`update_feature("p", "f", { name = "f" })`, `PUT ${F}/f`, { name: "f" }],
  [`archive_feature("p", "f")`, `DELETE ${F}/f`, undefined],
  [`toggle_on("p", "f", "dev")`, `POST ${F}/f/environments/dev/on`, {}],
  [`toggle_off("p", "f", "dev")`, `POST ${F}/f/environments/dev/off`, {}],
  [
    `add_strategy("p", "f", "dev", { name = "s" })`,
    `POST ${F}/f/environments/dev/strategies`,
    { name: "s" },
  ],
  [`environment("d e")`, `GET ${A}/environments/d%20e`, undefined],
  [`environment_on("dev")`, `POST ${A}/environments/dev/on`, undefined],
  [`environment_off("dev")`, `POST ${A}/environments/dev/off`, undefined],
  [`strategy("p", "f", "dev", "s")`, `GET ${F}/f/environments/dev/strategies/s`, undefined],
  [
    `patch_strategy("p", "f", "dev", "s", { { op = "remove", path = "/a" } })`,
    `PATCH ${F}/f/environments/dev/strategies/s`,
    [{ op: "remove", path: "/a" }],
  ],
  [
    `sort_strategies("p", "f", "dev", { "b", "a" })`,
    `POST ${F}/f/environments/dev/strategies/set-sort-order`,
    [
      { id: "b", sortOrder: 1 },
      { id: "a", sortOrder: 2 },
    ],
  ],
  [
    `set_variants("p", "f", "dev", { { name = "v" } })`,
    `PUT ${F}/f/environments/dev/variants`,
    [{ name: "v" }],
  ],
  [`clone_feature("p", "f", "g")`, `POST ${F}/f/clone`, { name: "g" }],
  [
    `toggle_all_on("p", "dev", { "a", "b" })`,
    `POST ${A}/projects/p/bulk_features/environments/dev/on`,
    { features: ["a", "b"] },
  ],
  [
    `toggle_all_off("p", "dev", {})`,
    `POST ${A}/projects/p/bulk_features/environments/dev/off`,
    { features: [] },
  ],
  [`mark_stale("p", { "a" })`, `POST ${A}/projects/p/stale`, { stale: true, features: ["a"] }],
  [
    `mark_stale("p", { "a" }, false)`,
    `POST ${A}/projects/p/stale`,
    { stale: false, features: ["a"] },
  ],
  [`archive_features("p", { "a" })`, `POST ${A}/projects/p/archive`, { features: ["a"] }],
  [`revive_features("p", { "a" })`, `POST ${A}/projects/p/revive`, { features: ["a"] }],
  [`delete_features("p", { "a" })`, `POST ${A}/projects/p/delete`, { features: ["a"] }],
  [`segment(7)`, `GET ${A}/segments/7`, undefined],
  [`create_segment({ name = "s" })`, `POST ${A}/segments`, { name: "s", constraints: [] }],
  [
    `update_segment(7, { name = "s", constraints = { { contextName = "c" } } })`,
    `PUT ${A}/segments/7`,
    { name: "s", constraints: [{ contextName: "c" }] },
  ],
  [`delete_segment(7)`, `DELETE ${A}/segments/7`, undefined],
  [`add_feature_tag("f", "v")`, `POST ${A}/features/f/tags`, { type: "simple", value: "v" }],
  [`remove_feature_tag("f", "v w", "t")`, `DELETE ${A}/features/f/tags/t/v%20w`, undefined],
  [
    `export_features("dev", { project = "p" })`,
    `POST ${A}/features-batch/export`,
    { environment: "dev", project: "p" },
  ],
  [
    `import_features("p", "dev", { features = { { name = "a" } } })`,
    `POST ${A}/features-batch/import`,
    { project: "p", environment: "dev", data: { features: [{ name: "a" }] } },
  ],
  [`client_features()`, "GET /api/client/features", undefined],
  [
    `update_token("*:dev.ab", "2030-01-01T00:00:00Z")`,
    `PUT ${A}/api-tokens/*:dev.ab`,
    { expiresAt: "2030-01-01T00:00:00Z" },
  ],
  [`delete_token("*:dev.ab")`, `DELETE ${A}/api-tokens/*:dev.ab`, undefined],
])("%s", async (call, line, body) => {
  api.expect(
    line,
    { status: line.startsWith("GET") ? 200 : 202, json: { n: 1 } },
    { ...AUTH, body },
  );
  expect(await run(`return c:${call}.n`)).toEqual([1]);
  api.expect(line, { status: 500, text: "x" }, { body });
  // a token that is deleted is in no message
  const shown = line.replace("*:dev.ab", "***");
  expect(await failure(`c:${call}`)).toContain(`unleash: ${shown} HTTP 500: x`);
});

test.each([
  ["projects()", `${A}/projects`, "projects"],
  ["environments()", `${A}/environments`, "environments"],
  [`features("p")`, F, "features"],
  ["tokens()", `${A}/api-tokens`, "tokens"],
  ["segments()", `${A}/segments`, "segments"],
  ["feature_types()", `${A}/feature-types`, "types"],
  [`feature_tags("f")`, `${A}/features/f/tags`, "tags"],
  [`variants("p", "f", "dev")`, `${F}/f/environments/dev/variants`, "variants"],
  [`strategies("p", "f", "dev")`, `${F}/f/environments/dev/strategies`, "strategies"],
])("%s", async (call, path, field) => {
  api.expect(`GET ${path}`, { json: { [field]: [1, 2] } }, AUTH);
  api.expect(`GET ${path}`, { status: 404 });
  expect(await run(`return #c:${call}, #c:${call}`)).toEqual([2, 0]);
});

test("projects of servers that have only their overview", async () => {
  api.expect(`GET ${A}/projects/p%20q`, { status: 404 });
  api.expect(`GET ${A}/projects/p%20q/overview`, { json: { name: "P" } }, AUTH);
  expect(await run(`local p = c:project("p q") return p.id, p.name`)).toEqual(["p q", "P"]);
});

test("patch_feature, update_strategy, delete_strategy, create_token", async () => {
  const strategy = `${F}/f/environments/dev/strategies/s%201`;
  api.expect(`PATCH ${F}/f`, { json: { n: 1 } }, { body: [{ op: "remove", path: "/a" }] });
  api.expect(`PATCH ${F}/f`, { json: { n: 2 } }, { body: [] });
  api.expect(`PUT ${strategy}`, { json: { n: 3 } }, { body: { name: "default" } });
  api.expect(`DELETE ${strategy}`, { status: 204 });
  api.expect(
    `POST ${A}/api-tokens`,
    { status: 400 },
    { body: { username: "a", tokenName: "a", type: "client" } },
  );
  api.expect(
    `POST ${A}/api-tokens`,
    { status: 201, json: { secret: "S" } },
    { body: { tokenName: "a", type: "client" } },
  );
  expect(
    await run(`
      local one = c:patch_feature("p", "f", { { op = "remove", path = "/a" } }).n
      local two = c:patch_feature("p", "f", {}).n
      local three = c:update_strategy("p", "f", "dev", "s 1", { name = "default" }).n
      local gone = c:delete_strategy("p", "f", "dev", "s 1")
      return one, two, three, gone, c:create_token { username = "a", type = "client" }.secret`),
  ).toEqual([1, 2, 3, undefined, "S"]);
  for (let i = 0; i < 2; i++)
    api.expect(`POST ${A}/api-tokens`, { status: 400, text: "bad" }, { check: () => undefined });
  expect(await failure(`c:create_token { username = "a", type = "x" }`)).toContain(
    `unleash: POST ${A}/api-tokens HTTP 400: bad`,
  );
});

test("nil, empty answers, bare strategies", async () => {
  api.expect(`GET ${A}/projects/p`, { status: 404 });
  api.expect(`GET ${A}/projects/p/overview`, { status: 404 });
  api.expect(`DELETE ${A}/projects/p`, {});
  api.expect(`GET ${F}/f/environments/dev/strategies`, { json: [{}] });
  expect(
    await run(`return c:project("p"), c:delete_project("p"), #c:strategies("p", "f", "dev")`),
  ).toEqual([undefined, undefined, 1]);
});

test("archived_features: pages of the search, or the older list", async () => {
  const line = (offset: number) =>
    `GET ${A}/search/features?project=IS%3Ap%20q&archived=IS%3Atrue&limit=100&offset=${offset}`;
  api.expect(line(0), { json: { features: [{ name: "a" }, { name: "b" }], total: 3 } }, AUTH);
  api.expect(line(2), { json: { features: [{ name: "c" }], total: 3 } }, AUTH);
  api.expect(line(0), { status: 404 });
  api.expect(`GET ${A}/archive/features/p%20q`, { json: { features: [{ name: "d" }] } });
  expect(
    await run(`return #c:archived_features("p q"), c:archived_features("p q")[1].name`),
  ).toEqual([3, "d"]);
});

test("errors do not hold API tokens", async () => {
  const calls = ['delete_token("*:dev.s3cret")', 'update_token("*:dev.s3cret", "x")'];
  for (const call of calls) {
    const text = await api.failure(`require("assay.unleash").client("http://127.0.0.1:1"):${call}`);
    expect(text).toMatch(/http:\/\/127\.0\.0\.1:1\/\*\*\*: connection refused/);
    expect(text).not.toContain("s3cret");
  }
  api.expect(`DELETE ${A}/api-tokens/*:dev.s3cret`, { status: 500, text: "boom" });
  expect(await failure('c:delete_token("*:dev.s3cret")')).toMatch(
    /: unleash: DELETE \/api\/admin\/api-tokens\/\*\*\* HTTP 500: boom$/,
  );
});

test("what is not there may be deleted, if wanted", async () => {
  for (const line of [
    `DELETE ${A}/projects/p`,
    `DELETE ${A}/projects/p/environments/dev`,
    `DELETE ${F}/f`,
    `DELETE ${F}/f/environments/dev/strategies/s`,
    `DELETE ${A}/api-tokens/x`,
    `DELETE ${A}/segments/7`,
    `DELETE ${A}/features/f/tags/simple/v`,
  ])
    api.expect(line, { status: 404 });
  await run(`local o = { ignore_not_found = true }
    c:delete_project("p", o) c:disable_environment("p", "dev", o) c:archive_feature("p", "f", o)
    c:delete_strategy("p", "f", "dev", "s", o) c:delete_token("x", o) c:delete_segment(7, o)
    c:remove_feature_tag("f", "v", nil, o)`);
});

test("ready, and client_features with a token of an application", async () => {
  api.expect("GET /ready", {});
  api.expect("GET /ready", { status: 503 });
  api.expect("GET /ready", { status: 404 });
  api.expect("GET /health", {});
  api.expect(
    "GET /api/client/features",
    { json: { features: [1] } },
    { headers: { authorization: "app" } },
  );
  expect(
    await run(`c:ready()
      local _, reason = c:ready()
      return reason, (c:ready()), #c:client_features("app").features`),
  ).toEqual(["HTTP 503", true, 1]);
});

test("ensure_feature, ensure_project with an update", async () => {
  api.expect(`GET ${F}/f`, { json: { name: "f" } });
  api.expect(`GET ${F}/g`, { status: 404 });
  api.expect(
    F.replace(/^/, "POST "),
    { json: { name: "g" } },
    { body: { name: "g", type: "kill-switch" } },
  );
  const project = (description: string) => ({ json: { id: "p", name: "P", description } });
  api.expect(`GET ${A}/projects/p`, project("old"));
  api.expect(`PUT ${A}/projects/p`, {}, { body: { name: "P", description: "new" } });
  api.expect(`GET ${A}/projects/p`, project("new"));
  api.expect(`GET ${A}/projects/p`, project("new"));
  expect(
    await run(`
      local f, g = u.ensure_feature(c, "p", "f"), u.ensure_feature(c, "p", "g", { type = "kill-switch" })
      local o = { description = "new", update = true }
      return f.name, g.name, u.ensure_project(c, "p", o).description, u.ensure_project(c, "p", o).name`),
  ).toEqual(["f", "g", "new", "P"]);
});

test("wait", async () => {
  api.expect("GET /health", { status: 500 });
  api.expect("GET /health", {});
  expect(await run(`return u.wait(URL, { timeout = 5, interval = 0.02 })`)).toEqual([true]);
  expect(
    await failure(`u.wait("http://127.0.0.1:1", { timeout = 0.1, interval = 0.05 })`),
  ).toContain("unleash.wait: not reachable at http://127.0.0.1:1 after 0.1s");
});

test("ensure_*", async () => {
  api.expect(`GET ${A}/projects/p`, { status: 404 });
  api.expect(`GET ${A}/projects/p/overview`, { status: 404 });
  api.expect(
    `POST ${A}/projects`,
    { status: 201, json: { id: "p" } },
    { body: { id: "p", name: "p" } },
  );
  api.expect(
    `POST ${A}/projects/p/environments`,
    { status: 409 },
    { body: { environment: "dev" } },
  );
  api.expect(`GET ${A}/api-tokens`, {
    json: { tokens: [{ username: "a", type: "client", secret: "S" }] },
  });
  api.expect(`GET ${A}/api-tokens`, { json: { tokens: [] } });
  api.expect(
    `POST ${A}/api-tokens`,
    { status: 201, json: { secret: "T" } },
    {
      body: { username: "b", tokenName: "b", type: "client" },
    },
  );
  expect(
    await run(`return u.ensure_project(c, "p").id, u.ensure_environment(c, "p", "dev"),
      u.ensure_token(c, { username = "a", type = "backend" }).secret,
      u.ensure_token(c, { username = "b", type = "client" }).secret`),
  ).toEqual(["p", true, "S", "T"]);
  api.expect(`POST ${A}/projects/p409/environments`, { status: 500 }, { check: () => undefined });
  expect(await failure(`u.ensure_environment(c, "p409", "dev")`)).toContain(
    "unleash.ensure_environment: ",
  );
});
