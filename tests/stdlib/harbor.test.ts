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

test("ping, search, current_user", async () => {
  api.expect(`GET ${A}/ping`, { text: "Pong" }, { headers: { authorization: null } });
  api.expect(`GET ${A}/ping`, { status: 502 });
  api.expect(`GET ${A}/search?q=a%20b%26c`, { json: { project: [1], repository: [] } }, AUTH);
  api.expect(`GET ${A}/users/current`, { json: { username: "u" } }, AUTH);
  expect(
    await run(`local up, down, why = (c:ping()), c:ping()
      return up, down, why, #c:search("a b&c").project, c:current_user().username`),
  ).toEqual([true, false, "HTTP 502", 1, "u"]);
  expect(
    await api.run(`return (require("assay.harbor").client("http://127.0.0.1:1"):ping())`),
  ).toEqual([false]);
});

test("projects: exists, summary, update", async () => {
  const named = { headers: { "x-is-resource-name": "true" } };
  api.expect(`HEAD ${A}/projects?project_name=a%20b`, {}, AUTH);
  api.expect(`HEAD ${A}/projects?project_name=c`, { status: 404 });
  api.expect(`GET ${A}/projects/42/summary`, { json: { repo_count: 3 } }, named);
  api.expect(
    `PUT ${A}/projects/p`,
    {},
    { ...named, body: { metadata: { auto_scan: "true" }, storage_limit: 5 } },
  );
  expect(
    await run(`return c:project_exists("a b"), c:project_exists("c"), c:project_summary("42").repo_count,
      c:update_project("p", { metadata = { auto_scan = "true" }, storage_limit = 5 })`),
  ).toEqual([true, false, 3, true]);
  api.expect(`HEAD ${A}/projects?project_name=c`, { status: 401 });
  expect(await failure(`c:project_exists("c")`)).toContain(
    `harbor: HEAD ${A}/projects?project_name=c HTTP 401`,
  );
});

test("tags, copies and whole repositories", async () => {
  const a = `${R}/a%252Fb/artifacts`;
  api.expect(`POST ${a}/v1/tags`, { status: 201 }, { body: { name: "stable" } });
  api.expect(`DELETE ${a}/v1/tags/stable`, {});
  api.expect(`DELETE ${a}/v1/tags/stable`, { status: 404 });
  api.expect(`POST ${a}?from=q%2Fx%2Fy%3Av1`, { status: 201 });
  api.expect(`DELETE ${R}/a%252Fb`, {});
  api.expect(`DELETE ${R}/a%252Fb`, { status: 404 });
  expect(
    await run(`return c:add_tag("p", "a/b", "v1", "stable"), c:delete_tag("p", "a/b", "v1", "stable"),
      c:delete_tag("p", "a/b", "v1", "stable"), c:copy_artifact("p", "a/b", "q/x/y:v1"),
      c:delete_repository("p", "a/b"), c:delete_repository("p", "a/b")`),
  ).toEqual([true, true, false, true, true, false]);
  api.expect(`POST ${a}/v1/tags`, { status: 409, text: "exists" }, { body: { name: "t" } });
  expect(await failure(`c:add_tag("p", "a/b", "v1", "t")`)).toContain(
    `harbor: POST ${a}/v1/tags HTTP 409: exists`,
  );
});

test("vulnerabilities, stop_scan, scan types", async () => {
  const accept = {
    headers: { "x-accept-vulnerabilities": /^application\/vnd\.security\..*; version=1\.1, app/ },
  };
  const path = `${R}/r/artifacts/v1`;
  const format = "application/vnd.security.vulnerability.report; version=1.1";
  const found = { [format]: { vulnerabilities: [{ id: "CVE-1" }] }, other: {} };
  api.expect(`GET ${path}/additions/vulnerabilities`, { json: found }, accept);
  api.expect(`GET ${path}/additions/vulnerabilities`, { json: {} }, accept);
  api.expect(
    `GET ${path}/additions/vulnerabilities`,
    { json: { [format]: { vulnerabilities: null } } },
    accept,
  );
  api.expect(`POST ${path}/scan/stop`, { status: 202 }, { body: { scan_type: "vulnerability" } });
  api.expect(`POST ${path}/scan`, { status: 202 }, { body: { scan_type: "sbom" } });
  expect(
    await run(`return c:vulnerabilities("p", "r", "v1")[1].id, c:vulnerabilities("p", "r", "v1"),
      c:vulnerabilities("p", "r", "v1"), c:stop_scan("p", "r", "v1"),
      c:scan_artifact("p", "r", "v1", { scan_type = "sbom" })`),
  ).toEqual(["CVE-1", undefined, [], true, true]);
});

test.each([
  [`robots({ q = "Level=project,ProjectID=1" })`, "/robots?q=Level%3Dproject%2CProjectID%3D1&"],
  [`members("p", { entityname = "al" })`, "/projects/p/members?entityname=al&"],
  [
    `quotas({ reference = "project", reference_id = 1 })`,
    "/quotas?reference=project&reference_id=1&",
  ],
  ["retention_executions(4)", "/retentions/4/executions?"],
  [`registries({ name = "hub" })`, "/registries?name=hub&"],
  [`replication_policies({ name = "n" })`, "/replication/policies?name=n&"],
  [`replication_tasks(9, { status = "Failed" })`, "/replication/executions/9/tasks?status=Failed&"],
  ["gc_runs()", "/system/gc?"],
])("%s: pages, and one of them", async (call, path) => {
  const link = { Link: `</x?page=2&page_size=100>; rel="next"` };
  api.expect(`GET ${A}${path}page_size=100`, { json: [1], headers: link }, AUTH);
  api.expect(`GET ${A}${path}page=2&page_size=100`, { json: [2] });
  expect(await run(`return c:${call}`)).toEqual([[1, 2]]);
  api.expect(`GET ${A}${path}page_size=100`, { status: 403, text: "no" });
  expect(await failure(`c:${call}`)).toContain(`harbor: GET ${A}${path}page_size=100 HTTP 403: no`);
});

test("lists stop at max_items, and after one page with all = false", async () => {
  const link = { Link: `</x?page=2>; rel="next", </x?page=9>; rel="last"` };
  api.expect(`GET ${A}/quotas?page_size=100`, { json: [1, 2, 3], headers: link });
  api.expect(`GET ${A}/quotas?page_size=100`, { json: [1, 2, 3], headers: link });
  api.expect(`GET ${A}/quotas?page=2&page_size=50`, { json: [4], headers: link });
  expect(
    await run(`return c:quotas({ max_items = 2 }), c:quotas({ all = false }),
      c:quotas({ page = 2, page_size = 50 })`),
  ).toEqual([[1, 2], [1, 2, 3], [4]]);
});

test("robots", async () => {
  const permissions = [
    { kind: "project", namespace: "p", access: [{ resource: "repository", action: "pull" }] },
  ];
  api.expect(`GET ${A}/robots/3`, { json: { id: 3 } });
  api.expect(
    `POST ${A}/robots`,
    { status: 201, json: { id: 3, name: "robot$ci", secret: "S" } },
    { body: { name: "ci", level: "project", duration: -1, permissions } },
  );
  api.expect(`PATCH ${A}/robots/3`, { json: { secret: "N" } }, { body: { secret: "" } });
  api.expect(`PATCH ${A}/robots/3`, { json: {} }, { body: { secret: "Own12345" } });
  api.expect(`DELETE ${A}/robots/3`, {});
  api.expect(`DELETE ${A}/robots/3`, { status: 404 });
  expect(
    await run(`
      local permissions = { { kind = "project", namespace = "p",
        access = { { resource = "repository", action = "pull" } } } }
      return c:robot(3).id, c:create_robot({ name = "ci", level = "project", permissions = permissions }).secret,
        c:renew_robot_secret(3), c:renew_robot_secret(3, "Own12345"), c:delete_robot(3), c:delete_robot(3)`),
  ).toEqual([3, "S", "N", "Own12345", true, false]);
});

test("members", async () => {
  const named = { headers: { "x-is-resource-name": "true" } };
  const created = { status: 201, headers: { Location: `${A}/projects/p/members/8` } };
  api.expect(`POST ${A}/projects/p/members`, created, {
    ...named,
    body: { role_id: 4, member_user: { username: "al" } },
  });
  api.expect(`DELETE ${A}/projects/p/members/8`, {}, named);
  api.expect(`DELETE ${A}/projects/p/members/8`, { status: 404 }, named);
  expect(
    await run(
      `return c:add_member("p", "al", "maintainer"), c:remove_member("p", 8), c:remove_member("p", 8)`,
    ),
  ).toEqual([8, true, false]);
});

test("quotas", async () => {
  api.expect(`GET ${A}/quotas/1`, { json: { hard: { storage: -1 } } });
  api.expect(`PUT ${A}/quotas/1`, {}, { body: { hard: { storage: 10737418240 } } });
  expect(
    await run(`return c:quota(1).hard.storage, c:set_quota(1, { storage = 10 * 1024 ^ 3 })`),
  ).toEqual([-1, true]);
});

test("retention", async () => {
  const made = (path: string) => ({ status: 201, headers: { Location: A + path } });
  api.expect(`GET ${A}/retentions/4`, { json: { algorithm: "or" } });
  api.expect(`POST ${A}/retentions`, made("/retentions/4"), {
    body: { algorithm: "or", rules: [] },
  });
  api.expect(`PUT ${A}/retentions/4`, {}, { body: { algorithm: "or" } });
  api.expect(`POST ${A}/retentions/4/executions`, made("/retentions/4/executions/6"), {
    body: { dry_run: true },
  });
  api.expect(`POST ${A}/retentions/4/executions`, { status: 200 }, { body: { dry_run: false } });
  api.expect(`DELETE ${A}/retentions/4`, {});
  api.expect(`DELETE ${A}/retentions/4`, { status: 404 });
  expect(
    await run(`return c:retention(4).algorithm, c:create_retention({ algorithm = "or", rules = {} }),
      c:update_retention(4, { algorithm = "or" }), c:run_retention(4, { dry_run = true }), c:run_retention(4),
      c:delete_retention(4), c:delete_retention(4)`),
  ).toEqual(["or", 4, true, 6, true, true, false]);
});

test("registries and replication", async () => {
  const made = (path: string) => ({ status: 201, headers: { Location: `${A}${path}` } });
  const E = `${A}/replication/executions`;
  api.expect(`POST ${A}/registries`, made("/registries/2"), { body: { name: "hub" } });
  api.expect(`DELETE ${A}/registries/2`, {});
  api.expect(`POST ${A}/replication/policies`, made("/replication/policies/5"), {
    body: { name: "n" },
  });
  api.expect(`POST ${E}`, made("/replication/executions/9"), { body: { policy_id: 5 } });
  api.expect(`GET ${E}/9`, { json: { status: "InProgress", total: 2, succeed: 1, failed: 0 } });
  api.expect(`GET ${E}/9`, { status: 503 });
  api.expect(`GET ${E}/9`, { json: { id: 9, status: "Succeed" } });
  api.expect(`PUT ${E}/9`, {});
  api.expect(`GET ${E}/9`, { json: { status: "Stopped" } });
  expect(
    await run(`local hub, gone, policy = c:create_registry({ name = "hub" }), c:delete_registry(2),
        c:create_replication_policy({ name = "n" })
      local started, id = c:start_replication(policy)
      return hub, gone, policy, started, id, c:wait_replication(id, 5, { interval = 0.02 }).id,
        c:stop_replication(id), c:replication_execution(id).status`),
  ).toEqual([2, true, 5, true, 9, 9, true, "Stopped"]);
  const state = { status: "Failed", total: 3, succeed: 1, failed: 2 };
  api.expect(`GET ${E}/9`, { json: state });
  expect(await failure(`c:wait_replication(9, 5)`)).toContain(
    "harbor: replication 9: status Failed, 1 of 3 done, 2 failed",
  );
  api.expect(`GET ${E}/9`, { json: { ...state, status: "InProgress" } });
  expect(await failure(`c:wait_replication(9, 0)`)).toContain(
    "harbor: replication 9 not finished after 0s (last: status InProgress, 1 of 3 done, 2 failed)",
  );
});

test("start_gc, scan_all", async () => {
  const made = { status: 201, headers: { Location: `${A}/system/gc/schedule/7` } };
  const schedule = { type: "Manual" };
  api.expect(`POST ${A}/system/gc/schedule`, made, {
    body: { schedule, parameters: { dry_run: true, workers: 2 } },
  });
  api.expect(`POST ${A}/system/gc/schedule`, made, { body: { schedule, parameters: {} } });
  api.expect(`POST ${A}/system/scanAll/schedule`, { status: 201 }, { body: { schedule } });
  expect(
    await run(`return c:start_gc({ dry_run = true, workers = 2 }), c:start_gc(), c:scan_all()`),
  ).toEqual([7, 7, true]);
  api.expect(
    `POST ${A}/system/scanAll/schedule`,
    { status: 412, text: "none" },
    { body: { schedule } },
  );
  expect(await failure("c:scan_all()")).toContain(
    `harbor: POST ${A}/system/scanAll/schedule HTTP 412: none`,
  );
});
