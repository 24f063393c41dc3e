/**
 * Rules for connections. A rule for a name trusts whatever the name resolves to. A rule for addresses
 * also holds for names: these are resolved here, once, and what is connected to is the very address
 * that was checked, so that a second answer of the name server changes nothing.
 */
import { addressBits, canonicalHost, isAddress } from "./addresses";

/** A host that no rule allows. The message is JS text: `connecting to a:80 is not allowed`. */
export class NetRefusal extends Error {}

interface Rule {
  /** Any host. */
  readonly all: boolean;
  /** A canonical name or address; `.domain` for all names below it. */
  readonly host: string;
  /** The leading binary digits of a block of addresses. */
  readonly bits: string | undefined;
  /** How long such addresses are, in bits. */
  readonly width: number;
  readonly port: number | undefined;
}

/** Finds the addresses of a name. */
export type Lookup = (name: string) => Promise<readonly string[]>;

const FORM = "expected HOST[:PORT], such as api.example:443, *.example, 10.0.0.0/8, [::1]:80";

/** Where connections of one state may go. */
export class NetRules {
  private readonly rules: readonly Rule[];

  /** Throws an `Error` for a rule that can't be read. `lookup` is for tests. */
  constructor(
    rules: readonly string[],
    private readonly lookup: Lookup = systemLookup,
  ) {
    this.rules = rules.map(parseRule);
  }

  /** The hosts to connect to for `host`, in order; throws a `NetRefusal` when there is none. */
  async resolve(host: string, port: number): Promise<readonly string[]> {
    const canonical = canonicalHost(host);
    if (this.allows(canonical, port)) return [isAddress(canonical) ? canonical : host];
    const onPort = this.rules.filter((r) => fitsPort(r, port));
    const refusal = () =>
      new NetRefusal(`connecting to ${withPort(canonical, port)} is not allowed`);
    // names are asked for only when an address can be the right one: a question tells others
    if (isAddress(canonical) || !onPort.some((r) => r.bits !== undefined)) throw refusal();
    const found = (await this.lookup(host)).map(canonicalHost);
    const allowed = found.filter((a) => onPort.some((r) => fitsHost(r, a)));
    if (allowed.length === 0) throw refusal();
    return allowed;
  }

  /** Whether a canonical host may be connected to as it is written. */
  allows(canonical: string, port: number): boolean {
    return this.rules.some((r) => fitsPort(r, port) && fitsHost(r, canonical));
  }

  /** Throws a `NetRefusal` unless a server may listen there. */
  checkListen(host: string, port: number): void {
    if (!this.allows(canonicalHost(host), port))
      throw new NetRefusal(`listening on ${withPort(canonicalHost(host), port)} is not allowed`);
  }
}

function fitsPort(rule: Rule, port: number): boolean {
  return rule.port === undefined || rule.port === port;
}

function fitsHost(rule: Rule, canonical: string): boolean {
  if (rule.all) return true;
  const bits = addressBits(canonical);
  if (rule.bits !== undefined)
    return bits !== undefined && bits.length === rule.width && bits.startsWith(rule.bits);
  if (bits !== undefined) return false;
  return rule.host.startsWith(".") ? canonical.endsWith(rule.host) : canonical === rule.host;
}

function parseRule(text: string): Rule {
  const bad = () => new Error(`invalid network rule ${JSON.stringify(text)}: ${FORM}`);
  const m = /^(\[[^\]]*\](?:\/\d+)?|[^:[\]]*)(?::(\d+|\*))?$/.exec(text.trim());
  // an IPv6 address without a port needs no brackets
  const bare = m === null && /^[0-9a-f:.]+(?:\/\d+)?$/i.test(text) ? text : undefined;
  const where = bare ?? m?.[1] ?? "";
  const port = m?.[2] === undefined || m[2] === "*" ? undefined : Number(m[2]);
  if (where === "" || (port !== undefined && port > 65535)) throw bad();
  if (where === "*") return { all: true, host: "", bits: undefined, width: 0, port };
  const [base = "", length] = where.split("/");
  const isBelow = base.startsWith("*.");
  const name = isBelow ? base.slice(2) : base;
  const host = canonicalHost(name);
  if (host === "" || /[\s*@?#\\/%]/.test(host)) throw bad();
  const all = addressBits(host);
  if (all === undefined) {
    if (length !== undefined || host.includes(":")) throw bad();
    return { all: false, host: isBelow ? `.${host}` : host, bits: undefined, width: 0, port };
  }
  const count = length === undefined ? all.length : Number(length);
  if (isBelow || count > all.length) throw bad();
  return { all: false, host, bits: all.slice(0, count), width: all.length, port };
}

function withPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

async function systemLookup(name: string): Promise<string[]> {
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(name, { all: true });
  return found.map((f) => f.address);
}
