/**
 * Mistakes of scripts and answers of other servers: what is of the wrong type or shape is told in the
 * words of the module and nothing is lost in silence.
 */
import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();

const withoutPlace = (text: unknown) => String(text).replace(/^t\.lua:\d+: /, "");

/** The errors of calls with clients of some modules. */
async function errors(calls: string[]): Promise<string[]> {
  const tries = calls.map(
    (call) => `out[#out + 1] = tostring((select(2, pcall(function() return ${call} end))))`,
  );
  const [out] = await api.run(`
    local loki = require("assay.loki").client(URL)
    local prometheus = require("assay.prometheus")
    local vault = require("assay.vault").client(URL, "t")
    local unleash = require("assay.unleash")
    local s3 = require("assay.s3").client { endpoint = URL, region = "r", access_key = "a", secret_key = "s" }
    local zitadel = require("assay.zitadel").client { url = URL, domain = "d", token = "t" }
    local postgres = require("assay.postgres")
    local out = json.array {}
    ${tries.join("\n")}
    return out`);
  return (out as unknown[]).map(withoutPlace);
}

test("what comes instead of options is ignored", async () => {
  const found = { json: { data: { data: { x: 1 } } } };
  api.expect("GET /v1/m/data/a-b", found);
  for (let i = 0; i < 3; i++) api.expect("GET /v1/m/data/a", found);
  expect(
    await errors([
      'vault:kv_get("m", ("a_b"):gsub("_", "-")).data.x',
      'vault:kv_get("m", "a", false).data.x',
      'vault:kv_get("m", "a", "b").data.x',
      'vault:kv_get("m", "a", true).data.x',
    ]),
  ).toEqual(["1", "1", "1", "1"]);
});

test("a dot instead of a colon", async () => {
  expect(await errors(['loki.query("x")', "vault.health()"])).toEqual([
    "loki.query: a method: the client is left out, as in c.query(…) instead of c:query(…)",
    "vault.health: a method: the client is left out, as in c.health(…) instead of c:health(…)",
  ]);
});

test("other arguments of the wrong type", async () => {
  const found = await errors([
    "vault:read(nil)",
    'unleash.ensure_project(nil, "p")',
    "zitadel:create_human_user(nil)",
    'vault:transit_encrypt("k", nil)',
  ]);
  expect(found.map((text) => text.split(": attempt")[0]?.split(": bad")[0])).toEqual([
    "vault.read: an argument is not as expected",
    "unleash.ensure_project: an argument is not as expected",
    "zitadel.create_human_user: an argument is not as expected",
    "vault.transit_encrypt: an argument is not as expected",
  ]);
});

test("answers of another shape name the request, also after others", async () => {
  api.expect("GET /api/v1/alerts", { json: { status: "success", data: null } });
  api.expect("GET /api/v1/targets?state=active", {
    json: { status: "success", data: { activeTargets: [{}] } },
  });
  expect(
    await errors([
      "prometheus.assert_no_alerts(URL)",
      'prometheus.assert_targets_up(URL, { job = "a" })',
      "vault:read(nil)",
    ]),
  ).toEqual([
    "prometheus.alerts: the answer to GET /api/v1/alerts is not as expected: attempt to index a nil value",
    "prometheus.assert_targets_up: the answer to GET /api/v1/targets is not as expected: attempt to index a nil value (field 'labels')",
    "vault.read: an argument is not as expected: attempt to concatenate a nil value (local 'path')",
  ]);
});

test("prometheus: an answer without a result is no result", async () => {
  const answer = { json: { status: "success", data: {} } };
  api.expect("GET /api/v1/query?query=up", answer);
  api.expect("GET /api/v1/query_range?query=up&start=1&end=2&step=1", answer);
  api.expect("GET /api/v1/query_range?query=up&start=1&end=2&step=1", answer);
  expect(
    await errors([
      'prometheus.query_raw(URL, "up")',
      'prometheus.query_range(URL, "up", 1, 2, 1)',
      'prometheus.query_range_raw(URL, "up", 1, 2, 1)',
    ]),
  ).toEqual([
    "prometheus.query_raw: unexpected response format",
    "prometheus.query_range: unexpected response format",
    "prometheus.query_range_raw: unexpected response format",
  ]);
});

test("one value in place of a list is not an empty list", async () => {
  expect(
    await errors([
      'loki:push({ app = "a" })',
      "loki:push(nil, {})",
      'loki:push_streams { { stream = { app = "a" }, values = {} } }',
      's3:delete_objects("b", { "" })',
      'zitadel:ensure_project_roles("p", "role")',
      'zitadel:ensure_user_grant("u", "p", nil)',
      'zitadel:ensure_org_member("u", nil)',
      'zitadel:ensure_instance_member("u", "IAM_OWNER")',
      'require("assay.unleash").client(URL):sort_strategies("p", "f", "e", "id")',
    ]),
  ).toEqual([
    "loki.push: the entries must be a table, got nil",
    "loki.push: the labels must be a table, got nil",
    "loki.push: the labels must be a table, got nil",
    "s3.delete_objects: a key is missing",
    "zitadel.ensure_project_roles: the roles must be a list, got string",
    "zitadel.ensure_user_grant: the roles must be a list, got nil",
    "zitadel.ensure_org_member: the roles must be a list, got nil",
    "zitadel.ensure_instance_member: the roles must be a list, got string",
    "unleash.sort_strategies: the ids must be a list, got string",
  ]);
});

test("what is left out makes no request one about more", async () => {
  const temporal = 'require("assay.temporal").client(URL)';
  const flags = 'require("assay.unleash").client(URL)';
  expect(
    await errors([
      's3:delete_bucket_config("b", "")',
      's3:put_bucket_config("b", nil, "x")',
      's3:upload_part("b", "k", "u", nil, "x")',
      's3:upload_part_copy("b", "k", "u", 1.5, "b", "k")',
      's3:copy_object("b", nil, "b", "k")',
      's3:copy_object("", "k", "b", "k")',
      's3:complete_multipart_upload("b", "k", "u", "e")',
      `${flags}:delete_strategy("p", "f", "e", nil)`,
      `${flags}:update_strategy("p", "f", "e", nil, {})`,
      `${flags}:set_variants("p", "f", "e", nil)`,
      `${temporal}:update_schedule("s", nil)`,
      'require("assay.vault").ensure_credentials(vault, "p", nil, function() return {} end)',
      'vault:read("a/%2e%2E/sys/mounts")',
      "vault:delete({})",
    ]),
  ).toEqual([
    "s3: the name of the configuration is missing",
    "s3: the name of the configuration is missing",
    "s3: the number of the part must be an integer, got nil",
    "s3: the number of the part must be an integer, got 1.5",
    "s3: the bucket or the key of the source is missing",
    "s3: the bucket or the key of the source is missing",
    "s3.complete_multipart_upload: the etags must be a list, got string",
    "a name is expected in the path, got nil",
    "a name is expected in the path, got nil",
    "unleash.set_variants: the variants must be a list, got nil",
    "temporal: the schedule must be a table, got nil",
    "vault.ensure_credentials: the key to look for is missing",
    "vault: a part `.` or `..` can't be sent in a URL: /v1/a/%2e%2E/sys/mounts",
    "vault: a part of the path is table: …",
  ]);
});

test("s3: keys in front of a hole in their list are deleted", async () => {
  api.expect("POST /b?delete=", { text: "<DeleteResult/>" }, { check: () => {} });
  expect(await errors(['#s3:delete_objects("b", { "a", nil, "c" })'])).toEqual(["0"]);
});

test("s3: a page of HTML, or nothing, is neither an empty list nor a success", async () => {
  const answers = [{ text: "<!doctype html><html>" }, { text: "<html>" }, { text: "" }];
  for (const answer of answers) {
    api.expect("GET /b?list-type=2", answer);
    api.expect("GET /", answer);
    api.expect("POST /b?delete=", answer, { check: () => {} });
    api.expect("POST /b/k?uploadId=u", answer, { check: () => {} });
    const found = await errors([
      's3:list_objects("b")',
      "s3:list_buckets()",
      's3:delete_objects("b", { "k" })',
      's3:complete_multipart_upload("b", "k", "u", { "e" })',
    ]);
    const shown = answer.text === "" ? "" : `: ${answer.text}`;
    expect(found).toEqual(
      ["GET /b?list-type=2", "GET /", "POST /b?delete", "POST /b/k?uploadId"].map(
        (what) => `s3: ${what}: the answer is no XML of object storage${shown}`,
      ),
    );
  }
});

test("s3: a list that ends in its middle is an error", async () => {
  const text = "<R><IsTruncated>true</IsTruncated><Contents><Key>a</Key></Contents></R>";
  api.expect("GET /b?list-type=2", { text });
  api.expect("GET /b?list-type=2", { text });
  api.expect("GET /b?list-type=2&prefix=", { text });
  const told = "s3: GET /b?list-type=2: the list goes on, but the answer does not say where";
  expect(
    await errors([
      's3:list_objects("b")',
      '(function() for _ in s3:objects("b") do end end)()',
      's3:delete_prefix("b", "")',
    ]),
  ).toEqual([told, told, told]);
  api.expect("GET /b?list-type=2", { text });
  expect(await errors(['#s3:list_objects("b", { all = false }).objects'])).toEqual(["1"]);
});

test("s3: no signed URL that deletes a bucket in place of an object", async () => {
  const found = await errors([
    's3:presign("b", nil, { method = "DELETE" })',
    's3:presign("b", nil)',
  ]);
  expect(found[0]).toBe("s3: the key of the object in b is missing");
  expect(found[1]).toMatch(/^http.*\/b\?X-Amz-/);
});

test("vault: what stands behind a question mark belongs to the key", async () => {
  api.expect("DELETE /v1/m/metadata/a%3Fb", { status: 204 });
  api.expect("POST /v1/m/data/a%3Fversion=1", { status: 204 }, { body: { data: {} } });
  api.expect("GET /v1/m/data/a?version=1", { json: { data: { data: { x: 1 } } } });
  api.expect("DELETE /v1/m/a%3Fb", { status: 204 });
  expect(
    await errors([
      'vault:kv_delete_metadata("m", "a?b")',
      'vault:kv_put("m", "a?version=1", {})',
      'vault:kv_get("m", "a?version=1").data.x',
      'vault:kv("m", { version = 1 }):delete("a?b")',
    ]),
  ).toEqual(["nil", "nil", "1", "nil"]);
});

test("vault: empty names; mounts as they are listed", async () => {
  api.expect("GET /v1/m/data/a", { json: { data: { data: { x: 1 } } } });
  api.expect("DELETE /v1/sys/mounts/m/", { status: 204 });
  expect(
    await errors([
      'vault:kv_get("m/", "a").data.x',
      'vault:engine_disable("m/")',
      'vault:engine_disable("")',
      'vault:auth_disable("")',
      'vault:namespace_delete("")',
      'vault:delete("")',
      'vault:kv_delete_metadata("m", "")',
      'vault:kv("m", { version = 1 }):delete("")',
      'vault:kv("m", { version = 1 }):get(nil)',
    ]),
  ).toEqual([
    "1",
    "nil",
    "vault: a part of the path is empty: sys/mounts/…",
    "vault: a part of the path is empty: sys/auth/…",
    "vault: a part of the path is empty: sys/namespaces/…",
    "vault: a part of the path is empty: …",
    "vault: a part of the path is empty: …/metadata/…",
    "vault: a part of the path is empty: …/…",
    "vault: a part of the path is nil: …/…",
  ]);
});

test("postgres: another database needs its name", async () => {
  const found = await errors([
    'postgres.client({ url = "sqlite::memory:" }):for_database(nil)',
    'postgres.client({ url = "sqlite::memory:" }):for_database("")',
    'postgres.client({ url = "sqlite::memory:" }):drop_schema(nil)',
    'postgres.wait { url = "postgres://u:secret@127.0.0.1:1/d?password=secret", timeout = 0.1 }',
  ]);
  expect(found.slice(0, 3)).toEqual([
    "postgres.for_database: the name of the database is missing",
    "postgres.for_database: the name of the database is missing",
    "postgres: a name must be a string, not nil",
  ]);
  expect(found[3]).toContain("postgres.wait: no connection to postgres://127.0.0.1:1/d after 0.1s");
  expect(found[3]).not.toContain("secret");
});

test("zitadel: a machine key that is none is not shown", async () => {
  expect(
    await api.failure(`
      local path = os.tmpname()
      fs.write(path, '"s3cret')
      local ok, e = pcall(require("assay.zitadel").client,
        { url = URL, domain = "d", machine_key_file = path })
      os.remove(path)
      error((e:gsub(path, "FILE")), 0)`),
  ).toMatch(/^(t\.lua:\d+: )?zitadel\.client: FILE is no machine key in JSON$/);
});

test("loki: lines of one moment stay in order", async () => {
  const values = Array.from({ length: 20 }, (_, i) => ["1", `line ${i}`]);
  api.expect("GET /loki/api/v1/query_range?query=q&limit=1000&direction=forward", {
    json: { status: "success", data: { result: [{ stream: { a: "b" }, values }] } },
  });
  const [lines] = await api.run(`
    local out = {}
    for _, line in require("assay.loki").client(URL):lines("q") do out[#out + 1] = line end
    return out`);
  expect(lines).toEqual(values.map(([, line]) => line));
});
