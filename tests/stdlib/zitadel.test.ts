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
