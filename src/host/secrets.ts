/**
 * Secrets that must not show in logs and errors. Builtins that handle credentials register them;
 * whatever is written for people goes through `mask`.
 */

/** Shorter values would blank out harmless text. */
const MIN_LENGTH = 4;

/** A secret as it stands in plain text, in JSON, and in the two ways of URLs. */
function formsOf(secret: string): string[] {
  const text = secret.toWellFormed();
  const query = URL.parse(`x://x/?${text.replaceAll("#", "%23")}`)?.search.slice(1) ?? "";
  const forms = [secret, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), query];
  return forms.filter((f) => f.length >= MIN_LENGTH);
}

/** The secrets of one state. */
export class Secrets {
  private readonly known = new Set<string>();
  private pattern: RegExp | undefined;

  /** How many there are: none is ever forgotten. */
  get size(): number {
    return this.known.size;
  }

  /** Hides `value` (JS text) from now on. */
  register(value: string): void {
    if (value.length < MIN_LENGTH || this.known.has(value)) return;
    this.known.add(value);
    this.pattern = undefined;
  }

  /** `text` with every registered secret replaced. */
  mask(text: string): string {
    if (this.known.size === 0) return text;
    // the longest first, so that a secret that contains another goes as a whole
    this.pattern ??= new RegExp(
      [...new Set([...this.known].flatMap(formsOf))]
        .sort((a, b) => b.length - a.length)
        .map((s) => RegExp.escape(s))
        .join("|"),
      "g",
    );
    return text.replace(this.pattern, "[redacted]");
  }
}
