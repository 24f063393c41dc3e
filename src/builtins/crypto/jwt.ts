/**
 * JSON Web Tokens. Signatures are jose's; the claims are read and written by `json`, so that large
 * integers stay exact.
 *
 * Which algorithms a token may use is decided by the key that the script gives, never by the token
 * alone: an RSA key takes RS* and PS*, an EC key the one of its curve, an Ed25519 key EdDSA, and a
 * shared secret only the HS* that the script names.
 */
import type { KeyObject } from "node:crypto";
import {
  arrayMarker,
  bytesToBuffer,
  bytesToUtf8,
  type Context,
  HostError,
  LuaTable,
  type LuaValue,
  record,
} from "../../host";
import { encodeJson } from "../json/encode";
import { parseJson } from "../json/parse";
import { type ClaimOptions, checkClaims } from "./claims";
import { isPem, plainJson, privateKey, publicJwks, publicKey } from "./keys";

const HMAC = ["HS256", "HS384", "HS512"];
const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const SUPPORTED = [...RSA, "ES256", "ES384", "ES512", "EdDSA", ...HMAC];
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: "ES256",
  secp384r1: "ES384",
  secp521r1: "ES512",
};

function algorithmOf(ctx: Context, name: string): string {
  const found = SUPPORTED.find((a) => a.toLowerCase() === name.toLowerCase());
  return found ?? ctx.fail(`unsupported algorithm: ${name} (supported: ${SUPPORTED.join(", ")})`);
}

/** The algorithms that a key can be used with, the usual one first. */
function algorithmsOf(ctx: Context, key: KeyObject): string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "rsa") return RSA;
  if (type === "ed25519") return ["EdDSA"];
  const named = type === "ec" ? CURVES[details?.namedCurve ?? ""] : undefined;
  return named === undefined ? ctx.fail(`keys of type ${type} can't sign tokens`) : [named];
}

export interface SignOptions {
  readonly kid?: string | undefined;
  readonly header?: LuaTable | undefined;
  readonly passphrase?: string | undefined;
}

export async function sign(
  ctx: Context,
  claims: LuaTable,
  key: string,
  algorithm: string | undefined,
  options: SignOptions = {},
): Promise<string> {
  const { alg, material } = signingKey(ctx, key, algorithm, options.passphrase);
  const payload = bytesToBuffer(encodeJson(claims, {}, ctx.name));
  const { CompactSign } = await import("jose");
  const extra = options.header === undefined ? {} : plainJson(options.header, ctx.name);
  const header = {
    typ: "JWT",
    ...(extra as object),
    alg,
    ...(options.kid !== undefined && { kid: options.kid }),
  };
  try {
    return await new CompactSign(payload).setProtectedHeader(header).sign(material);
  } catch (e) {
    return ctx.fail(e instanceof Error ? e.message : "signing failed");
  }
}

function signingKey(
  ctx: Context,
  key: string,
  algorithm: string | undefined,
  passphrase: string | undefined,
): { alg: string; material: KeyObject | Uint8Array } {
  const wanted = algorithm === undefined ? undefined : algorithmOf(ctx, algorithm);
  if (wanted !== undefined && HMAC.includes(wanted)) {
    if (isPem(key)) ctx.fail(`a PEM key can't be used with ${wanted}`);
    if (key === "") ctx.fail("the secret is empty");
    return { alg: wanted, material: bytesToBuffer(key) };
  }
  const material = privateKey(ctx, bytesToUtf8(key), passphrase);
  const allowed = algorithmsOf(ctx, material);
  const alg = wanted ?? (allowed[0] as string);
  if (!allowed.includes(alg))
    ctx.fail(`${alg} needs another kind of key (this one is for ${allowed.join(", ")})`);
  return { alg, material };
}

export interface VerifyOptions extends ClaimOptions {
  readonly algorithms?: readonly string[] | undefined;
}

export async function verify(
  ctx: Context,
  token: string,
  key: string | LuaTable,
  options: VerifyOptions,
): Promise<LuaTable> {
  const parts = decodeParts(ctx, token);
  const wanted = options.algorithms?.map((a) => algorithmOf(ctx, a));
  await checkSignature(ctx, token, key, wanted);
  checkClaims(ctx, parts.claims, options);
  return record({ ...parts });
}

async function checkSignature(
  ctx: Context,
  token: string,
  key: string | LuaTable,
  wanted: readonly string[] | undefined,
): Promise<void> {
  if (key instanceof LuaTable || /^\s*\{/.test(key)) {
    const algorithms = wanted?.filter((a) => !HMAC.includes(a));
    return checkWithSet(ctx, token, key, algorithms ?? SUPPORTED.filter((a) => !HMAC.includes(a)));
  }
  const { compactVerify } = await import("jose");
  const { algorithms, material } = verifyingKey(ctx, key, wanted);
  await compactVerify(token, material, { algorithms }).catch((e) => refuse(ctx, e));
}

function verifyingKey(
  ctx: Context,
  key: string,
  wanted: readonly string[] | undefined,
): { algorithms: string[]; material: KeyObject | Uint8Array } {
  if (isPem(key)) {
    const material = publicKey(ctx, bytesToUtf8(key));
    const usable = algorithmsOf(ctx, material);
    const algorithms = wanted === undefined ? usable : usable.filter((a) => wanted.includes(a));
    if (algorithms.length === 0)
      ctx.fail(`the key can't be used with ${wanted?.join(", ")} (it is for ${usable.join(", ")})`);
    return { algorithms, material };
  }
  const algorithms = wanted?.filter((a) => HMAC.includes(a)) ?? [];
  if (key === "") ctx.fail("the key is empty");
  // a mistyped PEM key must not become a secret that others can guess
  if (algorithms.length === 0)
    ctx.fail(
      "the key is neither PEM nor JWKS; a shared secret needs algorithm = HS256, HS384 or HS512",
    );
  return { algorithms, material: bytesToBuffer(key) };
}

async function checkWithSet(
  ctx: Context,
  token: string,
  value: string | LuaTable,
  algorithms: string[],
): Promise<void> {
  const { compactVerify, createLocalJWKSet, errors } = await import("jose");
  const keys = publicJwks(ctx, value);
  try {
    await compactVerify(token, createLocalJWKSet({ keys: keys as never }), { algorithms });
  } catch (e) {
    if (!(e instanceof errors.JWKSMultipleMatchingKeys)) return refuse(ctx, e);
    // no kid in the token: any of the fitting keys will do
    for await (const candidate of e) {
      const fits = await compactVerify(token, candidate, { algorithms }).then(
        () => true,
        () => false,
      );
      if (fits) return;
    }
    return refuse(ctx, new errors.JWSSignatureVerificationFailed());
  }
}

/** What jose found, in fewer words. Its messages hold no key. */
function refuse(ctx: Context, e: unknown): never {
  if (e instanceof HostError) throw e;
  const { code, message } = e as { code?: unknown; message?: string };
  switch (code) {
    case "ERR_JWS_SIGNATURE_VERIFICATION_FAILED":
      return ctx.fail("signature verification failed");
    case "ERR_JOSE_ALG_NOT_ALLOWED":
      return ctx.fail("the token's algorithm is not allowed");
    case "ERR_JWKS_NO_MATCHING_KEY":
      return ctx.fail("no key of the JWKS fits the token");
    default:
      // what comes from below jose says nothing to people who only see their script
      return ctx.fail(
        String(code).startsWith("ERR_J") && message ? message : "the key can't be read",
      );
  }
}

/** The header and claims of a token whose signature nobody has looked at. */
export function decodeParts(ctx: Context, token: string): { header: LuaTable; claims: LuaTable } {
  const segments = token.split(".");
  if (segments.length !== 3) ctx.fail("malformed token: three parts separated by dots expected");
  const [header, claims] = segments.map((s, i) => (i < 2 ? decodeSegment(ctx, s) : undefined));
  if (!(header instanceof LuaTable)) return ctx.fail("malformed token: the header is not JSON");
  if (!(claims instanceof LuaTable)) return ctx.fail("malformed token: the claims are not JSON");
  return { header, claims };
}

function decodeSegment({ host }: Context, segment: string): LuaValue {
  if (!/^[\w-]+$/.test(segment)) return undefined;
  try {
    const text = Buffer.from(segment, "base64url").toString("latin1");
    return parseJson(text, { emptyArray: arrayMarker(host) });
  } catch {
    return undefined;
  }
}
