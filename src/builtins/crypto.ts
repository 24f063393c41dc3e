/** `crypto`: digests, random values, tokens, encryption, keys and certificates. */
import {
  bytesToUtf8,
  defineBuiltin,
  fn,
  items,
  type LuaTable,
  list as luaList,
  type Param,
  p,
  record,
} from "../host";
import { decrypt, encrypt } from "./crypto/cipher";
import {
  compare,
  hash,
  hashFile,
  hmac,
  lengthOf,
  nodeCrypto,
  pbkdf2,
  randomText,
  scrypt,
} from "./crypto/hash";
import { decodeParts, sign, verify } from "./crypto/jwt";
import { generateKeys, jwkToPem, luaJson, pemToJwk } from "./crypto/keys";
import { parseCertificates } from "./crypto/x509";

/** A string that numbers are not converted to, with the original's message. */
function checked(fnName: string, place: string, name: string, what = "a string"): Param<string> {
  return p
    .string(name, "", { strict: true })
    .orFail(`crypto.${fnName}: ${place} argument must be ${what}`);
}

function algorithm(fnName: string, place: string): Param<string> {
  return p
    .text("alg", "sha224 … sha512, sha3-224 … sha3-512; sha256 by default", { strict: true })
    .default("sha256")
    .orFail(`crypto.${fnName}: ${place} argument must be an algorithm name or nil`);
}

const raw = p.boolean("raw", "bytes instead of hex").optional();
const MAX_KEY_LENGTH = 1024 * 1024;
const keyLength = p.integer("length", "bytes, 32 by default", { min: 1, max: MAX_KEY_LENGTH });
const jwkParam = p.either(p.table("jwk"), p.string("jwk"));
const stringOrList = (name: string) => p.either(p.string(name), p.table(name)).optional();

/** The strings of an option that takes one or a list. */
function strings(v: string | LuaTable | undefined): string[] | undefined {
  if (v === undefined || typeof v === "string") return v === undefined ? undefined : [v];
  return [...items(v)].filter((s) => typeof s === "string");
}

export default defineBuiltin({
  name: "crypto",
  doc: "Digests, random values, JWT, encryption, keys, certificates",
  needs: [],
  functions: {
    hash: fn({
      doc: "The digest of a string in lower-case hex.",
      params: [checked("hash", "first", "s"), algorithm("hash", "second"), raw.added()],
      returns: "string",
      run: hash,
    }),
    hash_file: fn({
      doc: "The digest of a file of any size.",
      needs: ["read"],
      params: [checked("hash_file", "first", "path"), algorithm("hash_file", "second"), raw],
      returns: "string",
      run: hashFile,
    }),
    hmac: fn({
      doc: "The message authentication code of a string, in hex or raw.",
      params: [
        checked("hmac", "first", "key"),
        checked("hmac", "second", "data"),
        algorithm("hmac", "third"),
        raw,
      ],
      returns: "string",
      run: hmac,
    }),
    compare: fn({
      doc: "Whether two strings are equal, in a time that does not depend on where they differ.",
      params: [checked("compare", "first", "a"), checked("compare", "second", "b")],
      returns: "boolean",
      run: (_ctx, a, b) => compare(a, b),
    }),
    random: fn({
      doc: "Random letters and digits, 32 by default.",
      params: [p.any("n")],
      returns: "string",
      run: (ctx, n) => randomText(lengthOf(ctx, n, 32)),
    }),
    random_bytes: fn({
      doc: "Random bytes.",
      params: [p.any("n")],
      returns: "string",
      run: (ctx, n) => nodeCrypto().randomBytes(lengthOf(ctx, n)),
    }),
    uuid: fn({
      doc: "A random UUID; version 7 begins with the time, so that later ones sort behind.",
      params: [p.integer("version", "4 (default) or 7").default(4)],
      returns: "string",
      run(ctx, version) {
        if (version === 4) return nodeCrypto().randomUUID();
        if (version === 7) return Bun.randomUUIDv7();
        return ctx.fail(`version must be 4 or 7, got ${version}`);
      },
    }),
    scrypt: fn({
      doc: "A key made of a password, expensive in memory.",
      params: [
        p.string("password"),
        p.string("salt"),
        p.options("opts", {
          length: keyLength.default(32),
          n: p.integer("n", "cost", { min: 2, max: 2 ** 24 }).default(16384),
          r: p.integer("r", "", { min: 1, max: 256 }).default(8),
          p: p.integer("p", "", { min: 1, max: 256 }).default(1),
        }),
      ],
      returns: "string",
      run: scrypt,
    }),
    pbkdf2: fn({
      doc: "A key made of a password by many rounds of HMAC.",
      params: [
        p.string("password"),
        p.string("salt"),
        p.options("opts", {
          length: keyLength.default(32),
          iterations: p.integer("iterations", "", { min: 1, max: 1e8 }).default(600_000),
          algorithm: p.text("algorithm").default("sha256"),
        }),
      ],
      returns: "string",
      run: pbkdf2,
    }),
    encrypt: fn({
      doc: "AES-GCM; returns nonce, ciphertext and tag in one string.",
      params: [
        p.string("key", "16, 24 or 32 bytes", { strict: true }),
        p.string("data", "", { strict: true }),
        p
          .record("opts", {
            aad: p.string("aad", "authenticated, too").optional(),
            nonce: p.string("nonce", "12 bytes; random by default").optional(),
          })
          .optional(),
      ],
      returns: "string",
      run: encrypt,
    }),
    decrypt: fn({
      doc: "What `encrypt` was given; fails when the key or any byte is another.",
      params: [
        p.string("key", "16, 24 or 32 bytes", { strict: true }),
        p.string("data", "", { strict: true }),
        p.record("opts", { aad: p.string("aad").optional() }).optional(),
      ],
      returns: "string",
      run: decrypt,
    }),
    generate_keypair: fn({
      doc: "A new key pair as PEM texts: `{private_key, public_key}`.",
      params: [
        p.choice("type", ["rsa", "ec", "ed25519", "x25519"]).default("rsa"),
        p.options("opts", {
          bits: p.integer("bits", "of an RSA key", { min: 2048, max: 8192 }).default(2048),
          curve: p.choice("curve", ["P-256", "P-384", "P-521"]).default("P-256"),
        }),
      ],
      returns: "table",
      run: async (_ctx, type, opts) => record(await generateKeys(type, opts)),
    }),
    jwt_sign: fn({
      doc: "A signed token of a table of claims.",
      params: [
        p.table("claims").orFail("crypto.jwt_sign: first argument must be a claims table"),
        checked("jwt_sign", "second", "key", "a PEM key string"),
        p
          .text(
            "alg",
            "RS, PS, ES, HS with 256, 384 or 512, or EdDSA; that of the key by default",
            {
              strict: true,
            },
          )
          .optional()
          .orFail("crypto.jwt_sign: third argument must be an algorithm string or nil"),
        p
          .record(
            "opts",
            {
              kid: p.text("kid").optional(),
              header: p.table("header", "further header fields").optional(),
              passphrase: p.text("passphrase", "of an encrypted key").optional(),
            },
            "",
            // the original ignored others
            { open: true },
          )
          .optional(),
      ],
      returns: "string",
      run: sign,
    }),
    jwt_verify: fn({
      doc: "Checks signature and claims of a token; returns `{header, claims}`.",
      params: [
        checked("jwt_verify", "first", "token", "a token string"),
        p
          .either(
            p.string("key", "PEM (key or certificate), JWKS, or a secret", { strict: true }),
            p.table("key"),
          )
          .orFail("crypto.jwt_verify: second argument must be a PEM, JWKS or secret"),
        p.options("opts", {
          algorithm: p.text("algorithm", "the only one that is accepted").optional(),
          algorithms: p.table("algorithms", "those that are accepted").optional(),
          audience: stringOrList("audience"),
          issuer: stringOrList("issuer"),
          subject: p.string("subject").optional(),
          leeway: p.number("leeway", "seconds, 0 by default", { min: 0 }).default(0),
          validate_exp: p.boolean("validate_exp").default(true),
          validate_nbf: p.boolean("validate_nbf").default(true),
          max_age: p.number("max_age", "seconds since iat", { min: 0 }).optional(),
          required_claims: p.table("required_claims").optional(),
        }),
      ],
      returns: "table",
      run: (ctx, token, key, opts) =>
        verify(ctx, token, key, {
          ...opts,
          algorithms: strings(opts.algorithm ?? opts.algorithms),
          required_claims: strings(opts.required_claims),
        }),
    }),
    jwt_decode: fn({
      doc: "The `{header, claims}` of a token, whose signature is NOT checked.",
      params: [checked("jwt_decode", "first", "token", "a token string")],
      returns: "table",
      run: (ctx, token) => record({ ...decodeParts(ctx, token) }),
    }),
    jwk: fn({
      doc: "The JWK of a PEM key or certificate: the public one, or with `opts.private` all of it.",
      params: [
        p.string("pem"),
        p
          .record("opts", {
            private: p.boolean("private").optional(),
            kid: p.text("kid", "the thumbprint by default").optional(),
            alg: p.text("alg").optional(),
            use: p.text("use").optional(),
            passphrase: p.text("passphrase").optional(),
          })
          .optional(),
      ],
      returns: "table",
      run: async (ctx, pem, opts) => luaJson(ctx.host, await pemToJwk(ctx, bytesToUtf8(pem), opts)),
    }),
    jwks: fn({
      doc: "A JWK set of the public keys of PEM texts, to be published.",
      params: [p.either(p.string("pem"), p.table("pems"))],
      returns: "table",
      async run(ctx, pems) {
        const keys = [];
        for (const pem of strings(pems) ?? []) keys.push(await pemToJwk(ctx, bytesToUtf8(pem)));
        return luaJson(ctx.host, { keys });
      },
    }),
    jwk_to_pem: fn({
      doc: "The PEM text of a JWK (a table or JSON text).",
      params: [jwkParam],
      returns: "string",
      run: jwkToPem,
    }),
    x509: fn({
      doc: "What a certificate (PEM or DER) says: subject, sans, not_after, days_left, …",
      params: [p.string("pem", "the first certificate in it counts")],
      returns: "table",
      run: (ctx, pem) => parseCertificates(ctx, pem)[0],
    }),
    x509_chain: fn({
      doc: "The same of all certificates in a PEM text.",
      params: [p.string("pem")],
      returns: "table",
      run: (ctx, pem) => luaList(parseCertificates(ctx, pem), ctx.host),
    }),
  },
});
