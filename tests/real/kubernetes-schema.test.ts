/**
 * What assay.k8s sends, and what its readers are tested with, against Kubernetes' published schema: no
 * field that the API does not have, none of another type, none missing.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runner } from "./real";
import { loadSchemas, missingSchema, type Schemas } from "./schemas";

const why = missingSchema();
const meta = (name: string, more: object = {}) => ({
  metadata: { name, namespace: "n", resourceVersion: "7", uid: "u", ...more },
});
const condition = (type: string, status: string, more: object = {}) => ({
  type,
  status,
  reason: "Reason",
  message: "a message",
  lastTransitionTime: "2026-01-01T00:00:00Z",
  ...more,
});
const container = { name: "c", image: "i:1" };
const template = { metadata: { labels: { a: "b" } }, spec: { containers: [container] } };
const selector = { matchLabels: { a: "b" } };

/** Objects as an API server has them, by their path. */
const OBJECTS: Record<string, object> = {
  "/apis/apps/v1/namespaces/n/deployments/d": {
    apiVersion: "apps/v1",
    kind: "Deployment",
    ...meta("d", { generation: 2 }),
    spec: { replicas: 2, selector, template },
    status: {
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      conditions: [condition("Available", "True"), condition("Progressing", "True")],
    },
  },
  "/apis/apps/v1/namespaces/n/statefulsets/s": {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    ...meta("s", { generation: 1 }),
    spec: { replicas: 1, serviceName: "s", selector, template },
    status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1 },
  },
  "/apis/apps/v1/namespaces/n/daemonsets/ds": {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    ...meta("ds", { generation: 1 }),
    spec: { selector, template },
    status: {
      observedGeneration: 1,
      currentNumberScheduled: 2,
      desiredNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 2,
      numberAvailable: 2,
      updatedNumberScheduled: 2,
    },
  },
  "/apis/batch/v1/namespaces/n/jobs/j": {
    apiVersion: "batch/v1",
    kind: "Job",
    ...meta("j"),
    spec: {
      completions: 1,
      template: { spec: { restartPolicy: "Never", containers: [container] } },
    },
    status: { succeeded: 1, conditions: [condition("Complete", "True")] },
  },
  "/apis/batch/v1/namespaces/n/jobs/bad": {
    apiVersion: "batch/v1",
    kind: "Job",
    ...meta("bad"),
    spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } },
    status: { failed: 7, conditions: [condition("Failed", "True")] },
  },
  "/api/v1/namespaces/n/pods/p": {
    apiVersion: "v1",
    kind: "Pod",
    ...meta("p"),
    spec: { containers: [container] },
    status: { phase: "Running", conditions: [condition("Ready", "True")] },
  },
  "/api/v1/namespaces/n/persistentvolumeclaims/c": {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    ...meta("c"),
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    status: { phase: "Bound" },
  },
  "/api/v1/nodes/worker": {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "worker", labels: { "node-role.kubernetes.io/gpu": "" } },
    status: {
      capacity: { cpu: "4" },
      allocatable: { cpu: "3800m" },
      conditions: [condition("Ready", "True")],
    },
  },
  "/api/v1/namespaces/n/secrets/s": {
    apiVersion: "v1",
    kind: "Secret",
    ...meta("s"),
    data: { k: "dg==" },
  },
  "/api/v1/namespaces/n/configmaps/m": {
    apiVersion: "v1",
    kind: "ConfigMap",
    ...meta("m"),
    data: { k: "v" },
    binaryData: { b: "AAE=" },
  },
  "/api/v1/namespaces/n/endpoints/svc": {
    apiVersion: "v1",
    kind: "Endpoints",
    ...meta("svc"),
    subsets: [
      {
        addresses: [{ ip: "10.0.0.1" }],
        notReadyAddresses: [{ ip: "10.0.0.2" }],
        ports: [{ port: 80 }],
      },
    ],
  },
  "/apis/apps/v1/namespaces/n/deployments/d/scale": {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    ...meta("d"),
    spec: { replicas: 2 },
    status: { replicas: 2 },
  },
};

const EVENT = {
  apiVersion: "v1",
  kind: "Event",
  ...meta("e"),
  involvedObject: { kind: "Pod", name: "p", namespace: "n" },
  reason: "Started",
  type: "Normal",
};
const SLICE = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  ...meta("svc-1", { labels: { "kubernetes.io/service-name": "svc" } }),
  addressType: "IPv4",
  endpoints: [
    { addresses: ["10.0.0.3"], conditions: { ready: true } },
    { addresses: ["10.0.0.4"], conditions: { ready: false } },
  ],
  ports: [],
};
const under = (path: string) => OBJECTS[path] as object;
const listOf = (apiVersion: string, kind: string, ...items: object[]) => ({
  apiVersion,
  kind,
  metadata: { resourceVersion: "9" },
  items,
});
const LISTS: Record<string, object> = {
  "/api/v1/nodes": listOf("v1", "NodeList", under("/api/v1/nodes/worker")),
  "/api/v1/namespaces/n/pods": listOf("v1", "PodList", under("/api/v1/namespaces/n/pods/p")),
  "/api/v1/namespaces/n/events": listOf("v1", "EventList", EVENT),
  "/apis/discovery.k8s.io/v1/namespaces/n/endpointslices": listOf(
    "discovery.k8s.io/v1",
    "EndpointSliceList",
    SLICE,
  ),
};
/** Answers to requests that create what is no object of a list. */
const CREATED: Record<string, object> = {
  "/api/v1/namespaces/n/serviceaccounts/robot/token": {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { audiences: ["a"], expirationSeconds: 600 },
    status: { token: "T", expirationTimestamp: "2026-01-01T00:00:00Z" },
  },
  "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb: "get" } },
    status: { allowed: true, reason: "RBAC" },
  },
};
const STATUS = { apiVersion: "v1", kind: "Status", status: "Success" };

describe.skipIf(why)(`the schema of Kubernetes${why ? ` (left out: ${why})` : ""}`, () => {
  let schemas: Schemas;
  let server: Server;
  let url: string;
  /** Each request with a body, and what the schema says about it. */
  let sent: { line: string; body: unknown; problems: string[] }[] = [];

  /** The kind of the objects at a path. */
  function kindAt(path: string): [string, string] {
    const found = under(path.replace(/\/status$/, "")) as { apiVersion: string; kind: string };
    return [found.apiVersion, found.kind];
  }

  function judge(method: string, path: string, type: string, body: unknown): string[] {
    if (method === "DELETE") return schemas.problems(body);
    if (method === "PATCH" && !type.startsWith("application/apply-patch"))
      return schemas.problems(body, { partial: true, as: kindAt(path) });
    return schemas.problems(body);
  }

  beforeAll(async () => {
    schemas = await loadSchemas();
    server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        const { pathname } = new URL(req.url ?? "", "http://x");
        const method = req.method ?? "";
        const text = Buffer.concat(chunks).toString();
        const body: unknown = text === "" ? undefined : JSON.parse(text);
        if (body !== undefined) {
          const problems = judge(method, pathname, req.headers["content-type"] ?? "", body);
          sent.push({ line: `${method} ${req.url}`, body, problems });
        }
        const answer =
          method === "DELETE"
            ? STATUS
            : (OBJECTS[pathname.replace(/\/status$/, "")] ??
              LISTS[pathname] ??
              CREATED[pathname] ??
              body);
        res.writeHead(answer === undefined ? 404 : 200, { "Content-Type": "application/json" });
        res.end(JSON.stringify(answer ?? { ...STATUS, status: "Failure", code: 404 }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const lua = runner(
    () => `local k8s = require("assay.k8s")
      local o = { base_url = URL, token = "t" }
      local function with(more) return rest.copy(o, more) end`,
    () => ({ URL: url }),
  );

  test("the objects of these tests are objects of Kubernetes", () => {
    const all = [...Object.values(OBJECTS), ...Object.values(LISTS), ...Object.values(CREATED)];
    expect([STATUS, EVENT, SLICE, ...all].flatMap((o) => schemas.problems(o))).toEqual([]);
  });
  test("every kind that needs no discovery is a kind of Kubernetes, with its group and version", async () => {
    const [found] = await lua.run(`
      local kinds = require("assay.internal.kube_kinds")
      local out = {}
      for name in ([[pod service secret configmap endpoints serviceaccount persistentvolumeclaim pvc limitrange
        resourcequota event namespace node persistentvolume pv deployment statefulset daemonset replicaset job cronjob
        ingress ingressclass networkpolicy storageclass role rolebinding clusterrole clusterrolebinding hpa
        poddisruptionbudget pdb po svc cm ns no sa deploy sts ds rs cj ing netpol sc lease endpointslice
        customresourcedefinition priorityclass replicationcontroller volumeattachment csidriver csinode apiservice
        validatingwebhookconfiguration mutatingwebhookconfiguration]]):gmatch("%w+") do
        local entry = kinds.known(name)
        out[#out + 1] = { name, entry and entry.api_version, entry and entry.kind }
      end
      return out`);
    const unknown = (found as [string, string, string][]).filter(
      ([, version, kind]) => !schemas.has(version, kind),
    );
    expect(found).toHaveLength(57);
    expect(unknown).toEqual([]);
  });
  test("bodies of requests", async () => {
    sent = [];
    await lua.run(`
      local template = { metadata = { labels = { a = "b" } }, spec = { containers = { { name = "c", image = "i" } } } }
      local spec = { selector = { matchLabels = { a = "b" } }, template = template }
      k8s.create("n", "deployment", { metadata = { name = "new" }, spec = spec }, o)
      k8s.update("n", "deployment", "d", { metadata = { name = "d" }, spec = spec }, o)
      k8s.apply({ apiVersion = "apps/v1", kind = "Deployment", metadata = { name = "d", namespace = "n" }, spec = spec }, o)
      k8s.apply_resource("n", "configmap", "m", { data = { a = "b" } }, o)
      k8s.patch_resource("n", "deployment", "d", { spec = { replicas = 3 } }, o)
      k8s.patch_status("n", "deployment", "d", { status = { readyReplicas = 1 } }, o)
      k8s.scale("n", "deployment", "d", 3.0, o)
      k8s.restart("n", "deployment", "d", o)
      k8s.restart("n", "statefulset", "s", o)
      k8s.evict("n", "p", with { grace_period = 5 })
      k8s.create_token("n", "robot", with { audiences = { "a" }, expiration_seconds = 600 })
      k8s.can_i("update", "n", "deployment", with { subresource = "scale", name = "d" })
      k8s.delete_resource("n", "pod", "p", with { propagation_policy = "Foreground", grace_period = 0,
        preconditions = { uid = "u" } })
      k8s.delete_collection("n", "pod", with { label_selector = "a=b", propagation_policy = "Orphan" })`);
    expect(sent.map(({ line }) => line)).toEqual([
      "POST /apis/apps/v1/namespaces/n/deployments",
      "PUT /apis/apps/v1/namespaces/n/deployments/d",
      "PATCH /apis/apps/v1/namespaces/n/deployments/d?fieldManager=assay&force=true",
      "PATCH /api/v1/namespaces/n/configmaps/m?fieldManager=assay&force=true",
      "PATCH /apis/apps/v1/namespaces/n/deployments/d",
      "PATCH /apis/apps/v1/namespaces/n/deployments/d/status",
      "PATCH /apis/apps/v1/namespaces/n/deployments/d/scale",
      "PATCH /apis/apps/v1/namespaces/n/deployments/d",
      "PATCH /apis/apps/v1/namespaces/n/statefulsets/s",
      "POST /api/v1/namespaces/n/pods/p/eviction",
      "POST /api/v1/namespaces/n/serviceaccounts/robot/token",
      "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      "DELETE /api/v1/namespaces/n/pods/p",
      "DELETE /api/v1/namespaces/n/pods?labelSelector=a%3Db",
    ]);
    expect(sent.flatMap(({ problems }) => problems)).toEqual([]);
  });
  test("a wrong body would be noticed", async () => {
    sent = [];
    await lua.run(`k8s.patch_resource("n", "deployment", "d", { spec = { replica = 3 } }, o)
      k8s.create("n", "deployment", { metadata = { name = "new" } , spec = { replicas = "3" } }, o)`);
    expect(sent.every(({ problems }) => problems.length > 0)).toBe(true);
  });
  test("readers understand objects as Kubernetes has them", async () => {
    expect(
      await lua.run(`
        local node = k8s.node_status(o)[1]
        local rollout = k8s.rollout_status("n", "ds", with { kind = "daemonset" })
        return (k8s.is_ready("n", "deployment", "d", o)), (k8s.is_ready("n", "statefulset", "s", o)),
          (k8s.is_ready("n", "daemonset", "ds", o)), (k8s.is_ready("n", "job", "j", o)),
          (k8s.is_ready("n", "job", "bad", o)), (k8s.is_ready("n", "pod", "p", o)), (k8s.is_ready("n", "pvc", "c", o)),
          node.ready, node.roles[1], node.allocatable.cpu, k8s.get_secret("n", "s", o).k,
          k8s.get_configmap("n", "m", o).b == "\\0\\1", k8s.service_endpoints("n", "svc", o),
          k8s.service_endpoints("n", "svc", with { slices = true }), k8s.pod_status("n", o).running,
          k8s.events_for("n", "Pod", "p", o).items[1].reason, rollout.complete,
          k8s.rollout_status("n", "d", o).complete, k8s.scale("n", "deployment", "d", nil, o).spec.replicas,
          (k8s.create_token("n", "robot", o)), (k8s.can_i("get", "n", "pod", o))`),
    ).toEqual([
      ...[true, true, true, true, false, true, true],
      ...[true, "gpu", "3800m", "v", true, ["10.0.0.1"], ["10.0.0.3"], 1],
      ...["Started", true, true, 2, "T", true],
    ]);
    expect(await lua.failure(`k8s.wait_job("n", "bad", 5, o)`)).toContain(
      "Failed=True (Reason): a message",
    );
  });
});
