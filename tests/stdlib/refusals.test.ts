/**
 * Requests that would be about more, or about something else, than the script meant are refused; and an
 * answer that is no list is not an empty one.
 */
import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const O = `{ base_url = URL, token = "t" }`;
const HEAD = `
  local k, am = require("assay.k8s"), require("assay.alertmanager").client(URL)
  local cm, eso = require("assay.certmanager").client(URL, "t"), require("assay.eso").client(URL, "t", { api_version = "v1" })
  local flux, kargo = require("assay.flux").client(URL, "t"), require("assay.kargo").client(URL, "t")
  local harbor, grafana = require("assay.harbor").client(URL), require("assay.grafana").client(URL)
  local argocd, hc = require("assay.argocd").client(URL, { token = "t" }), require("assay.healthcheck")
`;

/** The errors of calls, none of which may send anything. */
async function errors(...calls: string[]): Promise<string[]> {
  const tries = calls.map(
    (call) => `out[#out + 1] = tostring(select(2, pcall(function() return ${call} end)))`,
  );
  const [out] = await api.run(`${HEAD}local out = json.array {}\n${tries.join("\n")}\nreturn out`);
  return (out as string[]).map((text) => text.replace(/^t\.lua:\d+: /, ""));
}

test("all objects, because a selector is missing or is none", async () => {
  const found = await errors(
    `k.delete_collection("n", "pod", ${O})`,
    `k.delete_collection("n", "pod", { base_url = URL, token = "t", label_selector = "" })`,
    `k.delete_collection("n", "pod", { base_url = URL, token = "t", label_selector = { app = "web" } })`,
    `k.list("n", "pod", { base_url = URL, token = "t", label_selector = { app = "web" } })`,
    `cm:certificates("n", { label_selector = { "a=b", "c=d" } })`,
    `am:alerts { filter = { alertname = "Down" } }`,
    `am:expire_silences { alertname = "Down" }`,
    `am:expire_silences { "" }`,
    `am:expire_silences("")`,
    `am:expire_silences { { name = "alertname", value = "Down" } }`,
  );
  const refused =
    /is missing; all = true|a selector must be a text|must be a text or a list|a matcher such as/;
  for (const text of found) expect(text).toMatch(refused);
  api.expect("DELETE /api/v1/namespaces/n/pods", { json: {} });
  await api.run(
    `${HEAD}k.delete_collection("n", "pod", { base_url = URL, token = "t", all = true })`,
  );
});

test("paths to delete, of parts that were empty", async () => {
  const found = await errors(
    `k.delete("/api/v1/namespaces/n/pods/", ${O})`,
    `k.delete("/api/v1/namespaces//pods/x", ${O})`,
    `k.delete("/api/v1/namespaces/n/pods/..?x=1", ${O})`,
    `k.delete(nil, ${O})`,
  );
  for (const text of found) expect(text).toContain("k8s.delete: the path has an empty part: ");
  expect(
    await errors(
      `k.delete_manifest({ { apiVersion = "v1", kind = "Pod" },
        { apiVersion = "v1", kind = "Pod", metadata = { name = "x" } } }, ${O})`,
    ),
  ).toEqual(["k8s.delete_manifest: a manifest needs apiVersion, kind and metadata.name"]);
});

test("names that are none", async () => {
  const found = await errors(
    "am:silence({})",
    "grafana:dashboard({ uid = 1 })",
    "harbor:remove_member('p', nil)",
    "harbor:delete_repository('p', nil)",
    "harbor:project_exists(nil)",
    "harbor:project_exists('')",
  );
  expect(found).toEqual([
    "a name is expected in the path, got table",
    "a name is expected in the path, got table",
    "a name is expected in the path, got nil",
    "a name is expected in the path, got nil",
    "a name is expected in the path, got nil",
    'a name is expected in the path, got ""',
  ]);
});

test("objects of a namespace without it: not being there is something else", async () => {
  const found = await errors(
    'cm:certificate(nil, "x")',
    'cm:certificate("", "x")',
    'cm:delete("Issuer", nil, "x")',
    'cm:renew(nil, "x")',
    'eso:external_secret(nil, "x")',
    'eso:refresh(nil, "x")',
    'flux:kustomization(nil, "x")',
    'flux:delete("GitRepository", nil, "x")',
    'kargo:stage(nil, "x")',
    'kargo:delete("Promotion", nil, "x")',
    'kargo:promote(nil, "s", "f")',
    'kargo:promote("n", "s", nil)',
  );
  for (const text of found)
    expect(text).toMatch(
      /^a name is expected in the path|^kargo\.promote: the name of the freight/,
    );
  const of = "/apis/cert-manager.io/v1/clusterissuers/x";
  api.expect(`DELETE ${of}`, { json: {} });
  api.expect("DELETE /apis/kargo.akuity.io/v1alpha1/projects/x", { json: {} });
  await api.run(`${HEAD}cm:delete("ClusterIssuer", nil, "x") kargo:delete("Project", nil, "x")`);
});

test("what would be lost without a word", async () => {
  expect(
    await errors(
      `am:post_alerts { labels = { alertname = "A" } }`,
      `am:post_alerts(nil)`,
      `am:silence_alert(nil, 1)`,
      `require("assay.grafana").client(URL, "a-key")`,
      `argocd:delete_resource("a", {})`,
    ),
  ).toEqual([
    "alertmanager.post_alerts: a list of alerts is expected",
    "alertmanager.post_alerts: a list of alerts is expected",
    "alertmanager.silence_alert: the name of the alert is missing",
    "client: argument #2 must be a table of options, got a string",
    "argocd: a resource needs kind and name",
  ]);
});

const CERTIFICATES = "/apis/cert-manager.io/v1/namespaces/n/certificates";
const ALERTS =
  "/api/v2/alerts?active=true&silenced=false&inhibited=false&filter=alertname%3D%22A%22";

test.each([
  ["am:alerts()", "/api/v2/alerts", "alertmanager.alerts:"],
  ["am:is_firing('A')", ALERTS, "alertmanager.alerts:"],
  ["am:expire_silences('a=b')", "/api/v2/silences?filter=a%3Db", "alertmanager.silences:"],
  ["grafana:datasources()", "/api/datasources", "grafana: GET /api/datasources:"],
  ["grafana:search()", "/api/search", "grafana: GET /api/search:"],
  ["grafana:contact_points()", "/api/v1/provisioning/contact-points", "grafana: GET "],
  ["harbor:projects()", "/api/v2.0/projects?page_size=100", "harbor: GET /api/v2.0/projects"],
  ["argocd:applications()", "/api/v1/applications", "argocd: GET /api/v1/applications:"],
  ["cm:certificates('n')", `${CERTIFICATES}?limit=500`, `certmanager: LIST ${CERTIFICATES}:`],
  ["cm:all_certificates_ready('n')", `${CERTIFICATES}?limit=500`, "certmanager: LIST "],
  [`k.list("n", "pod", ${O})`, "/api/v1/namespaces/n/pods?limit=500", "k8s: GET /api/v1/name"],
  [`k.pod_status("n", ${O})`, "/api/v1/namespaces/n/pods?limit=500", "k8s: GET /api/v1/name"],
])("%s: an answer that is no list", async (call, path, what) => {
  // of a proxy that answers for the server; what should hold a list, and does not
  for (const json of [{ error: "sign in", items: "x" }, "text"]) {
    api.expect(`GET ${path}`, { json });
    const text = await api.failure(`${HEAD}return ${call}`);
    expect(text).toMatch(/ is no list| is no object/);
    expect(text).toContain(what);
  }
});

test("harbor: pages behind a proxy that drops Link", async () => {
  const path = "GET /api/v2.0/quotas?";
  const headers = { "X-Total-Count": "3" };
  api.expect(`${path}page_size=100`, { json: [1, 2], headers });
  api.expect(`${path}page=2&page_size=100`, { json: [3], headers });
  expect(await api.run(`${HEAD}return harbor:quotas()`)).toEqual([[1, 2, 3]]);
});

test("harbor: a comma in the address of the next page", async () => {
  const path = "GET /api/v2.0/robots?q=Level%3Dproject%2CProjectID%3D1&";
  const headers = {
    Link: `</x?page=9&q=a,b>; rel="last", </x?q=Level=project,ProjectID=1&page=2>; rel="next"`,
  };
  api.expect(`${path}page_size=100`, { json: [1], headers });
  api.expect(`${path}page=2&page_size=100`, { json: [2] });
  expect(await api.run(`${HEAD}return harbor:robots { q = "Level=project,ProjectID=1" }`)).toEqual([
    [1, 2],
  ]);
});

test("a 404 amid the pages of a list is no end of it", async () => {
  const path = "/apis/cert-manager.io/v1/namespaces/n/certificates?limit=500";
  api.expect(`GET ${path}`, {
    json: { kind: "CertificateList", metadata: { continue: "c" }, items: [{}] },
  });
  api.expect(`GET ${path}&continue=c`, { status: 404, text: "gone" });
  expect(await api.failure(`${HEAD}return cm:certificates("n")`)).toContain(
    "certmanager: LIST /apis/cert-manager.io/v1/namespaces/n/certificates HTTP 404: gone",
  );
});

test("kargo: a selector beside the stage", async () => {
  const path = "/apis/kargo.akuity.io/v1alpha1/namespaces/n/promotions";
  api.expect(`GET ${path}?labelSelector=kargo.akuity.io%2Fstage%3Ds%2Ca%3Db&limit=500`, {
    json: { items: [{ n: 1 }] },
  });
  expect(
    await api.run(`${HEAD}return #kargo:promotions("n", { stage = "s", label_selector = "a=b" })`),
  ).toEqual([1]);
});

test.each(["null", "7", '"text"', "[]"])("argocd: a login that answers %s", async (text) => {
  api.expect("GET /api/version", { status: 401, text: "no session" });
  api.expect("POST /api/v1/session", { text }, { body: { username: "u", password: "p" } });
  expect(
    await api.failure(
      `require("assay.argocd").client(URL, { username = "u", password = "p" }):version()`,
    ),
  ).toContain("argocd: GET /api/version HTTP 401: no session");
});

test("healthcheck: checks that are none, and addresses with tokens", async () => {
  expect(
    await errors(
      "hc.multi { { name = 'a' } }",
      "hc.multi { name = 'a', check = print }",
      "hc.any { 7 }",
      "hc.retry(nil)",
      "hc.assert_ok(nil)",
    ),
  ).toEqual([
    "healthcheck.multi: the check of entry 1 must be a function, got nil",
    "healthcheck.multi: a list of { name, check } is expected",
    "healthcheck.any: the check of entry 1 must be a function, got nil",
    "healthcheck.retry: the check must be a function, got nil",
    "healthcheck.assert_ok: the result of a check is expected, got nil",
  ]);
  api.expect("GET /h?token=secret", { status: 500 });
  const text = await api.failure(`${HEAD}hc.wait(URL .. "/h?token=secret", { timeout = 0 })`);
  expect(text).toContain("/h not healthy");
  expect(text).not.toContain("secret");
  api.expect("GET /h?token=secret", {});
  await api.run(`${HEAD}hc.wait(URL .. "/h?token=secret", { timeout = 1 })`);
  expect(api.logged().join("\n")).not.toContain("secret");
  expect(
    await api.run(`${HEAD}return hc.retry(function() return true end, { attempts = 0 }).ok`),
  ).toEqual([true]);
});

test("kinds, resources, actions and packages that are none", async () => {
  expect(
    await errors(
      `cm:delete(nil, "n", "x")`,
      `kargo:delete({}, "n", "x")`,
      `eso:generator("", "n", "x")`,
      `kargo:promote("n", nil, "f")`,
      `require("assay.crossplane").client(URL, "t"):install("provider", "p", nil)`,
      `argocd:run_action("a", {}, "restart")`,
      `argocd:run_action("a", { kind = "Pod", name = "p" }, nil)`,
      `argocd:rollback("a", "")`,
      `k.delete("", ${O})`,
      `k.events_for("n", "Pod", nil, ${O})`,
    ),
  ).toEqual([
    "a kind is expected, got nil",
    "a kind is expected, got table",
    expect.stringContaining("a name is expected in the path, got"),
    "a name is expected in the path, got nil",
    "crossplane.install: the package of p is missing",
    "argocd: a resource needs kind and name",
    "argocd.run_action: the name of the action is missing",
    "argocd.rollback: the id of the entry is missing",
    "k8s.delete: the path has an empty part: ",
    "a name is expected in the path, got nil",
  ]);
});

test("gsub's count behind the URL of a client is no option", async () => {
  api.expect("GET /api/org", { json: { id: 1 } });
  expect(
    await api.run(`return require("assay.grafana").client((URL .. "/x"):gsub("/x$", "")):org().id`),
  ).toEqual([1]);
});

test.each([
  [`k.get_secret("n", "s", ${O})`, "GET /api/v1/namespaces/n/secrets/s", { data: 7 }],
  [`k.node_status(${O})`, "GET /api/v1/nodes?limit=500", { items: [{}] }],
  [`k.pod_status("n", ${O})`, "GET /api/v1/namespaces/n/pods?limit=500", { items: [7] }],
  [
    'cm:is_certificate_ready("n", "c")',
    "GET /apis/cert-manager.io/v1/namespaces/n/certificates/c",
    { status: 7 },
  ],
  ['argocd:app_health("a")', "GET /api/v1/applications/a", { status: 7 }],
  ["am:cluster_ready()", "GET /api/v2/status", { cluster: 7 }],
])("%s: fields of another type", async (call, request, json) => {
  api.expect(request, { json });
  const path = request.replace(/\?.*/, "");
  const text = await api.failure(`${HEAD}local _ = ${call}`);
  expect(text).toMatch(/^t\.lua:\d+: (k8s|certmanager|argocd|alertmanager)\.\w+: the answer to /);
  expect(text).toContain(`${path} is not as expected`);
});

test("healthcheck, k8s: arguments of another type", async () => {
  const found = await errors(
    "hc.wait_all(nil)",
    "hc.body_contains(nil, nil)",
    `k.endpoint_slices("n", nil, ${O})`,
  );
  expect(found[0]).toContain("healthcheck.wait_all: an argument is not as expected");
  expect(found[2]).toContain("k8s.endpoint_slices: an argument is not as expected");
});

test("flux: a webhook path that is none", async () => {
  api.expect("GET /apis/notification.toolkit.fluxcd.io/v1/namespaces/n/receivers/r", {
    json: { status: { webhookPath: 7 } },
  });
  expect(await api.failure(`${HEAD}flux:trigger_receiver("n", "r", URL)`)).toContain(
    "flux: receiver n/r: it has no webhook path yet",
  );
});

test("k8s: an empty namespace is that of calls that name none", async () => {
  const o = `{ base_url = URL, token = "t", namespace = "d" }`;
  api.expect("GET /api/v1/namespaces/d/pods/p/log", { text: "line" });
  expect(await api.run(`${HEAD}return k.logs("", "p", ${o})`)).toEqual(["line"]);
  api.expect("DELETE /api/v1/namespaces/d/pods?labelSelector=a%3Db", { json: {} });
  await api.run(
    `${HEAD}k.delete_collection("", "pod", { base_url = URL, token = "t", namespace = "d", label_selector = "a=b" })`,
  );
});
