import { describe, expect, test } from "vitest";
import { applied, testOperator, withCondition } from "./operators";
import { useApi } from "./server";

const api = useApi();
const V = "/apis/external-secrets.io/v1";
const CLIENT = `local c = require("assay.eso").client(URL, "t0k", { api_version = "v1" })\n`;
const run = (code: string) => api.run(CLIENT + code);
const failure = (code: string) => api.failure(CLIENT + code);

testOperator(api, {
  name: "eso",
  before: () =>
    api.expect("GET /apis/external-secrets.io", { json: { versions: [{ version: "v1" }] } }),
  listVerb: "LIST",
  list404: "error",
  object404: "nil",
  lists: [
    [`external_secrets("n")`, `${V}/namespaces/n/externalsecrets`],
    [`secret_stores("n")`, `${V}/namespaces/n/secretstores`],
    ["cluster_secret_stores()", `${V}/clustersecretstores`],
    ["cluster_external_secrets()", `${V}/clusterexternalsecrets`],
  ],
  objects: [
    [`external_secret("n", "x")`, `${V}/namespaces/n/externalsecrets/x`],
    [`secret_store("n", "x")`, `${V}/namespaces/n/secretstores/x`],
    [`cluster_secret_store("x")`, `${V}/clustersecretstores/x`],
    [`cluster_external_secret("x")`, `${V}/clusterexternalsecrets/x`],
  ],
});

test("v1beta1 where the group can't be read", async () => {
  api.expect("GET /apis/external-secrets.io", { status: 404 });
  api.expect("GET /apis/external-secrets.io/v1beta1/clustersecretstores/x", { json: { n: 1 } });
  expect(
    await api.run(`return require("assay.eso").client(URL, "t"):cluster_secret_store("x").n`),
  ).toEqual([1]);
});

test.each([
  [`is_secret_synced("n", "x")`, `${V}/namespaces/n/externalsecrets/x`],
  [`is_store_ready("n", "x")`, `${V}/namespaces/n/secretstores/x`],
  [`is_cluster_store_ready("x")`, `${V}/clustersecretstores/x`],
])("%s", async (call, path) => {
  api.expect(`GET ${path}`, { json: withCondition("Ready", "True") });
  api.expect(`GET ${path}`, { json: withCondition("Ready", "False") });
  api.expect(`GET ${path}`, { status: 404 });
  expect(await run(`return c:${call}, c:${call}, c:${call}`)).toEqual([true, false, false]);
});

test("status tables", async () => {
  const path = `GET ${V}/namespaces/n/externalsecrets/x`;
  const conditions = [{ type: "Ready", status: "True", reason: "SecretSynced", message: "m" }];
  api.expect(path, { json: { status: { conditions, syncedResourceVersion: "h" } } });
  api.expect(path, { json: {} });
  api.expect(`GET ${V}/namespaces/n/secretstores/x`, { json: { status: { conditions } } });
  expect(
    await run(`return c:external_secret_status("n", "x"), c:external_secret_status("n", "x").status,
      c:secret_store_status("n", "x")`),
  ).toEqual([
    { ready: true, status: "SecretSynced", message: "m", sync_hash: "h", conditions },
    "Unknown",
    { ready: true, conditions },
  ]);
  api.expect(path, { status: 404 });
  expect(await failure(`c:external_secret_status("n", "x")`)).toContain(
    "eso: ExternalSecret n/x not found",
  );
  api.expect(`GET ${V}/namespaces/n/secretstores/x`, { status: 404 });
  expect(await failure(`c:secret_store_status("n", "x")`)).toContain(
    "eso: SecretStore n/x not found",
  );
});

test("summaries, waits, refresh", async () => {
  const items = [withCondition("Ready", "True"), withCondition("Ready", "False"), {}];
  api.expect(`GET ${V}/namespaces/n/externalsecrets?limit=500`, { json: { items } });
  api.expect(`GET ${V}/namespaces/n/secretstores?limit=500`, { json: { items } });
  const path = `${V}/namespaces/n/externalsecrets/x`;
  api.expect(`GET ${path}`, { status: 404 });
  api.expect(`GET ${path}`, { status: 500 });
  api.expect(`GET ${path}`, { json: withCondition("Ready", "True") });
  api.expect(
    `PATCH ${path}`,
    { json: {} },
    { check: (r) => expect(r.body.toString()).toContain("force-sync") },
  );
  expect(
    await run(`return c:all_secrets_synced("n"), c:all_stores_ready("n"),
      c:wait_secret_synced("n", "x", 5, { interval = 0.02 }), c:refresh("n", "x") ~= nil`),
  ).toEqual([
    { synced: 1, failed: 2, total: 3, failed_names: ["Ready-False", "unknown"] },
    { ready: 1, not_ready: 2, total: 3, not_ready_names: ["Ready-False", "unknown"] },
    true,
    true,
  ]);
  api.expect(`GET ${path}`, { json: withCondition("Ready", "False") });
  expect(await failure(`c:wait_secret_synced("n", "x", 0)`)).toContain(
    "eso: ExternalSecret n/x not synced after 0s (last: Ready=False (R): M)",
  );
});

test("stores and cluster external secrets: status, summary, waits", async () => {
  const ready = withCondition("Ready", "True");
  const css = `GET ${V}/clustersecretstores`;
  api.expect(`${css}?limit=500`, { json: { items: [ready, withCondition("Ready", "False")] } });
  api.expect(`${css}/s`, { json: ready });
  api.expect(`GET ${V}/clusterexternalsecrets/e`, {
    json: {
      status: {
        conditions: [],
        provisionedNamespaces: ["a"],
        failedNamespaces: [{ namespace: "b" }],
      },
    },
  });
  expect(
    await run(`return c:all_cluster_stores_ready(), c:cluster_secret_store_status("s").ready,
      c:cluster_external_secret_status("e")`),
  ).toEqual([
    { ready: 1, not_ready: 1, total: 2, not_ready_names: ["Ready-False"] },
    true,
    {
      ready: false,
      conditions: [],
      provisioned_namespaces: ["a"],
      failed_namespaces: [{ namespace: "b" }],
    },
  ]);
  api.expect(`GET ${V}/namespaces/n/secretstores/s`, { status: 404 });
  api.expect(`GET ${V}/namespaces/n/secretstores/s`, { json: ready });
  api.expect(`${css}/s`, { json: withCondition("Ready", "False") });
  api.expect(`${css}/s`, { json: ready });
  expect(
    await run(`return c:wait_store_ready("n", "s", 5, { interval = 0.02 }),
      c:wait_cluster_store_ready("s", 5, { interval = 0.02 })`),
  ).toEqual([true, true]);
  api.expect(`${css}/s`, { status: 404 });
  expect(await failure(`c:cluster_secret_store_status("s")`)).toContain(
    "eso: ClusterSecretStore s not found",
  );
  api.expect(`GET ${V}/clusterexternalsecrets/e`, { status: 404 });
  expect(await failure(`c:cluster_external_secret_status("e")`)).toContain(
    "eso: ClusterExternalSecret e not found",
  );
  api.expect(`${css}/s`, { json: withCondition("Ready", "False") });
  expect(await failure(`c:wait_cluster_store_ready("s", 0)`)).toContain(
    "eso: ClusterSecretStore s not ready after 0s (last: Ready=False (R): M)",
  );
  api.expect(`GET ${V}/namespaces/n/secretstores/s`, { status: 401, text: "no" });
  expect(await failure(`c:wait_store_ready("n", "s", 5)`)).toContain("HTTP 401: no");
});

const P = "/apis/external-secrets.io/v1alpha1";
const GEN = "/apis/generators.external-secrets.io/v1alpha1";

describe("push secrets and generators", () => {
  testOperator(api, {
    name: "eso",
    listVerb: "LIST",
    list404: "error",
    object404: "nil",
    lists: [
      [`push_secrets("n")`, `${P}/namespaces/n/pushsecrets`],
      ["cluster_push_secrets()", `${P}/clusterpushsecrets`],
      [`generators("Password", "n")`, `${GEN}/namespaces/n/passwords`],
      [`generators("ecrauthorizationtokens")`, `${GEN}/ecrauthorizationtokens`],
      ["cluster_generators()", `${GEN}/clustergenerators`],
    ],
    objects: [
      [`push_secret("n", "x")`, `${P}/namespaces/n/pushsecrets/x`],
      [`cluster_push_secret("x")`, `${P}/clusterpushsecrets/x`],
      [`generator("SSHKey", "n", "x")`, `${GEN}/namespaces/n/sshkeys/x`],
    ],
  });
});

test("push secrets: synced, waits, summary", async () => {
  const path = `GET ${P}/namespaces/n/pushsecrets/x`;
  const old = withCondition("Ready", "True", {
    metadata: { name: "x", generation: 3 },
  }) as { status: object };
  const stale = { ...old, status: { ...old.status, syncedResourceVersion: "2-ab" } };
  const fresh = { ...old, status: { ...old.status, syncedResourceVersion: "3-ab" } };
  api.expect(path, { json: stale });
  api.expect(path, { json: fresh });
  api.expect(path, { status: 503 });
  api.expect(path, { json: stale });
  api.expect(path, { json: fresh });
  api.expect(`GET ${P}/namespaces/n/pushsecrets?limit=500`, { json: { items: [stale, fresh] } });
  expect(
    await run(`return c:is_push_secret_synced("n", "x"), c:is_push_secret_synced("n", "x"),
      c:wait_push_secret_synced("n", "x", 5, { interval = 0.02 }), c:all_push_secrets_synced("n").failed_names`),
  ).toEqual([false, true, true, ["x"]]);
  api.expect(path, { json: withCondition("Ready", "False") });
  expect(await failure(`c:wait_push_secret_synced("n", "x", 0)`)).toContain(
    "eso: PushSecret n/x not synced after 0s (last: Ready=False (R): M)",
  );
});

test("is_secret_synced: not from before the last change, unless it is fetched once", async () => {
  const path = `GET ${V}/namespaces/n/externalsecrets/x`;
  const conditions = [{ type: "Ready", status: "True" }];
  const secret = (spec: object, version?: string) => ({
    json: {
      metadata: { generation: 2 },
      spec,
      status: { conditions, syncedResourceVersion: version },
    },
  });
  api.expect(path, secret({ refreshInterval: "1h" }, "1-ab"));
  api.expect(path, secret({ refreshInterval: "1h" }, "2-ab"));
  api.expect(path, secret({ refreshInterval: "0s" }, "1-ab"));
  api.expect(path, secret({ refreshPolicy: "CreatedOnce" }, "1-ab"));
  api.expect(path, secret({ refreshPolicy: "OnChange", refreshInterval: "0" }, "1-ab"));
  api.expect(path, secret({}));
  expect(
    await run(`local out = {}
      for i = 1, 6 do out[i] = c:is_secret_synced("n", "x") end
      return out`),
  ).toEqual([[false, true, true, true, false, true]]);
});

test("secret_keys, assert_keys", async () => {
  const path = `GET ${V}/namespaces/n/externalsecrets/x`;
  const secrets = "/api/v1/namespaces/n/secrets";
  const data = { b: "c2VjcmV0", a: "c2VjcmV0" };
  api.expect(path, {
    json: { status: { binding: { name: "s" } }, spec: { target: { name: "t" } } },
  });
  api.expect(`GET ${secrets}/s`, { json: { data } });
  api.expect(path, { json: { spec: { target: { name: "t" } } } });
  api.expect(`GET ${secrets}/t`, { status: 404 });
  api.expect(path, { json: {} });
  api.expect(`GET ${secrets}/x`, { json: { data } });
  expect(
    await run(
      `return c:secret_keys("n", "x"), c:secret_keys("n", "x"), c:assert_keys("n", "x", { "a" })`,
    ),
  ).toEqual([["a", "b"], undefined, true]);
  api.expect(path, { json: {} });
  api.expect(`GET ${secrets}/x`, { json: { data } });
  const message = await failure(`c:assert_keys("n", "x", { "a", "z", "y" })`);
  expect(message).toContain("eso: the Secret of ExternalSecret n/x lacks z, y");
  expect(message).not.toContain("c2VjcmV0");
  api.expect(path, { status: 404 });
  expect(await failure(`c:secret_keys("n", "x")`)).toContain("eso: ExternalSecret n/x not found");
});

test("apply, delete, refresh_cluster", async () => {
  const line = (path: string) => `PATCH ${path}?fieldManager=assay&force=true`;
  api.expect(
    line(`${V}/namespaces/n/externalsecrets/x`),
    { json: { n: 1 } },
    applied("external-secrets.io/v1", "ExternalSecret", "n"),
  );
  api.expect(
    line(`${P}/clusterpushsecrets/x`),
    { json: { n: 2 } },
    applied("external-secrets.io/v1alpha1", "ClusterPushSecret"),
  );
  api.expect(
    line(`${GEN}/namespaces/n/passwords/x`),
    { json: { n: 3 } },
    applied("generators.external-secrets.io/v1alpha1", "Password", "n"),
  );
  api.expect(`DELETE ${V}/namespaces/n/secretstores/x`, { json: {} });
  api.expect(`DELETE ${P}/namespaces/n/pushsecrets/x`, { status: 404 });
  api.expect(
    `PATCH ${V}/clusterexternalsecrets/x`,
    { json: { n: 4 } },
    {
      headers: { "content-type": "application/merge-patch+json" },
      check: (r) =>
        expect(JSON.parse(`${r.body}`).metadata.annotations).toEqual({
          "external-secrets.io/force-sync": expect.stringMatching(/^\d{13}$/),
        }),
    },
  );
  expect(
    await run(`
      local x = { name = "x", namespace = "n" }
      return c:apply({ kind = "ExternalSecret", metadata = x }).n,
        c:apply({ kind = "ClusterPushSecret", metadata = { name = "x" } }).n,
        c:apply({ apiVersion = "generators.external-secrets.io/v1alpha1", kind = "Password", metadata = x }).n,
        c:delete("SecretStore", "n", "x"), c:delete("PushSecret", "n", "x"), c:refresh_cluster("x").n`),
  ).toEqual([1, 2, 3, true, false, 4]);
  expect(await failure(`c:apply({ kind = "SecretStore" })`)).toContain(
    "eso.apply: a manifest needs kind and metadata.name",
  );
});
