/** Which proxy the environment asks for, by curl's and Go's rules. */
import { isIP } from "node:net";
import { addressBits, canonicalHost } from "../../host";
import { HttpFault, invalidUrl } from "./errors";

/** Reads one variable; undefined when unset. */
export type Environment = (name: string) => string | undefined;

/**
 * The proxy for `url`, or undefined. `HTTP_PROXY` in upper case is ignored inside CGI programs,
 * where a client could set it through a `Proxy:` header.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const isTls = url.protocol === "https:";
  const inCgi = env("REQUEST_METHOD") !== undefined;
  const text =
    (isTls
      ? env("https_proxy") || env("HTTPS_PROXY")
      : env("http_proxy") || (inCgi ? undefined : env("HTTP_PROXY"))) ||
    env("all_proxy") ||
    env("ALL_PROXY");
  if (!text || isExcluded(url, env("no_proxy") || env("NO_PROXY") || "")) return undefined;
  return parseProxy(text);
}

/** A proxy's address; without a scheme it is HTTP. */
export function parseProxy(text: string): URL {
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null || url.hostname === "")
    throw new HttpFault(invalidUrl("proxy address", text), "request");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new HttpFault(
      `unsupported proxy scheme '${url.protocol.slice(0, -1)}' (http and https work)`,
      "request",
    );
  return url;
}

/** `Basic …` for the user part of a URL, or undefined. */
export function basicAuth(url: URL): string | undefined {
  if (url.username === "" && url.password === "") return undefined;
  const plain = `${percentDecode(url.username)}:${percentDecode(url.password)}`;
  return `Basic ${Buffer.from(plain, "utf8").toString("base64")}`;
}

/** The password of a URL, as it is meant. */
export function passwordOf(url: URL): string {
  return percentDecode(url.password);
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `NO_PROXY`: hosts, domains (with or without a leading dot), `*`, IPs, CIDR blocks, `host:port`. */
export function isExcluded(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  for (const raw of noProxy.split(/[\s,]+/)) {
    const entry = raw.toLowerCase();
    if (entry === "") continue;
    if (entry === "*") return true;
    if (entry.includes("/") ? inBlock(host, entry) : matches(host, port, entry)) return true;
  }
  return false;
}

function matches(host: string, port: string, entry: string): boolean {
  let name = entry;
  const withPort = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
  if (withPort !== null) {
    if (withPort[2] !== port) return false;
    name = withPort[1] as string;
  }
  name = name.replace(/^\[|\]$|\.$/g, "").replace(/^\*?\./, "");
  return host === name || (name !== "" && host.endsWith(`.${name}`));
}

/** IPv4 and IPv6 blocks: `10.0.0.0/8`, `fd00::/8`. */
function inBlock(host: string, block: string): boolean {
  const [base = "", bitsText = ""] = block.split("/");
  const a = addressBits(canonicalHost(host));
  const b = isIP(base) === 0 ? undefined : addressBits(canonicalHost(base));
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return /^\d+$/.test(bitsText) && a.startsWith(b.slice(0, Number(bitsText)));
}
