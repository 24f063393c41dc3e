/** Digests, message authentication codes and keys made of passwords. */
import type * as NodeCrypto from "node:crypto";
import { open } from "node:fs/promises";
import { bytesToBuffer, type Context, type LuaValue, osError } from "../../host";

/** Loaded at first use: most scripts need none of it. */
export function nodeCrypto(): typeof NodeCrypto {
  return require("node:crypto") as typeof NodeCrypto;
}

const ALGORITHMS = [
  "sha224",
  "sha256",
  "sha384",
  "sha512",
  "sha3-224",
  "sha3-256",
  "sha3-384",
  "sha3-512",
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** The algorithm of that name, in any case. */
export function algorithmOf(ctx: Context, name: string): Algorithm {
  const found = ALGORITHMS.find((a) => a === name.toLowerCase());
  return found ?? ctx.fail(`unsupported algorithm: ${name} (supported: ${ALGORITHMS.join(", ")})`);
}

function output(digest: Buffer, raw: boolean | undefined): string {
  return digest.toString(raw ? "latin1" : "hex");
}

export function hash(ctx: Context, data: string, algorithm: string, raw?: boolean): string {
  const name = algorithmOf(ctx, algorithm);
  return output(nodeCrypto().createHash(name).update(bytesToBuffer(data)).digest(), raw);
}

export function hmac(
  ctx: Context,
  key: string,
  data: string,
  algorithm: string,
  raw?: boolean,
): string {
  const name = algorithmOf(ctx, algorithm);
  const mac = nodeCrypto().createHmac(name, bytesToBuffer(key));
  return output(mac.update(bytesToBuffer(data)).digest(), raw);
}

const CHUNK = 256 * 1024;

/** The digest of a file of any size, read piece by piece. */
export async function hashFile(
  ctx: Context,
  path: string,
  algorithm: string,
  raw?: boolean,
): Promise<string> {
  const digest = nodeCrypto().createHash(algorithmOf(ctx, algorithm));
  const real = ctx.readPath(path);
  try {
    const file = await open(bytesToBuffer(real), "r");
    try {
      const buffer = Buffer.allocUnsafe(CHUNK);
      while (!ctx.signal.aborted) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
        if (bytesRead === 0) break;
        digest.update(buffer.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  } catch (e) {
    ctx.fail(
      `failed to read ${JSON.stringify(Buffer.from(path, "latin1").toString())}: ${osError(e)}`,
    );
  }
  return output(digest.digest(), raw);
}

/** Compares in a time that does not tell where the strings differ. */
export function compare(a: string, b: string): boolean {
  const { createHmac, randomBytes, timingSafeEqual } = nodeCrypto();
  // digests under a key of the moment have one length, whatever the strings have
  const key = randomBytes(32);
  const digest = (s: string) => createHmac("sha256", key).update(bytesToBuffer(s)).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export interface ScryptOptions {
  readonly length: number;
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

const MAX_SCRYPT_MEMORY = 512 * 1024 * 1024;

export function scrypt(
  ctx: Context,
  password: string,
  salt: string,
  { length, n, r, p }: ScryptOptions,
): Promise<Uint8Array> {
  if (n < 2 || (n & (n - 1)) !== 0) ctx.fail(`n must be a power of two above 1, got ${n}`);
  if (128 * n * r * p > MAX_SCRYPT_MEMORY) ctx.fail("n, r and p ask for more than 512 MiB");
  const options = { N: n, r, p, maxmem: 2 * MAX_SCRYPT_MEMORY };
  return new Promise((resolve, reject) =>
    nodeCrypto().scrypt(bytesToBuffer(password), bytesToBuffer(salt), length, options, (e, key) =>
      e ? reject(e) : resolve(key),
    ),
  );
}

export function pbkdf2(
  ctx: Context,
  password: string,
  salt: string,
  options: { readonly iterations: number; readonly length: number; readonly algorithm: string },
): Promise<Uint8Array> {
  const { iterations, length } = options;
  const name = algorithmOf(ctx, options.algorithm);
  const [secret, salted] = [bytesToBuffer(password), bytesToBuffer(salt)];
  return new Promise((resolve, reject) =>
    nodeCrypto().pbkdf2(secret, salted, iterations, length, name, (e, key) =>
      e ? reject(e) : resolve(key),
    ),
  );
}

/** More random characters or bytes at once are a mistake rather than a wish. */
const MAX_RANDOM = 1024 * 1024;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** Bytes from here on are left out, so that every character is equally likely. */
const LIMIT = 256 - (256 % LETTERS.length);

/** How many: a positive Lua integer, bounded. Floats and numeric strings are not taken. */
export function lengthOf(ctx: Context, n: LuaValue, fallback?: number): number {
  const length = n ?? fallback;
  if (typeof length !== "number" || !Number.isInteger(length))
    return ctx.fail(
      `first argument must be a positive integer${fallback === undefined ? "" : " or nil"}`,
    );
  if (length <= 0) ctx.fail(`length must be positive, got ${length}`);
  if (length > MAX_RANDOM) ctx.fail(`length must be at most ${MAX_RANDOM}, got ${length}`);
  return length;
}

/** Letters and digits from the system's random source. */
export function randomText(length: number): string {
  const { randomBytes } = nodeCrypto();
  let text = "";
  while (text.length < length) {
    for (const b of randomBytes(length - text.length + 16)) {
      if (b < LIMIT && text.length < length) text += LETTERS[b % LETTERS.length];
    }
  }
  return text;
}
