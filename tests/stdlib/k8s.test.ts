import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { luaWithModules, useApi } from "./server";

const api = useApi();
const HEAD = `
  local k8s = require("assay.k8s")
  local o = { base_url = URL, token = "t0k" }
  local function with(more)
    for k, v in pairs(o) do if more[k] == nil then more[k] = v end end
    return more
  end
`;
const run = (code: string) => api.run(HEAD + code);
const failure = (code: string) => api.failure(HEAD + code);
const AUTH = { headers: { authorization: "Bearer t0k" } };
const PODS = "/api/v1/namespaces/default/pods";
const DEPLOY = "/apis/apps/v1/namespaces/default/deployments";
const JOB = "GET /apis/batch/v1/namespaces/default/jobs/j";

describe("raw verbs", () => {
  test("get", async () => {
    api.expect("GET /version", { json: { major: "1" } }, AUTH);
    expect(await run(`return k8s.get("/version", o).major`)).toEqual(["1"]);
  });
  test("get accepts nothing but 200", async () => {
    api.expect("GET /x?y=1", { status: 404, text: "no such" });
    expect(await failure(`k8s.get("/x?y=1", o)`)).toContain("k8s.get: HTTP 404 /x?y=1: no such");
    api.expect("GET /x", { status: 204 });
    expect(await failure(`k8s.get("/x", o)`)).toContain("k8s.get: HTTP 204 /x: ");
  });
  test("a slash at the end of base_url", async () => {
    api.expect("GET /version", { json: {} });
    await run(`k8s.get("/version", with { base_url = URL .. "//" })`);
  });
  test("post, put: tables and strings", async () => {
    const json = { headers: { ...AUTH.headers, "content-type": "application/json" } };
    api.expect("POST /a", { status: 201, json: { n: 1 } }, { ...json, body: { x: {} } });
    api.expect("PUT /a", { json: { n: 2 } }, { ...json, body: '{"x":1}' });
    expect(
      await run(`return k8s.post("/a", { x = {} }, o).n, k8s.put("/a", '{"x":1}', o).n`),
    ).toEqual([1, 2]);
    api.expect("POST /a", { status: 409, text: "there" }, { body: {} });
    expect(await failure(`k8s.post("/a", {}, o)`)).toContain("k8s.post: HTTP 409 /a: there");
    api.expect("PUT /a", { status: 422, text: "bad" }, { body: {} });
    expect(await failure(`k8s.put("/a", {}, o)`)).toContain("k8s.put: HTTP 422 /a: bad");
  });
  test("patch has a type for each kind of patch", async () => {
    const patch = (type: string, body: unknown) => ({ headers: { "content-type": type }, body });
    api.expect("PATCH /a", { json: {} }, patch("application/merge-patch+json", { a: 1 }));
    api.expect("PATCH /a", { json: {} }, patch("application/strategic-merge-patch+json", {}));
    api.expect("PATCH /a", { json: {} }, patch("application/json-patch+json", [{ op: "test" }]));
    api.expect("PATCH /a", { json: {} }, patch("application/x-json", { a: 1 }));
    await run(`
      k8s.patch("/a", { a = 1 }, o)
      k8s.patch("/a", {}, with { type = "strategic" })
      k8s.patch("/a", { { op = "test" } }, with { type = "json" })
      k8s.patch("/a", '{"a":1}', with { content_type = "application/x-json" })`);
    api.expect("PATCH /a", { status: 500, text: "oh" }, { body: {} });
    expect(await failure(`k8s.patch("/a", {}, o)`)).toContain("k8s.patch: HTTP 500 /a: oh");
    expect(await failure(`k8s.patch("/a", {}, with { type = "x" })`)).toContain("unknown type 'x'");
  });
  test("delete", async () => {
    api.expect("DELETE /a", { json: { status: "Success" } }, AUTH);
    api.expect(
      "DELETE /a",
      { json: {} },
      {
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          propagationPolicy: "Foreground",
          gracePeriodSeconds: 5,
        },
      },
    );
    api.expect("DELETE /a", { status: 404 });
    expect(
      await run(`
        local status = k8s.delete("/a", o).status
        k8s.delete("/a", with { propagation_policy = "Foreground", grace_period = 5 })
        return status, k8s.delete("/a", with { ignore_not_found = true })`),
    ).toEqual(["Success", undefined]);
    api.expect("DELETE /a", { status: 404, text: "gone" });
    expect(await failure(`k8s.delete("/a", o)`)).toContain("k8s.delete: HTTP 404 /a: gone");
  });
});

describe("warnings of the server", () => {
  const warning = {
    json: {},
    headers: { warning: '299 - "unknown field \\"a\\""' },
  };
  test("are logged once", async () => {
    api.expect("POST /a", warning, { body: {} });
    api.expect("POST /a", warning, { body: {} });
    await run(`k8s.post("/a", {}, o) k8s.post("/a", {}, o)`);
    expect(
      api
        .logged()
        .join("\n")
        .match(/k8s: the server warns: unknown field "a"/g),
    ).toHaveLength(1);
  });
  test("are not when the caller does not want them", async () => {
    const headers = { warning: '299 - "another"' };
    api.expect("PUT /a", { json: {}, headers }, { body: {} });
    await run(`k8s.put("/a", {}, with { warnings = false })`);
    expect(api.logged().join("\n")).not.toContain("another");
  });
});

describe("paths", () => {
  test.each([
    ["pod", "/api/v1/namespaces/d/pods/n"],
    ["Service", "/api/v1/namespaces/d/services/n"],
    ["pvc", "/api/v1/namespaces/d/persistentvolumeclaims/n"],
    ["pv", "/api/v1/persistentvolumes/n"],
    ["namespace", "/api/v1/namespaces/n"],
    ["limitrange", "/api/v1/namespaces/d/limitranges/n"],
    ["statefulset", "/apis/apps/v1/namespaces/d/statefulsets/n"],
    ["cronjob", "/apis/batch/v1/namespaces/d/cronjobs/n"],
    ["ingress", "/apis/networking.k8s.io/v1/namespaces/d/ingresses/n"],
    ["ingressclass", "/apis/networking.k8s.io/v1/ingressclasses/n"],
    ["networkpolicy", "/apis/networking.k8s.io/v1/namespaces/d/networkpolicies/n"],
    ["storageclass", "/apis/storage.k8s.io/v1/storageclasses/n"],
    ["clusterrole", "/apis/rbac.authorization.k8s.io/v1/clusterroles/n"],
    ["hpa", "/apis/autoscaling/v2/namespaces/d/horizontalpodautoscalers/n"],
    ["pdb", "/apis/policy/v1/namespaces/d/poddisruptionbudgets/n"],
    ["deploy", "/apis/apps/v1/namespaces/d/deployments/n"],
    ["lease", "/apis/coordination.k8s.io/v1/namespaces/d/leases/n"],
  ])("%s", async (kind, path) => {
    expect(await run(`return k8s._resource_path("d", "${kind}", "n")`)).toEqual([path]);
    expect(await run(`return k8s._list_path("d", "${kind}")`)).toEqual([path.slice(0, -2)]);
  });
  test("all namespaces, and escaping", async () => {
    expect(
      await run(
        `return k8s._list_path(nil, "pod"), k8s._resource_path("d", "role", "system:a/b c")`,
      ),
    ).toEqual([
      "/api/v1/pods",
      "/apis/rbac.authorization.k8s.io/v1/namespaces/d/roles/system:a%2Fb%20c",
    ]);
  });
  test("unknown kinds", async () => {
    const message = await failure(`k8s._list_path("d", "gizmo")`);
    expect(message).toContain("k8s: unknown resource kind 'gizmo'");
    expect(message).toContain("register_crd");
  });
  test("register_crd", async () => {
    api.expect("GET /apis/ex.io/v1/namespaces/d/widgets/w", { json: { kind: "Widget" } });
    expect(
      await run(`
        k8s.register_crd("Widget", "ex.io", "v1", "widgets")
        k8s.register_crd("zone", "ex.io", "v1", "zones", true)
        k8s.register_crd("old", "", "v1", "olds")
        return k8s.get_resource("d", "widget", "w", o).kind, k8s._list_path("d", "zone"),
          k8s._list_path("d", "old")`),
    ).toEqual(["Widget", "/apis/ex.io/v1/zones", "/api/v1/namespaces/d/olds"]);
  });
  test("discovery finds kinds, plurals and short names, once", async () => {
    api.expect("GET /api/v1", { json: { resources: [{ name: "pods", kind: "Pod" }] } });
    api.expect("GET /apis", {
      json: {
        groups: [
          {
            name: "ex.io",
            versions: [{ groupVersion: "ex.io/v2" }],
            preferredVersion: { groupVersion: "ex.io/v2" },
          },
        ],
      },
    });
    api.expect("GET /apis/ex.io/v2", {
      json: {
        resources: [
          {
            name: "gadgets",
            kind: "Gadget",
            singularName: "gadget",
            namespaced: true,
            shortNames: ["gd"],
          },
          { name: "gadgets/status", kind: "Gadget", namespaced: true },
        ],
      },
    });
    for (let i = 0; i < 3; i++)
      api.expect("GET /apis/ex.io/v2/namespaces/d/gadgets/g", { json: {} });
    await run(`
      k8s.get_resource("d", "Gadget", "g", o)
      k8s.get_resource("d", "gd", "g", o)
      k8s.get_resource("d", "gadgets.ex.io", "g", o)`);
  });
  test("a plural with version and group needs that version alone", async () => {
    api.expect("GET /apis/ex.io/v1beta1", {
      json: { resources: [{ name: "gadgets", kind: "Gadget", namespaced: true }] },
    });
    api.expect("GET /apis/ex.io/v1beta1/namespaces/d/gadgets/g", { json: {} });
    await run(`k8s.get_resource("d", "gadgets.v1beta1.ex.io", "g", o)`);
  });
  test("what discovery does not know", async () => {
    api.expect("GET /api/v1", { status: 404 });
    api.expect("GET /apis", { status: 404 });
    expect(await failure(`k8s.get_resource("d", "gizmo", "g", o)`)).toContain(
      "k8s: unknown resource kind 'gizmo'",
    );
  });
  test("api_resources", async () => {
    api.expect("GET /api/v1", {
      json: { resources: [{ name: "pods", kind: "Pod", namespaced: true, shortNames: ["po"] }] },
    });
    api.expect("GET /apis", { json: { groups: [] } });
    expect(await run(`return k8s.api_resources(o)[1]`)).toEqual([
      { kind: "Pod", plural: "pods", api_version: "v1", namespaced: true, short: ["po"] },
    ]);
  });
});

describe("objects", () => {
  test("get_resource, find", async () => {
    api.expect(`GET ${PODS}/p`, { json: { metadata: { name: "p" } } }, AUTH);
    api.expect(`GET ${PODS}/q`, { status: 404 });
    expect(
      await run(`return k8s.get_resource("default", "pod", "p", o).metadata.name,
        k8s.find("default", "pod", "q", o)`),
    ).toEqual(["p", undefined]);
    api.expect(`GET ${PODS}/q`, { status: 403, text: "no" });
    expect(await failure(`k8s.find("default", "pod", "q", o)`)).toContain(
      `k8s.get: HTTP 403 ${PODS}/q: no`,
    );
  });
  test("list encodes selectors and follows pages", async () => {
    const query = "labelSelector=a%20in%20%28b%2Cc%29&fieldSelector=x%3D1%262";
    api.expect(`GET ${PODS}?${query}&limit=500`, {
      json: { items: [{ n: 1 }], metadata: { continue: "n/+" } },
    });
    api.expect(`GET ${PODS}?${query}&limit=500&continue=n%2F%2B`, {
      json: { items: [{ n: 2 }], metadata: { resourceVersion: "7" } },
    });
    expect(
      await run(`
        local l = k8s.list("default", "pod",
          with { label_selector = "a in (b,c)", field_selector = "x=1&2" })
        return #l.items, l.items[2].n, l.metadata.resourceVersion`),
    ).toEqual([2, 2, "7"]);
  });
  test("list with limit is one page; paginate = false, too", async () => {
    const json = { items: [{ n: 1 }], metadata: { continue: "c" } };
    api.expect(`GET /api/v1/pods?limit=1`, { json });
    api.expect(`GET /api/v1/pods`, { json });
    expect(
      await run(`return #k8s.list(nil, "pod", with { limit = 1 }).items,
        #k8s.list(nil, "pod", with { paginate = false }).items`),
    ).toEqual([1, 1]);
  });
  test("list starts again when its pages have expired", async () => {
    api.expect("GET /api/v1/nodes?limit=2", {
      json: { items: [1, 2], metadata: { continue: "c" } },
    });
    api.expect("GET /api/v1/nodes?limit=2&continue=c", { status: 410, text: "{}" });
    api.expect("GET /api/v1/nodes", { json: { items: [1, 2, 3] } });
    expect(await run(`return #k8s.list(nil, "node", with { page_size = 2 }).items`)).toEqual([3]);
  });
  test("the error of a list names only what the caller asked for", async () => {
    api.expect(`GET ${PODS}?limit=500`, { status: 500, text: "x" });
    expect(await failure(`k8s.list("default", "pod", o)`)).toContain(
      `k8s.get: HTTP 500 ${PODS}: x`,
    );
  });
  test("each goes on from another moment when its pages have expired", async () => {
    const status = { kind: "Status", metadata: { continue: "new" }, code: 410 };
    api.expect(`GET ${PODS}?limit=500`, { json: { items: [{}], metadata: { continue: "old" } } });
    api.expect(`GET ${PODS}?limit=500&continue=old`, { status: 410, json: status });
    api.expect(`GET ${PODS}?limit=500&continue=new`, { json: { items: [{}, {}] } });
    expect(
      await run(`local n = 0 for _ in k8s.each("default", "pod", o) do n = n + 1 end return n`),
    ).toEqual([3]);
    api.expect(`GET ${PODS}?limit=500`, { json: { items: [{}], metadata: { continue: "old" } } });
    api.expect(`GET ${PODS}?limit=500&continue=old`, { status: 410, text: "gone" });
    expect(await failure(`for _ in k8s.each("default", "pod", o) do end`)).toContain("HTTP 410");
  });
  test("each", async () => {
    api.expect(`GET ${PODS}?limit=1`, { json: { items: [{ n: 1 }], metadata: { continue: "c" } } });
    api.expect(`GET ${PODS}?limit=1&continue=c`, { json: { items: [{ n: 2 }], metadata: {} } });
    expect(
      await run(`
        local sum = 0
        for pod in k8s.each("default", "pod", with { page_size = 1 }) do sum = sum + pod.n end
        return sum`),
    ).toEqual([3]);
  });
  test("create, update, patch_resource, delete_resource", async () => {
    api.expect(
      `POST ${DEPLOY}?fieldManager=me&dryRun=All`,
      { status: 201, json: { n: 1 } },
      {
        body: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" } },
      },
    );
    api.expect(
      `PUT ${DEPLOY}/d`,
      { json: { n: 2 } },
      {
        body: { apiVersion: "x/v1", kind: "X" },
      },
    );
    api.expect(`PATCH ${DEPLOY}/d`, { json: { n: 3 } }, { body: { spec: { a: 1 } } });
    api.expect(`DELETE ${DEPLOY}/d`, { json: { n: 4 } });
    expect(
      await run(`return
        k8s.create("default", "deployment", { metadata = { name = "d" } },
          with { field_manager = "me", dry_run = true }).n,
        k8s.update("default", "deployment", "d", { apiVersion = "x/v1", kind = "X" }, o).n,
        k8s.patch_resource("default", "deployment", "d", { spec = { a = 1 } }, o).n,
        k8s.delete_resource("default", "deployment", "d", o).n`),
    ).toEqual([1, 2, 3, 4]);
  });
  test("delete_collection", async () => {
    api.expect(`DELETE ${PODS}?labelSelector=a%3Db`, { json: {} });
    await run(`k8s.delete_collection("default", "pod", with { label_selector = "a=b" })`);
  });
  test("exists: only 404 is false", async () => {
    api.expect(`GET ${PODS}/p`, { json: {} });
    api.expect(`GET ${PODS}/p`, { status: 404 });
    api.expect("GET /api/v1/namespaces/n", { json: {} });
    expect(
      await run(`return k8s.exists("default", "pod", "p", o), k8s.exists("default", "pod", "p", o),
        k8s.namespace_exists("n", o)`),
    ).toEqual([true, false, true]);
    api.expect(`GET ${PODS}/p`, { status: 403, text: "no" });
    expect(await failure(`k8s.exists("default", "pod", "p", o)`)).toContain("HTTP 403");
  });
  test("apply is server-side", async () => {
    const applied = (body: unknown) => ({
      headers: { "content-type": "application/apply-patch+yaml" },
      check: (r: { body: Buffer }) => expect(JSON.parse(r.body.toString())).toEqual(body),
    });
    const cm = (name: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "d" },
    });
    const path = "/api/v1/namespaces/d/configmaps";
    api.expect(
      `PATCH ${path}/a?fieldManager=assay&force=true`,
      { json: { n: 1 } },
      applied(cm("a")),
    );
    api.expect(`PATCH ${path}/b?fieldManager=me&force=false`, { json: { n: 2 } }, applied(cm("b")));
    api.expect(`PATCH ${path}/c?fieldManager=me&force=false`, { json: { n: 3 } }, applied(cm("c")));
    expect(
      await run(`
        local function cm(name)
          return { apiVersion = "v1", kind = "ConfigMap", metadata = { name = name, namespace = "d" } }
        end
        local one = k8s.apply(cm("a"), o).n
        local two = k8s.apply(yaml.encode(cm("b")) .. "---\\n" .. yaml.encode(cm("c")),
          with { field_manager = "me", force = false })
        return one, #two, two[2].n`),
    ).toEqual([1, 2, 3]);
    expect(await failure(`k8s.apply({ kind = "Pod", apiVersion = "v1" }, o)`)).toContain(
      "k8s.apply: a manifest needs metadata.name",
    );
  });
  test("objects wait for the kinds that the manifest defines before them", async () => {
    const crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.ex.com";
    const applied = { json: {} };
    const any = { check: () => undefined };
    const served = { json: { resources: [{ name: "things", kind: "Thing", namespaced: true }] } };
    api.expect(`PATCH ${crd}?fieldManager=assay&force=true`, applied, any);
    // not there, there but not served, served
    api.expect("GET /apis/ex.com/v1", { status: 404 });
    api.expect("GET /apis/ex.com/v1", { status: 404 });
    api.expect("GET /apis/ex.com/v1", served);
    api.expect("GET /apis/ex.com/v1/things?limit=1", { status: 404 });
    api.expect("GET /apis/ex.com/v1/things?limit=1", { json: { items: [] } });
    api.expect(
      "PATCH /apis/ex.com/v1/namespaces/n/things/a?fieldManager=assay&force=true",
      { json: { n: 1 } },
      any,
    );
    expect(
      await run(`return k8s.apply([[
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.ex.com }
spec: { group: ex.com }
---
apiVersion: ex.com/v1
kind: Thing
metadata: { name: a, namespace: n }
]], o)[2].n`),
    ).toEqual([1]);
  });
  test("delete_manifest: the last first, what is not there is deleted", async () => {
    api.expect("DELETE /api/v1/namespaces/n/configmaps/b", { json: { status: "Success" } });
    api.expect("GET /apis/gone.ex/v1", { status: 404 });
    api.expect("GET /apis/gone.ex/v1", { status: 404 });
    api.expect("DELETE /api/v1/namespaces/other/secrets/a", { status: 404 });
    api.expect(
      "DELETE /api/v1/namespaces/n",
      { json: {} },
      {
        body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Foreground" },
      },
    );
    api.expect("DELETE /api/v1/namespaces/n", { status: 403, text: "no" });
    expect(
      await run(`return k8s.delete_manifest({
          { apiVersion = "v1", kind = "Secret", metadata = { name = "a", namespace = "other" } },
          { apiVersion = "gone.ex/v1", kind = "Gone", metadata = { name = "g" } },
          { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "b" } },
        }, with { namespace = "n" }),
        k8s.delete_manifest("{ apiVersion: v1, kind: Namespace, metadata: { name: n } }",
          with { propagation_policy = "Foreground" })`),
    ).toEqual([1, 1]);
    expect(
      await failure(
        `k8s.delete_manifest({ apiVersion = "v1", kind = "Namespace", metadata = { name = "n" } }, o)`,
      ),
    ).toContain("k8s.delete: HTTP 403 /api/v1/namespaces/n: no");
  });
  test("apply takes objects that were read", async () => {
    api.expect(
      "PATCH /api/v1/namespaces/d/configmaps/a?fieldManager=assay&force=true",
      { json: {} },
      {
        check: (r: { body: Buffer }) =>
          expect(JSON.parse(r.body.toString()).metadata).toEqual({ name: "a", namespace: "d" }),
      },
    );
    await run(`
      local read = { apiVersion = "v1", kind = "ConfigMap",
        metadata = { name = "a", namespace = "d", managedFields = { { manager = "m" } } } }
      k8s.apply(read, o)
      assert.eq(#read.metadata.managedFields, 1)`);
  });
  test("the lists of metadata may be empty", async () => {
    const metadata = { name: "a", finalizers: [], ownerReferences: [], labels: {} };
    api.expect(
      `PATCH ${PODS}/a`,
      { json: {} },
      {
        check: (r: { body: Buffer }) => expect(JSON.parse(r.body.toString())).toEqual({ metadata }),
      },
    );
    await run(`k8s.patch_resource("default", "pod", "a",
      { metadata = { name = "a", finalizers = {}, ownerReferences = {}, labels = {} } }, o)`);
  });
  test("jobs are deleted with their pods", async () => {
    const jobs = "/apis/batch/v1/namespaces/d/jobs";
    const policy = (propagationPolicy: string) => ({
      body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy },
    });
    api.expect(`DELETE ${jobs}/j`, { json: {} }, policy("Background"));
    api.expect(`DELETE ${jobs}?labelSelector=a`, { json: {} }, policy("Background"));
    api.expect(`DELETE ${jobs}/m`, { json: {} }, policy("Background"));
    api.expect(`DELETE ${jobs}/j`, { json: {} }, policy("Orphan"));
    api.expect("DELETE /apis/batch/v1/namespaces/d/cronjobs/c", { json: {} });
    await run(`
      k8s.delete_resource("d", "job", "j", o)
      k8s.delete_collection("d", "job", with { label_selector = "a" })
      k8s.delete_manifest("{ apiVersion: batch/v1, kind: Job, metadata: { name: m, namespace: d } }", o)
      k8s.delete_resource("d", "job", "j", with { propagation_policy = "Orphan" })
      k8s.delete_resource("d", "cronjob", "c", o)`);
  });
  test("apply asks for the plural of kinds it does not know", async () => {
    api.expect("GET /apis/ex.io/v1", {
      json: { resources: [{ name: "boxes", kind: "Box", namespaced: true }] },
    });
    const check = () => undefined;
    api.expect(
      "PATCH /apis/ex.io/v1/namespaces/d/boxes/b?fieldManager=assay&force=true",
      { json: {} },
      { check },
    );
    await run(`k8s.apply({ apiVersion = "ex.io/v1", kind = "Box",
      metadata = { name = "b", namespace = "d" } }, o)`);
  });
  test("apply_resource completes the body", async () => {
    api.expect(
      `PATCH ${DEPLOY}/d?fieldManager=assay&force=true`,
      { json: {} },
      {
        check: (r) =>
          expect(JSON.parse(r.body.toString())).toEqual({
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "d" },
          }),
      },
    );
    await run(`k8s.apply_resource("default", "deployment", "d", {}, o)`);
  });
});

describe("subresources", () => {
  test("scale, status, restart", async () => {
    api.expect(
      `PATCH ${DEPLOY}/d/scale`,
      { json: { spec: { replicas: 3 } } },
      {
        body: { spec: { replicas: 3 } },
      },
    );
    api.expect(`GET ${DEPLOY}/d/scale`, { json: { spec: { replicas: 3 } } });
    api.expect(`GET ${DEPLOY}/d/status`, { json: {} });
    api.expect(`PATCH ${DEPLOY}/d/status`, { json: {} }, { body: { status: { a: 1 } } });
    api.expect(
      `PATCH ${DEPLOY}/d`,
      { json: {} },
      {
        check: (r) => expect(r.body.toString()).toMatch(/"kubectl.kubernetes.io\/restartedAt":"20/),
      },
    );
    expect(
      await run(`
        local a = k8s.scale("default", "deployment", "d", 3, o).spec.replicas
        local b = k8s.scale("default", "deployment", "d", nil, o).spec.replicas
        k8s.get_status("default", "deployment", "d", o)
        k8s.patch_status("default", "deployment", "d", { status = { a = 1 } }, o)
        k8s.restart("default", "deployment", "d", o)
        return a, b`),
    ).toEqual([3, 3]);
  });
  test("evict, create_token, can_i", async () => {
    api.expect(
      `POST ${PODS}/p/eviction`,
      { status: 201, json: {} },
      {
        body: {
          apiVersion: "policy/v1",
          kind: "Eviction",
          metadata: { name: "p", namespace: "default" },
        },
      },
    );
    api.expect(
      "POST /api/v1/namespaces/default/serviceaccounts/s/token",
      { status: 201, json: { status: { token: "T", expirationTimestamp: "E" } } },
      {
        body: {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenRequest",
          spec: { audiences: ["a"] },
        },
      },
    );
    api.expect(
      "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      { status: 201, json: { status: { allowed: true, reason: "why" } } },
      {
        check: (r) =>
          expect(JSON.parse(r.body.toString()).spec.resourceAttributes).toEqual({
            verb: "get",
            namespace: "default",
            group: "apps",
            version: "v1",
            resource: "deployments",
          }),
      },
    );
    expect(
      await run(`
        k8s.evict("default", "p", o)
        local t, e = k8s.create_token("default", "s", with { audiences = { "a" } })
        return t, e, k8s.can_i("get", "default", "deployment", o)`),
    ).toEqual(["T", "E", true, "why"]);
  });
});

describe("readers", () => {
  test("get_secret, get_configmap", async () => {
    const bytes = Buffer.from([0, 255, 10]).toString("base64");
    api.expect("GET /api/v1/namespaces/d/secrets/s", { json: { data: { a: "aGk=", b: bytes } } });
    api.expect("GET /api/v1/namespaces/d/secrets/e", { json: {} });
    api.expect("GET /api/v1/namespaces/d/configmaps/c", { json: { data: { k: "v" } } });
    api.expect("GET /api/v1/namespaces/d/configmaps/e", { json: {} });
    expect(
      await run(`
        local s = k8s.get_secret("d", "s", o)
        return s.a, s.b == "\\0\\xff\\n", next(k8s.get_secret("d", "e", o)),
          k8s.get_configmap("d", "c", o).k, next(k8s.get_configmap("d", "e", o))`),
    ).toEqual(["hi", true, undefined, "v", undefined]);
  });
  test("list_pods, list_events, events_for", async () => {
    api.expect(`GET ${PODS}?limit=500`, { json: { items: [] } });
    api.expect("GET /api/v1/namespaces/default/events?limit=3", { json: { items: [1] } });
    api.expect(
      "GET /api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DPod%2CinvolvedObject.name%3Dp&limit=500",
      { json: { items: [1, 2] } },
    );
    expect(
      await run(`return #k8s.list_pods("default", o).items,
        #k8s.list_events("default", with { limit = 3 }).items,
        #k8s.events_for("default", "Pod", "p", o).items`),
    ).toEqual([0, 1, 2]);
  });
  test("service_endpoints", async () => {
    const path = "GET /api/v1/namespaces/d/endpoints/s";
    api.expect(path, {
      json: {
        subsets: [
          { addresses: [{ ip: "10.0.0.1" }], notReadyAddresses: [{ ip: "10.0.0.9" }] },
          { addresses: [{ ip: "10.0.0.2" }] },
        ],
      },
    });
    expect(await run(`return k8s.service_endpoints("d", "s", o)`)).toEqual([
      ["10.0.0.1", "10.0.0.2"],
    ]);
    const slices =
      "GET /apis/discovery.k8s.io/v1/namespaces/d/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Ds&limit=500";
    api.expect(path, { json: {} });
    api.expect(slices, { status: 403, text: "no" });
    expect(await run(`return #k8s.service_endpoints("d", "s", o)`)).toEqual([0]);
    // servers may keep EndpointSlices alone up to date, and cut Endpoints off
    for (const endpoints of [
      {},
      {
        metadata: { annotations: { "endpoints.kubernetes.io/over-capacity": "truncated" } },
        subsets: [{ addresses: [{ ip: "10.0.0.1" }] }],
      },
    ]) {
      api.expect(path, { json: endpoints });
      api.expect(slices, { json: { items: [{ endpoints: [{ addresses: ["10.0.0.7"] }] }] } });
      expect(await run(`return k8s.service_endpoints("d", "s", o)`)).toEqual([["10.0.0.7"]]);
    }
    api.expect(slices, {
      json: {
        items: [
          {
            endpoints: [
              { addresses: ["10.0.0.3"], conditions: { ready: true } },
              { addresses: ["10.0.0.4"], conditions: { ready: false } },
              { addresses: ["10.0.0.5"] },
            ],
          },
        ],
      },
    });
    expect(await run(`return k8s.service_endpoints("d", "s", with { slices = true })`)).toEqual([
      ["10.0.0.3", "10.0.0.5"],
    ]);
    api.expect(path, { status: 404 });
    api.expect(slices, { json: { items: [] } });
    api.expect(path, { status: 404, text: "none" });
    expect(await failure(`k8s.service_endpoints("d", "s", o)`)).toContain("k8s.get: HTTP 404");
  });
  test("endpoint_slices", async () => {
    api.expect(
      "GET /apis/discovery.k8s.io/v1/namespaces/d/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Ds&limit=500",
      { json: { items: [{ n: 1 }] } },
      AUTH,
    );
    expect(await run(`return k8s.endpoint_slices("d", "s", o).items[1].n`)).toEqual([1]);
  });
  test("logs", async () => {
    api.expect(`GET ${PODS}/p/log?tailLines=5&container=c&previous=true&sinceSeconds=60`, {
      text: "a\nb\n",
    });
    expect(
      await run(`return k8s.logs("default", "p",
        with { tail = 5, container = "c", previous = true, since = 60 })`),
    ).toEqual(["a\nb\n"]);
    // no node yet
    api.expect(`GET ${PODS}/p/log`, { status: 204 });
    expect(await run(`return k8s.logs("default", "p", o)`)).toEqual([""]);
    api.expect(`GET ${PODS}/p/log`, { status: 400, text: "waiting" });
    expect(await failure(`k8s.logs("default", "p", o)`)).toContain(
      `k8s.logs: HTTP 400 ${PODS}/p/log: waiting`,
    );
  });
  test("pod_status", async () => {
    const phases = ["Running", "Running", "Pending", "Succeeded", "Failed", "Odd", undefined];
    api.expect(`GET ${PODS}?limit=500`, {
      json: { items: phases.map((phase) => ({ status: { phase } })) },
    });
    expect(await run(`return k8s.pod_status("default", o)`)).toEqual([
      { running: 2, pending: 1, succeeded: 1, failed: 1, unknown: 2, total: 7 },
    ]);
  });
  test("rollout_status", async () => {
    const numbers = { updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
    api.expect(`GET ${DEPLOY}/d`, { json: { spec: { replicas: 3 }, status: numbers } });
    expect(await run(`return k8s.rollout_status("default", "d", o)`)).toEqual([
      { desired: 3, updated: 3, ready: 3, available: 3, unavailable: 0, complete: true },
    ]);
    api.expect(`GET ${DEPLOY}/d`, {
      json: {
        metadata: { generation: 2 },
        spec: { replicas: 3 },
        status: { ...numbers, observedGeneration: 1 },
      },
    });
    expect(await run(`return k8s.rollout_status("default", "d", o).complete`)).toEqual([false]);
  });
  test("node_status", async () => {
    api.expect("GET /api/v1/nodes?limit=500", {
      json: {
        items: [
          {
            metadata: {
              name: "n",
              labels: {
                "node-role.kubernetes.io/worker": "",
                "node-role.kubernetes.io/a": "",
                x: "",
              },
            },
            status: { conditions: [{ type: "Ready", status: "True" }], capacity: { cpu: "4" } },
          },
          { metadata: { name: "m" } },
        ],
      },
    });
    expect(await run(`return k8s.node_status(o)`)).toEqual([
      [
        { name: "n", ready: true, roles: ["a", "worker"], capacity: { cpu: "4" }, allocatable: {} },
        { name: "m", ready: false, roles: [], capacity: {}, allocatable: {} },
      ].map((n) => expect.objectContaining({ name: n.name, ready: n.ready })),
    ]);
  });
});

describe("is_ready", () => {
  const cases: [string, object, boolean][] = [
    ["deployment", { status: { replicas: 2, readyReplicas: 2 } }, true],
    ["deployment", { status: { replicas: 2, readyReplicas: 1 } }, false],
    ["deployment", { status: {} }, false],
    ["deployment", { spec: { replicas: 0 }, status: {} }, true],
    ["deployment", { spec: { replicas: 3 }, status: { replicas: 2, readyReplicas: 2 } }, false],
    [
      "statefulset",
      {
        metadata: { generation: 3 },
        status: { observedGeneration: 2, replicas: 1, readyReplicas: 1 },
      },
      false,
    ],
    ["daemonset", { status: { numberReady: 2, desiredNumberScheduled: 2 } }, true],
    ["daemonset", { status: { numberReady: 0, desiredNumberScheduled: 0 } }, false],
    ["job", { status: { succeeded: 1 } }, true],
    ["job", { spec: { completions: 2 }, status: { succeeded: 1 } }, false],
    ["node", { status: { conditions: [{ type: "Ready", status: "Unknown" }] } }, false],
    ["pod", { status: { phase: "Running" } }, true],
    [
      "pod",
      { status: { phase: "Running", conditions: [{ type: "Ready", status: "False" }] } },
      false,
    ],
    ["ingress", { status: { conditions: [{ type: "Ready", status: "True" }] } }, true],
    ["pvc", { status: { phase: "Bound" } }, true],
    ["pvc", { status: { phase: "Pending" } }, false],
  ];
  test.each(cases)("%s %j", async (kind, json, expected) => {
    const [path] = await run(`return k8s._resource_path("d", "${kind}", "n")`);
    api.expect(`GET ${path}`, { json });
    expect(await run(`return (k8s.is_ready("d", "${kind}", "n", o))`)).toEqual([expected]);
  });
});

describe("waits", () => {
  test("wait_ready outlives errors", async () => {
    api.expect(`GET ${DEPLOY}/d`, { status: 500, text: "x" });
    api.expect(`GET ${DEPLOY}/d`, { json: { status: { replicas: 1 } } });
    api.expect(`GET ${DEPLOY}/d`, { json: { status: { replicas: 1, readyReplicas: 1 } } });
    expect(
      await run(`return k8s.wait_ready("default", "deployment", "d", 5, with { interval = 0.02 })`),
    ).toEqual([true]);
  });
  test("wait_ready gives up and says what it saw", async () => {
    for (let i = 0; i < 2; i++)
      api.expect(`GET ${PODS}/p`, { json: { status: { phase: "Pending" } } });
    // long enough for the first look on a busy machine, so that there is a last one
    const message = await failure(
      `k8s.wait_ready("default", "pod", "p", 1.5, with { interval = 5 })`,
    );
    expect(message).toContain("k8s.wait_ready: pod/p not ready after 1.5s");
    expect(message).toContain("phase Pending");
  });
  test("a failed job ends a wait", async () => {
    const json = {
      status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] },
    };
    api.expect(JOB, { json });
    expect(await failure(`k8s.wait_ready("default", "job", "j", 5, o)`)).toContain(
      "BackoffLimitExceeded",
    );
    api.expect(JOB, { json });
    expect(await failure(`k8s.wait_job("default", "j", 5, o)`)).toContain("BackoffLimitExceeded");
  });
  test("what was seen last says what is in the way", async () => {
    const last = async (line: string, status: object, call: string) => {
      api.expect(line, { json: { spec: {}, status } });
      return (await failure(call)).replace(/^.*\(last: /s, "");
    };
    const pod = `GET ${PODS}/p`;
    const wait = `k8s.wait_ready("default", "pod", "p", 0, o)`;
    const state = { waiting: { reason: "ImagePullBackOff", message: "no such image" } };
    expect(
      await last(pod, { phase: "Pending", containerStatuses: [{ name: "c", state }] }, wait),
    ).toBe("phase Pending; c: ImagePullBackOff: no such image)");
    const unscheduled = { type: "PodScheduled", status: "False", reason: "Unschedulable" };
    expect(await last(pod, { phase: "Pending", conditions: [unscheduled] }, wait)).toBe(
      "phase Pending; PodScheduled=False (Unschedulable))",
    );
    const suspended = { conditions: [{ type: "Suspended", status: "True" }], failed: 1 };
    expect(await last(JOB, suspended, `k8s.wait_job("default", "j", 0, o)`)).toBe(
      "0 of 1 completions, suspended, 1 failed)",
    );
    const quota = {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: "quota",
    };
    expect(
      await last(
        `GET ${DEPLOY}/d`,
        { conditions: [quota], observedGeneration: 0, replicas: 1 },
        `k8s.wait_rollout("default", "deployment", "d", 0, o)`,
      ),
    ).toBe("0 of 0 updated, 0 ready; ReplicaFailure=True (FailedCreate): quota)");
    // the place of the error within is not repeated
    api.expect(pod, { status: 403, text: "no" });
    expect(await failure(wait)).toMatch(/\(last: k8s\.get: HTTP 403 .*: no\)$/);
  });
  test("fields whose names have dots", async () => {
    const data = { data: { "tls.crt": "c", "a.b.c": { d: "e" } }, items: [{ "x.y": 1 }] };
    for (const field of ["data.tls.crt", "data.a.b.c.d", "items.1.x.y"]) {
      api.expect("GET /api/v1/namespaces/d/secrets/s", { json: data });
      await run(`k8s.wait_for("d", "secret", "s", with { field = "${field}", timeout = 0 })`);
    }
  });
  test("wait_job", async () => {
    api.expect(JOB, { json: { metadata: {}, status: {} } });
    api.expect(JOB, {
      json: {
        metadata: { name: "j" },
        status: { conditions: [{ type: "Complete", status: "True" }] },
      },
    });
    expect(
      await run(`return k8s.wait_job("default", "j", 5, with { interval = 0.02 }).metadata.name`),
    ).toEqual(["j"]);
  });
  test("wait_for conditions, fields, tests and the end", async () => {
    const available = {
      metadata: {},
      status: { conditions: [{ type: "Available", status: "True" }] },
    };
    api.expect(`GET ${DEPLOY}/d`, { status: 404 });
    api.expect(`GET ${DEPLOY}/d`, { json: available });
    api.expect(`GET ${PODS}/p`, { json: { status: { phase: "Pending" } } });
    api.expect(`GET ${PODS}/p`, { json: { status: { phase: "Succeeded" } } });
    api.expect(`GET ${PODS}/p`, { json: { n: 5 } });
    api.expect(`GET ${PODS}/p`, { json: {} });
    api.expect(`GET ${PODS}/p`, { status: 404 });
    await run(`
      local i = 0.02
      k8s.wait_for("default", "deployment", "d", with { condition = "Available", interval = i })
      k8s.wait_for("default", "pod", "p", with { field = "status.phase", value = "Succeeded", interval = i })
      k8s.wait_for("default", "pod", "p", with { test = function(p) return p.n == 5 end })
      k8s.wait_deleted("default", "pod", "p", 5, with { interval = i })`);
    api.expect(`GET ${PODS}/p`, { status: 404 });
    const message = await failure(`k8s.wait_for("default", "pod", "p", with { timeout = 0 })`);
    expect(message).toContain("k8s.wait_for: pod/p not Ready after 0s (last: not found)");
  });
  test("wait_for all objects of a selector", async () => {
    const pods = (...ready: string[]) => ({
      json: {
        items: ready.map((status, i) => ({
          metadata: { name: `p${i}` },
          status: { conditions: [{ type: "Ready", status }] },
        })),
      },
    });
    const line = `GET ${PODS}?labelSelector=app%3Dx&limit=500`;
    api.expect(line, pods());
    api.expect(line, pods("True", "False"));
    api.expect(line, pods("True", "True"));
    api.expect(line, pods("True"));
    api.expect(line, pods());
    expect(
      await run(`
        local s = { label_selector = "app=x", interval = 0.01 }
        local found = k8s.wait_for("default", "pod", nil, with(s))
        local gone = k8s.wait_for("default", "pod", nil, with { label_selector = "app=x", interval = 0.01, deleted = true })
        return #found, #gone`),
    ).toEqual([2, 0]);
    api.expect(line, pods("True", "False"));
    expect(
      await failure(
        `k8s.wait_for("default", "pod", nil, with { label_selector = "app=x", timeout = 0 })`,
      ),
    ).toContain("k8s.wait_for: pod/app=x not Ready after 0s (last: p1: Ready=False)");
  });
  test("rollouts of stateful sets with a partition, or that wait for deletions", async () => {
    const set = (updateStrategy: object, updatedReplicas: number) => ({
      json: {
        spec: { replicas: 3, updateStrategy },
        status: { replicas: 3, readyReplicas: 3, updatedReplicas },
      },
    });
    const line = "GET /apis/apps/v1/namespaces/default/statefulsets/s";
    api.expect(line, set({ type: "RollingUpdate", rollingUpdate: { partition: 2 } }, 1));
    api.expect(line, set({ type: "RollingUpdate", rollingUpdate: { partition: 1 } }, 1));
    api.expect(line, set({ type: "OnDelete" }, 0));
    api.expect(line, set({ type: "RollingUpdate" }, 2));
    expect(
      await run(`
        local out = {}
        for i = 1, 4 do
          out[i] = k8s.rollout_status("default", "s", with { kind = "statefulset" }).complete
        end
        return out`),
    ).toEqual([[true, false, true, false]]);
  });
  test("wait_rollout", async () => {
    const status = { updatedReplicas: 1, readyReplicas: 2, replicas: 2 };
    api.expect(`GET ${DEPLOY}/d`, { json: { spec: { replicas: 2 }, status } });
    api.expect(`GET ${DEPLOY}/d`, {
      json: { spec: { replicas: 2 }, status: { ...status, updatedReplicas: 2 } },
    });
    expect(
      await run(
        `return k8s.wait_rollout("default", "deployment", "d", 5, with { interval = 0.02 }).ready`,
      ),
    ).toEqual([2]);
    api.expect(`GET ${DEPLOY}/d`, {
      json: {
        spec: { replicas: 2 },
        status: {
          conditions: [
            { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" },
          ],
        },
      },
    });
    expect(await failure(`k8s.wait_rollout("default", "deployment", "d", 5, o)`)).toContain(
      "ProgressDeadlineExceeded",
    );
  });
});

describe("the server", () => {
  test("version, readyz, livez", async () => {
    api.expect("GET /version", { json: { gitVersion: "v1.36.0" } });
    api.expect("GET /readyz", { text: "ok" });
    api.expect("GET /livez", { status: 500, text: "bad" });
    expect(
      await run(`
        local version = k8s.version(o).gitVersion
        local ready, text = k8s.readyz(o)
        return version, ready, text, (k8s.livez(o))`),
    ).toEqual(["v1.36.0", true, "ok", false]);
  });
});

describe("where the server is", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "k8s-test-"));
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o755 });
    return join(dir, name);
  };

  test("the service account's token is read again when it rotates", async () => {
    file("token", "one\n");
    file("namespace", "mine\n");
    api.expect("GET /version", { json: {} }, { headers: { authorization: "Bearer one" } });
    api.expect("GET /version", { json: {} }, { headers: { authorization: "Bearer two" } });
    expect(
      await run(`
        local o = { base_url = URL, service_account = "${dir}" }
        k8s.version(o)
        fs.write("${dir}/token", "two")
        k8s.version(o)
        return k8s.namespace(o)`),
    ).toEqual(["mine"]);
  });
  test("outside of pods without a kubeconfig", async () => {
    const message = await failure(`
      for _, n in ipairs { "KUBERNETES_SERVICE_HOST", "KUBECONFIG" } do env.set(n, nil) end
      env.set("HOME", "${dir}/none")
      k8s.version()`);
    expect(message).toContain(
      "k8s: not running in a Kubernetes pod (KUBERNETES_SERVICE_HOST not set)",
    );
  });
  test("IPv6 addresses of the API server", async () => {
    const message = await failure(`
      env.set("KUBERNETES_SERVICE_HOST", "::1")
      env.set("KUBERNETES_SERVICE_PORT", "1")
      k8s.version({ token = "t" })`);
    expect(message).toContain("https://[::1]:1/version");
  });

  const kubeconfig = (user: string) => `
apiVersion: v1
kind: Config
current-context: a
clusters:
- name: c
  cluster: { server: "${api.url}/prefix/" }
contexts:
- name: a
  context: { cluster: c, user: u, namespace: team }
- name: b
  context: { cluster: c, user: other }
users:
- name: u
  user: ${user}
- name: other
  user:
    username: ann
    password: pw
    as: bob
    as-groups: [g, h]
    as-user-extra: { "example.com/scopes": [view, edit], reason: [debug] }
`;
  test("contexts of a kubeconfig", async () => {
    file("tok", "filed\n");
    const path = file("config", kubeconfig("{ tokenFile: tok }"));
    api.expect("GET /prefix/version", { json: {} }, { headers: { authorization: "Bearer filed" } });
    api.expect("GET /prefix/api/v1/namespaces/team/pods/p", { json: {} });
    api.expect(
      "GET /prefix/version",
      { json: {} },
      {
        headers: {
          authorization: `Basic ${Buffer.from("ann:pw").toString("base64")}`,
          "impersonate-user": "bob",
          "impersonate-group": "g, h",
          "impersonate-extra-example.com%2fscopes": "view, edit",
          "impersonate-extra-reason": "debug",
        },
      },
    );
    await run(`
      k8s.version { kubeconfig = "${path}" }
      k8s.get_resource(nil, "pod", "p", { kubeconfig = "${path}" })
      k8s.version { kubeconfig = "${path}", context = "b" }`);
    expect(await failure(`k8s.version { kubeconfig = "${path}", context = "x" }`)).toContain(
      "no context 'x'",
    );
  });
  test("exec plugins, which run again after a 401", async () => {
    file(
      "plugin",
      `#!/bin/sh
n=$(cat "${dir}/count" 2>/dev/null || echo 0); n=$((n+1)); echo $n > "${dir}/count"
case "$KUBERNETES_EXEC_INFO" in *ExecCredential*) ;; *) exit 3;; esac
echo '{"kind":"ExecCredential","status":{"token":"'$1-$MARK-$n'"}}'
`,
    );
    const path = file(
      "config",
      kubeconfig(
        "{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [arg], env: [{ name: MARK, value: m }] } }",
      ),
    );
    const bearer = (n: number) => ({ headers: { authorization: `Bearer arg-m-${n}` } });
    api.expect("GET /prefix/version", { json: {} }, bearer(1));
    api.expect("GET /prefix/version", { json: {} }, bearer(1));
    api.expect("GET /prefix/version", { status: 401 }, bearer(1));
    api.expect("GET /prefix/version", { json: {} }, bearer(2));
    await run(`for i = 1, 3 do k8s.version { kubeconfig = "${path}" } end`);
    file("plugin", "#!/bin/sh\necho oh dear >&2; exit 1\n");
    const other = `k8s.version { kubeconfig = "${path}", context = "a" }`;
    expect(await failure(other)).toContain("oh dear");
  });
});

describe("watch", () => {
  let server: Server;
  let url: string;
  const asked: string[] = [];
  const closed: string[] = [];
  /** One entry for each request: the lines to send, "…" keeps the connection open. */
  let answers: (string[] | { status: number; text: string })[] = [];
  /** What happens while a request is refused. */
  let renew: (() => void) | undefined;
  beforeAll(async () => {
    server = createServer((req, res) => {
      asked.push(`${req.method} ${req.url}`);
      const next = answers.shift() ?? { status: 500, text: "no more" };
      if (!Array.isArray(next)) {
        if (next.status === 401) renew?.();
        res.writeHead(next.status).end(next.text);
        return;
      }
      res.writeHead(200, { "Content-Type": "application/json" });
      res.on("close", () => closed.push(req.url ?? ""));
      for (const line of next) if (line !== "…") res.write(`${line}\n`);
      if (!next.includes("…")) res.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const pod = (name: string, version: string) => ({ metadata: { name, resourceVersion: version } });
  const event = (type: string, name: string, version: string) =>
    JSON.stringify({ type, object: pod(name, version) });
  const listOf = (version: string, ...items: object[]) => ({
    status: 200,
    text: JSON.stringify({ items, metadata: { resourceVersion: version } }),
  });
  async function watch(options: string, stopAfter: number): Promise<unknown> {
    asked.length = 0;
    const h = luaWithModules({ URL: url });
    try {
      const [seen] = await h.run(`
        local k8s = require("assay.k8s")
        local seen = {}
        for ev in k8s.watch { kind = "pod", base_url = URL, token = "t", ${options} } do
          seen[#seen + 1] = ev.type .. " " .. ev.object.metadata.name
          if #seen == ${stopAfter} then break end
        end
        return table.concat(seen, ", ")`);
      return seen;
    } finally {
      await h.lua.close();
    }
  }

  test("what is there, then what happens, while the connection is open", async () => {
    answers = [
      listOf("5", pod("a", "1")),
      [event("ADDED", "b", "6"), event("DELETED", "a", "7"), "…"],
    ];
    expect(await watch(`namespace = "d", label_selector = "x=y"`, 3)).toBe(
      "ADDED a, ADDED b, DELETED a",
    );
    expect(asked).toEqual([
      "GET /api/v1/namespaces/d/pods?labelSelector=x%3Dy&limit=500",
      "GET /api/v1/namespaces/d/pods?labelSelector=x%3Dy&watch=true&allowWatchBookmarks=true&timeoutSeconds=290&resourceVersion=5",
    ]);
  });
  test("leaving the loop ends the request at once", async () => {
    answers = [listOf("5"), [event("ADDED", "b", "6"), "…"]];
    const h = luaWithModules({ URL: url });
    try {
      await h.run(`
        for ev in require("assay.k8s").watch {
          kind = "pod", base_url = URL, token = "t", label_selector = "of=this",
        } do break end
        -- the program goes on
        sleep(0.5)`);
      expect(closed.filter((u) => u.includes("of%3Dthis"))).toHaveLength(1);
    } finally {
      await h.lua.close();
    }
  });
  test("goes on from the last bookmark when the connection ends", async () => {
    answers = [
      listOf("5"),
      [JSON.stringify({ type: "BOOKMARK", object: pod("", "9") })],
      [event("MODIFIED", "b", "10"), "…"],
    ];
    expect(await watch(`initial = false`, 1)).toBe("MODIFIED b");
    expect(asked[2]).toContain("resourceVersion=9");
  });
  test("an expired version: the list tells what was missed", async () => {
    const gone = JSON.stringify({ type: "ERROR", object: { code: 410, message: "too old" } });
    answers = [
      listOf("5", pod("a", "1"), pod("b", "2")),
      [gone],
      listOf("8", pod("a", "7"), pod("c", "8")),
      [event("ADDED", "d", "9"), "…"],
    ];
    expect(await watch("", 6)).toBe("ADDED a, ADDED b, MODIFIED a, ADDED c, DELETED b, ADDED d");
  });
  test("trouble of the server's own in the stream does not end the watch, other errors do", async () => {
    const trouble = (code: number) =>
      JSON.stringify({ type: "ERROR", object: { code, message: "unable to decode an event" } });
    answers = [
      listOf("5", pod("a", "1")),
      [event("ADDED", "b", "6"), trouble(500)],
      listOf("8", pod("a", "1"), pod("c", "8")),
      ["…"],
    ];
    expect(await watch("", 4)).toBe("ADDED a, ADDED b, ADDED c, DELETED b");
    answers = [listOf("5"), [trouble(403)]];
    await expect(watch("", 1)).rejects.toThrow("k8s.watch: unable to decode an event");
  });
  test("a list that fails after that is tried again; a refusal ends the loop", async () => {
    const gone = JSON.stringify({ type: "ERROR", object: { code: 410, message: "too old" } });
    const busy = { status: 503, text: "starting" };
    answers = [listOf("5", pod("a", "1")), [gone], busy, listOf("8", pod("b", "8")), ["…"]];
    expect(await watch("", 3)).toBe("ADDED a, ADDED b, DELETED a");
    answers = [listOf("5"), [gone], { status: 403, text: "forbidden" }];
    await expect(watch("", 1)).rejects.toThrow("k8s.get: HTTP 403");
  });
  test("a refused token is read anew", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "assay-k8s-")), "token");
    writeFileSync(file, "old");
    const h = luaWithModules({ URL: url, FILE: file });
    answers = [listOf("5"), { status: 401, text: "expired" }, [event("ADDED", "a", "6"), "…"]];
    renew = () => writeFileSync(file, "new");
    try {
      const [seen] = await h.run(`
        for ev in require("assay.k8s").watch { kind = "pod", base_url = URL, token_file = FILE } do
          return ev.object.metadata.name
        end`);
      expect(seen).toBe("a");
    } finally {
      renew = undefined;
      await h.lua.close();
      rmSync(dirname(file), { recursive: true });
    }
  });
  test("a server that says nothing does not hold a watch for longer than its timeout", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const h = luaWithModules({ URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    try {
      const [took, error, rest, more] = await h.run(`
        local function watch(version)
          local began = time()
          local ok, e = pcall(function()
            for _ in require("assay.k8s").watch {
              kind = "pod", base_url = URL, token = "t", timeout = 0.2, resource_version = version,
            } do end
          end)
          return time() - began, ok or e
        end
        local took, e = watch()
        return took, e, watch("5")`);
      expect(took).toBeLessThan(5);
      expect(error).toMatch(/timeout after \d(\.\d{1,3})? s$/);
      expect([rest, more]).toEqual([expect.any(Number), true]);
      expect(rest).toBeLessThan(5);
    } finally {
      await h.lua.close();
      silent.closeAllConnections();
      silent.close();
    }
  });
  test("errors end the loop", async () => {
    answers = [{ status: 403, text: "forbidden" }];
    await expect(watch("", 1)).rejects.toThrow("k8s.get: HTTP 403");
    answers = [{ status: 403, text: "forbidden" }];
    await expect(watch(`resource_version = "5"`, 1)).rejects.toThrow("k8s.watch: HTTP 403");
  });
  test("ends after its timeout", async () => {
    const began = Date.now();
    answers = [listOf("5", pod("a", "1")), [], []];
    expect(await watch("timeout = 1", 99)).toBe("ADDED a");
    expect(Date.now() - began).toBeLessThan(5000);
  });
  test("an iterator that is dropped ends its task", async () => {
    const h = luaWithModules({});
    const [before, after] = await h.run(`
      local ended = 0
      -- its first result only, as in local it = k8s.follow_logs(…)
      local function iterator()
        return (require("assay.internal.kube_watch").iterate(function(emit)
          local _ <close> = setmetatable({}, { __close = function() ended = ended + 1 end })
          while true do emit({}) end
        end))
      end
      local it = iterator()
      it()
      for _ = 1, 3 do collectgarbage() sleep(0.05) end
      it()
      local before = ended
      it = nil
      for _ = 1, 20 do
        if ended > 0 then break end
        collectgarbage()
        sleep(0.05)
      end
      return before, ended`);
    await h.lua.close();
    expect([before, after]).toEqual([0, 1]);
  });
  test("follow_logs", async () => {
    answers = [["one", "two", "…"]];
    asked.length = 0;
    const h = luaWithModules({ URL: url });
    const got = await h.run(`
      local k8s = require("assay.k8s")
      for line in k8s.follow_logs("d", "p", { base_url = URL, token = "t", tail = 2 }) do
        if line == "two" then return line end
      end`);
    await h.lua.close();
    expect(got).toEqual(["two"]);
    expect(asked).toEqual(["GET /api/v1/namespaces/d/pods/p/log?tailLines=2&follow=true"]);
  });
});
