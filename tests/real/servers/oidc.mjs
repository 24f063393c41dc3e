/**
 * An OIDC provider: `node oidc.mjs PORT FOLDER MACHINE_KEY`, with a JSON object { userId, keyId, public }
 * of whom the JWT profile grant knows. Beyond the usual grants it has `password`, and the JWT profile as
 * ZITADEL has it.
 */
import { createPublicKey } from "node:crypto";
import { exportJWK, generateKeyPair, jwtVerify } from "jose";
import Provider, { errors } from "oidc-provider";

const [port, , machine] = process.argv.slice(2);
const { userId, keyId, public: pem } = JSON.parse(machine);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: "k1", use: "sig", alg: "RS256" };

const claimsOf = (id) => ({ sub: id, email: `${id}@example.com`, email_verified: true });

const provider = new Provider(issuer, {
  jwks: { keys: [key] },
  routes: { token: "/oauth/v2/token" },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
  },
  scopes: ["openid", "email", "offline_access", "jobs"],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => claimsOf(id) }),
  clients: [
    {
      client_id: "job&co",
      client_secret: "s/e+c ret",
      grant_types: ["client_credentials", "password"],
      redirect_uris: [],
      response_types: [],
      scope: "openid email jobs",
    },
    {
      client_id: "machines",
      token_endpoint_auth_method: "none",
      grant_types: ["urn:ietf:params:oauth:grant-type:jwt-bearer"],
      redirect_uris: [],
      response_types: [],
    },
  ],
});

/** Tokens of an account. */
async function tokensFor(ctx, accountId, client, scope) {
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const access = new provider.AccessToken({ accountId, client, grantId, scope, gty: "password" });
  const { IdToken } = provider;
  const id = new IdToken(claimsOf(accountId), { ctx });
  id.scope = scope;
  ctx.body = {
    access_token: await access.save(),
    id_token: await id.issue({ use: "idtoken" }),
    expires_in: access.expiration,
    token_type: access.tokenType,
    scope,
  };
}

provider.registerGrantType(
  "password",
  async (ctx) => {
    const { username, password, scope } = ctx.oidc.params;
    if (password !== `of ${username}`) throw new errors.InvalidGrant("wrong password");
    await tokensFor(ctx, username, ctx.oidc.client, scope ?? "openid");
  },
  ["username", "password", "scope"],
);

// a client of its own stands for those who come without one
const JWT_PROFILE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const callback = provider.callback();
provider.registerGrantType(
  JWT_PROFILE,
  async (ctx) => {
    let claims;
    try {
      const { payload, protectedHeader } = await jwtVerify(
        ctx.oidc.params.assertion,
        createPublicKey(pem),
        { audience: issuer, algorithms: ["RS256"] },
      );
      if (protectedHeader.kid !== keyId) throw new Error("unknown key");
      claims = payload;
    } catch (e) {
      throw new errors.InvalidRequest(`invalid assertion: ${e.message}`);
    }
    if (claims.iss !== userId || claims.sub !== userId)
      throw new errors.InvalidRequest("no such user");
    await tokensFor(ctx, userId, ctx.oidc.client, "openid");
  },
  ["assertion", "scope"],
);

const { createServer } = await import("node:http");
createServer((req, res) => {
  if (req.method === "POST" && req.url === "/oauth/v2/token" && !req.headers.authorization) {
    const chunks = [];
    req.on("data", (chunk) => chunks.push(chunk));
    req.on("end", () => {
      // the parser takes a body that was read before
      const text = Buffer.concat(chunks).toString();
      const form = Object.fromEntries(new URLSearchParams(text));
      if (form.grant_type === JWT_PROFILE) form.client_id = "machines";
      req.body = form;
      // checked against the host that the client named
      callback(req, res);
    });
    return;
  }
  callback(req, res);
}).listen(Number(port), "127.0.0.1");
