/** Which proxy the environment asks for, by curl's and Go's rules. */
import { HttpFault, safeUrlText } from "./errors";

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
    throw new HttpFault(`invalid proxy address '${safeUrlText(text)}'`, "request");
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
  const a = addressBits(host);
  const b = addressBits(base);
  const bits = Number(bitsText);
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return Number.isInteger(bits) && bits >= 0 && a.slice(0, bits) === b.slice(0, bits);
}

/** An address as a string of 32 or 128 binary digits. */
function addressBits(address: string): string | undefined {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (v4 !== null)
    return v4
      .slice(1)
      .map((n) => Number(n).toString(2).padStart(8, "0"))
      .join("");
  if (!address.includes(":")) return undefined;
  // let the URL parser write it in full form first
  const url = URL.parse(`http://[${address}]/`);
  if (url === null) return undefined;
  const [head = "", tail] = url.hostname.slice(1, -1).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...new Array<string>(Math.max(0, zeros)).fill("0"), ...right];
  return groups.map((g) => Number.parseInt(g, 16).toString(2).padStart(16, "0")).join("");
}
