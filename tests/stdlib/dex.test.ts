import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const D = "GET /.well-known/openid-configuration";
const run = (code: string) => api.run(`local dex = require("assay.dex")\n${code}`);
const failure = (code: string) => api.failure(`local dex = require("assay.dex")\n${code}`);
const document = () => ({
  issuer: api.url,
  authorization_endpoint: `${api.url}/auth`,
  token_endpoint: `${api.url}/token`,
  userinfo_endpoint: `${api.url}/userinfo`,
  jwks_uri: `${api.url}/keys`,
  scopes_supported: ["openid", "email"],
  response_types_supported: ["code"],
  grant_types_supported: ["refresh_token"],
});

test("what the discovery document says", async () => {
  for (let i = 0; i < 10; i++) api.expect(D, { json: document() });
  expect(
    await run(`return dex.discovery(URL .. "/").token_endpoint, dex.issuer(URL),
      dex.has_endpoint(URL, "token_endpoint"), dex.has_endpoint(URL, "x"),
      dex.supported_scopes(URL), dex.supported_response_types(URL), dex.supported_grant_types(URL),
      dex.supports_scope(URL, "email"), dex.supports_scope(URL, "mail"),
      dex.supports_grant_type(URL, "refresh_token")`),
  ).toEqual([
    `${api.url}/token`,
    api.url,
    true,
    false,
    ["openid", "email"],
    ["code"],
    ["refresh_token"],
    true,
    false,
    true,
  ]);
  api.expect(D, { status: 500, text: "x" });
  expect(await failure(`dex.supported_scopes(URL)`)).toContain("dex.discovery: HTTP 500: x");
});

test("jwks", async () => {
  api.expect(D, { json: document() });
  api.expect("GET /keys", { json: { keys: [{ kid: "k" }] } });
  expect(await run(`return dex.jwks(URL).keys[1].kid`)).toEqual(["k"]);
  api.expect(D, { json: {} });
  expect(await failure(`dex.jwks(URL)`)).toContain("dex.jwks: discovery response missing jwks_uri");
  api.expect(D, { json: document() });
  api.expect("GET /keys", { status: 404, text: "no" });
  expect(await failure(`dex.jwks(URL)`)).toContain("dex.jwks: HTTP 404: no");
});

test("health, ready, admin_version, wait", async () => {
  api.expect("GET /healthz", {});
  api.expect("GET /healthz", { status: 400 });
  api.expect("GET /healthz", {});
  api.expect("GET /api/v1/version", { json: { server: "v2" } });
  api.expect("GET /api/v1/version", { status: 404 });
  api.expect("GET /healthz", { status: 400 });
  api.expect("GET /healthz", {});
  expect(
    await run(`return (dex.health(URL)), (dex.health(URL)), (dex.ready(URL)),
      dex.admin_version(URL).server, (dex.admin_version(URL)),
      dex.wait(URL, { timeout = 5, interval = 0.02 }), (dex.health("http://127.0.0.1:1"))`),
  ).toEqual([true, false, true, "v2", undefined, true, false]);
});

test("validate_config", async () => {
  api.expect(D, { json: document() });
  api.expect(D, { json: { issuer: api.url } });
  api.expect(D, { json: { ...document(), issuer: "x" } });
  api.expect(D, { status: 404, text: "no" });
  const mismatch = `issuer mismatch: expected ${api.url}, got x`;
  expect(
    await run(`return dex.validate_config(URL), dex.validate_config(URL), dex.validate_config(URL),
      dex.validate_config(URL)`),
  ).toEqual([
    { ok: true, errors: [] },
    {
      ok: false,
      errors: ["missing authorization_endpoint", "missing token_endpoint", "missing jwks_uri"],
    },
    { ok: false, errors: [mismatch] },
    { ok: false, errors: ["discovery failed: dex.discovery: HTTP 404: no"] },
  ]);
});

test("a client asks once; tokens and userinfo", async () => {
  api.expect(D, { json: document() });
  api.expect(
    "POST /token",
    { json: { access_token: "A" } },
    {
      headers: {
        authorization: `Basic ${Buffer.from("id:s").toString("base64")}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "grant_type=client_credentials",
    },
  );
  api.expect("GET /userinfo", { json: { sub: "u" } }, { headers: { authorization: "Bearer A" } });
  expect(
    await run(`
      local c = dex.client(URL)
      local t = c:token({ grant_type = "client_credentials" }, { client_id = "id", client_secret = "s" })
      return c:userinfo(t.access_token).sub`),
  ).toEqual(["u"]);
});

test("a client asks for the document again after refresh", async () => {
  const line = "GET /.well-known/openid-configuration";
  api.expect(line, { json: { issuer: "one" } });
  api.expect(line, { json: { issuer: "two" } });
  expect(
    await api.run(`local c = require("assay.dex").client(URL)
      local one, again = c:issuer(), c:issuer()
      c:refresh()
      return one, again, c:issuer()`),
  ).toEqual(["one", "one", "two"]);
});

test("verify: signature, issuer, audience, time, nonce", async () => {
  const line = "GET /.well-known/openid-configuration";
  const HEAD = `
    local dex = require("assay.dex")
    local keys = crypto.generate_keypair("ec")
    local other = crypto.generate_keypair("ec")
    local server = http.server({ host = "127.0.0.1" }, {
      ["/keys"] = function() return { json = { keys = { crypto.jwk(keys.public_key, { kid = "k" }) } } } end,
      ["/.well-known/openid-configuration"] = function(req)
        return { json = { issuer = "https://iss", jwks_uri = "http://" .. req.headers.host .. "/keys" } }
      end,
    })
    local function token(more, key)
      local claims = { iss = "https://iss", sub = "ann", aud = "job", exp = time() + 60, nonce = "n" }
      for k, v in pairs(more or {}) do claims[k] = v end
      return crypto.jwt_sign(claims, (key or keys).private_key, "ES256", { kid = "k" })
    end
    local function check(t, opts) return select(2, pcall(dex.verify, server.url, t, opts)) end
  `;
  const [claims, ...errors] = await api.run(`${HEAD}
    return dex.verify(server.url, token(), { audience = "job", nonce = "n" }).sub,
      check(token { iss = "https://other" }), check(token(), { audience = "web" }),
      check(token { exp = time() - 10 }), check(token(), { nonce = "m" }), check(token({}, other)), check("a.b.c")`);
  expect(claims).toBe("ann");
  for (const [i, cause] of ["issuer", "audience", "exp", "nonce", "signature", ""].entries())
    expect(errors[i]).toMatch(new RegExp(`dex\\.verify: .*${cause}`));
  api.expect(line, { json: { issuer: "x" } });
  expect(await api.failure(`require("assay.dex").verify(URL, "t")`)).toContain(
    "dex.jwks: discovery response missing jwks_uri",
  );
});

test("introspect", async () => {
  const json = { introspection_endpoint: `${api.url}/intro` };
  const basic = `Basic ${Buffer.from("a%26b:s%2F").toString("base64")}`;
  api.expect("GET /.well-known/openid-configuration", { json });
  api.expect(
    "POST /intro",
    { json: { active: true } },
    { headers: { authorization: basic }, body: "token=t%2Bx" },
  );
  api.expect("POST /intro", { status: 401, text: "no" }, { check: () => undefined });
  expect(
    await api.run(`local c = require("assay.dex").client(URL)
      local o = { client_id = "a&b", client_secret = "s/" }
      return c:introspect("t+x", o).active, select(2, pcall(c.introspect, c, "t"))`),
  ).toEqual([true, expect.stringContaining("dex.introspect: HTTP 401: no")]);
  api.expect("GET /.well-known/openid-configuration", { json: {} });
  expect(await api.failure(`require("assay.dex").introspect(URL, "t")`)).toContain(
    "dex: the issuer has no introspection_endpoint",
  );
});

const ENDPOINTS = () => ({
  ...document(),
  device_authorization_endpoint: `${api.url}/device/code`,
});
const FORM = { "content-type": "application/x-www-form-urlencoded" };
/** A body with these fields, in any order. */
const form = (fields: Record<string, string>) => ({
  check: ({ body }: { body: Buffer }) =>
    expect(Object.fromEntries(new URLSearchParams(`${body}`))).toEqual(fields),
});

test("grants: whose client, which scope", async () => {
  const basic = { headers: { ...FORM, authorization: "Basic aWQ6cyUyRnQ=" } };
  const inForm = { headers: { ...FORM, authorization: null } };
  api.expect(D, { json: ENDPOINTS() });
  const token = (wanted: object) => api.expect("POST /token", { json: { n: 1 } }, wanted);
  token({ ...basic, ...form({ grant_type: "client_credentials" }) });
  token({
    ...inForm,
    ...form({
      client_id: "id",
      client_secret: "s/t",
      grant_type: "client_credentials",
      scope: "a b",
    }),
  });
  token({
    ...inForm,
    ...form({
      client_id: "id",
      grant_type: "password",
      password: "p&",
      scope: "openid",
      username: "ann",
    }),
  });
  token({ ...basic, ...form({ grant_type: "refresh_token", refresh_token: "R" }) });
  token({
    ...basic,
    ...form({
      connector_id: "ci",
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      requested_token_type: "urn:ietf:params:oauth:token-type:id_token",
      scope: "openid",
      subject_token: "J",
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    }),
  });
  await run(`
    local c = dex.client(URL)
    local o = { client_id = "id", client_secret = "s/t" }
    local function with(more) for k, v in pairs(o) do more[k] = more[k] or v end return more end
    c:client_token(o)
    c:client_token(with { auth = "form", scope = { "a", "b" } })
    c:password_token("ann", "p&", { client_id = "id" })
    c:renew("R", o)
    c:exchange("J", with { connector_id = "ci", requested_token_type = "id_token" })`);
  api.expect(D, { json: ENDPOINTS() });
  api.expect("POST /token", { status: 401, text: "no" }, { check: () => undefined });
  expect(await failure(`dex.exchange(URL, "J")`)).toContain("dex.token: HTTP 401: no");
});

test("the device flow", async () => {
  const device = {
    device_code: "D",
    user_code: "AB-CD",
    verification_uri: "https://dex/device",
    expires_in: 300,
    interval: 0.02,
  };
  const start = { headers: FORM, ...form({ client_id: "cli", scope: "openid email" }) };
  const ask = {
    headers: FORM,
    ...form({
      client_id: "cli",
      device_code: "D",
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    }),
  };
  const refused = (error: string, error_description?: string) => ({
    status: 400,
    json: { error, error_description },
  });
  api.expect(D, { json: ENDPOINTS() });
  api.expect("POST /device/code", { json: device }, start);
  api.expect("POST /token", refused("authorization_pending"), ask);
  api.expect("POST /token", { status: 502 }, ask);
  api.expect("POST /token", refused("authorization_pending"), ask);
  api.expect("POST /token", { json: { access_token: "A" } }, ask);
  expect(
    await run(`local shown
      local t = dex.client(URL):device_login({ client_id = "cli", scope = { "openid", "email" },
        show = function(d) shown = d.user_code end })
      return shown, t.access_token`),
  ).toEqual(["AB-CD", "A"]);

  const HEAD = `local dex = require("assay.dex")
    local c, o = dex.client(URL), { client_id = "cli", scope = "openid email" }\n`;
  api.expect(D, { json: ENDPOINTS() });
  api.expect("POST /device/code", { json: device }, start);
  api.expect("POST /token", refused("access_denied", "not you"), ask);
  expect(await api.failure(`${HEAD} c:device_login(o)`)).toContain(
    "dex.wait_device: access_denied: not you",
  );
  expect(api.logged().join()).toContain("dex: open https://dex/device and enter AB-CD");
  api.expect(D, { json: ENDPOINTS() });
  api.expect("POST /device/code", { json: device }, start);
  api.expect("POST /token", refused("slow_down"), ask);
  expect(await api.failure(`${HEAD} o.timeout = 0 c:wait_device(c:device_code(o), o)`)).toContain(
    "dex.wait_device: not allowed after 0s (last: slow_down)",
  );
  api.expect(D, { json: document() });
  expect(await api.failure(`${HEAD} c:device_code(o)`)).toContain(
    "dex: the issuer has no device_authorization_endpoint",
  );
});

test("slow_down makes the pauses longer", async () => {
  api.expect(D, { json: ENDPOINTS() });
  const anything = { check: () => undefined };
  api.expect("POST /token", { status: 400, json: { error: "slow_down" } }, anything);
  api.expect("POST /token", { json: { access_token: "A" } }, anything);
  const [seconds] = await run(`
    local start = time()
    dex.client(URL):wait_device({ device_code = "D", interval = 0.01, expires_in = 60 })
    return time() - start`);
  expect(seconds).toBeGreaterThan(4.9);
}, 15_000);

test("telemetry: ready, metrics", async () => {
  api.expect("GET /telemetry/healthz/ready", {});
  api.expect("GET /telemetry/healthz/ready", { status: 503 });
  api.expect("GET /telemetry/metrics", { text: "up 1\n" });
  expect(
    await run(`
      local c = dex.client("http://127.0.0.1:1", { telemetry_url = URL .. "/telemetry/" })
      return (c:ready()), (dex.ready("http://127.0.0.1:1", { telemetry_url = URL .. "/telemetry" })),
        c:metrics()`),
  ).toEqual([true, false, "up 1\n"]);
  expect(await failure(`dex.metrics(URL)`)).toContain(
    "dex.metrics: the option telemetry_url is needed",
  );
});

test("validate_config: strict; a document instead of a URL", async () => {
  const strict = {
    ...document(),
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
  api.expect(D, { json: strict });
  api.expect(D, { json: { ...strict, subject_types_supported: [], token_endpoint: "/token" } });
  api.expect(D, { json: document() });
  expect(
    await run(`
      local o = { strict = true }
      local ok, errors = dex.validate_config(URL, o), dex.validate_config(URL, o).errors
      local d = dex.discovery(URL)
      return ok, errors, dex.issuer(d), dex.supports_scope(d, "email"), dex.validate_config(d).ok`),
  ).toEqual([
    { ok: true, errors: [] },
    ["missing subject_types_supported", "token_endpoint is not absolute: /token"],
    api.url,
    true,
    true,
  ]);
});
