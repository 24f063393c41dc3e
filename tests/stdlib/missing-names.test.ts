/**
 * A name that a script could not find (an unset variable, a misspelt field) is nil or empty. A request
 * must not become one about more than was meant: a DELETE without a name is the end of all objects.
 */
import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();

/** The errors of calls, none of which may send anything. */
async function errors(setup: string, calls: string[]): Promise<string[]> {
  const tries = calls.map(
    (call) => `out[#out + 1] = tostring(select(2, pcall(function() return ${call} end)))`,
  );
  const [out] = await api.run(
    `${setup}\nlocal out = json.array {}\n${tries.join("\n")}\nreturn out`,
  );
  return out as string[];
}

const OPERATORS: [module: string, args: string, calls: string[]][] = [
  ["certmanager", '"t"', ['delete("Issuer", "n")', 'delete_certificate("n", "")', 'renew("n")']],
  ["crossplane", '"t"', ['uninstall("provider")', 'managed_resource("g", "v1", "buckets")']],
  ["eso", '"t", { api_version = "v1" }', ['delete("ExternalSecret", "n")', 'refresh("n", "")']],
  [
    "flux",
    '"t"',
    ['delete("Bucket", "n")', 'delete("Kustomization", "n", "")', 'suspend("Kustomization", "n")'],
  ],
  ["kargo", '"t"', ['delete("Stage", "n")', 'stage("n")', 'abort_promotion("n")']],
  ["velero", '"t"', ["delete_schedule()", 'delete_restore("")', "backup()"]],
];

test.each(OPERATORS)("%s: objects without a name", async (module, args, calls) => {
  const setup = `local c = require("assay.${module}").client(URL, ${args})`;
  const found = await errors(
    setup,
    calls.map((call) => `c:${call}`),
  );
  for (const text of found)
    expect(text).toMatch(/^t\.lua:\d+: a name is expected in the path, got /);
});

test("k8s: pods and objects without a name", async () => {
  const o = "{ base_url = URL, token = 't' }";
  const found = await errors(`local k = require("assay.k8s")`, [
    `k.logs("n", nil, ${o})`,
    `k.evict("n", "", ${o})`,
    `k.create_token("n", nil, ${o})`,
    `k.delete_resource("n", "pod", nil, ${o})`,
    // at once: the tests' own time limit is shorter than that of the waits
    `k.wait_ready("n", "pod", nil, 600, ${o})`,
    `k.wait_rollout("n", "deployment", "", 600, ${o})`,
    `k.wait_job("n", nil, 600, ${o})`,
    `k.wait_deleted("n", "pod", nil, 600, ${o})`,
  ]);
  expect(found.map((text) => /name.* is (missing|expected)/.test(text))).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
    true,
    true,
  ]);
});

test("k8s.scale takes whole numbers only: nothing else changes nothing in silence", async () => {
  const call = `k.scale("n", "deployment", "d", 1.5, { base_url = URL, token = "t" })`;
  expect(await errors(`local k = require("assay.k8s")`, [call])).toEqual([
    expect.stringContaining("k8s.scale: replicas must be an integer, got 1.5"),
  ]);
});

test("s3: neither the bucket instead of the object, nor another bucket", async () => {
  const found = await errors(
    `local c = require("assay.s3").client { endpoint = URL, region = "r", access_key = "a", secret_key = "s" }`,
    [
      'c:delete_object("b", nil)',
      'c:delete_object("b", "")',
      'c:put_object("b", nil, "x")',
      'c:get_object("b", "")',
      'c:put_object(nil, "k", "x")',
      'c:upload("", "k", "x")',
      "c:list_objects(nil)",
      'c:delete_bucket("")',
      'c:presign("", "k")',
    ],
  );
  expect(found.map((text) => text.replace(/^t\.lua:\d+: /, ""))).toEqual([
    ...Array(4).fill("s3: the key of the object in b is missing"),
    ...Array(5).fill("s3: the name of the bucket is missing"),
  ]);
  expect(
    await errors(
      `local c = require("assay.s3").client { endpoint = URL, region = "r", access_key = "a", secret_key = "s" }`,
      ['c:delete_prefix("b", nil)'],
    ),
  ).toEqual([expect.stringContaining("s3.delete_prefix: the prefix must be a string")]);
});

test("loki: not all rule groups instead of one", async () => {
  const found = await errors(`local c = require("assay.loki").client(URL)`, [
    'c:delete_rule_group("ns", nil)',
    'c:delete_rule_group("ns", "")',
    "c:delete_rule_namespace(nil)",
    'c:rule_group("ns")',
  ]);
  for (const text of found) expect(text).toContain("a name is expected in the path, got ");
});

test("vault: a secret is not replaced by nothing", async () => {
  // the server refuses such a request
  api.expect("POST /v1/secret/data/k", { status: 400, text: "no data provided" }, { body: {} });
  expect(
    await api.failure(`require("assay.vault").client(URL, "t"):kv_put("secret", "k", nil)`),
  ).toContain("no data provided");
  api.expect("POST /v1/secret/data/k", { status: 204 }, { body: { data: {} } });
  await api.run(`require("assay.vault").client(URL, "t"):kv_put("secret", "k", {})`);
});

test("prometheus.assert_query expects something", async () => {
  const found = await errors(`local p = require("assay.prometheus").client(URL)`, [
    'p:assert_query("up", nil)',
    'p:assert_query("up", { min = 1 })',
    'p:assert_query("up", { lt = "many" })',
  ]);
  expect(found.map((text) => text.replace(/^t\.lua:\d+: prometheus\.assert_query: /, ""))).toEqual([
    "nothing is expected",
    "no bound: min = 1",
    "no bound: lt = many",
  ]);
});

test("names that addresses are normalised with", async () => {
  const found = await errors(
    `local kargo = require("assay.kargo").client(URL, "t")
     local grafana = require("assay.grafana").client(URL)
     local vault = require("assay.vault").client(URL, "t")`,
    [
      'kargo:delete("Stage", "n", ".")',
      'kargo:delete("Stage", "..", "x")',
      'grafana:delete_dashboard("..")',
      'grafana:delete_folder("")',
      "grafana:delete_folder(nil)",
      "grafana:delete_folder({ uid = 'x' })",
      "kargo:delete('Stage', 'n', print)",
      'vault:kv_put("secret", "../../sys/mounts/x", {})',
    ],
  );
  expect(found.map((text) => text.replace(/^t\.lua:\d+: /, ""))).toEqual([
    'a name is expected in the path, got "."',
    'a name is expected in the path, got ".."',
    'a name is expected in the path, got ".."',
    'a name is expected in the path, got ""',
    "a name is expected in the path, got nil",
    "a name is expected in the path, got table",
    "a name is expected in the path, got function",
    "vault: a part `.` or `..` can't be sent in a URL: /v1/secret/data/../../sys/mounts/x",
  ]);
});

test("what stands for one thing is not left out", async () => {
  const found = await errors(
    `local vault = require("assay.vault").client(URL, "t")
     local s3 = require("assay.s3").client { endpoint = URL, region = "r", access_key = "a", secret_key = "s" }
     local argocd = require("assay.argocd").client(URL, { token = "t" })
     local am = require("assay.alertmanager").client(URL)`,
    [
      'vault:kv_get("secret", nil)',
      'vault:kv_put(nil, "k", { a = 1 })',
      'vault:creds(nil, "r")',
      'vault:lease_revoke_prefix("")',
      's3:abort_multipart_upload("b", "k", nil)',
      's3:upload_part("b", "k", "", 1, "x")',
      'argocd:rollback("app", nil)',
      "am:expire_silences()",
      'am:post_alerts({ labels = { alertname = "x" } })',
      'am:post_alerts("[]")',
      'am:create_silence("{}")',
    ],
  );
  expect(found.map((text) => text.replace(/^t\.lua:\d+: /, ""))).toEqual([
    "vault: a part of the path is nil: /v1/…/data/…",
    "vault: a part of the path is nil: …/data/…",
    "vault: a part of the path is nil: …/creds/…",
    "vault: the prefix of the leases is empty",
    "s3: the id of the upload is missing",
    "s3: the id of the upload is missing",
    "argocd.rollback: the id of the entry is missing",
    "alertmanager.expire_silences: matchers are missing",
    "alertmanager.post_alerts: a list of alerts is expected",
    "alertmanager.post_alerts: a list of alerts is expected",
    "alertmanager.create_silence: a table is expected, got string",
  ]);
});

test("one text where a list belongs is not nothing", async () => {
  const pushed: unknown[] = [];
  api.expect(
    "POST /loki/api/v1/push",
    { status: 204 },
    {
      check: ({ body }) => pushed.push(JSON.parse(body.toString()).streams[0].values[0][1]),
    },
  );
  const secret = { data: { data: { user: "u" }, metadata: {} } };
  api.expect("GET /v1/secrets/data/app", { json: secret });
  const [message] = await api.run(`
    require("assay.loki").client(URL):push({ app = "x" }, "a line")
    local vault = require("assay.vault")
    return tostring(select(2, pcall(vault.assert_secret, vault.client(URL, "t"), "app", "password")))`);
  expect(pushed).toEqual(["a line"]);
  expect(message).toContain("key 'password' missing at secrets/app");
});

test("what comes instead of options is ignored, as by functions that take none", async () => {
  const none = { json: { items: [] } };
  api.expect("GET /apis/cert-manager.io/v1/namespaces/n/certificates?limit=500", none);
  api.expect("GET /apis/cert-manager.io/v1/clusterissuers?limit=500", none);
  api.expect("GET /api/v1/rules", { json: { status: "success", data: { groups: [] } } });
  api.expect("GET /api/v1/labels", { json: { status: "success", data: ["a"] } });
  await api.run(`
    local cm = require("assay.certmanager").client(URL, "t")
    cm:certificates(("@"):gsub("@", "n"))
    cm:cluster_issuers("n")
    local prometheus = require("assay.prometheus")
    prometheus.rules(URL, "alert")
    prometheus.labels(URL, "job")`);
});
