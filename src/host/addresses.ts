/**
 * Hosts as rules compare them. Many spellings lead to one address: `127.1`, `2130706433`,
 * `0x7f.0.0.1` and `::ffff:127.0.0.1` all are 127.0.0.1.
 */
import { isIP } from "node:net";

/** An IP address in its one form, or a lower-case name without a dot at its end. */
export function canonicalHost(host: string): string {
  const bare = host.replace(/^\[|\]$/g, "");
  if (bare.includes(":")) return canonicalIPv6(bare);
  const name = bare.toLowerCase().replace(/\.$/, "");
  // no host at all; an URL parser would take a part of it for one
  if (/[\0-\x20@?#\\/%<>|^[\]]/.test(name)) return name;
  // the URL standard's reading of numbers, which is that of inet_aton
  return URL.parse(`http://${name}/`)?.hostname ?? name;
}

function canonicalIPv6(address: string): string {
  const host = URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1);
  if (host === undefined) return address.toLowerCase();
  // the same host as the IPv4 address that is mapped (RFC 4291 §2.5.5.2)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (mapped === null) return host;
  const [high, low] = [mapped[1], mapped[2]].map((h) => Number.parseInt(h as string, 16)) as [
    number,
    number,
  ];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Whether a canonical host is an address. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/** An address in canonical form as a string of 32 or 128 binary digits. */
export function addressBits(address: string): string | undefined {
  // with a zone it is no address of its own
  if (address.includes("%")) return undefined;
  switch (isIP(address)) {
    case 4:
      return address
        .split(".")
        .map((n) => binary(Number(n), 8))
        .join("");
    case 6:
      return ipv6Groups(address)
        .map((g) => binary(Number.parseInt(g, 16), 16))
        .join("");
    default:
      return undefined;
  }
}

function binary(n: number, width: number): string {
  return n.toString(2).padStart(width, "0");
}

function ipv6Groups(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...new Array<string>(Math.max(0, zeros)).fill("0"), ...right];
}
