/** X.509 certificates: what checks of expiry and names need to know. */
import type { X509Certificate } from "node:crypto";
import {
  bytesToBuffer,
  type Context,
  type Host,
  type HostValue,
  type LuaTable,
  list,
  record,
  utf8ToBytes,
} from "../../host";
import { nodeCrypto } from "./hash";
import { subjectAltNames } from "./san";

const PEM =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The certificates of a PEM text in their order, or the one of DER bytes. */
export function parseCertificates(ctx: Context, data: string): LuaTable[] {
  const { X509Certificate } = nodeCrypto();
  const blocks = data.match(PEM) ?? (data.startsWith("\x30") ? [data] : []);
  if (blocks.length === 0) ctx.fail("no certificate found");
  return blocks.map((block, i) => {
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(bytesToBuffer(block));
    } catch {
      const which = blocks.length > 1 ? `certificate ${i + 1}` : "the certificate";
      return ctx.fail(`${which} can't be read`);
    }
    return describe(ctx.host, certificate);
  });
}

function describe(host: Host, c: X509Certificate): LuaTable {
  const { subject, issuer } = c.toLegacyObject() as unknown as Record<string, NameFields>;
  const notBefore = c.validFromDate.getTime();
  const notAfter = c.validToDate.getTime();
  const now = Date.now();
  const names = subjectAltNames(c.raw);
  return record({
    subject: nameText(subject),
    issuer: nameText(issuer),
    subject_fields: nameTable(host, subject),
    issuer_fields: nameTable(host, issuer),
    common_name: single(subject?.CN),
    sans: list(
      names.map((n) => utf8ToBytes(n.value)),
      host,
    ),
    san_types: list(
      names.map((n) => n.type),
      host,
    ),
    not_before: Math.floor(notBefore / 1000),
    not_after: Math.floor(notAfter / 1000),
    not_before_iso: iso(notBefore),
    not_after_iso: iso(notAfter),
    days_left: Math.floor((notAfter - now) / DAY_MS),
    is_valid_now: notBefore <= now && now <= notAfter,
    serial: c.serialNumber.toLowerCase(),
    fingerprint: digest("sha256", c),
    fingerprint_sha1: digest("sha1", c),
    is_ca: c.ca,
    is_self_signed: isSelfSigned(c),
    key: keyTable(c),
    pem: c.toString().endsWith("\n") ? c.toString() : `${c.toString()}\n`,
  });
}

type NameFields = Record<string, string | string[]> | undefined;

function single(v: string | string[] | undefined): string | undefined {
  const text = Array.isArray(v) ? v.at(-1) : v;
  return text === undefined ? undefined : utf8ToBytes(text);
}

/** `C=DE, O=Example\, Inc., CN=example.com` */
function nameText(fields: NameFields): string {
  const parts = Object.entries(fields ?? {}).flatMap(([key, v]) =>
    [v].flat().map((text) => `${key}=${text.replace(/[\\,+"<>;]/g, "\\$&")}`),
  );
  return utf8ToBytes(parts.join(", "));
}

function nameTable(host: Host, fields: NameFields): LuaTable {
  const out: Record<string, HostValue> = {};
  for (const [key, v] of Object.entries(fields ?? {}))
    out[key] = Array.isArray(v) ? list(v.map(utf8ToBytes), host) : utf8ToBytes(v);
  return record(out);
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

function digest(algorithm: string, c: X509Certificate): string {
  return nodeCrypto().createHash(algorithm).update(c.raw).digest("hex");
}

function isSelfSigned(c: X509Certificate): boolean {
  try {
    return c.subject === c.issuer && c.verify(c.publicKey);
  } catch {
    return false;
  }
}

function keyTable(c: X509Certificate): LuaTable {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = c.publicKey;
    return record({ type, bits: details?.modulusLength, curve: details?.namedCurve });
  } catch {
    // an algorithm that is not known here; the rest of the certificate is still of use
    return record({ type: "unknown" });
  }
}
