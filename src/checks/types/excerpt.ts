/** What people are shown of bodies and values: the first bytes, without secrets. */
import type { Secrets } from "../../host/secrets";

const SHOWN = 200;
/** Enough to find secrets that begin in what is shown. */
const LOOKED_AT = 8192;
export const REDACTED = "[redacted]";

/** Names of JSON members whose values are nobody's business. */
const NAMES =
  "token|passw|passphrase|secret|(?:api|access|private)[_-]?key|credential|authorization";
const SECRET_NAME = new RegExp(NAMES, "i");
/** Such a member up to its value; within a JSON text that is a string itself, quotes have backslashes. */
const SECRET_MEMBER = new RegExp(
  String.raw`(\\*)"[^"\\]{0,40}?(?:${NAMES})[^"\\]{0,20}\1"\s*:\s*`,
  "gi",
);
/** As for variables: what is no secret whatever it is called. */
const HARMLESS = /^(?:true|false|null|-?\d{1,5})$/;
/** Such a parameter of a query or a form, such a label. */
const SECRET_PARAMETER = new RegExp(
  String.raw`\b([\w.-]{0,40}?(?:${NAMES})[\w.-]{0,20}=)("?)([^&\s";,}\\]+)`,
  "gi",
);
const BEARER = /\b(Bearer|Basic) [\w.~+/-]{8,}=*/g;

/** Headers that carry credentials. */
const SECRET_HEADER = /authorization|cookie|token|secret|api-?key/i;

export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name);
}

/** The beginning of a text; masked before it is cut, lest half a secret remain. */
export function excerpt(text: string, secrets: Secrets): string {
  const masked = maskMembers(secrets.mask(text.slice(0, LOOKED_AT)))
    .replace(SECRET_PARAMETER, (whole, name: string, quote: string, value: string) =>
      HARMLESS.test(value) ? whole : name + quote + REDACTED,
    )
    .replace(BEARER, `$1 ${REDACTED}`);
  return masked.length > SHOWN ? `${masked.slice(0, SHOWN).toWellFormed()}…` : masked;
}

/** As `excerpt`, for the JSON text of the value to which `path` leads. */
export function valueExcerpt(
  text: string,
  path: readonly (string | number)[],
  secrets: Secrets,
): string {
  const isSecret = path.some((key) => SECRET_NAME.test(String(key)));
  return isSecret && !HARMLESS.test(text) ? REDACTED : excerpt(text, secrets);
}

/** The text with the values of secret JSON members replaced; it may be cut off anywhere. */
function maskMembers(text: string): string {
  let out = "";
  let done = 0;
  SECRET_MEMBER.lastIndex = 0;
  for (let m = SECRET_MEMBER.exec(text); m !== null; m = SECRET_MEMBER.exec(text)) {
    const start = SECRET_MEMBER.lastIndex;
    const escape = m[1] as string;
    const end = valueEnd(text, start, escape.length);
    SECRET_MEMBER.lastIndex = end;
    if (end === start || HARMLESS.test(text.slice(start, end))) continue;
    out += `${text.slice(done, start)}${escape}"${REDACTED}${escape}"`;
    done = end;
  }
  return out + text.slice(done);
}

/** Where the JSON value that begins at `start` ends; its quotes have `escape` backslashes each. */
function valueEnd(text: string, start: number, escape: number): number {
  let depth = 0;
  let inString = false;
  let backslashes = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === "\\") {
      backslashes++;
      continue;
    }
    // one that belongs to a string inside has more of them
    const isQuote = c === '"' && backslashes % (2 * (escape + 1)) === escape;
    if (isQuote) inString = !inString;
    else if (!inString) {
      const isClosing = c === "}" || c === "]";
      if (depth === 0 && (isClosing || c === "," || (c === '"' && i > start)))
        return i - backslashes;
      if (c === "{" || c === "[") depth++;
      else if (isClosing) depth--;
    }
    backslashes = 0;
    const isWhole = isQuote ? !inString : !inString && (c === "}" || c === "]");
    if (depth === 0 && isWhole) return i + 1;
  }
  return text.length;
}
