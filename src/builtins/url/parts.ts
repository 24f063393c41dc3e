/**
 * URLs as RFC 3986 has them: taken apart and put together without changing a byte that means
 * something, so that building what was parsed gives the same URL.
 */
import { HostError } from "../../host";
import { percentDecode, percentEncode, percentEscape } from "../data/percent";

export interface Parts {
  scheme?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  path: string;
  query?: string | undefined;
  fragment?: string | undefined;
}

/** RFC 3986 appendix B; always matches. */
const SHAPE = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const UNWANTED = /[\x00-\x20\x7f"<>\\^`{|}]/g;
const HOST = /^(?:\[[0-9A-Fa-f:.]+(?:%25[^\]]+)?\]|[^[\]:@]*)$/;
export const MAX_PORT = 65535;

/** Takes a URL or a relative reference apart; `fail` gets what is wrong with it. */
export function splitUrl(s: string, fail: (cause: string) => never): Parts {
  UNWANTED.lastIndex = 0;
  const bad = UNWANTED.exec(s);
  if (bad !== null) fail(`invalid character at ${bad.index + 1}`);
  const [, scheme, authority, path = "", query, fragment] = SHAPE.exec(s) as RegExpExecArray;
  if (scheme !== undefined && !SCHEME.test(scheme)) fail("invalid scheme");
  if (/%(?![0-9A-Fa-f]{2})/.test(s))
    fail(`invalid percent-encoding at ${s.search(/%(?![0-9A-Fa-f]{2})/) + 1}`);
  const parts: Parts = { scheme: scheme?.toLowerCase(), path, query, fragment };
  if (authority !== undefined) splitAuthority(authority, parts, fail);
  return parts;
}

function splitAuthority(authority: string, parts: Parts, fail: (cause: string) => never): void {
  const at = authority.lastIndexOf("@");
  if (at >= 0) {
    const [, user, password] = /^([^:]*)(?::([\s\S]*))?$/.exec(authority.slice(0, at)) ?? [];
    parts.user = percentDecode(user ?? "");
    parts.password = password === undefined ? undefined : percentDecode(password);
  }
  const rest = authority.slice(at + 1);
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(rest) ?? [];
  if (host === undefined || !HOST.test(host)) {
    fail("invalid host");
  }
  parts.host = host.startsWith("[") ? host.slice(1, -1) : lowerAscii(host);
  if (port !== undefined && port !== "") {
    if (!/^\d{1,5}$/.test(port) || Number(port) > MAX_PORT) fail("invalid port");
    parts.port = Number(port);
  }
}

/** The host is bytes, of which `toLowerCase` would change others than ASCII letters, too. */
function lowerAscii(bytes: string): string {
  return bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Escapes what `allowed` does not match, and `%` when no two digits follow. */
function escape(text: string, allowed: RegExp): string {
  return text.replace(allowed, (c) => (c.length > 1 ? c : percentEscape(c)));
}

// each lets whole escapes through and matches single bytes that may not stay as they are
const USER = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=]/g;
const PATH = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g;
const QUERY = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]/g;

/** Puts a URL together. User and password are escaped fully; other parts keep their escapes. */
export function joinParts(parts: Parts): string {
  const { scheme, user, password, host, port, query, fragment } = parts;
  let { path } = parts;
  let out = "";
  if (scheme !== undefined) {
    if (!SCHEME.test(scheme)) throw new HostError("invalid scheme");
    out += `${scheme}:`;
  }
  if (host !== undefined) {
    out += "//";
    if (user !== undefined) {
      out += percentEncode(user);
      if (password !== undefined) out += `:${percentEncode(password)}`;
      out += "@";
    }
    const shown = host.includes(":") ? `[${host}]` : escape(host, USER);
    if (!HOST.test(shown)) throw new HostError("invalid host");
    out += shown;
    if (port !== undefined) out += `:${port}`;
    if (path !== "" && !path.startsWith("/")) path = `/${path}`;
  } else {
    // "//x" would be read as a host, and "a:b" as a scheme
    if (path.startsWith("//")) path = `/.${path}`;
    else if (scheme === undefined && /^[^/]*:/.test(path)) path = `./${path}`;
  }
  out += escape(path, PATH);
  if (query !== undefined && query !== "") out += `?${escape(query, QUERY)}`;
  if (fragment !== undefined) out += `#${escape(fragment, QUERY)}`;
  return out;
}

/** RFC 3986 §5.2: `reference` as seen from `base`. */
export function resolve(base: Parts, reference: Parts): Parts {
  const { fragment } = reference;
  if (reference.scheme !== undefined) return { ...reference, path: removeDots(reference.path) };
  const { scheme } = base;
  if (reference.host !== undefined)
    return { ...reference, scheme, path: removeDots(reference.path) };
  if (reference.path === "") return { ...base, query: reference.query ?? base.query, fragment };
  const path = reference.path.startsWith("/") ? reference.path : merge(base, reference.path);
  return { ...base, path: removeDots(path), query: reference.query, fragment };
}

function merge(base: Parts, path: string): string {
  if (base.host !== undefined && base.path === "") return `/${path}`;
  return base.path.slice(0, base.path.lastIndexOf("/") + 1) + path;
}

/** RFC 3986 §5.2.4. */
function removeDots(path: string): string {
  const out: string[] = [];
  const segments = path.split("/");
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment === "..") {
      if (out.length > 1 || (out.length === 1 && out[0] !== "")) out.pop();
      if (last) out.push("");
    } else if (segment === ".") {
      if (last) out.push("");
    } else out.push(segment);
  }
  return out.join("/");
}
