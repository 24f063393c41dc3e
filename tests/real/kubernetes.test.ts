/** assay.k8s against a kube-apiserver. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, missingKubernetes, startCluster } from "./kubernetes-server";
import { runner } from "./real";

const why = missingKubernetes();

describe.skipIf(why)(`kube-apiserver${why ? ` (left out: ${why})` : ""}`, () => {
  let cluster: Cluster;
  const lua = runner(
    () => `local k8s = require("assay.k8s")
      local o = { base_url = URL, token = ADMIN, ca_cert = CA }
      local function with(more)
        for k, v in pairs(o) do if more[k] == nil then more[k] = v end end
        return more
      end
      local function deployment(name, replicas)
        return {
          metadata = { name = name },
          spec = {
            replicas = replicas, selector = { matchLabels = { app = name } },
            template = { metadata = { labels = { app = name } },
              spec = { containers = { { name = "c", image = "i:1" } } } },
          },
        }
      end
      local NOW = os.date("!%Y-%m-%dT%H:%M:%SZ")
      local function pod(name, labels)
        return { metadata = { name = name, labels = labels },
          spec = { containers = { { name = "c", image = "i:1" } } } }
      end
      local function namespace(name)
        k8s.apply({ apiVersion = "v1", kind = "Namespace", metadata = { name = name } }, o)
        return name
      end`,
    () => ({
      URL: cluster.url,
      CA: cluster.authority.ca,
      ADMIN: cluster.tokens.admin,
      NOBODY: cluster.tokens.nobody,
      SA: cluster.serviceAccount,
    }),
  );
  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);
  afterAll(() => cluster?.stop());

  test("TLS: the authority is checked", async () => {
    expect(await lua.failure(`k8s.version { base_url = URL, token = ADMIN }`)).toMatch(
      /http\.get: .*certificate/,
    );
    expect(
      await lua.run(`return k8s.version(o).major,
        k8s.version({ base_url = URL, token = ADMIN, insecure = true }).major,
        k8s.readyz(o), (k8s.livez(o))`),
    ).toEqual(["1", "1", true, true]);
  });
  test("rights: 401 and 403 are errors, can_i tells", async () => {
    expect(await lua.failure(`k8s.list("default", "pod", with { token = "wrong" })`)).toContain(
      "k8s.get: HTTP 401 /api/v1/namespaces/default/pods: ",
    );
    expect(await lua.failure(`k8s.exists("default", "pod", "p", with { token = NOBODY })`)).toMatch(
      /k8s\.exists: HTTP 403 .*pods \\"p\\" is forbidden/,
    );
    expect(
      await lua.run(`return (k8s.can_i("list", "default", "pod", o)),
        (k8s.can_i("list", "default", "pod", with { token = NOBODY })),
        (k8s.can_i("update", "default", "deployment", with { subresource = "scale", name = "d" }))`),
    ).toEqual([true, false, true]);
  });
  test("raw verbs", async () => {
    expect(
      await lua.run(`
        local path = "/api/v1/namespaces/default/configmaps"
        local made = k8s.post(path, { metadata = { name = "raw" }, data = { a = "1" } }, o)
        made.data.a = "2"
        local put = k8s.put(path .. "/raw", made, o)
        local merged = k8s.patch(path .. "/raw", { data = { b = "3" } }, o)
        local json = k8s.patch(path .. "/raw", { { op = "remove", path = "/data/a" } }, with { type = "json" })
        local got = k8s.get(path .. "/raw", o)
        local deleted = k8s.delete(path .. "/raw", o)
        return put.data.a, merged.data.b, json.data.a, got.data.b, deleted.status,
          k8s.delete(path .. "/raw", with { ignore_not_found = true })`),
    ).toEqual(["2", "3", undefined, "3", "Success", undefined]);
    expect(await lua.failure(`k8s.delete("/api/v1/namespaces/default/configmaps/raw", o)`)).toMatch(
      /k8s\.delete: HTTP 404 \/api\/v1\/namespaces\/default\/configmaps\/raw: .*"reason":"NotFound"/s,
    );
    expect(await lua.failure(`k8s.post("/api/v1/namespaces/default/pods", {}, o)`)).toMatch(
      /k8s\.post: HTTP 422/,
    );
  });
  test("every kind has its path", async () => {
    // those that came after 1.20
    const later = "cronjob hpa poddisruptionbudget pdb endpointslice";
    expect(
      await lua.run(`
        local kinds = [[pod service secret configmap endpoints serviceaccount persistentvolumeclaim pvc limitrange
          resourcequota event namespace node persistentvolume pv deployment statefulset daemonset replicaset job
          ingress ingressclass networkpolicy storageclass role rolebinding clusterrole clusterrolebinding
          replicationcontroller lease priorityclass customresourcedefinition apiservice csidriver csinode
          volumeattachment validatingwebhookconfiguration mutatingwebhookconfiguration]]
        local count = 0
        for kind in kinds:gmatch("%w+") do
          assert.not_nil(k8s.list(nil, kind, o).items, kind)
          count = count + 1
        end
        local minor = tonumber((k8s.version(o).minor:match("%d+")))
        local paths = {}
        for kind in ("${later}"):gmatch("%w+") do
          if minor >= 25 then assert.not_nil(k8s.list(nil, kind, o).items, kind) end
          paths[#paths + 1] = k8s._list_path("d", kind)
        end
        return count, paths`),
    ).toEqual([
      38,
      [
        "/apis/batch/v1/namespaces/d/cronjobs",
        "/apis/autoscaling/v2/namespaces/d/horizontalpodautoscalers",
        "/apis/policy/v1/namespaces/d/poddisruptionbudgets",
        "/apis/policy/v1/namespaces/d/poddisruptionbudgets",
        "/apis/discovery.k8s.io/v1/namespaces/d/endpointslices",
      ],
    ]);
  });
  test("objects: create, get, update, patch, scale, restart, delete", async () => {
    expect(
      await lua.run(`
        local ns = namespace("objects")
        local made = k8s.create(ns, "deployment", deployment("d", 2), with { field_manager = "me" })
        local manager = made.metadata.managedFields[1].manager
        local again = select(2, pcall(k8s.create, ns, "deployment", deployment("d", 2), o))
        local dry = k8s.create(ns, "deployment", deployment("dry", 1), with { dry_run = true })
        made.spec.replicas = 3
        local updated = k8s.update(ns, "deployment", "d", made, o)
        local conflict = select(2, pcall(k8s.update, ns, "deployment", "d", made, o))
        local strategic = k8s.patch_resource(ns, "deploy", "d",
          { spec = { template = { spec = { containers = { { name = "side", image = "s:1" } } } } } },
          with { type = "strategic" })
        local scaled = k8s.scale(ns, "deployment", "d", 5, o)
        local read = k8s.scale(ns, "deployment", "d", nil, o)
        local restarted = k8s.restart(ns, "deployment", "d", o)
        local stamp = restarted.spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]
        local found = k8s.find(ns, "deployments.apps", "d", o)
        k8s.delete_resource(ns, "deployment", "d", with { propagation_policy = "Background", grace_period = 0 })
        return manager, again:match("HTTP %d+"), k8s.exists(ns, "deployment", "dry", o), dry.spec.replicas,
          updated.spec.replicas, conflict:match("HTTP %d+"), #strategic.spec.template.spec.containers,
          scaled.spec.replicas, read.spec.replicas, stamp ~= nil, found.metadata.name,
          k8s.find(ns, "deployment", "d", o), k8s.namespace_exists(ns, o), k8s.namespace_exists("none", o)`),
    ).toEqual([
      ..."me|HTTP 409".split("|"),
      false,
      1,
      3,
      "HTTP 409",
      2,
      5,
      5,
      true,
      "d",
      undefined,
      true,
      false,
    ]);
  });
  test("server-side apply: fields, owners, conflicts", async () => {
    expect(
      await lua.run(`
        local ns = namespace("applied")
        local function cm(data)
          return { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "c", namespace = ns }, data = data }
        end
        k8s.apply(cm { a = "1", b = "2" }, o)
        local kept = k8s.apply(cm { a = "1" }, o)
        local conflict = select(2, pcall(k8s.apply, cm { a = "other" }, with { field_manager = "you", force = false }))
        local forced = k8s.apply(cm { a = "other" }, with { field_manager = "you" })
        local many = k8s.apply([[
apiVersion: v1
kind: ConfigMap
metadata: { name: y1, namespace: applied }
---
apiVersion: v1
kind: List
items:
- { apiVersion: v1, kind: Service, metadata: { name: s, namespace: applied }, spec: { ports: [{ port: 80, protocol: TCP }] } }
- { apiVersion: apps/v1, kind: Deployment, metadata: { name: w, namespace: applied },
    spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: c, image: i }] } } } }
]], o)
        local one = k8s.apply_resource(ns, "deployment", "w", { spec = {
          replicas = 4, selector = { matchLabels = { a = "b" } },
          template = { metadata = { labels = { a = "b" } }, spec = { containers = { { name = "c", image = "i" } } } } } }, o)
        return kept.data.b, conflict:match("HTTP %d+"), conflict:match('conflict with \\\\"(%w+)'), forced.data.a,
          #many, many[3].kind, one.spec.replicas`),
    ).toEqual([undefined, "HTTP 409", "assay", "other", 3, "Deployment", 4]);
  });
  test("objects that were read can be applied, and finalizers taken away", async () => {
    expect(
      await lua.run(`
        local ns = namespace("edited")
        local made = k8s.create(ns, "configmap", { metadata = { name = "c", finalizers = { "a.io/b" } } }, o)
        made.data = { a = "1" }
        local applied = k8s.apply(made, o)
        k8s.delete_resource(ns, "configmap", "c", o)
        local held = k8s.exists(ns, "configmap", "c", o)
        k8s.patch_resource(ns, "configmap", "c", { metadata = { finalizers = {} } }, o)
        return applied.data.a, held, k8s.exists(ns, "configmap", "c", o)`),
    ).toEqual(["1", true, false]);
  });
  test("lists: selectors, pages, collections", async () => {
    expect(
      await lua.run(`
        local ns = namespace("lists")
        for i = 1, 12 do
          k8s.create(ns, "pod", pod(("p%02d"):format(i), { odd = tostring(i % 2 == 1), n = "n" .. i }), o)
        end
        local all = k8s.list(ns, "pod", with { page_size = 5 })
        local one = k8s.list(ns, "pod", with { limit = 5 })
        local odd = k8s.list(ns, "pod", with { label_selector = "odd in (true),n notin (n1, n3)" })
        local field = k8s.list(nil, "pod", with { field_selector = "metadata.name=p02,metadata.namespace=lists" })
        local names = {}
        for p in k8s.each(ns, "pod", with { page_size = 4 }) do names[#names + 1] = p.metadata.name end
        local status = k8s.pod_status(ns, o)
        k8s.delete_collection(ns, "pod", with { label_selector = "odd=true", grace_period = 0 })
        return #all.items, all.metadata.continue, #one.items, one.metadata.continue ~= nil, #odd.items,
          #field.items, #names, status.pending, status.total, #k8s.list_pods(ns, o).items`),
    ).toEqual([12, undefined, 5, true, 4, 1, 12, 12, 12, 6]);
    expect(
      await lua.failure(`k8s.list("lists", "pod", with { label_selector = "a in b" })`),
    ).toMatch(/k8s\.get: HTTP 400 \/api\/v1\/namespaces\/lists\/pods\?labelSelector=a%20in%20b: /);
  });
  test("readers: secrets, config maps, endpoints, events, nodes", async () => {
    expect(
      await lua.run(`
        local ns = namespace("readers")
        k8s.create(ns, "secret", { metadata = { name = "s" }, stringData = { a = "b" },
          data = { raw = base64.encode("\\0\\xff") } }, o)
        k8s.create(ns, "configmap", { metadata = { name = "c" }, data = { k = "v" },
          binaryData = { b = base64.encode("\\0\\1") } }, o)
        k8s.create(ns, "endpoints", { metadata = { name = "e" }, subsets = {
          { addresses = { { ip = "10.1.1.1" }, { ip = "10.1.1.2" } }, notReadyAddresses = { { ip = "10.1.1.3" } },
            ports = { { port = 80 } } } } }, o)
        k8s.create(ns, "event", { metadata = { name = "ev" }, reason = "Test", message = "m", type = "Normal",
          involvedObject = { kind = "Pod", name = "p", namespace = ns } }, o)
        k8s.create(nil, "node", { metadata = { name = "n1", labels = {
          ["node-role.kubernetes.io/worker"] = "", ["node-role.kubernetes.io/gpu"] = "" } } }, o)
        k8s.patch_status(nil, "node", "n1", { status = { capacity = { cpu = "4" },
          conditions = { { type = "Ready", status = "True", reason = "r", message = "m",
            lastHeartbeatTime = "2026-01-01T00:00:00Z", lastTransitionTime = "2026-01-01T00:00:00Z" } } } }, o)
        local secret, config = k8s.get_secret(ns, "s", o), k8s.get_configmap(ns, "c", o)
        local node = k8s.node_status(o)[1]
        return secret.a, secret.raw == "\\0\\xff", config.k, config.b == "\\0\\1",
          table.concat(k8s.service_endpoints(ns, "e", o), " "), #k8s.list_events(ns, o).items,
          k8s.events_for(ns, "Pod", "p", o).items[1].reason, #k8s.events_for(ns, "Pod", "q", o).items,
          node.ready, table.concat(node.roles, " "), node.capacity.cpu, (k8s.is_ready(nil, "node", "n1", o))`),
    ).toEqual([
      "b",
      true,
      "v",
      true,
      "10.1.1.1 10.1.1.2",
      1,
      "Test",
      0,
      true,
      "gpu worker",
      "4",
      true,
    ]);
  });
  test("logs of a pod without a node", async () => {
    expect(
      await lua.run(`return k8s.logs("lists", "p02", with { tail = 5, container = "c" })`),
    ).toEqual([""]);
    expect(
      await lua.failure(`k8s.logs("lists", "none", with { since = 60, previous = true })`),
    ).toMatch(
      /k8s\.logs: HTTP 404 \/api\/v1\/namespaces\/lists\/pods\/none\/log\?previous=true&sinceSeconds=60: /,
    );
    expect(await lua.failure(`for _ in k8s.follow_logs("lists", "none", o) do end`)).toContain(
      "k8s.follow_logs: HTTP 404",
    );
  });
  test("waits: rollouts, jobs, conditions, fields, deletion", async () => {
    expect(
      await lua.run(`
        local ns = namespace("waits")
        k8s.create(ns, "deployment", deployment("d", 2), o)
        k8s.create(ns, "job", { metadata = { name = "j" }, spec = { template = { spec = {
          restartPolicy = "Never", containers = { { name = "c", image = "i" } } } } } }, o)
        k8s.create(ns, "pod", pod("p"), o)
        -- what controllers would do
        async.spawn(function()
          sleep(0.3)
          k8s.patch_status(ns, "deployment", "d", { status = { observedGeneration = 1, replicas = 2,
            updatedReplicas = 2, readyReplicas = 2, availableReplicas = 2,
            conditions = { { type = "Available", status = "True" } } } }, o)
          k8s.patch_status(ns, "job", "j", { status = { succeeded = 1, startTime = NOW, completionTime = NOW,
            conditions = { { type = "SuccessCriteriaMet", status = "True" }, { type = "Complete", status = "True" } } } }, o)
          k8s.patch_status(ns, "pod", "p", { status = { phase = "Running" } }, o)
          sleep(0.3)
          k8s.delete_resource(ns, "pod", "p", with { grace_period = 0 })
        end)
        local w = function() return with { interval = 0.05 } end
        local before = k8s.rollout_status(ns, "d", o).complete
        local ready = k8s.wait_ready(ns, "deployment", "d", 10, w())
        local rollout = k8s.wait_rollout(ns, "deployment", "d", 10, w())
        local available = k8s.wait_for(ns, "deployment", "d", with { condition = "Available", interval = 0.05 })
        local job = k8s.wait_job(ns, "j", 10, w())
        local running = k8s.wait_for(ns, "pod", "p", with { field = "status.phase", value = "Running", interval = 0.05 })
        k8s.wait_deleted(ns, "pod", "p", 10, w())
        return before, ready, rollout.complete, available.status.readyReplicas, job.status.succeeded,
          running.metadata.name, k8s.get_status(ns, "deployment", "d", o).status.replicas`),
    ).toEqual([false, true, true, 2, 1, "p", 2]);
    expect(
      await lua.failure(`k8s.wait_for("waits", "deployment", "d",
        with { condition = "Gone", timeout = 0.3, interval = 0.1 })`),
    ).toContain("k8s.wait_for: deployment/d not Gone after 0.3s (last: no condition Gone)");
    expect(
      await lua.failure(`
        k8s.create("waits", "job", { metadata = { name = "bad" }, spec = { template = { spec = {
          restartPolicy = "Never", containers = { { name = "c", image = "i" } } } } } }, o)
        k8s.patch_status("waits", "job", "bad", { status = { startTime = NOW,
          conditions = { { type = "FailureTarget", status = "True" }, { type = "Failed", status = "True", reason = "BackoffLimitExceeded", message = "too often" } } } }, o)
        k8s.wait_job("waits", "bad", 30, o)`),
    ).toMatch(
      /k8s\.wait_for: job\/bad not Complete: Failed=True \(BackoffLimitExceeded\): too often/,
    );
  });
  test("custom resources through discovery", async () => {
    expect(
      await lua.run(`
        local ns = namespace("custom")
        k8s.apply({ apiVersion = "apiextensions.k8s.io/v1", kind = "CustomResourceDefinition",
          metadata = { name = "widgets.test.assay.dev" },
          spec = { group = "test.assay.dev", scope = "Namespaced",
            names = { kind = "Widget", plural = "widgets", singular = "widget", shortNames = { "wd" } },
            versions = { { name = "v1", served = true, storage = true, subresources = { status = {}, scale = {
              specReplicasPath = ".spec.size", statusReplicasPath = ".status.size" } },
              schema = { openAPIV3Schema = { type = "object", ["x-kubernetes-preserve-unknown-fields"] = true } } } } } }, o)
        k8s.wait_for(nil, "crd", "widgets.test.assay.dev", with { condition = "Established", interval = 0.1 })
        local made = eventually(function()
          local ok, w = pcall(k8s.create, ns, "widget", { metadata = { name = "w" }, spec = { size = 1 } }, o)
          return ok and w, w
        end)
        local applied = k8s.apply({ apiVersion = "test.assay.dev/v1", kind = "Widget",
          metadata = { name = "w", namespace = ns }, spec = { color = "red" } }, o)
        local short = k8s.get_resource(ns, "wd", "w", o)
        local full = k8s.get_resource(ns, "widgets.test.assay.dev", "w", o)
        local by_version = k8s.list(ns, "test.assay.dev/v1/Widget", o)
        local scaled = k8s.scale(ns, "Widget", "w", 7, o)
        k8s.patch_status(ns, "widget", "w", { status = { conditions = { { type = "Ready", status = "True" } } } }, o)
        local ready = k8s.wait_ready(ns, "widget", "w", 5, o)
        local listed
        for _, r in ipairs(k8s.api_resources(o)) do if r.kind == "Widget" then listed = r end end
        return made.kind, applied.spec.color, applied.spec.size, short.spec.size, full.kind, #by_version.items,
          scaled.spec.replicas, ready, listed.api_version, listed.plural, listed.namespaced, listed.short[1]`),
    ).toEqual([
      "Widget",
      "red",
      1,
      1,
      "Widget",
      1,
      7,
      true,
      "test.assay.dev/v1",
      "widgets",
      true,
      "wd",
    ]);
    expect(await lua.failure(`k8s.list("custom", "gizmo", o)`)).toContain(
      "k8s: unknown resource kind 'gizmo'",
    );
    expect(
      await lua.run(`k8s.register_crd("thing", "test.assay.dev", "v1", "widgets")
        return k8s.get_resource("custom", "thing", "w", o).kind`),
    ).toEqual(["Widget"]);
  });
  test("watch: what is there, what happens, selectors, timeouts", async () => {
    expect(
      await lua.run(`
        local ns = namespace("watched")
        k8s.create(ns, "configmap", { metadata = { name = "old", labels = { w = "1" } } }, o)
        async.spawn(function()
          sleep(0.3)
          k8s.create(ns, "configmap", { metadata = { name = "other" } }, o)
          k8s.create(ns, "configmap", { metadata = { name = "new", labels = { w = "1" } } }, o)
          k8s.patch_resource(ns, "configmap", "new", { data = { a = "1" } }, o)
          k8s.delete_resource(ns, "configmap", "old", o)
        end)
        local seen = {}
        for ev in k8s.watch(with { kind = "configmap", namespace = ns, label_selector = "w=1", timeout = 20 }) do
          seen[#seen + 1] = ev.type .. " " .. ev.object.metadata.name
          if #seen == 4 then break end
        end
        local began = time()
        local count = 0
        for _ in k8s.watch(ns, "configmap", with { name = "new", timeout = 1 }) do count = count + 1 end
        return table.concat(seen, ", "), count, time() - began < 5`),
    ).toEqual(["ADDED old, ADDED new, MODIFIED new, DELETED old", 1, true]);
  });
  test("watch goes on after 410: a version that the server never had", async () => {
    expect(
      await lua.run(`
        local ns = namespace("gone")
        k8s.create(ns, "configmap", { metadata = { name = "a" } }, o)
        for ev in k8s.watch(with { kind = "configmap", namespace = ns, resource_version = "1", timeout = 20 }) do
          return ev.type, ev.object.metadata.name
        end`),
    ).toEqual(["ADDED", "a"]);
  });
  test("tokens of service accounts, read again when they change", async () => {
    const token = async () =>
      (await lua.run(`
          if not k8s.find("default", "serviceaccount", "robot", o) then
            k8s.create("default", "serviceaccount", { metadata = { name = "robot" } }, o)
            k8s.create("default", "role", { metadata = { name = "reader" }, rules = {
              { apiGroups = { "" }, resources = { "serviceaccounts" }, verbs = { "get", "list" } } } }, o)
            k8s.create("default", "rolebinding", { metadata = { name = "reader" },
              roleRef = { apiGroup = "rbac.authorization.k8s.io", kind = "Role", name = "reader" },
              subjects = { { kind = "ServiceAccount", name = "robot", namespace = "default" } } }, o)
          end
          local token, ends = k8s.create_token("default", "robot", with { expiration_seconds = 600 })
          return token, rest.parse_time(ends) > time() + 500`)) as [string, boolean];
    const [first, lasts] = await token();
    expect(lasts).toBe(true);
    writeFileSync(join(cluster.serviceAccount, "token"), `${first}\n`);
    const [second] = await token();
    expect(
      await lua.run(`
        local pod = { base_url = URL, service_account = SA }
        local name = k8s.get_resource(nil, "serviceaccount", "robot", pod).metadata.name
        fs.write(SA .. "/token", "no longer valid")
        local refused = select(2, pcall(k8s.list, "default", "serviceaccount", pod)):match("HTTP %d+")
        fs.write(SA .. "/token", ${JSON.stringify(second)})
        local again = #k8s.list("default", "serviceaccount", pod).items
        local ca = fs.read(SA .. "/ca.crt")
        fs.write(SA .. "/ca.crt", ${JSON.stringify(cluster.authority.selfSigned("other", "DNS:x").cert)})
        local untrusted = select(2, pcall(k8s.list, "default", "serviceaccount", pod)):match("certificate")
        fs.write(SA .. "/ca.crt", ca)
        return name, refused, again, untrusted, #k8s.list("default", "serviceaccount", pod).items`),
    ).toEqual(["robot", "HTTP 401", 1, "certificate", 1]);
  });
  test("kubeconfig: client certificates, several files, impersonation, exec plugins", async () => {
    const { authority, tokens, serviceAccount } = cluster;
    const { cert, key } = authority.issue("cert-user", "DNS:unused");
    const data = (text: string) => Buffer.from(text).toString("base64");
    const file = (name: string, text: string, mode = 0o600) => {
      const path = join(serviceAccount, "..", name);
      writeFileSync(path, text, { mode });
      return path;
    };
    const clusters = file(
      "clusters.yaml",
      `apiVersion: v1
kind: Config
current-context: cert
clusters: [{ name: here, cluster: { server: "${cluster.url}", certificate-authority-data: ${data(authority.ca)} } }]
contexts:
- { name: cert, context: { cluster: here, user: cert, namespace: objects } }
- { name: exec, context: { cluster: here, user: exec } }
- { name: as, context: { cluster: here, user: as } }
`,
    );
    const users = file(
      "users.yaml",
      `users:
- { name: cert, user: { client-certificate-data: ${data(cert)}, client-key: user.key } }
- { name: exec, user: { exec: { apiVersion: client.authentication.k8s.io/v1beta1, command: ./plugin, interactiveMode: Never } } }
- { name: as, user: { token: ${tokens.admin}, as: nobody, as-groups: [g, "system:masters"] } }
`,
    );
    file("user.key", key);
    file(
      "plugin",
      `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"${tokens.admin}"}}'\n`,
      0o755,
    );
    expect(
      await lua.run(`
        env.set("KUBECONFIG", "/nowhere:${clusters}:${users}")
        local forbidden = select(2, pcall(k8s.list, "default", "pod"))
        k8s.create(nil, "clusterrolebinding", { metadata = { name = "cert" },
          roleRef = { apiGroup = "rbac.authorization.k8s.io", kind = "ClusterRole", name = "system:aggregate-to-view" },
          subjects = { { kind = "User", apiGroup = "rbac.authorization.k8s.io", name = "cert-user" } } }, o)
        local seen = eventually(function()
          local ok, list = pcall(k8s.list, nil, "deployment")
          return ok and list
        end)
        return forbidden:match('User "([^"]+)"') or forbidden:match('User \\\\"([%w-]+)'), seen.kind, k8s.namespace(),
          #k8s.list("default", "namespace", { context = "exec" }).items > 3,
          #k8s.list(nil, "namespace", { context = "as" }).items > 3`),
    ).toEqual(["cert-user", "DeploymentList", "objects", true, true]);
  });
  test("a manifest with its own kind, waits for all of a selector, deletion", async () => {
    expect(
      await lua.run(`
        local manifest = [[
apiVersion: v1
kind: Namespace
metadata: { name: widgets }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.own.example.com }
spec:
  group: own.example.com
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget }
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
---
apiVersion: own.example.com/v1
kind: Widget
metadata: { name: a, namespace: widgets, labels: { app: x } }
---
apiVersion: own.example.com/v1
kind: Widget
metadata: { name: b, namespace: widgets, labels: { app: x } }
]]
        local applied = k8s.apply(manifest, o)
        local _, early = pcall(k8s.wait_for, "widgets", "Widget", nil,
          with { label_selector = "app=x", timeout = 0.2, interval = 0.05 })
        for _, name in ipairs { "a", "b" } do
          k8s.patch_resource("widgets", "Widget", name,
            { status = { conditions = { { type = "Ready", status = "True" } } } }, o)
        end
        local ready = k8s.wait_for("widgets", "Widget", nil, with { label_selector = "app=x", timeout = 10 })
        local deleted = k8s.delete_manifest(manifest, o)
        return #applied, tostring(early):match("last: (.*)%)"), #ready, deleted,
          k8s.delete_manifest({ apiVersion = "own.example.com/v1", kind = "Gone", metadata = { name = "x" } }, o)`),
    ).toEqual([4, "a: no condition Ready", 2, 4, 0]);
  });
  test("impersonation with extra fields", async () => {
    const config = join(cluster.authority.dir, "extra.yaml");
    writeFileSync(
      config,
      `clusters: [{ name: c, cluster: { server: "${cluster.url}", insecure-skip-tls-verify: true } }]
users: [{ name: u, user: { token: ${cluster.tokens.admin}, as: bob, as-groups: [g],
  as-user-extra: { "example.com/scopes": [view, "a b"] } } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
`,
    );
    // a server that could not read the fields would answer 400 or 500
    expect(
      await lua.failure(
        `k8s.list("default", "secret", { kubeconfig = ${JSON.stringify(config)} })`,
      ),
    ).toMatch(/HTTP 403 .*User \\"bob\\"/);
  });
});
