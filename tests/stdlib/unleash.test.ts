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
