/** What people are shown of bodies and values: the first bytes, without secrets. */
import type { Secrets } from "../../host/secrets";

const SHOWN = 200;
/** Enough to find secrets that begin in what is shown. */
const LOOKED_AT = 8192;

/** Members of JSON and forms whose names say that their values are nobody's business. */
const JSON_SECRET =
  /("[^"]{0,40}(?:token|passw|secret|api_?key|credential|private_?key)[^"]{0,20}"\s*:\s*)"(?:[^"\\]|\\.)*"?/gi;
const BEARER = /\b(Bearer|Basic) [\w.~+/-]{8,}=*/g;

/** The beginning of a text; masked before it is cut, lest half a secret remain. */
export function excerpt(text: string, secrets: Secrets): string {
  const masked = secrets
    .mask(text.slice(0, LOOKED_AT))
    .replace(JSON_SECRET, '$1"[redacted]"')
    .replace(BEARER, "$1 [redacted]");
  return masked.length > SHOWN ? `${masked.slice(0, SHOWN).toWellFormed()}…` : masked;
}
