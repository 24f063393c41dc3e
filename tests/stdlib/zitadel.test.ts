import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const HEAD = `local c = require("assay.zitadel").client { url = URL, domain = "ex.com", token = "t" }\n`;
const run = (code: string) => api.run(HEAD + code);
const failure = (code: string) => api.failure(HEAD + code);
const HEADERS = { headers: { authorization: "Bearer t", host: "auth.ex.com" } };
const any = { check: () => undefined };
const PROJECTS = "POST /management/v1/projects";
const APPS = `${PROJECTS}/p/apps`;

test("a machine key", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  api.expect(
    "POST /oauth/v2/token",
    { json: { access_token: "AT" } },
    {
      headers: { host: "auth.ex.com", "content-type": "application/x-www-form-urlencoded" },
      check: (r) => {
        const form = new URLSearchParams(r.body.toString());
        expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
        const claims = JSON.parse(
          Buffer.from(form.get("assertion")?.split(".")[1] ?? "", "base64url").toString(),
        );
        expect(claims).toMatchObject({ iss: "u", sub: "u", aud: "https://auth.ex.com" });
        expect(claims.exp - claims.iat).toBe(300);
      },
    },
  );
  expect(
    await api.run(`return require("assay.zitadel").client { url = URL, domain = "ex.com",
      machine_key = { userId = "u", keyId = "k", key = ${JSON.stringify(pem)} } }.access_token`),
  ).toEqual(["AT"]);
  expect(
    await api.failure(`require("assay.zitadel").client { url = URL, domain = "d" }`),
  ).toContain("zitadel.client: one of machine_key, machine_key_file, or token required");
});

test("projects and apps", async () => {
  api.expect(
    `${PROJECTS}/_search`,
    { json: { result: [{ id: "1", name: "a" }] } },
    { ...HEADERS, ...any },
  );
  api.expect(`${PROJECTS}/_search`, { status: 500 }, any);
  api.expect(`${PROJECTS}/_search`, { json: {} }, any);
  api.expect(PROJECTS, { json: { id: "2" } }, { body: { name: "b" } });
  api.expect(
    `${APPS}/_search`,
    {
      json: {
        result: [
          { id: "x", name: "o" },
          { id: "y", name: "w" },
        ],
      },
    },
    any,
  );
  api.expect(`${APPS}/_search`, { json: {} }, any);
  api.expect(
    `${APPS}/oidc`,
    { json: { appId: "z", clientId: "c" } },
    {
      check: (r) =>
        expect(JSON.parse(r.body.toString()).redirectUris).toEqual(["https://w.ex.com/cb"]),
    },
  );
  expect(
    await run(`
      local o = { name = "w", subdomain = "w", callbackPath = "/cb" }
      return c:find_project("a").id, c:find_project("a"), c:ensure_project("b").id,
        c:find_app("p", "w").id, c:ensure_oidc_app("p", o).clientId`),
  ).toEqual(["1", undefined, "2", "y", "c"]);
  api.expect(PROJECTS, { status: 400, text: "x" }, any);
  expect(await failure(`c:create_project("b")`)).toContain(
    "zitadel: failed to create project 'b' (HTTP 400): x",
  );
});

test("identity providers, users, domains", async () => {
  const search = "POST /admin/v1/idps/templates/_search";
  api.expect(search, { json: {} }, any);
  api.expect("POST /admin/v1/idps/google", { json: { id: "g" } }, any);
  api.expect(search, { json: { result: [{ id: "i", name: "n" }] } }, any);
  api.expect("PUT /admin/v1/idps/generic_oidc/i", { json: {} }, any);
  api.expect("POST /admin/v1/policies/login/idps", { status: 409 }, any);
  api.expect("POST /management/v1/users/_search", { status: 500 }, { body: {} });
  api.expect(
    "PUT /management/v1/users/u/email",
    { json: {} },
    { body: { email: "e", isEmailVerified: true } },
  );
  api.expect("GET /admin/v1/orgs/me/domains", { status: 500 });
  expect(
    await run(`return c:ensure_google_idp({}), c:ensure_oidc_idp({ name = "n" }),
      c:add_idp_to_login_policy("i"), #c:search_users(), c:update_user_email("u", "e"),
      c:ensure_primary_domain("d")`),
  ).toEqual(["g", "i", true, 0, true, false]);
});

test("disable_password_login", async () => {
  const L = "/admin/v1/policies/login";
  api.expect(`GET ${L}`, { json: { policy: { allowUsernamePassword: true, x: 1 } } });
  api.expect(
    `PUT ${L}`,
    { json: {} },
    {
      body: {
        allowUsernamePassword: false,
        allowExternalIdp: true,
        hidePasswordReset: true,
        allowRegister: false,
        forceMfa: false,
        passwordlessType: "PASSWORDLESS_TYPE_NOT_ALLOWED",
        x: 1,
      },
    },
  );
  api.expect(`GET ${L}`, { json: { policy: {} } });
  api.expect(`GET ${L}`, { status: 500 });
  expect(
    await run(
      `return c:disable_password_login(), c:disable_password_login(), c:disable_password_login()`,
    ),
  ).toEqual([true, true, false]);
});

test("find_idp: by name, absent, and errors count as absent", async () => {
  const search = "POST /admin/v1/idps/templates/_search";
  const body = {
    queries: [{ idpNameQuery: { name: "Big Co", method: "TEXT_QUERY_METHOD_EQUALS" } }],
  };
  api.expect(search, { json: { result: [{ id: "i", name: "Big Co" }] } }, { ...HEADERS, body });
  api.expect(search, { json: { result: [{ id: "j", name: "other" }] } }, { body });
  api.expect(search, { status: 500 }, { body });
  expect(
    await run(`return c:find_idp("Big Co").id, c:find_idp("Big Co"), c:find_idp("Big Co") == nil`),
  ).toEqual(["i", undefined, true]);
});

test("create_oidc_app: defaults, what exists, errors", async () => {
  api.expect(
    `${APPS}/oidc`,
    { json: { appId: "z", clientId: "c", clientSecret: "s" } },
    {
      ...HEADERS,
      body: {
        name: "w",
        redirectUris: ["https://w.ex.com/cb"],
        postLogoutRedirectUris: ["https://w.ex.com/"],
        responseTypes: ["OIDC_RESPONSE_TYPE_CODE"],
        grantTypes: ["OIDC_GRANT_TYPE_AUTHORIZATION_CODE", "OIDC_GRANT_TYPE_REFRESH_TOKEN"],
        appType: "OIDC_APP_TYPE_WEB",
        authMethodType: "OIDC_AUTH_METHOD_TYPE_BASIC",
        accessTokenType: "OIDC_TOKEN_TYPE_BEARER",
        accessTokenRoleAssertion: true,
        idTokenRoleAssertion: false,
        idTokenUserinfoAssertion: true,
        devMode: false,
        clockSkew: "0s",
      },
    },
  );
  api.expect(`${APPS}/oidc`, { status: 409 }, any);
  api.expect(`${APPS}/_search`, { json: { result: [{ id: "a", name: "w" }] } }, any);
  api.expect(`${APPS}/oidc`, { status: 409 }, any);
  api.expect(`${APPS}/_search`, { json: {} }, any);
  expect(
    await run(`
      local o = { name = "w", subdomain = "w", callbackPath = "/cb", idTokenRoleAssertion = false }
      local made = c:create_oidc_app("p", o)
      return made.id, made.clientSecret, c:create_oidc_app("p", o).id, c:create_oidc_app("p", o).id`),
  ).toEqual(["z", "s", "a", "existing"]);
  api.expect(`${APPS}/oidc`, { status: 403, text: "no" }, any);
  expect(await failure(`c:create_oidc_app("p", { name = "w", redirectUris = { "x" } })`)).toContain(
    "zitadel: failed to create OIDC app 'w' (HTTP 403): no",
  );
  expect(await failure(`c:create_oidc_app("p", { name = "w" })`)).toContain(
    "zitadel: create_oidc_app requires subdomain and callbackPath, or redirectUris",
  );
});

test("a found app has the names that a created one has; the filter may be unknown", async () => {
  const plain = { body: { query: { limit: 100 } } };
  api.expect(`${APPS}/_search`, { status: 400 }, any);
  api.expect(
    `${APPS}/_search`,
    { json: { result: [{ id: "a", name: "w", oidcConfig: { clientId: "cid" } }] } },
    plain,
  );
  expect(await run(`local a = c:find_app("p", "w") return a.appId, a.clientId`)).toEqual([
    "a",
    "cid",
  ]);
  for (let i = 0; i < 2; i++) api.expect(`${APPS}/_search`, { status: 500 }, any);
  expect(await run(`return c:find_app("p", "w")`)).toEqual([undefined]);
  for (let i = 0; i < 2; i++) api.expect(`${APPS}/_search`, { status: 500, text: "down" }, any);
  // not taken for absent
  expect(await failure(`c:ensure_oidc_app("p", { name = "w", subdomain = "w" })`)).toContain(
    "zitadel: failed to look for app 'w' (HTTP 500): down",
  );
});

test("get_login_policy, update_login_policy", async () => {
  const L = "/admin/v1/policies/login";
  api.expect(`GET ${L}`, { json: { policy: { forceMfa: true } } }, HEADERS);
  api.expect(`GET ${L}`, { status: 500 });
  api.expect(`PUT ${L}`, { json: {} }, { body: { forceMfa: false } });
  api.expect(`PUT ${L}`, { status: 500 }, { body: {} });
  expect(
    await run(`return c:get_login_policy().forceMfa, c:get_login_policy() == nil,
      c:update_login_policy({ forceMfa = false }), c:update_login_policy({})`),
  ).toEqual([true, true, true, false]);
});

test("ensure_primary_domain: there, added, of the management API", async () => {
  const admin = "/admin/v1/orgs/me/domains";
  const management = "/management/v1/orgs/me/domains";
  api.expect(`GET ${admin}`, { json: { result: [{ domainName: "d.com", isPrimary: true }] } });
  api.expect(`GET ${admin}`, { json: { result: [{ domainName: "d.com" }] } });
  api.expect(`POST ${admin}`, { status: 409 }, { body: { domain: "d.com" } });
  api.expect(`POST ${admin}/d.com/_set_primary`, { json: {} }, { body: {} });
  api.expect(`GET ${admin}`, { status: 404 });
  api.expect(`POST ${management}/_search`, { json: {} }, { body: {} });
  api.expect(`POST ${admin}`, { status: 501 }, any);
  api.expect(`POST ${management}`, { json: {} }, { body: { domain: "d.com" } });
  api.expect(`POST ${admin}/d.com/_set_primary`, { status: 404 }, any);
  api.expect(`POST ${management}/d.com/_set_primary`, { status: 500 }, any);
  expect(
    await run(`return c:ensure_primary_domain("d.com"), c:ensure_primary_domain("d.com"),
      c:ensure_primary_domain("d.com")`),
  ).toEqual([true, true, false]);
});

test("search_users reads all pages", async () => {
  const path = "POST /management/v1/users/_search";
  const details = { totalResult: "3" };
  const queries = [{ emailQuery: { emailAddress: "@a" } }];
  api.expect(
    path,
    { json: { details, result: [{ id: "1" }, { id: "2" }] } },
    { body: { queries } },
  );
  api.expect(
    path,
    { json: { details, result: [{ id: "3" }] } },
    { body: { queries, query: { offset: "2" } } },
  );
  expect(
    await api.run(`
      local c = require("assay.zitadel").client { url = URL, domain = "d", token = "t" }
      local users = c:search_users { queries = { { emailQuery = { emailAddress = "@a" } } } }
      return #users, users[3].id`),
  ).toEqual([3, "3"]);
});

test("search_users gives no part of the users", async () => {
  const path = "POST /management/v1/users/_search";
  api.expect(path, { json: { details: { totalResult: "2" }, result: [{ id: "1" }] } }, any);
  api.expect(path, { status: 500, text: "down" }, any);
  expect(await run("return c:search_users()")).toEqual([[]]);
});

test("with: a token goes on being used, another server or user has another", async () => {
  const grant = { json: { access_token: "fetched", expires_in: 3600 } };
  const health = (authorization: string) =>
    api.expect("GET /oidc/v1/userinfo", { json: {} }, { headers: { authorization } });
  api.expect("POST /oauth/v2/token", grant, any);
  health("Bearer fetched");
  health("Bearer other");
  api.expect("POST /oauth/v2/token", grant, any);
  health("Bearer fetched");
  await api.run(`local c = require("assay.zitadel").client {
      url = URL, domain = "d", client_id = "i", client_secret = "s",
    }
    c:with { org_id = "o" }:userinfo()
    c:with { token = "other" }:userinfo()
    c:with { client_secret = "t" }:userinfo()`);
});

test("add_idp_to_login_policy, search_users, ensure_project's errors", async () => {
  const link = "POST /admin/v1/policies/login/idps";
  api.expect(link, { json: {} }, { body: { idpId: "i", ownerType: "IDP_OWNER_TYPE_SYSTEM" } });
  api.expect(link, { status: 500 }, any);
  api.expect(
    "POST /management/v1/users/_search",
    { json: { result: [{ id: "u" }] } },
    { body: { query: { limit: 1 } } },
  );
  expect(
    await run(`return c:add_idp_to_login_policy("i"), c:add_idp_to_login_policy("i"),
      c:search_users({ query = { limit = 1 } })[1].id`),
  ).toEqual([true, false, "u"]);
  api.expect(`${PROJECTS}/_search`, { status: 503, text: "down" }, any);
  expect(await failure(`c:ensure_project("n")`)).toContain(
    "zitadel: failed to look for project 'n' (HTTP 503): down",
  );
});

test("ready", async () => {
  api.expect("GET /debug/ready", {}, { headers: { host: "auth.ex.com" } });
  api.expect("GET /debug/ready", { status: 412 });
  expect(await run(`return c:ready()`)).toEqual([true, undefined]);
  expect(await run(`return c:ready()`)).toEqual([false, "HTTP 412"]);
  expect(
    await api.run(`return require("assay.zitadel").client { url = "http://127.0.0.1:1", domain = "d",
      token = "t" }:ready()`),
  ).toEqual([false, expect.stringContaining("refused")]);
});

test("a token that ends is replaced", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs1", format: "pem" });
  const token = (access_token: string, expires_in: number) =>
    api.expect("POST /oauth/v2/token", { json: { access_token, expires_in } }, any);
  const ready = (bearer: string, status = 200) =>
    api.expect(
      "GET /admin/v1/policies/login",
      { status, json: { policy: {} } },
      { headers: { authorization: `Bearer ${bearer}` } },
    );
  token("one", 10);
  token("two", 3600); // the first would end within half a minute
  ready("two", 401);
  token("three", 3600);
  ready("three");
  await api.run(`require("assay.zitadel").client { url = URL, domain = "ex.com",
    machine_key = { userId = "u", keyId = "k", key = ${JSON.stringify(pem)} } }:get_login_policy()`);
  api.expect("POST /oauth/v2/token", { status: 400, text: "bad" }, any);
  expect(
    await api.failure(`require("assay.zitadel").client { url = URL, domain = "ex.com",
      machine_key = { userId = "u", keyId = "k", key = ${JSON.stringify(pem)} } }`),
  ).toContain("zitadel: token exchange failed (HTTP 400): bad");
  expect(
    await api.failure(`require("assay.zitadel").client { url = URL, domain = "ex.com",
      machine_key = { userId = "u", keyId = "k" } }`),
  ).toContain("zitadel: machine key missing key");
});

const M = "/management/v1";

test("users are those of the management API where the server has no version 2 of it", async () => {
  api.expect("POST /v2/users/u/deactivate", { status: 404 }, { body: {} });
  api.expect(`POST ${M}/users/u/_deactivate`, { json: {} }, { body: {} });
  api.expect("POST /v2/users/u/reactivate", { status: 501 }, any);
  api.expect(`POST ${M}/users/u/_reactivate`, { json: {} }, { body: {} });
  api.expect("DELETE /v2/users/u", { status: 405 });
  api.expect(`DELETE ${M}/users/u`, { json: {} });
  await run(`c:deactivate_user("u") c:reactivate_user("u") c:delete_user("u")`);
  api.expect("DELETE /v2/users/u", { status: 403, text: "no" });
  expect(await failure(`c:delete_user("u")`)).toContain("DELETE /v2/users/u HTTP 403: no");
  api.expect("DELETE /v2/users/u", { status: 404 });
  api.expect(`DELETE ${M}/users/u`, { status: 404, text: "gone" });
  expect(await failure(`c:delete_user("u")`)).toContain("HTTP 404: gone");
});

test("settings of projects and OIDC providers that the API names are sent", async () => {
  api.expect(
    `POST ${M}/projects`,
    { json: { id: "p" } },
    { body: { name: "n", projectRoleAssertion: true, hasProjectCheck: true } },
  );
  api.expect("POST /admin/v1/idps/templates/_search", { json: {} }, any);
  api.expect(
    "POST /admin/v1/idps/generic_oidc",
    { json: { id: "i" } },
    { check: (r) => expect(JSON.parse(r.body.toString())).toMatchObject({ usePkce: true }) },
  );
  expect(
    await run(`
      local project = c:create_project("n", { projectRoleAssertion = true, hasProjectCheck = true })
      return project.id, c:ensure_oidc_idp { name = "o", usePkce = true }`),
  ).toEqual(["p", "i"]);
});

test("providers of GitLab are changed by POST, for which the server has no PUT", async () => {
  const found = { json: { result: [{ id: "i", name: "n" }] } };
  for (const kind of ["gitlab", "gitlab_self_hosted"]) {
    api.expect("POST /admin/v1/idps/templates/_search", found, any);
    api.expect(`PUT /admin/v1/idps/${kind}/i`, { status: 501 }, any);
    api.expect(`POST /admin/v1/idps/${kind}/i`, { json: {} }, any);
    expect(await run(`return c:ensure_idp("${kind}", { name = "n", update = true })`)).toEqual([
      "i",
    ]);
  }
});

/** One call, one request: Lua, request line, body, answer, result. */
const rows: [code: string, line: string, body: unknown, answer: unknown, result: unknown][] = [
  [`user("u/1")`, `GET ${M}/users/u%2F1`, undefined, { user: { id: "u" } }, { id: "u" }],
  [
    `create_human_user({ userName = "ann", profile = { firstName = "A" } })`,
    `POST ${M}/users/human/_import`,
    { userName: "ann", profile: { firstName: "A" } },
    { userId: "7" },
    "7",
  ],
  [
    `create_human_user({ username = "ann", profile = { givenName = "A" } })`,
    "POST /v2/users/human",
    { username: "ann", profile: { givenName: "A" } },
    { userId: "7" },
    "7",
  ],
  [`deactivate_user("u/1")`, "POST /v2/users/u%2F1/deactivate", {}, {}, undefined],
  [`reactivate_user("u")`, "POST /v2/users/u/reactivate", {}, {}, undefined],
  [`delete_user("u")`, "DELETE /v2/users/u", undefined, {}, undefined],
  [
    `create_machine_user("bot", { description = "d" })`,
    `POST ${M}/users/machine`,
    {
      userName: "bot",
      name: "bot",
      description: "d",
      accessTokenType: "ACCESS_TOKEN_TYPE_BEARER",
    },
    { userId: "7" },
    "7",
  ],
  [
    `create_machine_key("u", { expirationDate = "2030-01-01T00:00:00Z" })`,
    `POST ${M}/users/u/keys`,
    { type: "KEY_TYPE_JSON", expirationDate: "2030-01-01T00:00:00Z" },
    {
      keyId: "k",
      keyDetails: Buffer.from('{"userId":"u","keyId":"k","key":"PEM"}').toString("base64"),
    },
    { userId: "u", keyId: "k", key: "PEM" },
  ],
  [`delete_machine_key("u", "k")`, `DELETE ${M}/users/u/keys/k`, undefined, {}, undefined],
  [`create_pat("u")`, `POST ${M}/users/u/pats`, {}, { token: "T", tokenId: "i" }, "T"],
  [`delete_pat("u", "i")`, `DELETE ${M}/users/u/pats/i`, undefined, {}, undefined],
  [
    `create_machine_secret("u")`,
    `PUT ${M}/users/u/secret`,
    {},
    { clientId: "c", clientSecret: "s" },
    { clientId: "c", clientSecret: "s" },
  ],
  [
    `update_oidc_app("p", "a", { redirectUris = { "https://x" }, devMode = true,
      additionalOrigins = { "https://y" }, skipNativeAppSuccessPage = true,
      backChannelLogoutUri = "https://z", loginVersion = { loginV2 = { baseUri = "/ui" } } })`,
    `PUT ${M}/projects/p/apps/a/oidc_config`,
    {
      redirectUris: ["https://x"],
      responseTypes: ["OIDC_RESPONSE_TYPE_CODE"],
      grantTypes: ["OIDC_GRANT_TYPE_AUTHORIZATION_CODE", "OIDC_GRANT_TYPE_REFRESH_TOKEN"],
      appType: "OIDC_APP_TYPE_WEB",
      authMethodType: "OIDC_AUTH_METHOD_TYPE_BASIC",
      accessTokenType: "OIDC_TOKEN_TYPE_BEARER",
      accessTokenRoleAssertion: true,
      idTokenRoleAssertion: true,
      idTokenUserinfoAssertion: true,
      devMode: true,
      clockSkew: "0s",
      additionalOrigins: ["https://y"],
      skipNativeAppSuccessPage: true,
      backChannelLogoutUri: "https://z",
      loginVersion: { loginV2: { baseUri: "/ui" } },
    },
    {},
    true,
  ],
  [
    `regenerate_oidc_secret("p", "a")`,
    `POST ${M}/projects/p/apps/a/oidc_config/_generate_client_secret`,
    {},
    { clientSecret: "s" },
    "s",
  ],
  [
    `create_api_app("p", "api")`,
    `POST ${M}/projects/p/apps/api`,
    { name: "api", authMethodType: "API_AUTH_METHOD_TYPE_BASIC" },
    { appId: "1", clientId: "c", clientSecret: "s" },
    { id: "1", appId: "1", clientId: "c", clientSecret: "s" },
  ],
  [`delete_app("p", "a")`, `DELETE ${M}/projects/p/apps/a`, undefined, {}, undefined],
  [`delete_project("p")`, `DELETE ${M}/projects/p`, undefined, {}, undefined],
  [`delete_project_role("p", "r")`, `DELETE ${M}/projects/p/roles/r`, undefined, {}, undefined],
  [
    `grant_project("p", "o", { "r" })`,
    `POST ${M}/projects/p/grants`,
    { grantedOrgId: "o", roleKeys: ["r"] },
    { grantId: "g" },
    "g",
  ],
  [`delete_idp("i")`, "DELETE /admin/v1/idps/templates/i", undefined, {}, undefined],
  [
    "orgs()",
    "POST /admin/v1/orgs/_search",
    { query: { limit: 100 } },
    { result: [{ id: "o" }] },
    [{ id: "o" }],
  ],
  [
    `project_roles("p")`,
    `POST ${M}/projects/p/roles/_search`,
    { query: { limit: 100 } },
    { result: [{ key: "r" }] },
    [{ key: "r" }],
  ],
];
test.each(rows)("%s", async (code, line, body, answer, result) => {
  api.expect(line, { json: answer }, { ...HEADERS, body });
  expect((await run(`return (c:${code})`))[0]).toEqual(result);
  api.expect(line, { status: 403, text: "no" }, any);
  expect(await failure(`c:${code}`)).toContain(`zitadel: ${line} HTTP 403: no`);
});

const search = (line: string, result: unknown[], total = result.length) =>
  api.expect(line, { json: { result, details: { totalResult: `${total}` } } }, any);

test("find_user, ensure_machine_user", async () => {
  api.expect(
    `POST ${M}/users/_search`,
    { json: { result: [{ id: "1", userName: "bot" }] } },
    {
      body: {
        query: { limit: 100 },
        queries: [{ userNameQuery: { userName: "bot", method: "TEXT_QUERY_METHOD_EQUALS" } }],
      },
    },
  );
  search(`POST ${M}/users/_search`, []);
  search(`POST ${M}/users/_search`, [{ id: "1", userName: "bot" }]);
  search(`POST ${M}/users/_search`, []);
  api.expect(`POST ${M}/users/machine`, { json: { userId: "2" } }, any);
  expect(
    await run(`
      local found, none = c:find_user("bot").id, c:find_user("x")
      local id, is_new = c:ensure_machine_user("bot")
      local second, created = c:ensure_machine_user("other")
      return found, none, id, is_new, second, created`),
  ).toEqual(["1", undefined, "1", false, "2", true]);
});

test("ensure_project_roles adds what is missing, over pages", async () => {
  const line = `POST ${M}/projects/p/roles/_search`;
  api.expect(
    line,
    { json: { result: [{ key: "a" }], details: { totalResult: "2" } } },
    { body: { query: { limit: 100 } } },
  );
  api.expect(
    line,
    { json: { result: [{ key: "b" }], details: { totalResult: "2" } } },
    { body: { query: { limit: 100, offset: "1" } } },
  );
  api.expect(
    `POST ${M}/projects/p/roles/_bulk`,
    { json: {} },
    {
      body: {
        roles: [
          { key: "c", displayName: "c" },
          { key: "d", displayName: "D", group: "g" },
        ],
      },
    },
  );
  search(line, [{ key: "a" }]);
  expect(
    await run(`
      local added = c:ensure_project_roles("p", { "a", "c", { key = "d", displayName = "D", group = "g" } })
      return added, c:ensure_project_roles("p", { "a" })`),
  ).toEqual([2, 0]);
});

test("ensure_user_grant: there, other roles, new", async () => {
  const line = `POST ${M}/users/grants/_search`;
  const grant = { id: "g", userId: "u", projectId: "p", roleKeys: ["b", "a"] };
  search(line, [grant]);
  search(line, [grant]);
  api.expect(`PUT ${M}/users/u/grants/g`, { json: {} }, { body: { roleKeys: ["a"] } });
  search(line, []);
  api.expect(
    `POST ${M}/users/u/grants`,
    { json: {} },
    { body: { projectId: "p", roleKeys: ["a"] } },
  );
  expect(
    await run(`return c:ensure_user_grant("u", "p", { "a", "b" }), c:ensure_user_grant("u", "p", { "a" }),
      c:ensure_user_grant("u", "p", { "a" })`),
  ).toEqual([false, true, true]);
});

test("members of the organisation and the instance", async () => {
  const body = { userId: "u", roles: ["ORG_OWNER"] };
  api.expect(`POST ${M}/orgs/me/members`, { json: {} }, { body });
  api.expect("POST /admin/v1/members", { status: 409, text: "exists" }, any);
  api.expect("PUT /admin/v1/members/u", { json: {} }, { body: { roles: ["IAM_OWNER"] } });
  api.expect("POST /admin/v1/members", { status: 409, text: "exists" }, any);
  api.expect(
    "PUT /admin/v1/members/u",
    { status: 400, text: '{"code":9,"message":"No changes (INSTANCE-LiaZi)"}' },
    any,
  );
  expect(
    await run(`return c:ensure_org_member("u", { "ORG_OWNER" }), c:ensure_instance_member("u", { "IAM_OWNER" }),
      c:ensure_instance_member("u", { "IAM_OWNER" })`),
  ).toEqual([true, true, false]);
  api.expect(`POST ${M}/orgs/me/members`, { status: 403, text: "no" }, any);
  expect(await failure(`c:ensure_org_member("u", {})`)).toContain(
    `zitadel: POST ${M}/orgs/me/members HTTP 403: no`,
  );
});

test("ensure_oidc_app and providers bring settings up to date when asked to", async () => {
  api.expect(`${APPS}/_search`, { json: { result: [{ id: "x", name: "w" }] } }, any);
  api.expect(
    `PUT ${M}/projects/p/apps/x/oidc_config`,
    { status: 400, text: '{"message":"No changes (COMMAND-1m88i)"}' },
    any,
  );
  const idp = { json: { result: [{ id: "7", name: "Google" }] } };
  api.expect("POST /admin/v1/idps/templates/_search", idp, any);
  api.expect(
    "PUT /admin/v1/idps/google/7",
    { json: {} },
    {
      check: ({ body }) =>
        expect(JSON.parse(body.toString())).toMatchObject({
          name: "Google",
          clientId: "i",
          scopes: ["openid", "email", "profile"],
        }),
    },
  );
  api.expect("POST /admin/v1/idps/templates/_search", { json: {} }, any);
  api.expect(
    "POST /admin/v1/idps/github",
    { json: { id: "8" } },
    {
      body: {
        name: "GH",
        clientId: "i",
        clientSecret: "s",
        scopes: ["user"],
        providerOptions: {
          isLinkingAllowed: true,
          isCreationAllowed: true,
          isAutoCreation: true,
          isAutoUpdate: true,
        },
      },
    },
  );
  expect(
    await run(`
      local app = c:ensure_oidc_app("p", { name = "w", subdomain = "s", update = true })
      local google = c:ensure_google_idp { clientId = "i", clientSecret = "s", update = true }
      local github = c:ensure_idp("github", { name = "GH", clientId = "i", clientSecret = "s", scopes = { "user" } })
      return app.id, google, github`),
  ).toEqual(["x", "7", "8"]);
});

test("ensure_org: there, new, by the older API", async () => {
  const line = "POST /admin/v1/orgs/_search";
  search(line, [{ id: "1", name: "a" }]);
  search(line, []);
  api.expect(
    "POST /v2/organizations",
    { status: 201, json: { organizationId: "2" } },
    { body: { name: "b" } },
  );
  search(line, []);
  api.expect("POST /v2/organizations", { status: 404 }, any);
  api.expect(`POST ${M}/orgs`, { json: { id: "3" } }, { body: { name: "c" } });
  expect(
    await run(`
      local out = {}
      for i, name in ipairs { "a", "b", "c" } do
        local id, is_new = c:ensure_org(name)
        out[i] = id .. tostring(is_new)
      end
      return out`),
  ).toEqual([["1false", "2true", "3true"]]);
});

test("introspect and userinfo", async () => {
  api.expect(
    "POST /oauth/v2/introspect",
    { json: { active: true } },
    {
      headers: {
        authorization: `Basic ${Buffer.from("i:s").toString("base64")}`,
        "content-type": "application/x-www-form-urlencoded",
        host: "auth.ex.com",
      },
      body: "token=a%2Bb",
    },
  );
  api.expect("GET /oidc/v1/userinfo", { json: { sub: "me" } }, HEADERS);
  api.expect(
    "GET /oidc/v1/userinfo",
    { json: { sub: "you" } },
    { headers: { authorization: "Bearer other" } },
  );
  expect(
    await run(`return c:introspect("a+b", { client_id = "i", client_secret = "s" }).active,
      c:userinfo().sub, c:userinfo("other").sub`),
  ).toEqual([true, "me", "you"]);
});

test("client credentials, renewed when they are refused", async () => {
  const token = (value: string) =>
    api.expect(
      "POST /oauth/v2/token",
      { json: { access_token: value, expires_in: 3600 } },
      {
        headers: { authorization: `Basic ${Buffer.from("bot:s").toString("base64")}` },
        check: ({ body }) =>
          expect(Object.fromEntries(new URLSearchParams(body.toString()))).toEqual({
            grant_type: "client_credentials",
            scope: "openid urn:zitadel:iam:org:project:id:zitadel:aud",
          }),
      },
    );
  token("one");
  api.expect(
    "GET /oidc/v1/userinfo",
    { status: 401 },
    { headers: { authorization: "Bearer one" } },
  );
  token("two");
  api.expect(
    "GET /oidc/v1/userinfo",
    { json: { sub: "bot" } },
    { headers: { authorization: "Bearer two" } },
  );
  expect(
    await api.run(`return require("assay.zitadel").client { url = URL, domain = "ex.com",
      client_id = "bot", client_secret = "s" }:userinfo().sub`),
  ).toEqual(["bot"]);
});

test("wait_ready", async () => {
  api.expect("GET /debug/ready", { status: 412 });
  api.expect("GET /debug/ready", {});
  expect(await run(`return c:wait_ready { timeout = 5, interval = 0.01 }`)).toEqual([true]);
  api.expect("GET /debug/ready", { status: 412 });
  expect(await failure(`c:wait_ready { timeout = 0 }`)).toContain("after 0s (last: HTTP 412)");
});
