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
