import { describe, expect, test } from "vitest";
import { type Answer, useApi, type Wanted } from "./server";

const api = useApi();
const auth = { headers: { "x-vault-token": "tok", "x-vault-request": "true" } };
const call = (code: string) =>
  api.run(`local vault = require("assay.vault")
    local c = vault.client(URL .. "/", "tok")
    return (c:${code})`);

/** One call, one request: Lua, request line, answer, request body, result. */
type Row = [code: string, line: string, answer: Answer, body: unknown, result: unknown];
const none: Answer = { status: 204 };
const data = (value: unknown): Answer => ({ json: { data: value } });
const keys = data({ keys: ["a", "b/"] });

const rows: Row[] = [
  ['read("a/b")', "GET /v1/a/b", data({ x: 1 }), undefined, { x: 1 }],
  ['read("a?version=2")', "GET /v1/a?version=2", data({ x: 1 }), undefined, { x: 1 }],
  ['write("a", { b = 1 })', "POST /v1/a", { json: { ok: true } }, { b: 1 }, { ok: true }],
  ['write("a", {})', "POST /v1/a", none, {}, undefined],
  ['delete("a")', "DELETE /v1/a", none, undefined, undefined],
  ['list("a")', "GET /v1/a?list=true", keys, undefined, ["a", "b/"]],
  [
    'kv_get("s", "k/l")',
    "GET /v1/s/data/k/l",
    data({ data: { a: "b" } }),
    undefined,
    { data: { a: "b" } },
  ],
  ['kv_get("s", "k", { version = 3 })', "GET /v1/s/data/k?version=3", data({}), undefined, {}],
  [
    'kv_put("s", "k", { a = "b" })',
    "POST /v1/s/data/k",
    data({ version: 1 }),
    { data: { a: "b" } },
    { data: { version: 1 } },
  ],
  [
    'kv_put("s", "k", {}, { cas = 0 })',
    "POST /v1/s/data/k",
    none,
    { data: {}, options: { cas: 0 } },
    undefined,
  ],
  [
    'kv_patch("s", "k", { a = json.null })',
    "PATCH /v1/s/data/k",
    none,
    { data: { a: null } },
    undefined,
  ],
  ['kv_delete("s", "k")', "DELETE /v1/s/data/k", none, undefined, undefined],
  [
    'kv_delete_versions("s", "k", { 1 })',
    "POST /v1/s/delete/k",
    none,
    { versions: [1] },
    undefined,
  ],
  [
    'kv_undelete("s", "k", { 1, 2 })',
    "POST /v1/s/undelete/k",
    none,
    { versions: [1, 2] },
    undefined,
  ],
  ['kv_destroy("s", "k", { 1 })', "PUT /v1/s/destroy/k", none, { versions: [1] }, undefined],
  ['kv_list("s")', "GET /v1/s/metadata/?list=true", keys, undefined, ["a", "b/"]],
  ['kv_list("s", "p/")', "GET /v1/s/metadata/p/?list=true", keys, undefined, ["a", "b/"]],
  ['kv_metadata("s", "k")', "GET /v1/s/metadata/k", data({ v: 1 }), undefined, { data: { v: 1 } }],
  [
    'kv_put_metadata("s", "k", { max_versions = 2 })',
    "POST /v1/s/metadata/k",
    none,
    { max_versions: 2 },
    undefined,
  ],
  ['kv_delete_metadata("s", "k")', "DELETE /v1/s/metadata/k", none, undefined, undefined],
  ["seal()", "PUT /v1/sys/seal", none, undefined, undefined],
  [
    'capabilities_self("a")',
    "POST /v1/sys/capabilities-self",
    data({ a: ["read"] }),
    { paths: ["a"] },
    { a: ["read"] },
  ],
  [
    'policy_get("p")',
    "GET /v1/sys/policies/acl/p",
    data({ policy: "x" }),
    undefined,
    { policy: "x" },
  ],
  ['policy_put("p", "rules")', "PUT /v1/sys/policies/acl/p", none, { policy: "rules" }, undefined],
  ['policy_delete("p")', "DELETE /v1/sys/policies/acl/p", none, undefined, undefined],
  ["policy_list()", "GET /v1/sys/policies/acl?list=true", keys, undefined, ["a", "b/"]],
  [
    'auth_enable("k8s", "kubernetes", { description = "d" })',
    "POST /v1/sys/auth/k8s",
    none,
    { type: "kubernetes", description: "d" },
    undefined,
  ],
  ['auth_disable("k8s")', "DELETE /v1/sys/auth/k8s", none, undefined, undefined],
  ["auth_list()", "GET /v1/sys/auth", data({ "token/": {} }), undefined, { "token/": {} }],
  ["auth_list()", "GET /v1/sys/auth", { json: { "token/": {} } }, undefined, { "token/": {} }],
  [
    'auth_config("k8s", { host = "h" })',
    "POST /v1/auth/k8s/config",
    none,
    { host: "h" },
    undefined,
  ],
  [
    'auth_create_role("k8s", "r", { ttl = "1h" })',
    "POST /v1/auth/k8s/role/r",
    none,
    { ttl: "1h" },
    undefined,
  ],
  [
    'auth_read_role("k8s", "r")',
    "GET /v1/auth/k8s/role/r",
    data({ ttl: 1 }),
    undefined,
    { ttl: 1 },
  ],
  ['auth_list_roles("k8s")', "GET /v1/auth/k8s/role?list=true", keys, undefined, ["a", "b/"]],
  [
    'engine_enable("s", "kv", { options = { version = "2" } })',
    "POST /v1/sys/mounts/s",
    none,
    { type: "kv", options: { version: "2" } },
    undefined,
  ],
  ['engine_disable("s")', "DELETE /v1/sys/mounts/s", none, undefined, undefined],
  [
    "engine_list()",
    "GET /v1/sys/mounts",
    data({ "s/": { type: "kv" } }),
    undefined,
    { "s/": { type: "kv" } },
  ],
  [
    'engine_tune("s", { max_lease_ttl = "1h" })',
    "POST /v1/sys/mounts/s/tune",
    none,
    { max_lease_ttl: "1h" },
    undefined,
  ],
  [
    'creds("db", "r")',
    "GET /v1/db/creds/r",
    { json: { lease_id: "l" } },
    undefined,
    { lease_id: "l" },
  ],
  [
    'lease_renew("l", 60)',
    "PUT /v1/sys/leases/renew",
    { json: { x: 1 } },
    { lease_id: "l", increment: 60 },
    { x: 1 },
  ],
  ['lease_revoke("l")', "PUT /v1/sys/leases/revoke", none, { lease_id: "l" }, undefined],
  [
    "token_create()",
    "POST /v1/auth/token/create",
    { json: { auth: { client_token: "n" } } },
    {},
    { client_token: "n" },
  ],
  ['token_create({ ttl = "1h" })', "POST /v1/auth/token/create", none, { ttl: "1h" }, undefined],
  [
    'token_lookup("t")',
    "POST /v1/auth/token/lookup",
    data({ id: "t" }),
    { token: "t" },
    { id: "t" },
  ],
  [
    "token_lookup_self()",
    "GET /v1/auth/token/lookup-self",
    data({ id: "t" }),
    undefined,
    { id: "t" },
  ],
  ['token_revoke("t")', "POST /v1/auth/token/revoke", none, { token: "t" }, undefined],
  ["token_revoke_self()", "POST /v1/auth/token/revoke-self", none, {}, undefined],
  [
    'token_renew("t", 60)',
    "POST /v1/auth/token/renew",
    { json: { auth: { a: 1 } } },
    { token: "t", increment: 60 },
    { a: 1 },
  ],
  [
    "token_renew_self()",
    "POST /v1/auth/token/renew-self",
    { json: { auth: { a: 1 } } },
    {},
    { a: 1 },
  ],
  [
    'unwrap("w")',
    "POST /v1/sys/wrapping/unwrap",
    data({ a: 1 }),
    { token: "w" },
    { data: { a: 1 } },
  ],
  [
    'transit_encrypt("k", "hi\\255")',
    "POST /v1/transit/encrypt/k",
    data({ ciphertext: "vault:v1:x" }),
    { plaintext: "aGn/" },
    "vault:v1:x",
  ],
  [
    'transit_encrypt("k", "hi", { mount = "tr" })',
    "POST /v1/tr/encrypt/k",
    data({ ciphertext: "c" }),
    { plaintext: "aGk=" },
    "c",
  ],
  [
    'transit_encrypt("k", { "hi" })',
    "POST /v1/transit/encrypt/k",
    data({ batch_results: [{ ciphertext: "c" }] }),
    { batch_input: [{ plaintext: "aGk=" }] },
    ["c"],
  ],
  [
    'transit_decrypt("k", "c")',
    "POST /v1/transit/decrypt/k",
    data({ plaintext: "aGk=" }),
    { ciphertext: "c" },
    "hi",
  ],
  [
    'transit_decrypt("k", { "c" })',
    "POST /v1/transit/decrypt/k",
    data({ batch_results: [{ plaintext: "aGk=" }] }),
    { batch_input: [{ ciphertext: "c" }] },
    ["hi"],
  ],
  [
    'transit_rewrap("k", "c")',
    "POST /v1/transit/rewrap/k",
    data({ ciphertext: "d" }),
    { ciphertext: "c" },
    "d",
  ],
  [
    'transit_sign("k", "hi")',
    "POST /v1/transit/sign/k",
    data({ signature: "s" }),
    { input: "aGk=" },
    "s",
  ],
  [
    'transit_verify("k", "hi", "s")',
    "POST /v1/transit/verify/k",
    data({ valid: true }),
    { input: "aGk=", signature: "s" },
    true,
  ],
  [
    'transit_hmac("k", "hi")',
    "POST /v1/transit/hmac/k",
    data({ hmac: "h" }),
    { input: "aGk=" },
    "h",
  ],
  ['transit_create_key("k")', "POST /v1/transit/keys/k", none, {}, undefined],
  [
    'transit_create_key("k", { type = "ed25519", mount = "tr" })',
    "POST /v1/tr/keys/k",
    none,
    { type: "ed25519" },
    undefined,
  ],
  [
    'transit_read_key("k")',
    "GET /v1/transit/keys/k",
    data({ name: "k" }),
    undefined,
    { name: "k" },
  ],
  ['transit_rotate_key("k")', "POST /v1/transit/keys/k/rotate", none, {}, undefined],
  [
    'transit_config_key("k", { deletion_allowed = true })',
    "POST /v1/transit/keys/k/config",
    none,
    { deletion_allowed: true },
    undefined,
  ],
  ['transit_delete_key("k")', "DELETE /v1/transit/keys/k", none, undefined, undefined],
  ["transit_list_keys()", "GET /v1/transit/keys?list=true", keys, undefined, ["a", "b/"]],
  [
    'pki_issue("pki", "r", { common_name = "a.b" })',
    "POST /v1/pki/issue/r",
    data({ certificate: "x" }),
    { common_name: "a.b" },
    { certificate: "x" },
  ],
  ['pki_issue("pki", "r")', "POST /v1/pki/issue/r", none, {}, undefined],
  [
    'pki_sign("pki", "r", "csr")',
    "POST /v1/pki/sign/r",
    data({ certificate: "x" }),
    { csr: "csr" },
    { certificate: "x" },
  ],
  ['pki_create_role("pki", "r")', "POST /v1/pki/roles/r", none, {}, undefined],
  [
    'pki_generate_root("pki", { common_name = "ca" })',
    "POST /v1/pki/root/generate/internal",
    data({ certificate: "x" }),
    { common_name: "ca" },
    { certificate: "x" },
  ],
  [
    'pki_revoke("pki", "01")',
    "POST /v1/pki/revoke",
    data({ state: "revoked" }),
    { serial_number: "01" },
    { state: "revoked" },
  ],
  ['pki_list_certs("pki")', "GET /v1/pki/certs?list=true", keys, undefined, ["a", "b/"]],
  [
    'kv_subkeys("s", "k", { version = 2, depth = 1 })',
    "GET /v1/s/subkeys/k?depth=1&version=2",
    data({ subkeys: { a: null, b: { c: null } }, metadata: { version: 2 } }),
    undefined,
    { subkeys: { a: true, b: { c: true } }, metadata: { version: 2 } },
  ],
  [
    "ha_status()",
    "GET /v1/sys/ha-status",
    data({ nodes: [{ hostname: "a" }] }),
    undefined,
    [{ hostname: "a" }],
  ],
  [
    'delete("a", { ignore_not_found = true })',
    "DELETE /v1/a",
    { status: 404 },
    undefined,
    undefined,
  ],
  ['auth_delete_role("k8s", "r")', "DELETE /v1/auth/k8s/role/r", none, undefined, undefined],
  [
    'auth_tune("k8s", { max_lease_ttl = "1h" })',
    "POST /v1/sys/auth/k8s/tune",
    none,
    { max_lease_ttl: "1h" },
    undefined,
  ],
  [
    'userpass_put("ann", { password = "p", mount = "up" })',
    "POST /v1/auth/up/users/ann",
    none,
    { password: "p" },
    undefined,
  ],
  [
    'token_create({ role = "ci", ttl = "1h" })',
    "POST /v1/auth/token/create/ci",
    { json: { auth: { client_token: "n" } } },
    { ttl: "1h" },
    { client_token: "n" },
  ],
  ["token_create({ orphan = true })", "POST /v1/auth/token/create-orphan", none, {}, undefined],
  [
    'token_create_role("ci", { period = "1h" })',
    "POST /v1/auth/token/roles/ci",
    none,
    { period: "1h" },
    undefined,
  ],
  [
    'token_lookup_accessor("a")',
    "POST /v1/auth/token/lookup-accessor",
    data({ ttl: 1 }),
    { accessor: "a" },
    { ttl: 1 },
  ],
  [
    'token_revoke_accessor("a")',
    "POST /v1/auth/token/revoke-accessor",
    none,
    { accessor: "a" },
    undefined,
  ],
  [
    'transit_rewrap("k", { "c" })',
    "POST /v1/transit/rewrap/k",
    data({ batch_results: [{ ciphertext: "d" }] }),
    { batch_input: [{ ciphertext: "c" }] },
    ["d"],
  ],
  [
    'transit_verify("k", "hi", nil, { hmac = "h" })',
    "POST /v1/transit/verify/k",
    data({ valid: false }),
    { input: "aGk=", hmac: "h" },
    false,
  ],
  [
    'transit_datakey("k", { bits = 512 })',
    "POST /v1/transit/datakey/plaintext/k",
    data({ plaintext: "aGk=", ciphertext: "c" }),
    { bits: 512 },
    "hi",
  ],
  [
    'transit_export_key("k", "hmac-key", { mount = "tr" })',
    "GET /v1/tr/export/hmac-key/k",
    data({ keys: { "1": "x" } }),
    undefined,
    { "1": "x" },
  ],
  [
    'pki_generate_intermediate("pki", { common_name = "i" })',
    "POST /v1/pki/intermediate/generate/internal",
    data({ csr: "x" }),
    { common_name: "i" },
    { csr: "x" },
  ],
  [
    'pki_sign_intermediate("pki", "csr", { ttl = "1h" })',
    "POST /v1/pki/root/sign-intermediate",
    data({ certificate: "x" }),
    { csr: "csr", ttl: "1h" },
    { certificate: "x" },
  ],
  [
    'pki_set_signed("pki", "pem")',
    "POST /v1/pki/intermediate/set-signed",
    data({ imported_issuers: ["i"] }),
    { certificate: "pem" },
    { imported_issuers: ["i"] },
  ],
  [
    'pki_config_urls("pki", { ocsp_servers = { "http://o" } })',
    "POST /v1/pki/config/urls",
    none,
    { ocsp_servers: ["http://o"] },
    undefined,
  ],
  [
    'pki_read_cert("pki", "01:0a")',
    "GET /v1/pki/cert/01:0a",
    data({ certificate: "x" }),
    undefined,
    { certificate: "x" },
  ],
  ['pki_read_role("pki", "r")', "GET /v1/pki/roles/r", data({ ttl: 1 }), undefined, { ttl: 1 }],
  ['pki_list_roles("pki")', "GET /v1/pki/roles?list=true", keys, undefined, ["a", "b/"]],
  ['pki_delete_role("pki", "r")', "DELETE /v1/pki/roles/r", none, undefined, undefined],
  [
    'pki_tidy("pki", { safety_buffer = "24h", tidy_revoked_certs = false })',
    "POST /v1/pki/tidy",
    { status: 202, json: { warnings: ["w"] } },
    { tidy_cert_store: true, tidy_revoked_certs: false, safety_buffer: "24h" },
    { warnings: ["w"] },
  ],
  [
    'database_config("db", "pg", { plugin_name = "p" })',
    "POST /v1/db/config/pg",
    none,
    { plugin_name: "p" },
    undefined,
  ],
  [
    'database_read_config("db", "pg")',
    "GET /v1/db/config/pg",
    data({ plugin_name: "p" }),
    undefined,
    { plugin_name: "p" },
  ],
  [
    'database_create_role("db", "r", { db_name = "pg" })',
    "POST /v1/db/roles/r",
    none,
    { db_name: "pg" },
    undefined,
  ],
  [
    'database_create_static_role("db", "r", { username = "u" })',
    "POST /v1/db/static-roles/r",
    none,
    { username: "u" },
    undefined,
  ],
  ['database_rotate_root("db", "pg")', "POST /v1/db/rotate-root/pg", none, {}, undefined],
  ['database_rotate_role("db", "r")', "POST /v1/db/rotate-role/r", none, {}, undefined],
  [
    'static_creds("db", "r")',
    "GET /v1/db/static-creds/r",
    data({ username: "u" }),
    undefined,
    { username: "u" },
  ],
  [
    'lease_lookup("db/creds/r/1")',
    "PUT /v1/sys/leases/lookup",
    data({ ttl: 5 }),
    { lease_id: "db/creds/r/1" },
    { ttl: 5 },
  ],
  [
    'lease_revoke_prefix("db/creds/r")',
    "PUT /v1/sys/leases/revoke-prefix/db/creds/r",
    none,
    {},
    undefined,
  ],
  [
    'entity_put("ann", { policies = { "p" } })',
    "POST /v1/identity/entity/name/ann",
    data({ id: "e" }),
    { policies: ["p"] },
    { id: "e" },
  ],
  [
    'entity_get("ann")',
    "GET /v1/identity/entity/name/ann",
    data({ id: "e" }),
    undefined,
    { id: "e" },
  ],
  ['entity_delete("ann")', "DELETE /v1/identity/entity/name/ann", none, undefined, undefined],
  ["entity_list()", "GET /v1/identity/entity/name?list=true", keys, undefined, ["a", "b/"]],
  [
    'entity_alias_put("ann", "e", "acc")',
    "POST /v1/identity/entity-alias",
    data({ id: "x" }),
    { name: "ann", canonical_id: "e", mount_accessor: "acc" },
    { id: "x" },
  ],
  [
    'group_put("ops", { type = "external" })',
    "POST /v1/identity/group/name/ops",
    data({ id: "g" }),
    { type: "external" },
    { id: "g" },
  ],
  [
    'group_get("ops")',
    "GET /v1/identity/group/name/ops",
    data({ id: "g" }),
    undefined,
    { id: "g" },
  ],
  ['group_delete("ops")', "DELETE /v1/identity/group/name/ops", none, undefined, undefined],
  ["group_list()", "GET /v1/identity/group/name?list=true", keys, undefined, ["a", "b/"]],
  [
    'group_alias_put("ops", "g", "acc")',
    "POST /v1/identity/group-alias",
    data({ id: "x" }),
    { name: "ops", canonical_id: "g", mount_accessor: "acc" },
    { id: "x" },
  ],
  ["audit_list()", "GET /v1/sys/audit", data({ "file/": {} }), undefined, { "file/": {} }],
  [
    'audit_enable("file", "file", { options = { file_path = "stdout" } })',
    "PUT /v1/sys/audit/file",
    none,
    { type: "file", options: { file_path: "stdout" } },
    undefined,
  ],
  ['audit_disable("file")', "DELETE /v1/sys/audit/file", none, undefined, undefined],
  [
    "raft_peers()",
    "GET /v1/sys/storage/raft/configuration",
    data({ config: { servers: [{ node_id: "a" }] } }),
    undefined,
    [{ node_id: "a" }],
  ],
  [
    'raft_remove_peer("a")',
    "POST /v1/sys/storage/raft/remove-peer",
    none,
    { server_id: "a" },
    undefined,
  ],
  ["step_down()", "PUT /v1/sys/step-down", none, {}, undefined],
  [
    'wrap_lookup("w")',
    "POST /v1/sys/wrapping/lookup",
    data({ creation_ttl: 60 }),
    { token: "w" },
    { creation_ttl: 60 },
  ],
  ["random_bytes(2)", "POST /v1/sys/tools/random/2", data({ random_bytes: "aGk=" }), {}, "hi"],
  [
    'generate_password("strong")',
    "GET /v1/sys/policies/password/strong/generate",
    data({ password: "x" }),
    undefined,
    "x",
  ],
  [
    'password_policy_put("strong", "length = 20")',
    "PUT /v1/sys/policies/password/strong",
    none,
    { policy: "length = 20" },
    undefined,
  ],
];

describe("methods", () => {
  for (const [code, line, answer, body, result] of rows) {
    test(code, async () => {
      const wanted: Wanted = code.startsWith("kv_patch")
        ? { headers: { "content-type": "application/merge-patch+json" }, body }
        : { ...auth, body };
      api.expect(line, answer, wanted);
      expect((await call(code))[0]).toEqual(result);
    });
  }
});

describe("errors", () => {
  for (const [code, label, query] of [
    ['read("a?x=1")', "GET /v1/a?x=1", ""],
    ['write("a", { b = 1 })', "POST /v1/a", ""],
    ['policy_put("p", "r")', "PUT /v1/sys/policies/acl/p", ""],
    ['delete("a")', "DELETE /v1/a", ""],
    ['list("a")', "LIST /v1/a", "?list=true"],
    ['kv_get("s", "k")', "GET /v1/s/data/k", ""],
  ] as const) {
    test(code, async () => {
      const line = label.replace("LIST", "GET") + query;
      api.expect(line, { status: 403, text: '{"errors":["denied"]}' }, { check: () => {} });
      const text = await api.failure(`require("assay.vault").client(URL, "t"):${code}`);
      expect(text).toContain(`vault: ${label} HTTP 403: {"errors":["denied"]}`);
    });
  }

  test("404 is nil for GET, an empty list for LIST, an error otherwise", async () => {
    for (const line of [
      "GET /v1/a",
      "GET /v1/a?list=true",
      "GET /v1/s/data/k",
      "GET /v1/s/metadata/k",
      "DELETE /v1/a",
      "POST /v1/a",
    ])
      api.expect(line, { status: 404, text: '{"errors":[]}' });
    expect(
      await api.run(`local c = require("assay.vault").client(URL, "t")
        local keys = c:list("a", c:read("a"))
        assert.eq(c:kv_get("s", "k"), nil)
        assert.eq(c:kv_metadata("s", "k"), nil)
        return #keys, (select(2, pcall(c.delete, c, "a"))), (select(2, pcall(c.write, c, "a")))`),
    ).toEqual([
      0,
      expect.stringContaining('vault: DELETE /v1/a HTTP 404: {"errors":[]}'),
      expect.stringContaining('vault: POST /v1/a HTTP 404: {"errors":[]}'),
    ]);
  });
});

describe("server", () => {
  const bare = { headers: { "x-vault-token": null } };
  test("health gives the body and the status", async () => {
    api.expect("GET /v1/sys/health", { status: 503, json: { sealed: true } }, bare);
    expect(await api.run('return require("assay.vault").client(URL, "t"):health()')).toEqual([
      { sealed: true },
      503,
    ]);
  });
  test("seal status", async () => {
    const answer = { json: { sealed: false, initialized: true } };
    for (let i = 0; i < 3; i++) api.expect("GET /v1/sys/seal-status", answer, bare);
    expect((await call("seal_status()"))[0]).toEqual(answer.json);
    expect((await call("is_sealed()"))[0]).toBe(false);
    expect((await call("is_initialized()"))[0]).toBe(true);
    api.expect("GET /v1/sys/seal-status", { status: 500, text: "x" });
    expect(await api.failure('require("assay.vault").client(URL, "t"):seal_status()')).toContain(
      "vault: seal-status HTTP 500: x",
    );
  });
  test("init, unseal, leader", async () => {
    api.expect(
      "POST /v1/sys/init",
      { json: { root_token: "r" } },
      { ...bare, body: { secret_shares: 1, secret_threshold: 1 } },
    );
    expect((await call("init({ secret_shares = 1, secret_threshold = 1 })"))[0]).toEqual({
      root_token: "r",
    });
    api.expect("POST /v1/sys/unseal", { json: { sealed: false } }, { ...bare, body: { key: "k" } });
    expect((await call('unseal("k")'))[0]).toEqual({ sealed: false });
    api.expect("GET /v1/sys/leader", { json: { is_self: true } }, bare);
    expect((await call("leader()"))[0]).toEqual({ is_self: true });
  });
  test("pki_ca_cert", async () => {
    api.expect("GET /v1/pki/ca/pem", { text: "PEM" }, bare);
    expect(await call("pki_ca_cert()")).toEqual(["PEM"]);
    api.expect("GET /v1/p2/ca/pem", { status: 404, text: "no" }, bare);
    expect(await api.failure('require("assay.vault").client(URL, "t"):pki_ca_cert("p2")')).toMatch(
      /vault: pki ca cert HTTP 404(\n|$)/,
    );
  });
});

test("namespaces", async () => {
  api.expect("GET /v1/sys/namespaces?list=true", data({ keys: ["team/"] }), auth);
  api.expect("GET /v1/sys/namespaces?list=true", { status: 404 });
  api.expect("GET /v1/sys/namespaces/team", data({ path: "team/" }));
  api.expect("GET /v1/sys/namespaces/none", { status: 404 });
  api.expect("POST /v1/sys/namespaces/new", data({ id: "n" }), {
    body: { custom_metadata: { owner: "me" } },
  });
  api.expect("POST /v1/sys/namespaces/bare", data({ id: "b" }), { body: {} });
  api.expect("DELETE /v1/sys/namespaces/new", none, auth);
  expect(
    await api.run(`local c = require("assay.vault").client(URL, "tok")
      local listed, empty = c:namespace_list(), c:namespace_list()
      local one, absent = c:namespace_get("team"), c:namespace_get("none")
      local made = c:namespace_create("new", { custom_metadata = { owner = "me" } }).id
      local bare = c:namespace_create("bare").id
      c:namespace_delete("new")
      return listed[1], #empty, one.path, absent, made, bare`),
  ).toEqual(["team/", 0, "team/", undefined, "n", "b"]);
  api.expect("POST /v1/sys/namespaces/new", { status: 403, text: "no" }, { body: {} });
  expect(
    await api.failure(`require("assay.vault").client(URL, "tok"):namespace_create("new")`),
  ).toContain("vault: POST /v1/sys/namespaces/new HTTP 403: no");
});

test("the ids of an AppRole", async () => {
  api.expect("GET /v1/auth/approle/role/r/role-id", data({ role_id: "R" }), auth);
  api.expect("GET /v1/auth/apps/role/none/role-id", { status: 404 });
  api.expect("POST /v1/auth/approle/role/r/secret-id", data({ secret_id: "S" }), {
    headers: { "x-vault-wrap-ttl": null },
    body: { metadata: '{"job":"1"}', ttl: "10m" },
  });
  api.expect(
    "POST /v1/auth/approle/role/r/secret-id",
    { json: { wrap_info: { token: "W" } } },
    { headers: { "x-vault-wrap-ttl": "60s" }, body: {} },
  );
  expect(
    await api.run(`local c = require("assay.vault").client(URL, "tok")
      return c:approle_role_id("r"), c:approle_role_id("none", { mount = "apps" }),
        c:approle_secret_id("r", { metadata = { job = "1" }, ttl = "10m" }).secret_id,
        c:approle_secret_id("r", { wrap_ttl = "60s" }).token`),
  ).toEqual(["R", undefined, "S", "W"]);
  api.expect("POST /v1/auth/approle/role/r/secret-id", { status: 400, text: "no" }, { body: {} });
  expect(
    await api.failure(`require("assay.vault").client(URL, "tok"):approle_secret_id("r")`),
  ).toContain("vault: POST /v1/auth/approle/role/r/secret-id HTTP 400: no");
});

test("client forms, namespace, connection options", async () => {
  const wanted = { headers: { "x-vault-token": "t2", "x-vault-namespace": "ns" } };
  for (let i = 0; i < 3; i++) api.expect("GET /v1/a", data(1), wanted);
  api.expect("GET /v1/a", data(1), { headers: { "x-vault-token": null } });
  await api.run(`local vault = require("assay.vault")
    vault.client { url = URL, token = "t2", namespace = "ns" }:read("a")
    vault.client(URL, { token = "t2", namespace = "ns" }):read("a")
    local c = vault.client(URL, "t1"):with { namespace = "ns" }
    c.token = "t2"
    c:read("a")
    vault.client(URL):read("a")`);
});

test("the environment fills what is not given", async () => {
  api.expect("GET /v1/a", data(1), { headers: { "x-vault-token": "from-env" } });
  await api.run(`env.set("VAULT_TOKEN", "vault")
    env.set("BAO_TOKEN", "from-env")
    env.set("VAULT_ADDR", URL)
    require("assay.vault").client():read("a")`);
});

test("no token, whatever the environment says", async () => {
  api.expect("GET /v1/a", data(1), { headers: { "x-vault-token": null } });
  await api.run(`env.set("VAULT_TOKEN", "vault")
    require("assay.vault").client(URL, { token = false }):read("a")`);
});

test("logins set the token", async () => {
  const auth = { json: { auth: { client_token: "new" } } };
  const bare = { "x-vault-token": null };
  api.expect("POST /v1/auth/kubernetes/login", auth, {
    headers: bare,
    body: { role: "r", jwt: "j" },
  });
  api.expect("POST /v1/auth/approle/login", auth, {
    headers: bare,
    body: { role_id: "i", secret_id: "s" },
  });
  api.expect("POST /v1/auth/userpass/login/a%20b", auth, {
    headers: bare,
    body: { password: "p" },
  });
  api.expect("POST /v1/auth/oidc/login", auth, { headers: bare, body: { role: "r", jwt: "j" } });
  api.expect("GET /v1/auth/token/lookup-self", data({ id: "own" }), {
    headers: { "x-vault-token": "own" },
  });
  expect(
    await api.run(`local c = require("assay.vault").client(URL, "old")
      local a = c:login_kubernetes("r", { jwt = "j" })
      assert.eq(c.token, "new")
      c:login_approle("i", "s")
      c:login_userpass("a b", "p")
      c:login_jwt("r", "j", { mount = "oidc" })
      return a.client_token, c:login_token("own").id`),
  ).toEqual(["new", "own"]);
  api.expect("POST /v1/auth/approle/login", { status: 400, text: "bad" }, { check: () => {} });
  expect(await api.failure('require("assay.vault").client(URL):login_approle("i", "s")')).toContain(
    "vault: POST /v1/auth/approle/login HTTP 400: bad",
  );
});

test("auto_renew renews until it is cancelled", async () => {
  api.expect("POST /v1/auth/token/renew-self", { json: { auth: {} } }, { body: {} });
  await api.run(`local h = require("assay.vault").client(URL, "t"):auto_renew(0.05)
    sleep(0.08)
    h.cancel()
    sleep(0.1)`);
  api.expect("GET /v1/auth/token/lookup-self", data({ renewable: false, ttl: 0 }));
  expect((await call("auto_renew()"))[0]).toBeUndefined();
});

test("wrapping", async () => {
  const info = { json: { wrap_info: { token: "w" } } };
  api.expect("POST /v1/sys/wrapping/wrap", info, {
    headers: { "x-vault-wrap-ttl": "60s" },
    body: { a: 1 },
  });
  expect((await call('wrap({ a = 1 }, "60s")'))[0]).toEqual({ token: "w" });
  api.expect("GET /v1/s/data/k", info, { headers: { "x-vault-wrap-ttl": "5m" } });
  expect((await call('read_wrapped("s/data/k")'))[0]).toEqual({ token: "w" });
});

test("kv_list_all goes into folders", async () => {
  api.expect("GET /v1/s/metadata/app/?list=true", data({ keys: ["z", "in/", "a"] }));
  api.expect("GET /v1/s/metadata/app/in/?list=true", data({ keys: ["k"] }));
  api.expect("GET /v1/s/metadata/?list=true", { status: 404 });
  expect(
    await api.run(`local c = require("assay.vault").client(URL, "t")
      return c:kv_list_all("s", "app"), #c:kv_list_all("s")`),
  ).toEqual([["app/a", "app/in/k", "app/z"], 0]);
});

test("the environment says how to connect; empty variables do not count", async () => {
  expect(
    await api.run(`
      env.set("BAO_ADDR", "") env.set("VAULT_ADDR", "https://v") env.set("VAULT_SKIP_VERIFY", "true")
      env.set("VAULT_CLIENT_CERT", "/c.pem") env.set("BAO_CLIENT_KEY", "/k.pem")
      env.set("VAULT_TLS_SERVER_NAME", "vault.internal")
      local c = require("assay.vault").client()
      local d = require("assay.vault").client { insecure = false, client_cert_file = "/own.pem" }
      return c.url, c.insecure, c.client_cert_file, c.client_key_file, c.tls_server_name, d.insecure,
        d.client_cert_file, d.client_key_file`),
  ).toEqual([
    "https://v",
    true,
    "/c.pem",
    "/k.pem",
    "vault.internal",
    false,
    "/own.pem",
    undefined,
  ]);
});

test("kv patches either version", async () => {
  api.expect("PATCH /v1/two/data/k", none, { body: { data: { a: 1, b: null } } });
  api.expect("GET /v1/one/k", data({ b: 2, c: 3 }));
  api.expect("POST /v1/one/k", none, { body: { a: 1, c: 3 } });
  await api.run(`local c = require("assay.vault").client(URL, "t")
    for i, mount in ipairs { "one", "two" } do
      if i == 2 then c:kv("one", { version = 1 }):patch("k", { a = 1, b = json.null })
      else c:kv("two", { version = 2 }):patch("k", { a = 1, b = json.null }) end
    end`);
});

test("a question mark in a key is part of it in lists, too", async () => {
  api.expect("GET /v1/m/a%3Fb?list=true", data({ keys: ["x"] }));
  expect(
    await api.run(
      `return require("assay.vault").client(URL, "t"):kv("m", { version = 1 }):list("a?b")`,
    ),
  ).toEqual([["x"]]);
});

test("login by any method, login_cert", async () => {
  const token = { json: { auth: { client_token: "new" } } };
  const anonymous = { headers: { "x-vault-token": null } };
  api.expect("POST /v1/auth/ldap/login/ann", token, { ...anonymous, body: { password: "p" } });
  api.expect("POST /v1/auth/cert/login", token, { ...anonymous, body: { name: "web" } });
  expect(
    await api.run(`local c = require("assay.vault").client(URL, "t")
      local auth = c:login("ldap/login/ann", { password = "p" })
      c:login_cert { name = "web" }
      return auth.client_token, c.token`),
  ).toEqual(["new", "new"]);
});

test("transit_datakey gives both, or the wrapped one only", async () => {
  api.expect("POST /v1/transit/datakey/wrapped/k", data({ ciphertext: "c" }), { body: {} });
  expect(
    await api.run(
      `return require("assay.vault").client(URL, "t"):transit_datakey("k", { wrapped = true })`,
    ),
  ).toEqual([undefined, "c"]);
});

test("pki_ca_chain, pki_crl", async () => {
  const anonymous = { headers: { "x-vault-token": null } };
  api.expect("GET /v1/pki/ca_chain", { text: "PEM" }, anonymous);
  api.expect("GET /v1/int/crl/pem", { text: "CRL" }, anonymous);
  expect(
    await api.run(`local c = require("assay.vault").client(URL, "t")
      return c:pki_ca_chain(), c:pki_crl("int")`),
  ).toEqual(["PEM", "CRL"]);
});

test("raft_snapshot, raft_restore", async () => {
  const bytes = Buffer.from([0x1f, 0x8b, 0, 255]);
  api.expect("GET /v1/sys/storage/raft/snapshot", { text: bytes }, auth);
  const restored = {
    headers: { "x-vault-token": "tok", "content-type": "application/octet-stream" },
    check: ({ body }: { body: Buffer }) => expect(body.equals(bytes)).toBe(true),
  };
  api.expect("POST /v1/sys/storage/raft/snapshot", none, restored);
  api.expect("POST /v1/sys/storage/raft/snapshot-force", none, restored);
  expect(
    await api.run(`local c = require("assay.vault").client(URL, "tok")
      local path = os.tmpname()
      local size = c:raft_snapshot(path)
      c:raft_restore(path)
      c:raft_restore(path, { force = true })
      return size`),
  ).toEqual([4]);
  for (let i = 0; i < 2; i++)
    api.expect("GET /v1/sys/storage/raft/snapshot", { status: 403, text: "permission denied" });
  expect(
    await api.failure(`require("assay.vault").client(URL, "tok"):raft_snapshot(os.tmpname())`),
  ).toContain("vault: GET /v1/sys/storage/raft/snapshot HTTP 403: permission denied");
});

test("kv speaks the version of its mount", async () => {
  api.expect("GET /v1/sys/internal/ui/mounts/two", data({ options: { version: "2" } }));
  api.expect("GET /v1/two/data/k", data({ data: { a: 1 } }));
  api.expect("POST /v1/two/data/k", none, { body: { data: { a: 2 } } });
  api.expect("GET /v1/two/metadata/?list=true", keys);
  api.expect("DELETE /v1/two/data/k", none);
  api.expect("GET /v1/sys/internal/ui/mounts/one", data({ options: null }));
  api.expect("GET /v1/one/k", data({ a: 1 }));
  api.expect("POST /v1/one/k", none, { body: { a: 2 } });
  api.expect("GET /v1/one/?list=true", keys);
  api.expect("DELETE /v1/one/k", none);
  await api.run(`local c = require("assay.vault").client(URL, "t")
    for _, mount in ipairs { "two", "one/" } do
      local kv = c:kv(mount)
      assert.eq(kv:get("k").a, 1)
      kv:put("k", { a = 2 })
      assert.eq(#kv:list(), 2)
      kv:delete("k")
    end`);
});

test("ensure_engine and ensure_auth", async () => {
  api.expect("GET /v1/sys/mounts", data({ "s/": { type: "kv" } }));
  api.expect("GET /v1/sys/mounts", data({}));
  api.expect("POST /v1/sys/mounts/s", none, { body: { type: "kv" } });
  api.expect("GET /v1/sys/auth", data({ "k/": { type: "jwt" } }));
  expect(
    await api.run(`local c = require("assay.vault").client(URL, "t")
      return c:ensure_engine("s", "kv"), c:ensure_engine("s", "kv"), (select(2, pcall(c.ensure_auth, c, "k", "kubernetes")))`),
  ).toEqual([
    false,
    true,
    expect.stringContaining("vault: auth method k is of type jwt, not kubernetes"),
  ]);
});

test("wait", async () => {
  const line = "GET /v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200";
  api.expect(line, { status: 503 }, { headers: { "x-vault-request": null } });
  api.expect(line);
  expect(
    await api.run(
      'return require("assay.vault").wait(URL .. "/", { timeout = 5, interval = 0.01 })',
    ),
  ).toEqual([true]);
  api.expect("GET /h", { status: 503 });
  const text = await api.failure(
    'require("assay.vault").wait(URL, { timeout = 0, interval = 0.1, health_path = "/h" })',
  );
  expect(text).toContain(`vault.wait: not reachable at ${api.url} after 0s (last: HTTP 503)`);
});

test("authenticated_client logs in with a role", async () => {
  api.expect("GET /v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200");
  api.expect(
    "POST /v1/auth/k/login",
    { json: { auth: { client_token: "n" } } },
    { body: { role: "r", jwt: "j" } },
  );
  expect(
    await api.run(
      `return require("assay.vault").authenticated_client(URL, { role = "r", jwt = "j", mount = "k" }).token`,
    ),
  ).toEqual(["n"]);
});

test("authenticated_client takes the token of a Kubernetes secret", async () => {
  const line = "GET /v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200";
  api.expect(line);
  api.expect(line);
  expect(
    await api.run(`package.loaded["assay.k8s"] = { get_secret = function(ns, name)
        return ns == "secrets" and name == "openbao-root-token" and { ["root-token"] = " t \\n" } or {}
      end }
      local vault = require("assay.vault")
      local token = vault.authenticated_client(URL).token
      local _, e = pcall(vault.authenticated_client, URL, { secret_ns = "x" })
      return token, tostring(e)`),
  ).toEqual([
    "t",
    expect.stringContaining(
      "vault.authenticated_client: key 'root-token' not found in secret x/openbao-root-token",
    ),
  ]);
});

describe("ensure_credentials", () => {
  const run = (opts = "") =>
    api.run(`local vault = require("assay.vault")
      local c = vault.client(URL, "t")
      local calls = 0
      local creds = vault.ensure_credentials(c, "db/x", "password", function()
        calls = calls + 1
        return { password = "new" }
      end${opts})
      return creds, calls`);
  test("existing", async () => {
    api.expect("GET /v1/secrets/data/db/x", data({ data: { password: "old" } }));
    expect(await run()).toEqual([{ password: "old" }, 0]);
  });
  test("new", async () => {
    api.expect("GET /v1/secrets/data/db/x", { status: 404, text: '{"errors":[]}' });
    api.expect("POST /v1/secrets/data/db/x", none, {
      body: { data: { password: "new" }, options: { cas: 0 } },
    });
    expect(await run()).toEqual([{ password: "new" }, 1]);
  });
  test.each([
    ["", "nil"],
    ["return { user = 'u' }", "no 'password'"],
  ])("a generator that gives no value: %s", async (body, what) => {
    api.expect("GET /v1/secrets/data/db/x", { status: 404, text: '{"errors":[]}' });
    expect(
      await api.failure(`local vault = require("assay.vault")
        vault.ensure_credentials(vault.client(URL, "t"), "db/x", "password", function() ${body} end)`),
    ).toBe(
      `t.lua:2: vault.ensure_credentials: the generator gave ${what}, nothing is stored at secrets/db/x`,
    );
  });
  test("others are kept, another mount", async () => {
    api.expect("GET /v1/m/data/db/x", data({ data: { user: "u" }, metadata: { version: 4 } }));
    api.expect("POST /v1/m/data/db/x", none, {
      body: { data: { user: "u", password: "new" }, options: { cas: 4 } },
    });
    expect(await run(', { mount = "m" }')).toEqual([{ user: "u", password: "new" }, 1]);
  });
  test("deleted, and another job is faster", async () => {
    api.expect("GET /v1/secrets/data/db/x", {
      status: 404,
      json: { data: { data: null, metadata: { version: 2 } } },
    });
    api.expect(
      "POST /v1/secrets/data/db/x",
      { status: 400, text: "check-and-set" },
      { body: { data: { password: "new" }, options: { cas: 2 } } },
    );
    api.expect("GET /v1/secrets/data/db/x", data({ data: { password: "theirs" } }));
    expect(await run()).toEqual([{ password: "theirs" }, 1]);
  });
});

test("assert_secret", async () => {
  const line = "GET /v1/secrets/data/a";
  api.expect(line, data({ data: { k: "v" } }));
  api.expect(line, { status: 404 });
  api.expect(line, data({}));
  api.expect(line, data({ data: { k: "v" } }));
  expect(
    await api.run(`local vault = require("assay.vault")
      local c = vault.client(URL, "t")
      local function failure(...) return tostring((select(2, pcall(vault.assert_secret, c, ...)))) end
      return vault.assert_secret(c, "a", { "k" }).k, failure("a", {}), failure("a", {}), failure("a", { "z" })`),
  ).toEqual([
    "v",
    expect.stringContaining("vault.assert_secret: secret not found at secrets/a"),
    expect.stringContaining("vault.assert_secret: no data at secrets/a"),
    expect.stringContaining("vault.assert_secret: key 'z' missing at secrets/a"),
  ]);
});

test("a batch that fails in part: which item and why, and nothing of the others", async () => {
  const line = "POST /v1/transit/decrypt/k";
  const body = { batch_input: [{ ciphertext: "a" }, { ciphertext: "b" }] };
  // as Vault and OpenBao answer
  const batch_results = [
    { plaintext: "c2VjcmV0", reference: "" },
    { plaintext: "", error: "invalid ciphertext length", reference: "" },
  ];
  api.expect(line, { status: 400, json: { data: { batch_results } } }, { body });
  const message = await api.failure(
    `require("assay.vault").client(URL, "t"):transit_decrypt("k", { "a", "b" })`,
  );
  expect(message).toMatch(/vault: item 2: invalid ciphertext length$/);
  api.expect(line, { status: 400, json: { errors: ["no such key"] } }, { body });
  expect(
    await api.failure(`require("assay.vault").client(URL, "t"):transit_decrypt("k", { "a", "b" })`),
  ).toContain('vault: POST /v1/transit/decrypt/k HTTP 400: {"errors":["no such key"]}');
});

test("static_creds of a role that is absent, which the server answers with 400", async () => {
  api.expect("GET /v1/db/static-creds/r", { status: 400, json: { errors: ["unknown role: r"] } });
  expect(await call(`static_creds("db", "r")`)).toEqual([undefined]);
  api.expect("GET /v1/db/static-creds/r", { status: 400, json: { errors: ["other"] } });
  expect(
    await api.failure(`require("assay.vault").client(URL, "t"):static_creds("db", "r")`),
  ).toContain("vault: GET /v1/db/static-creds/r HTTP 400: ");
});
