/**
 * Takes secrets out of exchanges before they are kept. What counts as one: values of headers, query
 * parameters, form fields and JSON members whose names say so, signed tokens wherever they are, what
 * Vault and Kubernetes Secrets hold, and what the program knows to be secret. A value that was found
 * once is masked in everything.
 */
import { isUtf8, type Secrets } from "../../../host";
import type { HeaderList } from "../headers";
import type { Exchange } from "./exchange";

export const MASK = "[redacted]";
/** For members whose readers decode base64. */
const MASK_BASE64 = Buffer.from(MASK).toString("base64");
/** Shorter values would blank out harmless text. */
const MIN_LENGTH = 4;

// Bodies may be large: none of the patterns below goes over a stretch of text from each of its places.
const NAMES =
  /token|secret|passw|passphrase|passcode|pwd|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|credential|authorization|cookie|signature|session|assertion|unseal|^(?:auth|sig|keys_base64)$/i;
/** Numbers of these names are secrets; of others, such as `token_ttl`, they are not. */
const NUMBER_NAMES = /passw|passcode|pwd|secret$|api[_-]?key$/i;
/** Says where the next page is, and is a secret to nobody. */
const HARMLESS = /^(?:next|continue|continuation|page|sync)[_-]?(?:page)?[_-]?token$|token_type/i;
const SIGNED = /\beyJ[\w-]{1,4096}\.[\w-]+\.[\w-]*/g;
const MEMBER = /(?<!\\)"((?:[^"\\]|\\.)*)"\s*:\s*(\[\s*)?"((?:[^"\\]|\\.)*)"/g;
/** What follows in a list of strings. */
const ITEM = /\s*,\s*"((?:[^"\\]|\\.)*)"/y;
const NUMBER_MEMBER = /((?<!\\)"((?:[^"\\]|\\.)*)"\s*:\s*)-?\d[\d.eE+-]*/g;
const PAIR = /([?&]|^)([^=&#\s]+)=([^&#\s]*)/g;
/** A parameter of an address, and the password of one, in the midst of other text. */
const PARAMETER = /([?&])([\w.-]+)=([^&#\s"'<>\\]+)/g;
const USER_INFO = /(?<=[a-z\d+.-]):\/\/[^\s:/?#@"'<>]*:([^\s/?#@"'<>]+)@/gi;
const ELEMENT = /<([\w:.-]+)(?:\s[^<>]*)?>([^<>]+)<\//g;

export class Masker {
  private readonly found = new Set<string>();
  /** Those that stand in base64. */
  private readonly encoded = new Set<string>();
  private pattern: RegExp | undefined;
  /** What was found since `news` was asked last. */
  private recent: string[] = [];
  private seen = 0;

  /** `names`: further names (lower case) whose values are secret. */
  constructor(
    private readonly known: Secrets,
    private readonly names: ReadonlySet<string>,
  ) {}

  /** One that has learnt nothing yet. */
  fresh(): Masker {
    return new Masker(this.known, this.names);
  }

  /** Learns what is secret in an exchange. */
  learn({ request, response }: Exchange): void {
    for (const [name, value] of [...request.headers, ...response.headers])
      if (this.isSecret(name)) this.addHeader(name, value);
    this.learnPairs(request.query);
    for (const { headers, body } of [request, response]) {
      const text = body ?? "";
      if (isForm(headers)) this.learnPairs(text);
      this.learnMembers(text);
      this.learnPairs(text, PARAMETER);
      for (const [, name, value] of text.matchAll(ELEMENT))
        if (this.isSecret(name as string)) this.add(value as string);
      for (const part of [text, ...headers.map(([, value]) => value)])
        for (const [, password] of part.matchAll(USER_INFO)) this.add(password as string);
      for (const [, value] of headers) this.learnPairs(value, PARAMETER);
    }
    const isVault = request.headers.some(([name]) => name.toLowerCase() === "x-vault-token");
    for (const body of [request.body ?? "", response.body]) this.learnData(body, isVault);
  }

  /**
   * What has become secret since the last call: a text that holds none of these is masked as before.
   * Undefined when that can't be said of any.
   */
  news(): readonly string[] | undefined {
    const { recent } = this;
    this.recent = [];
    if (this.known.size === this.seen) return recent;
    // those of the program have other forms as well
    this.seen = this.known.size;
    return undefined;
  }

  /** The exchange without what is secret. */
  mask({ request, response }: Exchange): Exchange {
    return {
      request: {
        ...request,
        path: this.text(request.path),
        query: this.text(request.query),
        headers: this.headers(request.headers),
        body: request.body === undefined ? undefined : this.text(request.body),
      },
      response: {
        ...response,
        headers: this.headers(response.headers),
        body: this.text(response.body),
      },
    };
  }

  /** A byte string without what is secret. */
  text(bytes: string): string {
    const known = this.known.mask(Buffer.from(bytes, "latin1").toString("utf8"));
    const masked = isUtf8(bytes) ? Buffer.from(known, "utf8").toString("latin1") : bytes;
    const strings = masked.replace(NUMBER_MEMBER, (whole, before: string, name: string) =>
      NUMBER_NAMES.test(name) || this.names.has(name.toLowerCase()) ? `${before}"${MASK}"` : whole,
    );
    return this.replace(strings).replace(SIGNED, MASK);
  }

  private replace(bytes: string): string {
    if (this.found.size === 0) return bytes;
    this.pattern ??= new RegExp(
      [...this.found]
        .sort((a, b) => b.length - a.length)
        .map(pattern)
        .join("|"),
      "g",
    );
    return bytes.replace(this.pattern, (s) => (this.encoded.has(s) ? MASK_BASE64 : MASK));
  }

  private headers(list: HeaderList): HeaderList {
    return list.map(([name, value]) => [name, this.isSecret(name) ? MASK : this.text(value)]);
  }

  private isSecret(name: string): boolean {
    return this.names.has(name.toLowerCase()) || (NAMES.test(name) && !HARMLESS.test(name));
  }

  private addHeader(name: string, value: string): void {
    // a cookie's attributes are no secrets
    if (/cookie/i.test(name)) this.add(/^[^=;]*=([^;]*)/.exec(value)?.[1] ?? "");
    else this.add(value.replace(/^\w+ +/, ""));
    const basic = /^basic +(\S+)$/i.exec(value)?.[1];
    if (basic !== undefined)
      this.add(
        Buffer.from(basic, "base64")
          .toString("latin1")
          .replace(/^[^:]*:/, ""),
      );
  }

  /** Strings, and lists of strings, whose member's name says so. */
  private learnMembers(text: string): void {
    for (const m of text.matchAll(MEMBER)) {
      const [whole, name, list, value] = m as unknown as [string, string, string?, string?];
      if (!this.isSecret(name)) continue;
      this.add(value as string);
      if (list === undefined) continue;
      ITEM.lastIndex = m.index + whole.length;
      for (let item = ITEM.exec(text); item !== null; item = ITEM.exec(text))
        this.add(item[1] as string);
    }
  }

  private learnPairs(text: string, pattern = PAIR): void {
    for (const [, , name, value] of text.matchAll(pattern)) {
      if (!this.isSecret(name as string)) continue;
      this.add(value as string);
      try {
        this.add(Buffer.from(decodeURIComponent(value as string)).toString("latin1"));
      } catch {
        // no text in percent-encoding
      }
    }
  }

  /** `data` of Vault's answers and of Kubernetes Secrets. */
  private learnData(body: string, isVault: boolean): void {
    if (!body.startsWith("{")) return;
    let json: { kind?: unknown; data?: unknown; stringData?: unknown; items?: unknown };
    try {
      json = JSON.parse(body);
    } catch {
      return;
    }
    if (isVault) this.addLeaves(json.data);
    const objects = json.kind === "SecretList" && Array.isArray(json.items) ? json.items : [json];
    for (const o of objects) {
      if (o.kind !== "Secret" && json.kind !== "SecretList") continue;
      this.addLeaves(o.stringData);
      this.addLeaves(o.data, true);
    }
  }

  private addLeaves(v: unknown, isBase64 = false): void {
    if (typeof v === "string") {
      // another mask for one that was met as plain text before
      if (isBase64 && v.length >= MIN_LENGTH && !this.encoded.has(v)) {
        this.found.delete(v);
        this.encoded.add(v);
      }
      this.add(v);
      if (!isBase64) return;
      this.add(Buffer.from(v, "base64").toString("latin1"));
    } else if (typeof v === "object" && v !== null)
      for (const inner of Object.values(v)) this.addLeaves(inner, isBase64);
  }

  private add(value: string): void {
    if (value.length < MIN_LENGTH || value === MASK || value === MASK_BASE64) return;
    if (this.found.has(value)) return;
    this.found.add(value);
    this.recent.push(value);
    this.pattern = undefined;
  }
}

/** Matches a secret; one of digits not where it is a number in JSON, which a mask would break. */
function pattern(secret: string): string {
  const text = RegExp.escape(secret);
  return /^\d+$/.test(secret) ? `(?<![:[,]\\s*)${text}|${text}(?!\\s*[,}\\]])` : text;
}

export function isForm(headers: HeaderList): boolean {
  return headers.some(
    ([name, value]) => name.toLowerCase() === "content-type" && /x-www-form-urlencoded/.test(value),
  );
}
