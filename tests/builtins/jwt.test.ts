import {
  createHmac,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { harness } from "./harness";

const { run, failure } = harness();

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const p521 = generateKeyPairSync("ec", { namedCurve: "P-521" });
const ed = generateKeyPairSync("ed25519");
const pem = (key: { export(o: object): string | Buffer }, type: string) =>
  key.export({ type, format: "pem" }) as string;
const keys = {
  rsa: pem(rsa.privateKey, "pkcs8"),
  rsaPkcs1: pem(rsa.privateKey, "pkcs1"),
  rsaPublic: pem(rsa.publicKey, "spki"),
  p256: pem(p256.privateKey, "pkcs8"),
  p256Sec1: pem(p256.privateKey, "sec1"),
  p256Public: pem(p256.publicKey, "spki"),
  p384: pem(p384.privateKey, "pkcs8"),
  p384Public: pem(p384.publicKey, "spki"),
  p521: pem(p521.privateKey, "pkcs8"),
  p521Public: pem(p521.publicKey, "spki"),
  ed: pem(ed.privateKey, "pkcs8"),
  edPublic: pem(ed.publicKey, "spki"),
};
const { run: withKeys, failure: failWithKeys } = harness({ globals: { K: keys } });
const b64 = (v: unknown) => Buffer.from(JSON.stringify(v)).toString("base64url");
const luaText = (s: string) => JSON.stringify(s).replaceAll("\\n", "\\z\n\\n");

test("the default token: RS256, header and claims as the original writes them", async () => {
  const [token] = (await withKeys(
    `return crypto.jwt_sign({ sub = "a", iat = 1700000000, n = 9007199254740993, f = 2.0, l = { 1 } },
      K.rsaPkcs1)`,
  )) as [string];
  const [header, claims, signature] = token.split(".") as [string, string, string];
  expect(Buffer.from(header, "base64url").toString()).toBe('{"typ":"JWT","alg":"RS256"}');
  expect(Buffer.from(claims, "base64url").toString()).toBe(
    '{"f":2.0,"iat":1700000000,"l":[1],"n":9007199254740993,"sub":"a"}',
  );
  const verifier = createVerify("RSA-SHA256").update(`${header}.${claims}`);
  expect(verifier.verify(rsa.publicKey, Buffer.from(signature, "base64url"))).toBe(true);
});

test("kid and further header fields; they can't change the algorithm", async () => {
  const [header] = await withKeys(
    `return crypto.jwt_decode(crypto.jwt_sign({}, K.ed, nil,
      { kid = "k1", header = { alg = "none", typ = "at+jwt", x5t = "y" } })).header`,
  );
  expect(header).toEqual({ alg: "EdDSA", typ: "at+jwt", x5t: "y", kid: "k1" });
  expect(await failWithKeys(`crypto.jwt_sign({}, K.ed, nil, { header = { x = 0 / 0 } })`)).toBe(
    "crypto.jwt_sign: cannot encode NaN as JSON number at .x",
  );
});

const PAIRS: [alg: string, key: keyof typeof keys, pub: keyof typeof keys][] = [
  ["RS256", "rsa", "rsaPublic"],
  ["RS384", "rsaPkcs1", "rsaPublic"],
  ["RS512", "rsa", "rsaPublic"],
  ["PS256", "rsa", "rsaPublic"],
  ["PS384", "rsa", "rsaPublic"],
  ["PS512", "rsaPkcs1", "rsaPublic"],
  ["ES256", "p256", "p256Public"],
  ["ES256", "p256Sec1", "p256Public"],
  ["ES384", "p384", "p384Public"],
  ["ES512", "p521", "p521Public"],
  ["EdDSA", "ed", "edPublic"],
];

test.each(PAIRS)("%s with %s", async (alg, key, pub) => {
  const [n, byJwks, byPrivate, changed, other] = await withKeys(
    `local alg, key, pub = ...
     key, pub = K[key], K[pub]
     local token = crypto.jwt_sign({ n = 9007199254740993 }, key, alg:lower(), { kid = "k" })
     local jwks = { keys = { crypto.jwk(K.rsaPublic), crypto.jwk(pub, { kid = "k" }) } }
     local h, c, s = token:match("(.*)%.(.*)%.(.*)")
     local changed = h .. "." .. c:sub(1, -2) .. (c:sub(-1) == "A" and "B" or "A") .. "." .. s
     return crypto.jwt_verify(token, pub, { algorithm = alg }).claims.n,
       crypto.jwt_verify(token, jwks).header.alg, crypto.jwt_verify(token, key).claims.n,
       pcall(crypto.jwt_verify, changed, pub), pcall(crypto.jwt_verify, token, pub, { algorithm = "HS256" })`,
    [alg, key, pub],
  );
  expect([n, byJwks, byPrivate]).toEqual([9007199254740993n, alg, 9007199254740993n]);
  expect([changed, other]).toEqual([false, false]);
});

test("the example of RFC 7515 A.1 (HS256)", async () => {
  const secret = Buffer.from(
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    "base64url",
  ).toString("latin1");
  const token =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const bytes = [...secret].map((c) => `\\${String(c.charCodeAt(0)).padStart(3, "0")}`).join("");
  const verify = (opts: string) => `crypto.jwt_verify("${token}", "${bytes}", ${opts})`;
  expect(
    await run(`return ${verify('{ algorithm = "HS256", validate_exp = false }')}.claims.iss`),
  ).toEqual(["joe"]);
  expect(await failure(verify('{ algorithm = "HS256" }'))).toBe("crypto.jwt_verify: token expired");
});

test("a shared secret works only when the algorithm is named", async () => {
  const token = `crypto.jwt_sign({ sub = "x" }, "a shared secret", "HS384")`;
  expect(
    await run(`return crypto.jwt_verify(${token}, "a shared secret", { algorithms = { "HS256", "HS384" } })
      .claims.sub`),
  ).toEqual(["x"]);
  const needed =
    "the key is neither PEM nor JWKS; a shared secret needs algorithm = HS256, HS384 or HS512";
  for (const opts of ["nil", '{ algorithm = "RS256" }', "{ algorithms = {} }"])
    expect(await failure(`crypto.jwt_verify(${token}, "a shared secret", ${opts})`)).toBe(
      `crypto.jwt_verify: ${needed}`,
    );
  for (const opts of ['{ algorithm = "HS256" }', '{ algorithms = { "HS512" } }'])
    expect(await failure(`crypto.jwt_verify(${token}, "a shared secret", ${opts})`)).toBe(
      "crypto.jwt_verify: the token's algorithm is not allowed",
    );
  expect(await failure(`crypto.jwt_verify(${token}, "", { algorithm = "HS384" })`)).toContain(
    "empty",
  );
  expect(await failure(`crypto.jwt_sign({}, "", "HS256")`)).toContain("empty");
});

test("algorithm confusion: a public key is never a shared secret", async () => {
  const forged = (text: string) => {
    const head = `${b64({ alg: "HS256", typ: "JWT" })}.${b64({ admin: true })}`;
    return `${head}.${createHmac("sha256", text).update(head).digest("base64url")}`;
  };
  for (const secret of [keys.rsaPublic, keys.rsaPublic.trim(), keys.p256Public])
    for (const opts of [
      "nil",
      '{ algorithm = "HS256" }',
      '{ algorithms = { "HS256", "RS256", "ES256" } }',
    ])
      expect(
        await failWithKeys(`crypto.jwt_verify("${forged(secret)}", ${luaText(secret)}, ${opts})`),
      ).toMatch(/is not allowed|can't be used with HS256/);
  const jwks = '{ keys = { crypto.jwk(K.rsaPublic), { kty = "oct", k = "c2VjcmV0" } } }';
  expect(await failWithKeys(`crypto.jwt_verify("${forged("secret")}", ${jwks})`)).toContain(
    "not allowed",
  );
  expect(await failWithKeys(`crypto.jwt_sign({}, K.rsaPublic, "HS256")`)).toBe(
    "crypto.jwt_sign: a PEM key can't be used with HS256",
  );
});

test("unsigned tokens are refused", async () => {
  for (const alg of ["none", "None", "NONE", ""]) {
    const token = `${b64({ alg })}.${b64({ sub: "x" })}.`;
    expect(await failWithKeys(`crypto.jwt_verify("${token}", K.rsaPublic)`)).toContain(
      "crypto.jwt_verify: ",
    );
  }
  expect(
    await failWithKeys(`crypto.jwt_verify("a.b.c", K.rsaPublic, { algorithm = "none" })`),
  ).toContain("crypto.jwt_verify: ");
});

test("keys of a JWKS are chosen by kid, or tried when there is none", async () => {
  const set =
    "{ keys = { crypto.jwk(K.p256Public, { kid = 'a' }), crypto.jwk(K.rsaPublic, { kid = 'b' }) } }";
  expect(
    await withKeys(`
      local token = crypto.jwt_sign({ sub = "x" }, K.rsa)
      local others = { keys = { crypto.jwk(crypto.generate_keypair("rsa").public_key), crypto.jwk(K.rsaPublic) } }
      return crypto.jwt_verify(token, ${set}).claims.sub, crypto.jwt_verify(token, others).claims.sub,
        crypto.jwt_verify(token, json.encode(others)).claims.sub,
        crypto.jwt_verify(token, crypto.jwk(K.rsa, { private = true })).claims.sub`),
  ).toEqual(["x", "x", "x", "x"]);
  const none = "crypto.jwt_verify: no key of the JWKS fits the token";
  expect(
    await failWithKeys(`crypto.jwt_verify(crypto.jwt_sign({}, K.rsa, nil, { kid = "z" }), ${set})`),
  ).toBe(none);
  expect(
    await failWithKeys(`crypto.jwt_verify(crypto.jwt_sign({}, K.rsa), { keys = json.array() })`),
  ).toBe(none);
  expect(
    await failWithKeys(`
      local other = crypto.generate_keypair("rsa")
      crypto.jwt_verify(crypto.jwt_sign({}, K.rsa, nil, { kid = "b" }),
        { keys = { crypto.jwk(other.public_key, { kid = "b" }) } })`),
  ).toBe("crypto.jwt_verify: signature verification failed");
  for (const bad of ['"{"', "{ keys = 1 }", '{ keys = { { k = "x" } } }', "{}"])
    expect(await failWithKeys(`crypto.jwt_verify(crypto.jwt_sign({}, K.rsa), ${bad})`)).toContain(
      "crypto.jwt_verify: invalid JWKS",
    );
  const damaged = `{ keys = { { kty = "RSA", n = "!!", e = "AQAB" } } }`;
  expect(await failWithKeys(`crypto.jwt_verify(crypto.jwt_sign({}, K.rsa), ${damaged})`)).toBe(
    "crypto.jwt_verify: the key can't be read",
  );
});

test("claims", async () => {
  const check = async (claims: string, opts: string) => {
    const token = `crypto.jwt_sign(${claims}, "secret", "HS256")`;
    const call = `pcall(crypto.jwt_verify, ${token}, "secret", { algorithm = "HS256", ${opts} })`;
    const [ok, e] = await run(`local ok, e = ${call} return ok, not ok and e or ""`);
    return ok ? "ok" : String(e).replace("crypto.jwt_verify: ", "");
  };
  expect(await check("{ exp = time() + 5 }", "")).toBe("ok");
  expect(await check("{ exp = time() - 5 }", "")).toBe("token expired");
  expect(await check("{ exp = time() - 5 }", "leeway = 10")).toBe("ok");
  expect(await check("{ exp = time() - 5 }", "validate_exp = false")).toBe("ok");
  expect(await check('{ exp = "9999999999" }', "")).toBe("claim exp is not a number");
  expect(await check("{ nbf = time() + 5 }", "")).toBe("token not yet valid");
  expect(await check("{ nbf = time() + 5 }", "leeway = 10")).toBe("ok");
  expect(await check("{ nbf = time() + 5 }", "validate_nbf = false")).toBe("ok");
  expect(await check("{ iat = time() - 100 }", "max_age = 60")).toBe("token too old");
  expect(await check("{ iat = time() + 100 }", "max_age = 60")).toBe("token issued in the future");
  expect(await check("{ iat = time() - 10 }", "max_age = 60")).toBe("ok");
  expect(await check("{}", "max_age = 60")).toBe("missing claim: iat");
  expect(await check('{ aud = "a" }', 'audience = "a"')).toBe("ok");
  expect(await check('{ aud = { "x", "a" } }', 'audience = { "a", "b" }')).toBe("ok");
  expect(await check('{ aud = "a" }', 'audience = "b"')).toBe("audience mismatch");
  expect(await check("{}", 'audience = "b"')).toBe("audience mismatch");
  expect(await check('{ iss = "me" }', 'issuer = { "you", "me" }')).toBe("ok");
  expect(await check('{ iss = { "me" } }', 'issuer = "me"')).toBe("issuer mismatch");
  expect(await check('{ sub = "s" }', 'subject = "t"')).toBe("subject mismatch");
  expect(await check('{ sub = "s" }', 'required_claims = { "sub", "jti" }')).toBe(
    "missing claim: jti",
  );
});

test("keys that do not fit, with messages that do not show them", async () => {
  expect(await failure(`crypto.jwt_sign(1, "k")`)).toBe(
    "crypto.jwt_sign: first argument must be a claims table",
  );
  expect(await failure(`crypto.jwt_sign({}, 5)`)).toBe(
    "crypto.jwt_sign: second argument must be a PEM key string",
  );
  expect(await failure(`crypto.jwt_sign({}, "k", "XX256")`)).toContain(
    "crypto.jwt_sign: unsupported algorithm: XX256",
  );
  expect(await failure(`crypto.jwt_sign({}, "k", 5)`)).toContain("third argument must be");
  expect(await failWithKeys(`crypto.jwt_sign({}, K.p256, "RS256")`)).toBe(
    "crypto.jwt_sign: RS256 needs another kind of key (this one is for ES256)",
  );
  const body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
  const bad = `-----BEGIN PRIVATE KEY-----\\n${body}\\n-----END PRIVATE KEY-----\\n`;
  for (const call of [
    `jwt_sign({}, "${bad}")`,
    `jwt_verify("${b64({ alg: "RS256" })}.${b64({})}.c2ln", "${bad}")`,
    `jwk("${bad}")`,
    `jwk("${bad}", { private = true })`,
    'jwt_sign({}, "not a key: hunter2")',
    'jwk("not a key: hunter2")',
    'jwk_to_pem({ kty = "RSA", n = "hunter2", e = "AQAB", d = "hunter2" })',
  ]) {
    const message = await failure(`crypto.${call}`);
    expect(message).toMatch(/^crypto\.\w+: invalid (PEM key|JWK)/);
    expect(message).not.toMatch(new RegExp(`${body}|hunter2`));
  }
  expect(await failWithKeys("crypto.jwt_sign({}, K.rsaPublic)")).toBe(
    "crypto.jwt_sign: invalid PEM key: private key expected, got PUBLIC KEY",
  );
  expect(await failure(`crypto.jwt_sign({ f = print }, "k", "HS256")`)).toContain(
    "crypto.jwt_sign: ",
  );
});

test("encrypted keys need their passphrase", async () => {
  const locked = rsa.privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "open sesame",
  }) as string;
  const { run, failure } = harness({ globals: { locked } });
  expect(
    await run(`return #crypto.jwt_sign({}, locked, nil, { passphrase = "open sesame" }) > 100`),
  ).toEqual([true]);
  for (const opts of ["nil", '{ passphrase = "hunter2" }']) {
    const message = await failure(`crypto.jwt_sign({}, locked, nil, ${opts})`);
    expect(message).toContain("a passphrase is needed, or this one is wrong");
    expect(message).not.toContain("hunter2");
  }
});

test("decode does not verify", async () => {
  const token = `${b64({ alg: "none" })}.${b64({ sub: "x", big: 1 })}.`;
  expect(await run(`return crypto.jwt_decode("${token}")`)).toEqual([
    { header: { alg: "none" }, claims: { sub: "x", big: 1 } },
  ]);
  for (const bad of ["", "a.b", "a.b.c.d", "!!.e30.x", `${b64([1])}`, "e30.AAAA.x"])
    expect(await failure(`crypto.jwt_decode("${bad}")`)).toContain(
      "crypto.jwt_decode: malformed token",
    );
});

test("PEM to JWK and back; the kid is the thumbprint", async () => {
  for (const [key, pub] of [
    ["rsa", "rsaPublic"],
    ["p256", "p256Public"],
    ["p521", "p521Public"],
    ["ed", "edPublic"],
  ] as const) {
    const [back, backPublic, jwk] = (await withKeys(
      `local key, pub = K[(...)], K[select(2, ...)]
       return crypto.jwk_to_pem(crypto.jwk(key, { private = true })),
         crypto.jwk_to_pem(json.encode(crypto.jwk(pub))), crypto.jwk(key, { use = "sig", alg = "X" })`,
      [key, pub],
    )) as [string, string, Record<string, unknown>];
    expect([back, backPublic]).toEqual([keys[key], keys[pub]]);
    expect(jwk).toMatchObject({ use: "sig", alg: "X" });
    expect(jwk.d).toBeUndefined();
    expect(jwk.kid).toMatch(/^[\w-]{43}$/);
    expect(
      createPublicKey({ key: jwk as never, format: "jwk" }).equals(createPublicKey(keys[pub])),
    ).toBe(true);
  }
  const certificate = readFileSync(join(import.meta.dirname, "certificates/leaf.pem"), "utf8");
  const [set] = await run("return crypto.jwks({ ... })", [certificate]);
  expect(set).toMatchObject({ keys: [{ kty: "EC", crv: "P-256" }] });
});

test("key pairs", async () => {
  const generate = async (args: string) =>
    (await run(`return crypto.generate_keypair(${args})`))[0] as Record<string, string>;
  const rsaPair = await generate('"rsa", { bits = 3072 }');
  expect(createPublicKey(rsaPair.public_key as string).asymmetricKeyDetails?.modulusLength).toBe(
    3072,
  );
  const ecPair = await generate('"ec", { curve = "P-384" }');
  const signature = createSign("SHA384")
    .update("x")
    .sign(ecPair.private_key as string);
  expect(
    createVerify("SHA384")
      .update("x")
      .verify(ecPair.public_key as string, signature),
  ).toBe(true);
  for (const type of ["ed25519", "x25519"])
    expect(
      createPublicKey((await generate(`"${type}"`)).public_key as string).asymmetricKeyType,
    ).toBe(type);
  expect(await failure(`crypto.generate_keypair("rsa", { bits = 512 })`)).toContain(
    "from 2048 to 8192",
  );
  expect(await failure(`crypto.generate_keypair("dsa")`)).toContain("invalid option 'dsa'");
});

test("empty arrays in claims stay arrays", async () => {
  expect(
    await withKeys(`
      local token = crypto.jwt_sign({ aud = json.array {}, x = {} }, K.ed, "EdDSA")
      return json.encode(crypto.jwt_decode(token).claims), json.encode(crypto.jwt_verify(token, K.edPublic).claims)`),
  ).toEqual(['{"aud":[],"x":{}}', '{"aud":[],"x":{}}']);
});
