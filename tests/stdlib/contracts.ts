/** What each module promises of all its functions; `every-function.test.ts` holds them to it. */
import type { CallOptions } from "./calls";

export interface Request {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  /** With the question mark; empty when there is none. */
  readonly query: string;
}

export interface Contract extends CallOptions {
  /** Lua that gives the client; `o` holds the options of a connection. */
  readonly client?: string;
  /** What 200 answers instead of `{}`. */
  readonly answer?: (request: Request, url: string) => unknown;
  /** Further options of waits. */
  readonly waiting?: string;
  /** Functions that send nothing, and why. */
  readonly local?: Record<string, string>;
  /** Functions that compare their arguments with what they get, and so do not send them. */
  readonly unsent?: Record<string, string>;
  /** Functions that tell how the server is at this moment: they repeat nothing. */
  readonly probes?: Record<string, string>;
  /** Waits whose first requests must succeed, and why. */
  readonly startsAtOnce?: Record<string, string>;
  /** The error of a status that is not expected, without its body; by default `<module>: <METHOD> <path>?<query>`. */
  readonly label?: (fn: string, request: Request) => string;
  /** The whole error where it is not `<label> HTTP <status>: <body>`. */
  readonly error?: (fn: string, request: Request, status: number, body: string) => string;
  /** What functions give for 500 that are no errors: JSON texts, or nil. */
  readonly quiet?: Record<string, string>;
  /** What functions give for 404 that are no errors: JSON texts, or nil. */
  readonly missing?: Record<string, string>;
  /** Errors for 404 that are not the one of the request. */
  readonly missingError?: Record<string, string>;
}

/** One value for several functions: `each("a b", "nil")`. */
const each = (functions: string, value: string) =>
  Object.fromEntries(functions.split(" ").map((f) => [f, value]));

const withoutQuery =
  (module: string) =>
  (_: string, { method, path }: Request) =>
    `${module}: ${method} ${path}`;

/** Lists of Kubernetes objects ask for pages, and the error names no page. */
const kubeLabel = (module: string, verb: string) => (_: string, r: Request) =>
  `${module}: ${r.query.includes("limit=500") ? verb : r.method} ${r.path}`;

const byFunction = (module: string, aliases: Record<string, string>) => (fn: string) =>
  `${module}.${aliases[fn] ?? fn}:`;

const vaultLabel = (fn: string, r: Request) => {
  if (/^(seal_status|is_sealed|is_initialized)$/.test(fn)) return "vault: seal-status";
  // paths as the script wrote them; names as they are sent
  const path = r.path.replace(/a%20b|k%23e%20y\/%C3%BC%25/, decodeURIComponent);
  return `vault: ${r.query.includes("list=true") ? "LIST" : r.method} ${path}`;
};

/** These warn, or say nothing, as they always did. */
const ZITADEL_QUIET = {
  ...each(
    "find_project find_app find_idp ensure_google_idp ensure_oidc_idp ensure_idp get_login_policy",
    "nil",
  ),
  ...each("ensure_primary_domain add_idp_to_login_policy update_user_email", "false"),
  ...each("update_login_policy disable_password_login ready", "false"),
  search_users: "[]",
};

const COPIED = '/src_bucket~ ?#%&+"ü//k~ ?#%&+ü/a//b';

/** Of the kubernetes modules: these ask nothing that is no object. */
const NO_ITEMS = '{"items":[]}';

export const CONTRACTS: Record<string, Contract> = {
  alertmanager: {
    label: byFunction("alertmanager", {
      is_firing: "alerts",
      active_count: "alerts",
      silence_alert: "create_silence",
      expire_silences: "silences",
      cluster_ready: "status",
    }),
    quiet: each("healthy ready", "false"),
    probes: each("healthy ready wait_ready", "says how it is"),
    missing: each("healthy ready", "false"),
  },
  argocd: {
    args: {
      id: "7",
      resource: '{ kind = "Pod", name = "p" }',
      set: '{ metadata = { name = "a" } }',
      repository: '{ repo = "r" }',
      cluster: '{ server = "s" }',
      "create_app.application": '{ metadata = { name = "a" } }',
      "create_project.project": '{ metadata = { name = "a" } }',
      "update_project.project": '{ metadata = { name = "a" } }',
    },
    answer: ({ path }) => (path === "/api/v1/session" ? { token: "t" } : {}),
    startsAtOnce: { sync_and_wait: "there is nothing to wait for before the sync has begun" },
    missing: {
      ...each("app_exists delete_application_set delete_project delete_repository", "false"),
      ...each("delete_cluster delete_account_token delete_resource", "false"),
      wait_deleted: "true",
    },
  },
  certmanager: {
    args: { "apply.manifest": '{ kind = "Issuer", metadata = { name = "a", namespace = "b" } }' },
    label: kubeLabel("certmanager", "LIST"),
    missing: {
      ...each("delete", "false"),
      ...each("diagnose", "nil"),
      ...each("certificate certificate_status issuer cluster_issuer certificate_request", "nil"),
      ...each("order challenge days_left", "nil"),
      ...each("is_certificate_ready is_issuer_ready is_cluster_issuer_ready", "false"),
      ...each("is_request_approved is_request_denied is_request_ready", "false"),
      ...each("crds_installed delete_certificate", "false"),
      ...each("certificates issuers cluster_issuers certificate_requests", NO_ITEMS),
      ...each("orders challenges", NO_ITEMS),
      ...each(
        "all_certificates_ready all_issuers_ready all_cluster_issuers_ready",
        '{"not_ready":0,"not_ready_names":[],"ready":0,"total":0}',
      ),
      expiring: "[]",
    },
  },
  crossplane: {
    args: {
      "install.kind": '"provider"',
      "uninstall.kind": '"configuration"',
      "apply.manifest": '{ apiVersion = "g/v1", kind = "B", metadata = { name = "a" } }',
    },
    label: kubeLabel("crossplane", "LIST"),
    missing: {
      ...each("configuration_revision function_revision composition_revision", "nil"),
      ...each("managed_resource_definition operation lock composed", "nil"),
      ...each("is_provider_revision_healthy is_xrd_offered uninstall", "false"),
      ...each("configuration_revisions function_revisions composition_revisions", NO_ITEMS),
      ...each("environment_configs managed_resource_definitions activation_policies", NO_ITEMS),
      ...each("operations cron_operations watch_operations usages cluster_usages", NO_ITEMS),
      ...each("deployment_runtime_configs image_configs", NO_ITEMS),
      ...each("provider provider_revision configuration xfunction xrd composition", "nil"),
      ...each("managed_resource managed_status", "nil"),
      ...each("is_provider_healthy is_provider_installed is_configuration_healthy", "false"),
      ...each("is_configuration_installed is_function_healthy is_xrd_established", "false"),
      ...each("is_managed_ready is_managed_synced installed", "false"),
      ...each("providers provider_revisions configurations functions xrds", NO_ITEMS),
      ...each("compositions managed_resources", NO_ITEMS),
      all_providers_healthy: '{"healthy":0,"total":0,"unhealthy":0,"unhealthy_names":[]}',
      all_xrds_established:
        '{"established":0,"not_established":0,"not_established_names":[],"total":0}',
    },
    missingError: {
      provider_status: "crossplane: provider not found: ",
      configuration_status: "crossplane: configuration not found: ",
      function_status: "crossplane: function not found: ",
    },
  },
  dex: {
    args: {
      "token.fields": '{ grant_type = "x" }',
      "wait_device.device": '{ device_code = "d" }',
      "exchange.opts": '{ connector_id = "ci" }',
      "device_login.opts": "{ timeout = 0, interval = 0.01, show = function() end }",
      "introspect.opts": '{ client_id = "i", client_secret = "s" }',
    },
    answer: (r, url) =>
      r.path.endsWith("openid-configuration")
        ? {
            issuer: url,
            jwks_uri: `${url}/keys`,
            token_endpoint: `${url}/token`,
            introspection_endpoint: `${url}/introspect`,
            device_authorization_endpoint: `${url}/device/code`,
            userinfo_endpoint: `${url}/userinfo`,
          }
        : {},
    client: `o.url, o.token, o.telemetry_url = URL, "t0k", URL return m.client(o)`,
    local: { refresh: "forgets what it was told" },
    unsent: {
      ...each(
        "has_endpoint supports_scope supports_grant_type",
        "looks into the discovery document",
      ),
      verify: "looks at the keys",
    },
    // the first request of each is the discovery
    label: (fn) => (fn === "metrics" ? "dex.metrics:" : "dex.discovery:"),
    quiet: {
      ...each("health ready", "false"),
      admin_version: "nil",
      validate_config: '{"errors":["discovery failed: dex.discovery: HTTP 500: boom"],"ok":false}',
    },
    missing: {
      ...each("health ready", "false"),
      admin_version: "nil",
      validate_config: '{"errors":["discovery failed: dex.discovery: HTTP 404: gone"],"ok":false}',
    },
  },
  eso: {
    args: {
      kind: '"Password"',
      "apply.manifest": '{ kind = "ClusterSecretStore", metadata = { name = "a" } }',
    },
    label: kubeLabel("eso", "LIST"),
    error: (fn, r, status, body) => {
      const isAbsent = status === 404 && r.query.includes("limit=500");
      const text = `${kubeLabel("eso", "LIST")(fn, r)} HTTP ${status}: ${body}`;
      return isAbsent ? `${text} (external-secrets CRDs not found)` : text;
    },
    missing: {
      ...each("external_secret secret_store cluster_secret_store cluster_external_secret", "nil"),
      ...each("push_secret cluster_push_secret generator", "nil"),
      ...each("is_secret_synced is_store_ready is_cluster_store_ready", "false"),
      ...each("is_push_secret_synced delete", "false"),
    },
    missingError: {
      ...each("secret_keys assert_keys", "eso: ExternalSecret "),
      external_secret_status: "eso: ExternalSecret ",
      secret_store_status: "eso: SecretStore ",
      cluster_secret_store_status: "eso: ClusterSecretStore ",
      cluster_external_secret_status: "eso: ClusterExternalSecret ",
    },
  },
  flux: {
    args: {
      kind: '"kustomization"',
      "wait_source_ready.kind": '"gitrepository"',
      "trigger_receiver.address": "URL",
      "apply.manifest": '{ kind = "Bucket", metadata = { name = "a", namespace = "n" } }',
    },
    answer: ({ path }) =>
      path.includes("/receivers/") ? { status: { webhookPath: "/hook" } } : {},
    missingError: { trigger_receiver: "flux: receiver " },
    unsent: { trigger_receiver: "webhooks get none of the API server's headers" },
    label: kubeLabel("flux", "LIST"),
    missing: {
      ...each(
        "bucket image_repository latest_image artifact inventory helm_release_history",
        "nil",
      ),
      ...each("is_ready delete", "false"),
      ...each("git_repository helm_repository helm_chart oci_repository kustomization", "nil"),
      ...each("helm_release alert provider receiver image_policy", "nil"),
      ...each("kustomization_status helm_release_status", "nil"),
      ...each("is_git_repo_ready is_helm_repo_ready", "false"),
      ...each("is_kustomization_ready is_helm_release_ready", "false"),
    },
  },
  grafana: {
    args: { "ensure_datasource.source": '{ name = "d", type = "loki" }', "ds_query.query": "{}" },
    unsent: { ensure_folder: "the title of a folder that is there is not asked for" },
    quiet: { is_healthy: "false" },
    probes: each("health is_healthy wait", "says how it is"),
    missing: {
      is_healthy: "false",
      ...each("datasource_by_name folder alert_rule", "nil"),
    },
  },
  harbor: {
    label: (fn, r) =>
      ({
        scan_artifact: "harbor: POST scan",
        artifact_vulnerabilities: "harbor: GET artifact vulnerabilities",
      })[fn] ?? `harbor: ${r.method} ${r.path}${r.query}`,
    args: {
      "add_member.role": '"developer"',
      "create_robot.robot": '{ name = "a" }',
      "set_quota.hard": "{ storage = -1 }",
    },
    missing: {
      ...each("delete_project delete_artifact image_exists project_exists ping", "false"),
      ...each("delete_repository delete_tag delete_robot remove_member delete_retention", "false"),
      delete_registry: "false",
    },
    quiet: each("is_healthy ping", "false"),
    probes: { ping: "says how it is" },
  },
  k8s: {
    client: "opts = o o.base_url, o.token = URL, 't0k' return {}",
    args: {
      opts: "opts",
      kind: '"Deployment"',
      path: '"/api/v1/x?y=z"',
      "wait_for.opts": '{ timeout = 0, base_url = URL, token = "t0k" }',
      "delete_collection.opts":
        "(function() local o = { all = true } for k, v in pairs(opts) do o[k] = v end return o end)()",
      "apply.manifest": '{ apiVersion = "v1", kind = "ConfigMap", metadata = { name = "a" } }',
      "pod_status.ns": '"n"',
      "delete_manifest.manifest": '{ apiVersion = "v1", kind = "Node", metadata = { name = "a" } }',
      verb: '"get"',
    },
    leftOut: {
      ...each("each watch follow_logs", "an iterator"),
    },
    local: { namespace: "of the options", register_crd: "notes a kind" },
    waiting: "base_url = URL, token = 't0k'",
    error: (fn, r, status, body) => {
      if (fn === "api_resources") return `k8s: GET ${r.path} HTTP ${status}: ${body}`;
      const verb = /^(exists|namespace_exists)$/.test(fn)
        ? "exists"
        : fn === "logs"
          ? "logs"
          : r.method.toLowerCase();
      const path = `${r.path}${r.query}`.replace(/[?&]limit=500$/, "");
      return `k8s.${verb}: HTTP ${status} ${path}: ${body}`;
    },
    quiet: each("readyz livez", "false"),
    missing: {
      ...each("readyz livez exists namespace_exists", "false"),
      find: "nil",
      delete_manifest: "0",
    },
  },
  kargo: {
    args: {
      "apply.manifest": '{ kind = "Project", metadata = { name = "a" } }',
      "delete.kind": '"Stage"',
    },
    answer: ({ path }) =>
      path.includes("/stages/")
        ? { status: { freightHistory: [{ verificationHistory: [{ id: "v" }] }] } }
        : {},
    missing: { delete: "false" },
    label: kubeLabel("kargo", "GET"),
  },
  loki: {
    args: {
      "push_streams.streams": '{ { labels = { a = "b" }, entries = {} } }',
      match_selectors: `{ '{a="b"}' }`,
    },
    leftOut: { stream: "a WebSocket" },
    local: { selector: "builds a text", lines: "an iterator" },
    label: withoutQuery("loki"),
    quiet: { ready: "false" },
    probes: each("ready wait_ready", "says how it is"),
    missing: { ready: "false", rule_group: "nil", rule_groups: "{}" },
  },
  prometheus: {
    answer: () => ({ status: "success", data: { resultType: "vector", result: [] } }),
    label: byFunction("prometheus", {
      assert_query: "query",
      assert_targets_up: "targets",
      assert_no_alerts: "alerts",
    }),
    unsent: { assert_no_alerts: "looks for the name among the alerts" },
    quiet: each("healthy ready config_reload", "false"),
    probes: each("healthy ready wait_ready", "says how it is"),
    missing: each("healthy ready config_reload", "false"),
  },
  s3: {
    client: `
      o.endpoint, o.region, o.access_key, o.secret_key = URL, "r", "a", "s"
      return m.client(o)`,
    args: {
      body: '"text"',
      key: '"k~ ?#%&+ü/a//b"',
      src_key: '"k~ ?#%&+ü/a//b"',
      dst_key: '"k~ ?#%&+ü/a//b"',
      keys: '{ "a" }',
      etags: '{ "e" }',
      source: '"text"',
      "error_code.body": '"<Code>x</Code>"',
      tags: '{ a = "b" }',
      "download.path": "os.tmpname()",
    },
    // names as they are, and of the query only what tells operations apart
    label: (fn, r) => {
      const name = decodeURIComponent(r.path);
      if (fn === "assume_role") return "s3: AssumeRole";
      if (fn === "copy_object") return `s3: COPY ${COPIED} -> ${name}`;
      const shown = /^\?(list-type=2|partNumber=\d+)/.exec(r.query)?.[0];
      return `s3: ${r.method} ${name}${shown ?? decodeURIComponent(r.query).replace(/=(upload_id.*)?$/, "")}`;
    },
    local: { error_code: "reads a text", presign: "signs", objects: "an iterator" },
    probes: { download: "asks again in another way" },
    missing: {
      ...each("get_object head_object bucket_config download get_object_tags", "nil"),
      bucket_exists: "false",
    },
    quiet: { bucket_exists: "false" },
  },
  temporal: {
    args: {
      task_queue_type: '"x"',
      schedule: "{}",
      request: '{ workflow_type = "w", task_queue = "q" }',
      args: "{}",
      input: '{ "a" }',
      signal_input: '{ "a" }',
      "reset_workflow.opts": "{ event_id = 4 }",
    },
    answer: (r) =>
      r.query.includes("CLOSE_EVENT")
        ? { history: { events: [{ workflowExecutionCompletedEventAttributes: {} }] } }
        : {},
    quiet: { health: "false" },
    missing: { health: "false", find_workflow: "nil" },
  },
  traefik: {
    args: { "support_dump.path": "os.tmpname()" },
    quiet: { ping: "false" },
    missing: each("ping is_router_enabled router_has_tls", "false"),
  },
  unleash: {
    args: {
      "ensure_token.opts": '{ username = "u", type = "client" }',
      names: '{ "a" }',
      is_stale: "true",
      ids: '{ "a" }',
      variants: "{}",
      definition: '{ name = "s" }',
    },
    label: (fn, r) => {
      const text = `unleash: ${r.method} ${r.path}${r.query}`;
      if (/^(delete|update)_token$/.test(fn))
        return `unleash: ${r.method} /api/admin/api-tokens/***`;
      return fn === "ensure_environment" ? `unleash.ensure_environment: ${text}` : text;
    },
    probes: each("wait ready", "says how it is"),
    quiet: { ready: "false" },
    missing: {
      ready: "false",
      ...each("project feature environment strategy segment", "nil"),
      ...each("projects environments features strategies tokens variants segments", "[]"),
      ...each("archived_features feature_types feature_tags", "[]"),
    },
  },
  vault: {
    // paths and mounts are taken as they are: they may hold queries and slashes
    args: {
      path: '"a b/c"',
      mount: '"m/o"',
      key: '"k#e y/ü%"',
      prefix: '"p/"',
      auth_type: '"approle"',
      engine_type: '"kv"',
      "pki_generate_root.kind": '"internal"',
      "unseal.key": '"abc"',
      "random_bytes.count": "5",
      "generate_password.policy": '"strong"',
      "transit_export_key.kind": '"hmac-key"',
      "pki_generate_intermediate.kind": '"internal"',
      "login.path": '"ldap/login/ann"',
      "raft_snapshot.path": "os.tmpname()",
      "raft_restore.path": "(function() local p = os.tmpname() fs.write(p, 'x') return p end)()",
      "login_kubernetes.opts": '{ jwt = "j" }',
      "ensure_credentials.check_key": '"password"',
      "ensure_credentials.generator": 'function() return { password = "p" } end',
    },
    leftOut: {
      auto_renew: "runs until it is ended",
      authenticated_client: "a wait, and requests to Kubernetes",
    },
    local: { kv: "a view of the client" },
    unsent: { ensure_credentials: "looks for the key among the values" },
    error: (fn, r, status, body) =>
      fn === "pki_ca_cert"
        ? `vault: pki ca cert HTTP ${status}`
        : `${vaultLabel(fn, r)} HTTP ${status}: ${body}`,
    probes: {
      ...each("wait health", "says how it is"),
      raft_snapshot: "asks again in another way",
    },
    missing: {
      ...each("entity_get group_get database_read_config static_creds pki_read_cert", "nil"),
      ...each("pki_read_role transit_export_key generate_password audit_list", "nil"),
      ...each("entity_list group_list pki_list_roles raft_peers kv_list_all ha_status", "[]"),
      kv_subkeys: "nil",
      ...each(
        "read kv_get kv_metadata namespace_get policy_get engine_list creds read_wrapped",
        "nil",
      ),
      ...each("auth_list auth_read_role approle_role_id login_token token_lookup_self", "nil"),
      ...each("transit_read_key", "nil"),
      ...each("list kv_list namespace_list policy_list auth_list_roles", "[]"),
      ...each("transit_list_keys pki_list_certs", "[]"),
    },
    missingError: {
      assert_secret:
        "assert.not_nil failed: value is nil - vault.assert_secret: secret not found at ",
    },
  },
  velero: {
    args: { kind: '"BackupLog"' },
    answer: (r, url) =>
      /(downloadrequests|serverstatusrequests)/.test(r.path)
        ? { metadata: { name: "d" }, status: { phase: "Processed", downloadURL: `${url}/dl` } }
        : {},
    label: kubeLabel("velero", "GET"),
    unsent: each(
      "download backup_logs restore_logs backup_results restore_results",
      "goes on at the storage, with nothing of the cluster's",
    ),
    missing: {
      ...each("delete_schedule delete_restore", "false"),
      ...each("pod_volume_backups pod_volume_restores data_uploads data_downloads", "[]"),
      ...each("backup latest_backup latest_completed_backup restore schedule", "nil"),
      ...each("backup_storage_location volume_snapshot_location backup_repository", "nil"),
      ...each(
        "is_backup_completed is_backup_failed is_restore_completed is_restore_failed",
        "false",
      ),
      ...each("is_schedule_enabled is_bsl_available installed", "false"),
      ...each("backups restores schedules backup_storage_locations", "[]"),
      ...each("volume_snapshot_locations backup_repositories", "[]"),
      all_schedules_enabled: '{"disabled":0,"disabled_names":[],"enabled":0,"total":0}',
      all_bsl_available: '{"available":0,"total":0,"unavailable":0,"unavailable_names":[]}',
    },
    missingError: {
      backup_status: "velero: backup ",
      restore_status: "velero: restore ",
      schedule_status: "velero: schedule ",
    },
  },
  zitadel: {
    client: `
      o.url, o.token, o.domain = URL, "t0k", "example.com"
      return m.client(o)`,
    args: {
      "ensure_oidc_app.opts": '{ name = "a", subdomain = "s", callbackPath = "/cb" }',
      "create_oidc_app.opts": '{ name = "a", subdomain = "s", callbackPath = "/cb" }',
      "ensure_oidc_idp.opts": '{ name = "i" }',
      "search_users.query": "{}",
      "ensure_project.name": '"a"',
      "create_project.name": '"a"',
      "update_oidc_app.opts": '{ subdomain = "s" }',
      "ensure_idp.opts": '{ name = "i" }',
      "introspect.opts": '{ client_id = "i", client_secret = "s" }',
      kind: '"github"',
      user: '{ userName = "u" }',
      roles: '{ "a" }',
      role_keys: '{ "a" }',
    },
    answer: ({ path }) =>
      path.endsWith("/policies/login") ? { policy: { allowUsernamePassword: true } } : {},
    error: (fn, r, status, body) => {
      if (!/^(create|ensure)_(project|oidc_app)$/.test(fn))
        return `zitadel: ${r.method} ${r.path} HTTP ${status}: ${body}`;
      const isSearch = r.path.endsWith("_search");
      const what =
        { create_project: "project", ensure_project: "project" }[fn] ??
        (isSearch ? "app" : "OIDC app");
      return `zitadel: failed to ${isSearch ? "look for" : "create"} ${what} 'a' (HTTP ${status}): ${body}`;
    },
    quiet: ZITADEL_QUIET,
    missing: { ...ZITADEL_QUIET, user: "nil" },
    probes: each("ready wait_ready", "says how it is"),
  },
};
