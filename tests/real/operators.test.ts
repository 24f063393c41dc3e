/** The modules of operators against a kube-apiserver that has their resource types. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, missingKubernetes, startCluster } from "./kubernetes-server";
import { runner } from "./real";

const why = missingKubernetes();

/** `group/version Kind plural`, with `!` for cluster-wide ones. */
const TYPES = `
  cert-manager.io/v1 Certificate certificates
  cert-manager.io/v1 Issuer issuers
  cert-manager.io/v1 ClusterIssuer clusterissuers !
  cert-manager.io/v1 CertificateRequest certificaterequests
  acme.cert-manager.io/v1 Order orders
  external-secrets.io/v1beta1 ExternalSecret externalsecrets
  external-secrets.io/v1beta1 SecretStore secretstores
  external-secrets.io/v1beta1 ClusterSecretStore clustersecretstores !
  source.toolkit.fluxcd.io/v1 GitRepository gitrepositories
  source.toolkit.fluxcd.io/v1 HelmRepository helmrepositories
  source.toolkit.fluxcd.io/v1beta2 OCIRepository ocirepositories
  kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations
  helm.toolkit.fluxcd.io/v2 HelmRelease helmreleases
  pkg.crossplane.io/v1 Provider providers !
  apiextensions.crossplane.io/v1 CompositeResourceDefinition compositeresourcedefinitions !
  kargo.akuity.io/v1alpha1 Stage stages
  kargo.akuity.io/v1alpha1 Freight freights
  kargo.akuity.io/v1alpha1 Promotion promotions
  kargo.akuity.io/v1alpha1 Warehouse warehouses
  kargo.akuity.io/v1alpha1 Project projects !
  velero.io/v1 Backup backups
  velero.io/v1 Restore restores
  velero.io/v1 Schedule schedules
  velero.io/v1 DeleteBackupRequest deletebackuprequests
  velero.io/v1 BackupStorageLocation backupstoragelocations
  velero.io/v1 DownloadRequest downloadrequests
  velero.io/v1 ServerStatusRequest serverstatusrequests
`;

describe.skipIf(why)(`operators on a kube-apiserver${why ? ` (left out: ${why})` : ""}`, () => {
  let cluster: Cluster;
  const lua = runner(
    () => `local k8s = require("assay.k8s")
      local o = { base_url = URL, token = ADMIN, ca_cert = CA }
      local function client(name, ...)
        return require("assay." .. name).client(URL, ADMIN, { ca_cert = CA }, ...)
      end
      local NOW = os.date("!%Y-%m-%dT%H:%M:%SZ")
      -- what the operator's controller would do
      local function status(version, kind, ns, name, value)
        k8s.patch_status(ns, version .. "/" .. kind, name, { status = value }, o)
      end
      local function make(version, kind, ns, name, spec, more)
        local meta = rest.copy({ name = name, namespace = ns }, more)
        return k8s.apply({ apiVersion = version, kind = kind, metadata = meta, spec = spec }, o)
      end
      local function ready(value, kind)
        return { conditions = { { type = kind or "Ready", status = value or "True", reason = "R", message = "m",
          lastTransitionTime = NOW } } }
      end`,
    () => ({ URL: cluster.url, CA: cluster.authority.ca, ADMIN: cluster.tokens.admin, TYPES }),
  );
  beforeAll(async () => {
    cluster = await startCluster();
    await lua.run(`
      local last
      for line in TYPES:gmatch("[^\\n]+") do
        local group, version, kind, plural, scope = line:match("(%S+)/(%S+) (%S+) (%S+) ?(!?)")
        if group then
          k8s.apply({ apiVersion = "apiextensions.k8s.io/v1", kind = "CustomResourceDefinition",
            metadata = { name = plural .. "." .. group },
            spec = { group = group, scope = scope == "!" and "Cluster" or "Namespaced",
              names = { kind = kind, plural = plural, singular = kind:lower() },
              versions = { { name = version, served = true, storage = true, subresources = { status = {} },
                schema = { openAPIV3Schema = { type = "object", ["x-kubernetes-preserve-unknown-fields"] = true } } } } } }, o)
          last = plural .. "." .. group
        end
      end
      k8s.wait_for(nil, "crd", last, rest.copy(o, { condition = "Established", interval = 0.1 }))
      for _, ns in ipairs { "n", "velero" } do
        k8s.apply({ apiVersion = "v1", kind = "Namespace", metadata = { name = ns } }, o)
      end
      eventually(function() return pcall(k8s.list, nil, "velero.io/v1/Backup", o) end)`);
  }, 120_000);
  afterAll(() => cluster?.stop());

  test("certmanager", async () => {
    expect(
      await lua.run(`
        local c, V = client("certmanager"), "cert-manager.io/v1"
        c:apply({ apiVersion = V, kind = "Certificate", metadata = { name = "c", namespace = "n" },
          spec = { secretName = "s", issuerRef = { name = "i" } } })
        make(V, "Issuer", "n", "i", { selfSigned = {} })
        make(V, "CertificateRequest", "n", "r", { request = "Zm9v", issuerRef = { name = "i" } })
        local before = c:is_certificate_ready("n", "c")
        status(V, "Certificate", "n", "c", rest.copy(ready(), { notAfter = "2126-01-01T00:00:00Z", revision = 1 }))
        status(V, "Issuer", "n", "i", ready())
        c:approve("n", "r", "by a test")
        c:renew("n", "c")
        local summary = c:all_certificates_ready("n")
        local conditions = c:certificate_status("n", "c").conditions
        local waited = c:wait_certificate_ready("n", "c", 5) and c:wait_issuer_ready("n", "i", 5)
        return before, c:is_request_approved("n", "r"), c:is_request_denied("n", "r"), summary.ready, #conditions,
          waited, c:crds_installed(), #c:certificates().items, #c:orders("n").items, c:certificate("n", "none"),
          c:delete_certificate("n", "c"), c:delete_certificate("n", "c")`),
    ).toEqual([false, true, false, 1, 2, true, true, 1, 0, undefined, true, false]);
  });
  test("eso, whose group has only v1beta1 here", async () => {
    expect(
      await lua.run(`
        local c, V = client("eso"), "external-secrets.io/v1beta1"
        make(V, "ExternalSecret", "n", "e", { secretStoreRef = { name = "s" } })
        make(V, "SecretStore", "n", "s", {})
        status(V, "ExternalSecret", "n", "e", rest.copy(ready(), { refreshTime = NOW, syncedResourceVersion = "1" }))
        c:refresh("n", "e")
        local e = c:external_secret("n", "e")
        return e.apiVersion, e.metadata.annotations["force-sync"] ~= nil, c:wait_secret_synced("n", "e", 5),
          c:all_secrets_synced("n").synced, c:is_store_ready("n", "s"), c:external_secret_status("n", "e").sync_hash`),
    ).toEqual(["external-secrets.io/v1beta1", true, true, 1, false, "1"]);
  });
  test("flux, with kinds of an older and of no version", async () => {
    expect(
      await lua.run(`
        local c = client("flux")
        make("source.toolkit.fluxcd.io/v1", "GitRepository", "n", "g", { url = "u" })
        make("source.toolkit.fluxcd.io/v1beta2", "OCIRepository", "n", "o", { url = "u" })
        make("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "n", "k", { prune = true })
        make("helm.toolkit.fluxcd.io/v2", "HelmRelease", "n", "h", {})
        status("source.toolkit.fluxcd.io/v1", "GitRepository", "n", "g", ready())
        status("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "n", "k",
          rest.copy(ready(), { observedGeneration = 1, lastAppliedRevision = "main@1" }))
        status("helm.toolkit.fluxcd.io/v2", "HelmRelease", "n", "h", rest.copy(ready("False"), {
          history = { { chartVersion = "1.2.3", status = "deployed" } } }))
        local sources = c:all_sources_ready("n")
        local asked = c:reconcile("Kustomization", "n", "k")
        local suspended = c:suspend("OCIRepository", "n", "o").spec.suspend
        local resumed = c:resume("ocirepositories", "n", "o").spec.suspend
        return sources.total, sources.ready, sources.not_ready_names[1], #c:oci_repositories("n").items,
          asked.metadata.annotations["reconcile.fluxcd.io/requestedAt"] ~= nil, suspended, resumed,
          c:kustomization_status("n", "k").last_applied_revision, c:wait_kustomization_ready("n", "k", 5),
          c:is_helm_release_ready("n", "h"), c:helm_release_status("n", "h").last_applied_revision`),
    ).toEqual([2, 1, "o", 1, true, true, false, "main@1", true, false, "1.2.3"]);
    // a resource type that the server does not have
    expect(await lua.failure(`client("flux"):alerts("n")`)).toMatch(/flux: LIST .* HTTP 404/);
  });
  test("crossplane", async () => {
    expect(
      await lua.run(`
        local c = client("crossplane")
        make("pkg.crossplane.io/v1", "Provider", nil, "p", { package = "x" })
        status("pkg.crossplane.io/v1", "Provider", nil, "p", { currentRevision = "p-1", conditions = {
          { type = "Healthy", status = "True" }, { type = "Installed", status = "True" } } })
        make("apiextensions.crossplane.io/v1", "CompositeResourceDefinition", nil, "xs.ex", {})
        status("apiextensions.crossplane.io/v1", "CompositeResourceDefinition", nil, "xs.ex", ready("True", "Established"))
        return c:is_provider_healthy("p"), c:provider_status("p").current_revision, c:all_providers_healthy().healthy,
          c:is_xrd_established("xs.ex"), #c:configurations().items, c:provider("none"),
          #c:managed_resources("cert-manager.io", "v1", "issuers", nil).items`),
    ).toEqual([true, "p-1", 1, true, 0, undefined, 1]);
  });
  test("kargo", async () => {
    expect(
      await lua.run(`
        local c, V = client("kargo"), "kargo.akuity.io/v1alpha1"
        make(V, "Warehouse", "n", "w", {})
        make(V, "Stage", "n", "prod", {})
        make(V, "Freight", "n", "f1", {}, { labels = { ["kargo.akuity.io/alias"] = "odd" } })
        status(V, "Stage", "n", "prod", rest.copy(ready(), { health = { status = "Healthy" }, freightHistory = {
          { items = { ["Warehouse/w"] = { name = "f1" } } } } }))
        local promotion = c:promote("n", "prod", "f1")
        local name = promotion.metadata.name
        status(V, "Promotion", "n", name, { phase = "Succeeded", freight = { name = "f1" } })
        c:approve("n", "f1", "prod")
        c:refresh("warehouse", "n", "w")
        local aborted = c:abort_promotion("n", name).metadata.annotations["kargo.akuity.io/abort"]
        local line = c:pipeline_status("n")[1]
        return name:match("^prod%-") ~= nil, c:wait_promotion("n", name, 5).freight_id, aborted,
          #c:freight_list("n", { alias = "odd" }), c:freight_status("n", "f1").approvedFor.prod ~= nil,
          c:is_stage_healthy("n", "prod"), line.freight, #c:promotions("n"), #c:projects()`),
    ).toEqual([true, "f1", '{"action":"terminate"}', 1, true, true, "f1", 1, 0]);
    expect(await lua.failure(`client("kargo"):stage("n", "none")`)).toMatch(
      /kargo: GET .*\/stages\/none HTTP 404/,
    );
  });
  test("velero", async () => {
    expect(
      await lua.run(`
        local c, V = client("velero"), "velero.io/v1"
        c:create_schedule("daily", { schedule = "0 3 * * *", template = { ttl = "24h" } })
        c:create_backup("b1", { schedule = "daily", includedNamespaces = { "a" } })
        c:create_restore("r1", { backupName = "b1" })
        status(V, "Schedule", "velero", "daily", { phase = "Enabled" })
        status(V, "Backup", "velero", "b1", { phase = "Completed", completionTimestamp = NOW,
          progress = { itemsBackedUp = 5, totalItems = 5 } })
        status(V, "Restore", "velero", "r1", { phase = "PartiallyFailed", errors = 2, failureReason = "disk" })
        c:pause_schedule("daily")
        local paused = c:is_schedule_enabled("daily")
        c:unpause_schedule("daily")
        local asked = c:delete_backup("b1")
        local b = c:backup("b1")
        return b.spec.ttl, b.spec.includedNamespaces[1], c:latest_backup("daily").metadata.name,
          c:wait_backup("b1", 5).items_backed_up, paused, c:is_schedule_enabled("daily"), c:is_restore_failed("r1"),
          asked.spec.backupName, c:all_schedules_enabled().enabled, c:all_bsl_available().total`),
    ).toEqual(["24h", "a", "b1", 5, false, true, true, "b1", 1, 0]);
    expect(await lua.failure(`client("velero"):wait_restore("r1", 5)`)).toContain(
      "velero: restore r1: PartiallyFailed: disk",
    );
  });
  test("velero: logs, status of the server, long names, deletions", async () => {
    expect(
      await lua.run(`
        local c = client("velero")
        -- what Velero's controllers would do
        local store = http.server({ host = "127.0.0.1" }, {
          ["/log"] = function(req)
            return { body = compress.gzip("as " .. tostring(req.headers.authorization)) }
          end,
        })
        local controller = async.spawn_interval(0.1, function()
          for _, kind in ipairs { "DownloadRequest", "ServerStatusRequest" } do
            for _, item in ipairs(k8s.list("velero", "velero.io/v1/" .. kind, o).items) do
              if not item.status then
                status("velero.io/v1", kind, "velero", item.metadata.name,
                  { phase = "Processed", downloadURL = store.url .. "/log", serverVersion = "v1" })
              end
            end
          end
        end)
        local wait = { timeout = 20, interval = 0.1 }
        local log, version = c:backup_logs("b1", wait), c:server_status(wait).serverVersion
        controller:cancel()
        store:close()
        local long = ("n"):rep(70)
        c:create_schedule(long, { schedule = "0 3 * * *", template = {} })
        c:create_backup("b-long", { schedule = long })
        return log, version, c:latest_backup(long).metadata.name, c:delete_schedule(long),
          c:delete_schedule(long), c:wait_backup_deleted("none", 5)`),
    ).toEqual(["as nil", "v1", "b-long", true, false, true]);
  });
});
