/**
 * AES-GCM. What `encrypt` returns is the nonce (12 bytes), the ciphertext and the tag (16 bytes) in
 * one string, which is all that `decrypt` needs besides the key.
 */
import { bytesToBuffer, type Context } from "../../host";
import { nodeCrypto } from "./hash";

const NONCE = 12;
const TAG = 16;

interface CipherOptions {
  /** Not encrypted, but `decrypt` fails unless it gets the same. */
  readonly aad?: string | undefined;
}

function cipherName(ctx: Context, key: string): "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm" {
  switch (key.length) {
    case 16:
      return "aes-128-gcm";
    case 24:
      return "aes-192-gcm";
    case 32:
      return "aes-256-gcm";
    default:
      return ctx.fail(`key must have 16, 24 or 32 bytes, got ${key.length}`);
  }
}

export function encrypt(
  ctx: Context,
  key: string,
  text: string,
  options: CipherOptions & { readonly nonce?: string | undefined } = {},
): Uint8Array {
  const name = cipherName(ctx, key);
  const { aad, nonce } = options;
  if (nonce !== undefined && nonce.length !== NONCE)
    ctx.fail(`nonce must have ${NONCE} bytes, got ${nonce.length}`);
  const { createCipheriv, randomBytes } = nodeCrypto();
  const start = nonce === undefined ? randomBytes(NONCE) : bytesToBuffer(nonce);
  const cipher = createCipheriv(name, bytesToBuffer(key), start);
  if (aad !== undefined) cipher.setAAD(bytesToBuffer(aad));
  const body = Buffer.concat([cipher.update(bytesToBuffer(text)), cipher.final()]);
  return Buffer.concat([start, body, cipher.getAuthTag()]);
}

export function decrypt(
  ctx: Context,
  key: string,
  data: string,
  { aad }: CipherOptions = {},
): Uint8Array {
  const name = cipherName(ctx, key);
  if (data.length < NONCE + TAG) ctx.fail(`data is too short (${data.length} bytes)`);
  const bytes = bytesToBuffer(data);
  const { createDecipheriv } = nodeCrypto();
  const options = { authTagLength: TAG };
  const start = bytes.subarray(0, NONCE);
  const decipher = createDecipheriv(name, bytesToBuffer(key), start, options);
  if (aad !== undefined) decipher.setAAD(bytesToBuffer(aad));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
  const body = decipher.update(bytes.subarray(NONCE, bytes.length - TAG));
  try {
    return Buffer.concat([body, decipher.final()]);
  } catch {
    return ctx.fail("authentication failed: another key, other aad, or the data was changed");
  }
}
