import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const A = "/api/v2.0";
const R = `${A}/projects/p/repositories`;
const HEAD = `local c = require("assay.harbor").client(URL, { api_key = "robot$mytoken123" })\n`;
const run = (code: string) => api.run(HEAD + code);
const failure = (code: string) => api.failure(HEAD + code);
const AUTH = { headers: { authorization: "Bearer robot$mytoken123" } };

test.each([
  ["health()", `${A}/health`],
  ["system_info()", `${A}/systeminfo`],
  ["statistics()", `${A}/statistics`],
  [`project("p")`, `${A}/projects/p`],
  [`repository("p", "a/b")`, `${R}/a%252Fb`],
  [`artifact("p", "r", "sha256:ab")`, `${R}/r/artifacts/sha256:ab`],
])("%s", async (call, path) => {
  api.expect(`GET ${path}`, { json: { n: 1 } }, AUTH);
  expect(await run(`return c:${call}.n`)).toEqual([1]);
  api.expect(`GET ${path}`, { status: 404, text: "no" });
  expect(await failure(`c:${call}`)).toContain(`harbor: GET ${path} HTTP 404: no`);
});

test.each([
  [`projects({ name = "a b", public = false })`, `${A}/projects?name=a%20b&public=false&`],
  [`repositories("p", { q = "x=~y" })`, `${R}?q=x%3D~y&`],
  [`artifacts("p", "r", { with_tag = true })`, `${R}/r/artifacts?with_tag=true&`],
  [`artifact_tags("p", "r", "v1")`, `${R}/r/artifacts/v1/tags?`],
  ["replication_policies()", `${A}/replication/policies?`],
  ["replication_executions({ policy_id = 3 })", `${A}/replication/executions?policy_id=3&`],
])("%s follows pages", async (call, path) => {
  api.expect(
    `GET ${path}page_size=100`,
    {
      json: [1],
      headers: { Link: `<${A}/x?page=2&page_size=100>; rel="next"` },
    },
    AUTH,
  );
  api.expect(`GET ${path}page=2&page_size=100`, {
    json: [2],
    headers: { Link: `<${A}/x?page=1&page_size=100>; rel="prev"` },
  });
  expect(await run(`return c:${call}`)).toEqual([[1, 2]]);
});

test("Basic credentials", async () => {
  api.expect(
    `GET ${A}/projects?page=1`,
    { json: [] },
    {
      headers: { authorization: "Basic YWRtaW46SGFyYm9yMTIzNDU=" },
    },
  );
  await api.run(`require("assay.harbor").client(URL, { username = "admin", password = "Harbor12345" })
    :projects({ page = 1 })`);
});

test("scans", async () => {
  const path = `${R}/r/artifacts/v1`;
  api.expect(`POST ${path}/scan`, { status: 202 }, { body: {} });
  api.expect(`POST ${path}/scan`, { status: 409 }, { body: {} });
  const report = (scan_status: string, summary?: object) => ({
    json: { scan_overview: { x: { scan_status, severity: "High", summary } } },
  });
  const overview = `GET ${path}?with_scan_overview=true`;
  api.expect(overview, report("Running"));
  const done = report("Success", { total: 5, fixable: 2, summary: { Critical: 1, High: 4 } });
  api.expect(overview, report("Running"));
  api.expect(overview, done);
  api.expect(overview, done);
  expect(
    await run(`
      return c:scan_artifact("p", "r", "v1"), c:scan_artifact("p", "r", "v1", { allow_running = true }),
        (c:artifact_vulnerabilities("p", "r", "v1")),
        c:wait_scan("p", "r", "v1", 5, { interval = 0.02 })`),
  ).toEqual([
    true,
    true,
    undefined,
    {
      total: 5,
      fixable: 2,
      critical: 1,
      high: 4,
      medium: 0,
      low: 0,
      negligible: 0,
      unknown: 0,
      severity: "High",
      scan_status: "Success",
    },
  ]);
  api.expect(`POST ${path}/scan`, { status: 500, text: "x" }, { body: {} });
  expect(await failure(`c:scan_artifact("p", "r", "v1")`)).toContain(
    "harbor: POST scan HTTP 500: x",
  );
  api.expect(overview, { status: 500, text: "x" });
  expect(await failure(`c:artifact_vulnerabilities("p", "r", "v1")`)).toContain(
    "harbor: GET artifact vulnerabilities HTTP 500: x",
  );
});

test("is_healthy, image_exists, latest_artifact", async () => {
  api.expect(`GET ${A}/health`, { json: { components: [{ status: "healthy" }] } });
  api.expect(`GET ${A}/health`, { json: { components: [{ name: "db", status: "bad" }] } });
  api.expect(`GET ${R}/r/artifacts/v1`, {});
  api.expect(`GET ${R}/r/artifacts/v1`, { status: 404 });
  api.expect(`GET ${R}/r/artifacts?page_size=1&sort=-push_time`, { json: [{ n: 1 }] });
  expect(
    await run(`return (c:is_healthy()), (c:is_healthy()), c:image_exists("p", "r", "v1"),
      c:image_exists("p", "r", "v1"), c:latest_artifact("p", "r").n`),
  ).toEqual([true, false, true, false, 1]);
  api.expect(`GET ${R}/r/artifacts/v1`, { status: 401 });
  expect(await failure(`c:image_exists("p", "r", "v1")`)).toContain("HTTP 401");
});

test("create, ensure and delete projects; delete_artifact", async () => {
  const named = { headers: { "x-is-resource-name": "true" } };
  api.expect(
    `POST ${A}/projects`,
    { status: 201 },
    { body: { project_name: "a b", metadata: { public: "false" } } },
  );
  api.expect(`GET ${A}/projects/n`, { json: { name: "n" } }, named);
  api.expect(`GET ${A}/projects/m`, { status: 404 });
  api.expect(`POST ${A}/projects`, { status: 409 }, { body: { project_name: "m" } });
  api.expect(`GET ${A}/projects/m`, { json: { name: "m" } });
  api.expect(`DELETE ${A}/projects/a%20b`, {}, named);
  api.expect(
    `DELETE ${A}/projects/7`,
    { status: 404 },
    { headers: { "x-is-resource-name": null } },
  );
  const artifact = `DELETE ${A}/projects/p/repositories/r%252Fs/artifacts/sha256:1`;
  api.expect(artifact, {});
  api.expect(artifact, { status: 404 });
  expect(
    await run(`
      return c:create_project("a b", { public = "false" }), c:ensure_project("n").name, c:ensure_project("m").name,
        c:delete_project("a b"), c:delete_project(7), c:delete_artifact("p", "r/s", "sha256:1"),
        c:delete_artifact("p", "r/s", "sha256:1")`),
  ).toEqual([true, "n", "m", true, false, true, false]);
  api.expect(`POST ${A}/projects`, { status: 403, text: "no" }, { check: () => undefined });
  expect(await failure(`c:create_project("x")`)).toContain(
    `harbor: POST ${A}/projects HTTP 403: no`,
  );
  api.expect(`DELETE ${A}/projects/x`, { status: 412, text: "not empty" });
  expect(await failure(`c:delete_project("x")`)).toContain("HTTP 412: not empty");
  api.expect(artifact, { status: 500, text: "e" });
  expect(await failure(`c:delete_artifact("p", "r/s", "sha256:1")`)).toContain("HTTP 500: e");
});

test("start_replication, wait_healthy", async () => {
  api.expect(`POST ${A}/replication/executions`, { status: 201 }, { body: { policy_id: 3 } });
  api.expect(`GET ${A}/health`, { status: 502 });
  api.expect(`GET ${A}/health`, { json: { components: [{ status: "healthy" }] } });
  expect(
    await run(`return c:start_replication(3), c:wait_healthy(5, { interval = 0.02 })`),
  ).toEqual([true, true]);
  api.expect(
    `POST ${A}/replication/executions`,
    { status: 404, text: "x" },
    { body: { policy_id: 3 } },
  );
  expect(await failure(`c:start_replication(3)`)).toContain("HTTP 404: x");
  api.expect(`GET ${A}/health`, { json: { components: [{ name: "db", status: "bad" }] } });
  expect(await failure(`c:wait_healthy(0)`)).toContain(
    "harbor: not healthy after 0s (last: unhealthy: db)",
  );
});
