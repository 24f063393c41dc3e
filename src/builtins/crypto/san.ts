/**
 * The subject alternative names (RFC 5280 §4.2.1.6), read from the DER bytes: node's text form is
 * one string whose separators may occur in names, and leaves IPv6 addresses unabbreviated.
 */

export interface AltName {
  readonly type: "dns" | "ip" | "email" | "uri";
  readonly value: string;
}

interface Node {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** The elements one after another in DER bytes; what is malformed ends them. */
function* elements(bytes: Uint8Array): Generator<Node> {
  for (let at = 0; at + 2 <= bytes.length; ) {
    const tag = bytes[at] as number;
    let length = bytes[at + 1] as number;
    let start = at + 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) return;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? 0);
      start += count;
    }
    if (start + length > bytes.length) return;
    yield { tag, body: bytes.subarray(start, start + length) };
    at = start + length;
  }
}

function child(bytes: Uint8Array, tag: number): Uint8Array | undefined {
  for (const e of elements(bytes)) if (e.tag === tag) return e.body;
  return undefined;
}

const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
/** [3] of TBSCertificate */
const EXTENSIONS = 0xa3;
/** 2.5.29.17 */
const SUBJECT_ALT_NAME = "551d11";

/** The alternative names of a certificate, in their order. */
export function subjectAltNames(der: Uint8Array): AltName[] {
  const certificate = child(der, SEQUENCE);
  const body = certificate && child(certificate, SEQUENCE);
  const tagged = body && child(body, EXTENSIONS);
  const extensions = tagged && child(tagged, SEQUENCE);
  if (extensions === undefined) return [];
  for (const { body: extension } of elements(extensions)) {
    const id = child(extension, OBJECT_ID);
    if (id === undefined || Buffer.from(id).toString("hex") !== SUBJECT_ALT_NAME) continue;
    const value = child(extension, OCTET_STRING);
    const names = value && child(value, SEQUENCE);
    if (names !== undefined) return [...elements(names)].flatMap((n) => altName(n) ?? []);
  }
  return [];
}

function altName({ tag, body }: Node): AltName | undefined {
  const text = () => Buffer.from(body).toString("utf8");
  switch (tag) {
    case 0x81:
      return { type: "email", value: text() };
    case 0x82:
      return { type: "dns", value: text() };
    case 0x86:
      return { type: "uri", value: text() };
    case 0x87: {
      const value = address(body);
      return value === undefined ? undefined : { type: "ip", value };
    }
    default:
      return undefined;
  }
}

/** An address of 4 or 16 bytes as text; IPv6 as RFC 5952 shortens it. */
function address(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return undefined;
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2)
    groups.push((((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (groups[i + length] === "0") length++;
    if (length > best.length) best = { at: i, length };
  }
  if (best.at < 0) return groups.join(":");
  const before = groups.slice(0, best.at).join(":");
  return `${before}::${groups.slice(best.at + best.length).join(":")}`;
}
