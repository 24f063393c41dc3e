/** assay.dex and the token exchange of assay.zitadel against oidc-provider. */
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answers, missingPackage, type RealServer, runner, startScript } from "./real";

const why = missingPackage("oidc-provider");
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (type: "pkcs1" | "pkcs8") => privateKey.export({ type, format: "pem" }) as string;
const MACHINE = {
  userId: "machine-1",
  keyId: "key-1",
  public: publicKey.export({ type: "spki", format: "pem" }) as string,
};

describe.skipIf(why)(`oidc-provider${why ? ` (left out: ${why})` : ""}`, () => {
  let server: RealServer;
  const lua = runner(
    () => `local dex, zitadel = require("assay.dex"), require("assay.zitadel")
      local c = dex.client(URL)
      local job = { client_id = "job&co", client_secret = "s/e+c ret" }`,
    () => ({
      URL: server.url,
      KEY: { userId: MACHINE.userId, keyId: MACHINE.keyId, key: pem("pkcs8") },
      PKCS1: pem("pkcs1"),
    }),
  );
  beforeAll(async () => {
    server = await startScript("oidc", [JSON.stringify(MACHINE)], (url) =>
      answers(`${url}/.well-known/openid-configuration`),
    );
  });
  afterAll(() => server?.stop());

  test("discovery and what it says", async () => {
    expect(
      await lua.run(`
        local keys = dex.jwks(URL).keys
        return dex.discovery(URL .. "/").issuer == URL, dex.issuer(URL) == URL, keys[1].kid,
          c:has_endpoint("token_endpoint"), c:has_endpoint("none_such"), c:supports_scope("jobs"),
          c:supports_scope("none"), c:supports_grant_type("client_credentials"),
          #c:supported_scopes(), #c:supported_response_types() > 0, #c:supported_grant_types() > 0`),
    ).toEqual([true, true, "k1", true, false, true, false, true, 4, true, true]);
  });
  test("validate_config", async () => {
    expect(
      await lua.run(`return dex.validate_config(URL), dex.validate_config(URL .. "/none")`),
    ).toEqual([
      { ok: true, errors: [] },
      { ok: false, errors: [expect.stringMatching(/^discovery failed: dex\.discovery: HTTP 404/)] },
    ]);
  });
  test("what only Dex has", async () => {
    expect(await lua.run(`return dex.health(URL)`)).toEqual([false, "HTTP 404"]);
    expect(await lua.run(`return dex.ready(URL)`)).toEqual([false, "HTTP 404"]);
    expect(await lua.run(`return dex.admin_version(URL)`)).toEqual([undefined, "HTTP 404"]);
    expect(await lua.failure(`dex.wait(URL, { timeout = 0.2, interval = 0.1 })`)).toContain(
      "not healthy after 0.2s (last: HTTP 404)",
    );
  });
  test("client credentials, with a name and secret that must be encoded", async () => {
    expect(
      await lua.run(`
        local t = c:token({ grant_type = "client_credentials", scope = "jobs" }, job)
        return t.token_type, t.scope, t.expires_in > 0, type(t.access_token)`),
    ).toEqual(["Bearer", "jobs", true, "string"]);
    expect(
      await lua.failure(
        `c:token({ grant_type = "client_credentials" }, { client_id = "job&co", client_secret = "no" })`,
      ),
    ).toMatch(/dex\.token: HTTP 401: .*invalid_client/);
  });
  test("a user's tokens: userinfo, and the ID token is signed by the keys", async () => {
    expect(
      await lua.run(`
        local t = c:token({ grant_type = "password", username = "ann", password = "of ann", scope = "openid email" }, job)
        local who = c:userinfo(t.access_token)
        local claims = c:verify(t.id_token, { audience = "job&co" })
        return who.sub, who.email, claims.sub, claims.iss == URL, c:introspect(t.access_token, job).active,
          c:introspect("none", job).active`),
    ).toEqual(["ann", "ann@example.com", "ann", true, true, false]);
    expect(await lua.failure(`c:userinfo("wrong")`)).toMatch(/dex\.userinfo: HTTP 401/);
    expect(
      await lua.failure(
        `c:token({ grant_type = "password", username = "ann", password = "x" }, job)`,
      ),
    ).toMatch(/dex\.token: HTTP 400: .*invalid_grant/);
    expect(
      await lua.failure(`
        local t = c:token({ grant_type = "password", username = "ann", password = "of ann" }, job)
        c:verify(t.id_token, { audience = "another" })`),
    ).toMatch(/dex\.verify: .*aud/);
  });
  test("zitadel's machine keys: PKCS #8 and PKCS #1, and keys that are wrong", async () => {
    const host = `"127.0.0.1:" .. URL:match("%d+$")`;
    expect(
      await lua.run(`
        local function client(key)
          return zitadel.client { url = URL, domain = "example.com", host = ${host}, issuer = URL, machine_key = key }
        end
        local one = client(KEY)
        local two = client { userId = KEY.userId, keyId = KEY.keyId, key = PKCS1 }
        return c:userinfo(one.access_token).sub, c:userinfo(two.access_token).sub`),
    ).toEqual(["machine-1", "machine-1"]);
    expect(
      await lua.failure(`zitadel.client { url = URL, domain = "example.com", host = ${host}, issuer = URL,
        machine_key = { userId = "other", keyId = KEY.keyId, key = KEY.key } }`),
    ).toMatch(/zitadel: token exchange failed \(HTTP 400\): .*no such user/);
    expect(
      await lua.failure(`zitadel.client { url = URL, domain = "example.com", host = ${host},
        machine_key = KEY }`),
    ).toMatch(/zitadel: token exchange failed \(HTTP 400\): .*aud/);
  });
});
