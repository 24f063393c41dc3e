/** Keys in their several forms: PEM, JWK, shared secret. No message ever shows one. */
import type { KeyObject } from "node:crypto";
import { arrayMarker, type Context, type Host, HostError, LuaTable } from "../../host";
import { encodeJson } from "../json/encode";
import { parseJson } from "../json/parse";
import { nodeCrypto } from "./hash";

/** RFC 7517; the members that depend on the type are left to jose and node. */
export interface Jwk {
  [member: string]: unknown;
  kty?: string;
  kid?: string;
  alg?: string;
  use?: string;
  d?: string;
}

/** What only a private or secret JWK has. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;

export function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

/** What is wrong with a PEM text, without any of it. */
function pemFault(pem: string, wanted: string): string {
  const [, label] = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem) ?? [];
  if (label === undefined) return `no PEM block (${wanted} expected)`;
  if (label.includes("ENCRYPTED") || /Proc-Type:[^\n]*ENCRYPTED/.test(pem))
    return "the key is encrypted: a passphrase is needed, or this one is wrong";
  const isPrivate = label.includes("PRIVATE KEY");
  if (wanted === "private key" && !isPrivate) return `${wanted} expected, got ${label}`;
  return `the ${label} block can't be read`;
}

/** A private key, PKCS#1, PKCS#8 or SEC 1. */
export function privateKey(ctx: Context, pem: string, passphrase?: string): KeyObject {
  try {
    const options = passphrase === undefined ? {} : { passphrase };
    return nodeCrypto().createPrivateKey({ key: pem, format: "pem", ...options });
  } catch {
    return ctx.fail(`invalid PEM key: ${pemFault(pem, "private key")}`);
  }
}

/** The public key of a PEM public key, certificate or private key. */
export function publicKey(ctx: Context, pem: string): KeyObject {
  const { createPublicKey, X509Certificate } = nodeCrypto();
  try {
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return new X509Certificate(pem).publicKey;
    return createPublicKey(pem);
  } catch {
    return ctx.fail(`invalid PEM key: ${pemFault(pem, "public key or certificate")}`);
  }
}

/** A Lua table or JSON text as plain JS; `name` begins the message of what JSON can't hold. */
export function plainJson(value: LuaTable | string, name: string): unknown {
  const text = value instanceof LuaTable ? encodeJson(value, {}, name) : value;
  return JSON.parse(Buffer.from(text, "latin1").toString("utf8"));
}

/** The keys of a JWK, a JWK set, or its JSON text. Only what verifies: private parts are dropped. */
export function publicJwks(ctx: Context, value: LuaTable | string): Jwk[] {
  let set: unknown;
  try {
    set = plainJson(value, ctx.name);
  } catch {
    return ctx.fail("invalid JWKS: not JSON");
  }
  const keys = isObject(set) && "kty" in set ? [set] : isObject(set) ? set.keys : undefined;
  if (!Array.isArray(keys) || !keys.every((k) => isObject(k) && typeof k.kty === "string"))
    return ctx.fail("invalid JWKS: a list `keys` of objects with `kty` expected");
  return keys
    .filter((k: Jwk) => k.kty !== "oct")
    .map((k: Jwk) => {
      const copy: Record<string, unknown> = { ...k };
      for (const member of PRIVATE_MEMBERS) delete copy[member];
      delete copy.key_ops;
      return copy as Jwk;
    });
}

function isObject(v: unknown): v is Record<string, unknown> {
  return typeof v === "object" && v !== null && !Array.isArray(v);
}

/** Plain JS that came from JSON, as Lua values. */
export function luaJson(host: Host, value: unknown): ReturnType<typeof parseJson> {
  const text = Buffer.from(JSON.stringify(value), "utf8").toString("latin1");
  return parseJson(text, { emptyArray: arrayMarker(host) });
}

export interface JwkOptions {
  readonly private?: boolean | undefined;
  readonly kid?: string | undefined;
  readonly alg?: string | undefined;
  readonly use?: string | undefined;
  readonly passphrase?: string | undefined;
}

/** The JWK of a PEM key. Its `kid` is the thumbprint (RFC 7638) unless given. */
export async function pemToJwk(ctx: Context, pem: string, options: JwkOptions = {}): Promise<Jwk> {
  const key = options.private ? privateKey(ctx, pem, options.passphrase) : publicKey(ctx, pem);
  const jwk = key.export({ format: "jwk" }) as Jwk;
  const { calculateJwkThumbprint } = await import("jose");
  jwk.kid = options.kid ?? (await calculateJwkThumbprint(jwk as never));
  if (options.alg !== undefined) jwk.alg = options.alg;
  if (options.use !== undefined) jwk.use = options.use;
  return jwk;
}

/** The PEM of a JWK: PKCS#8 of a private one, SPKI of a public one. */
export function jwkToPem(ctx: Context, value: LuaTable | string): string {
  const { createPrivateKey, createPublicKey } = nodeCrypto();
  try {
    const key = plainJson(value, ctx.name) as Jwk;
    return typeof key.d === "string"
      ? (createPrivateKey({ key, format: "jwk" }).export({
          type: "pkcs8",
          format: "pem",
        }) as string)
      : (createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }) as string);
  } catch (e) {
    if (e instanceof HostError) throw e;
    return ctx.fail("invalid JWK");
  }
}

export interface KeyPairOptions {
  readonly bits: number;
  readonly curve: "P-256" | "P-384" | "P-521";
}

/** A new key pair as PEM texts. */
export function generateKeys(
  type: "rsa" | "ec" | "ed25519" | "x25519",
  { bits, curve }: KeyPairOptions,
): Promise<{ private_key: string; public_key: string }> {
  const encoding = {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  } as const;
  const { generateKeyPair } = nodeCrypto();
  return new Promise((resolve, reject) => {
    const done = (e: Error | null, pub: string, key: string) =>
      e ? reject(e) : resolve({ private_key: key, public_key: pub });
    if (type === "rsa") generateKeyPair(type, { modulusLength: bits, ...encoding }, done);
    else if (type === "ec") generateKeyPair(type, { namedCurve: curve, ...encoding }, done);
    else if (type === "ed25519") generateKeyPair(type, encoding, done);
    else generateKeyPair(type, encoding, done);
  });
}
