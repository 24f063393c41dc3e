import { describe, expect, test } from "vitest";
import { testOperator, withCondition } from "./operators";
import { useApi } from "./server";

const api = useApi();
const CM = "/apis/cert-manager.io/v1";
const ACME = "/apis/acme.cert-manager.io/v1";
const run = (code: string) =>
  api.run(`local c = require("assay.certmanager").client(URL, "t0k")\n${code}`);
const failure = (code: string) =>
  api.failure(`local c = require("assay.certmanager").client(URL, "t0k")\n${code}`);

testOperator(api, {
  name: "certmanager",
  listVerb: "LIST",
  list404: "empty",
  object404: "nil",
  lists: [
    [`certificates("n")`, `${CM}/namespaces/n/certificates`],
    [`certificates()`, `${CM}/certificates`],
    [`issuers("n")`, `${CM}/namespaces/n/issuers`],
    [`cluster_issuers()`, `${CM}/clusterissuers`],
    [`certificate_requests("n")`, `${CM}/namespaces/n/certificaterequests`],
    [`orders("n")`, `${ACME}/namespaces/n/orders`],
    [`challenges("n")`, `${ACME}/namespaces/n/challenges`],
  ],
  objects: [
    [`certificate("n", "x")`, `${CM}/namespaces/n/certificates/x`],
    [`issuer("n", "x")`, `${CM}/namespaces/n/issuers/x`],
    [`cluster_issuer("x")`, `${CM}/clusterissuers/x`],
    [`certificate_request("n", "a/b")`, `${CM}/namespaces/n/certificaterequests/a%2Fb`],
    [`order("n", "x")`, `${ACME}/namespaces/n/orders/x`],
    [`challenge("n", "x")`, `${ACME}/namespaces/n/challenges/x`],
  ],
});

test.each([
  [`is_certificate_ready("n", "x")`, `${CM}/namespaces/n/certificates/x`, "Ready"],
  [`is_issuer_ready("n", "x")`, `${CM}/namespaces/n/issuers/x`, "Ready"],
  [`is_cluster_issuer_ready("x")`, `${CM}/clusterissuers/x`, "Ready"],
  [`is_request_approved("n", "x")`, `${CM}/namespaces/n/certificaterequests/x`, "Approved"],
  [`is_request_denied("n", "x")`, `${CM}/namespaces/n/certificaterequests/x`, "Denied"],
  [`is_request_ready("n", "x")`, `${CM}/namespaces/n/certificaterequests/x`, "Ready"],
])("%s", async (call, path, condition) => {
  api.expect(`GET ${path}`, { json: withCondition(condition, "True") });
  api.expect(`GET ${path}`, { json: withCondition(condition, "False") });
  api.expect(`GET ${path}`, { status: 404 });
  expect(await run(`return c:${call}, c:${call}, c:${call}`)).toEqual([true, false, false]);
});

test("a condition from before the last change does not count", async () => {
  api.expect(`GET ${CM}/namespaces/n/certificates/x`, {
    json: {
      metadata: { generation: 2 },
      status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] },
    },
  });
  expect(await run(`return c:is_certificate_ready("n", "x")`)).toEqual([false]);
});

test("certificate_status", async () => {
  const path = `GET ${CM}/namespaces/n/certificates/x`;
  api.expect(path, {
    json: { status: { notAfter: "A", notBefore: "B", renewalTime: "R", revision: 3 } },
  });
  api.expect(path, { status: 404 });
  expect(
    await run(`return c:certificate_status("n", "x"), c:certificate_status("n", "x")`),
  ).toEqual([
    {
      ready: false,
      not_after: "A",
      not_before: "B",
      renewal_time: "R",
      revision: 3,
      conditions: [],
    },
    undefined,
  ]);
});

test("summaries", async () => {
  const items = [withCondition("Ready", "True"), withCondition("Ready", "False"), {}];
  const expected = {
    ready: 1,
    not_ready: 2,
    total: 3,
    not_ready_names: ["Ready-False", "unknown"],
  };
  api.expect(`GET ${CM}/namespaces/n/certificates?limit=500`, { json: { items } });
  api.expect(`GET ${CM}/namespaces/n/issuers?limit=500`, { json: { items } });
  api.expect(`GET ${CM}/clusterissuers?limit=500`, { json: { items } });
  expect(
    await run(`return c:all_certificates_ready("n"), c:all_issuers_ready("n"),
      c:all_cluster_issuers_ready()`),
  ).toEqual([expected, expected, expected]);
});

test("selectors are encoded, and limit is one page", async () => {
  api.expect(`GET ${CM}/certificates?labelSelector=a%3Db&limit=1`, {
    json: { items: [{}], metadata: { continue: "c" } },
  });
  expect(
    await run(`return #c:certificates(nil, { label_selector = "a=b", limit = 1 }).items`),
  ).toEqual([1]);
});

test("waits outlive 5xx and say what they saw", async () => {
  const path = `GET ${CM}/namespaces/n/certificates/x`;
  api.expect(path, { status: 502 });
  api.expect(path, { status: 404 });
  api.expect(path, { json: withCondition("Ready", "True") });
  api.expect(`GET ${CM}/namespaces/n/issuers/x`, { json: withCondition("Ready", "True") });
  api.expect(`GET ${CM}/clusterissuers/x`, { json: withCondition("Ready", "True") });
  expect(
    await run(`return c:wait_certificate_ready("n", "x", 5, { interval = 0.02 }),
      c:wait_issuer_ready("n", "x"), c:wait_cluster_issuer_ready("x")`),
  ).toEqual([true, true, true]);
  api.expect(path, { json: withCondition("Ready", "False") });
  expect(await failure(`c:wait_certificate_ready("n", "x", 0)`)).toContain(
    "certmanager: timeout waiting for certificate n/x to be ready after 0s (last: Ready=False (R): M)",
  );
  api.expect(path, { status: 403, text: "no" });
  expect(await failure(`c:wait_certificate_ready("n", "x", 5)`)).toContain("HTTP 403: no");
});

test("wait_request_ready, wait_order_valid", async () => {
  const request = `GET ${CM}/namespaces/n/certificaterequests/x`;
  const order = "GET /apis/acme.cert-manager.io/v1/namespaces/n/orders/x";
  api.expect(request, { status: 404 });
  api.expect(request, { json: withCondition("Ready", "True") });
  api.expect(order, { json: { status: { state: "pending" } } });
  api.expect(order, { json: { status: { state: "valid" } } });
  expect(
    await run(`return c:wait_request_ready("n", "x", 5, { interval = 0.02 }),
      c:wait_order_valid("n", "x", 5, { interval = 0.02 })`),
  ).toEqual([true, true]);
  const failed = { type: "Ready", status: "False", reason: "Failed", message: "no CA" };
  api.expect(request, { json: { status: { conditions: [failed] } } });
  expect(await failure(`c:wait_request_ready("n", "x", 5)`)).toContain(
    "certmanager: certificate request n/x: Ready=False (Failed): no CA",
  );
  api.expect(request, { json: withCondition("Denied", "True") });
  expect(await failure(`c:wait_request_ready("n", "x", 5)`)).toContain(
    "certmanager: certificate request n/x: Denied=True (R): M",
  );
  api.expect(order, { json: { status: { state: "invalid", reason: "no DNS" } } });
  expect(await failure(`c:wait_order_valid("n", "x", 5)`)).toContain(
    "certmanager: order n/x: state invalid: no DNS",
  );
  api.expect(order, { json: { status: { state: "ready" } } });
  expect(await failure(`c:wait_order_valid("n", "x", 0)`)).toContain(
    "certmanager: timeout waiting for order n/x to be valid after 0s (last: state ready)",
  );
});

test("crds_installed, days_left, expiring", async () => {
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const cert = (name: string, days: number) => ({
    metadata: { name, namespace: "n" },
    status: { notAfter: at(days) },
  });
  api.expect(`GET ${CM}`, { status: 404 });
  api.expect(`GET ${CM}/namespaces/n/certificates/x`, { json: cert("x", 10) });
  api.expect(`GET ${CM}/namespaces/n/certificates?limit=500`, {
    json: { items: [cert("a", 9), cert("b", 40), cert("c", 2), {}] },
  });
  const [installed, days, first, second, third] = await run(`
    local installed, days = c:crds_installed(), c:days_left("n", "x")
    local e = c:expiring("n", 30)
    return installed, days, e[1].name, e[2].name, e[3]`);
  expect([installed, first, second, third]).toEqual([false, "c", "a", undefined]);
  expect(days).toBeCloseTo(10, 2);
});

test("renew, approve, deny, apply, delete", async () => {
  const conditions = (check: object) => ({
    check: (r: { body: Buffer }) =>
      expect(JSON.parse(r.body.toString()).status.conditions).toEqual([
        expect.objectContaining({ type: "Other" }),
        expect.objectContaining(check),
      ]),
  });
  const old = { json: { status: { conditions: [{ type: "Other", status: "True" }] } } };
  api.expect(`GET ${CM}/namespaces/n/certificates/x`, old);
  api.expect(
    `PUT ${CM}/namespaces/n/certificates/x/status`,
    { json: {} },
    conditions({ type: "Issuing", status: "True", reason: "ManuallyTriggered" }),
  );
  const request = `${CM}/namespaces/n/certificaterequests/x`;
  for (const type of ["Approved", "Denied"]) {
    api.expect(`GET ${request}`, old);
    api.expect(`PUT ${request}/status`, { json: {} }, conditions({ type, status: "True" }));
  }
  api.expect(
    `PATCH ${CM}/namespaces/n/issuers/i?fieldManager=assay&force=true`,
    { json: {} },
    {
      headers: { "content-type": "application/apply-patch+yaml" },
      check: (r: { body: Buffer }) =>
        expect(JSON.parse(r.body.toString()).apiVersion).toBe("cert-manager.io/v1"),
    },
  );
  api.expect(`DELETE ${CM}/namespaces/n/certificates/x`, { json: {} });
  api.expect(`DELETE ${CM}/namespaces/n/certificates/x`, { status: 404 });
  expect(
    await run(`
      c:renew("n", "x") c:approve("n", "x") c:deny("n", "x", "why")
      c:apply { kind = "Issuer", metadata = { name = "i", namespace = "n" } }
      return c:delete_certificate("n", "x"), c:delete_certificate("n", "x")`),
  ).toEqual([true, false]);
  expect(await failure(`c:apply { kind = "Issuer", metadata = { name = "i" } }`)).toContain(
    "certmanager.apply: Issuer i needs metadata.namespace",
  );
});

describe("diagnose", () => {
  const N = `${CM}/namespaces/n`;
  const ACME = "/apis/acme.cert-manager.io/v1/namespaces/n";
  const item = (name: string, owner: [string, string], revision: number, status: object) => ({
    metadata: {
      name,
      ownerReferences: [{ kind: owner[0], name: owner[1] }],
      annotations: { "cert-manager.io/certificate-revision": `${revision}` },
    },
    status,
  });
  const answers = (
    certificate: object,
    requests: object[],
    orders?: object[],
    challenges?: object[],
  ) => {
    api.expect(`GET ${N}/certificates/web`, { json: certificate });
    api.expect(`GET ${N}/certificaterequests?limit=500`, { json: { items: requests } });
    if (orders) api.expect(`GET ${ACME}/orders?limit=500`, { json: { items: orders } });
    if (challenges) api.expect(`GET ${ACME}/challenges?limit=500`, { json: { items: challenges } });
  };
  const reason = async () =>
    (await run(`local d = c:diagnose("n", "web") return d.ready, d.reason, d.request and d.request.metadata.name,
      #d.orders, #d.challenges`)) as unknown[];
  const old = item("web-1", ["Certificate", "web"], 1, {});
  const other = item("x-9", ["Certificate", "x"], 9, {});
  const pending = { conditions: [{ type: "Ready", status: "False", reason: "Pending" }] };
  const latest = item("web-10", ["Certificate", "web"], 10, pending);
  const order = item("o", ["CertificateRequest", "web-10"], 0, { state: "pending" });
  const challenges = [
    item("c1", ["Order", "o"], 0, { state: "valid" }),
    item("c2", ["Order", "o"], 0, { state: "pending", reason: "no DNS record" }),
    item("c3", ["Order", "p"], 0, { state: "invalid" }),
  ];
  test("a challenge, an order, a request, the certificate", async () => {
    answers({ status: pending }, [old, other, latest], [order], challenges);
    expect(await reason()).toEqual([
      false,
      "challenge c2: state pending: no DNS record",
      "web-10",
      1,
      2,
    ]);
    answers({ status: pending }, [latest], [order], []);
    expect(await reason()).toEqual([false, "order o: state pending", "web-10", 1, 0]);
    answers({ status: pending }, [latest], []);
    expect(await reason()).toEqual([
      false,
      "request web-10: Ready=False (Pending)",
      "web-10",
      0,
      0,
    ]);
    answers({ status: pending }, []);
    expect(await reason()).toEqual([false, "Ready=False (Pending)", undefined, 0, 0]);
  });
  test("nothing is wrong, or there is nothing", async () => {
    answers({ status: { conditions: [{ type: "Ready", status: "True" }] } }, []);
    expect(await reason()).toEqual([true, undefined, undefined, 0, 0]);
    api.expect(`GET ${N}/certificates/web`, { status: 404 });
    expect(await run(`return c:diagnose("n", "web")`)).toEqual([undefined]);
  });
});

test("delete by kind", async () => {
  api.expect(`DELETE ${CM}/clusterissuers/x`, { json: {} });
  api.expect(`DELETE /apis/acme.cert-manager.io/v1/namespaces/n/challenges/x`, { status: 404 });
  expect(
    await run(`return c:delete("ClusterIssuer", nil, "x"), c:delete("Challenge", "n", "x")`),
  ).toEqual([true, false]);
});
