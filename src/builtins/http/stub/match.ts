/** Which recorded exchange answers a request. */
import { utf8ToBytes } from "../../../host";
import type { Exchange, StubRequest } from "./exchange";
import { isForm, MASK, type Masker } from "./mask";

export type Matching = "body" | "path";

/** A recorded exchange and how often it was replayed. */
export interface Replayed extends Exchange {
  uses: number;
}

/**
 * The first unused one that fits, so that a sequence is replayed in its order; when all that fit are
 * used, the last of them again (a script may poll more often than when it was recorded).
 */
export function findExchange(
  exchanges: readonly Replayed[],
  request: StubRequest,
  masker: Masker,
  matching: Matching,
): Replayed | undefined {
  const fitting = exchanges.filter((e) => fits(e.request, request, masker, matching));
  return fitting.find((e) => e.uses === 0) ?? fitting.at(-1);
}

function fits(want: StubRequest, got: StubRequest, masker: Masker, matching: Matching): boolean {
  if (want.method !== got.method || !sameText(want.path, masker.text(got.path))) return false;
  if (matching === "path") return true;
  if (!sameText(sorted(want.query), masker.text(sorted(got.query)))) return false;
  return want.body === undefined || sameText(want.body, masker.text(got.body ?? ""), inBody(want));
}

/** What a masked part of a parameter, of a string in JSON, and of any other text may be. */
const IN_QUERY = "[^&]*?";
const IN_JSON = '(?:[^"\\\\]|\\\\.)*?';
const IN_TEXT = ".*?";

function inBody({ headers, body = "" }: StubRequest): string {
  if (/^\s*[[{]/.test(body)) return IN_JSON;
  return isForm(headers) ? IN_QUERY : IN_TEXT;
}

/** What is masked in the recorded text stands for anything that fits its place. */
function sameText(want: string, got: string, place = IN_QUERY): boolean {
  if (want === got) return true;
  if (!want.includes(MASK) && !want.includes(MASK_QUERY)) return false;
  const parts = want.split(/\[redacted\]|%5Bredacted%5D/i);
  const pattern = parts.map((s) => RegExp.escape(s)).join(place);
  return new RegExp(`^${pattern}$`, "s").test(got);
}

const MASK_QUERY = encodeURIComponent(MASK);

function sorted(query: string): string {
  return query.split("&").sort().join("&");
}

/** Why nothing fits, for the reader of a failed test. */
export function explainMiss(
  exchanges: readonly Exchange[],
  request: StubRequest,
  masker: Masker,
): string {
  const shown = (r: StubRequest) =>
    `${r.method} ${r.path}${r.query === "" ? "" : `?${r.query}`}${r.body ? ` ${clip(r.body)}` : ""}`;
  const asked = shown({
    ...request,
    path: masker.text(request.path),
    query: masker.text(request.query),
    body: masker.text(request.body ?? ""),
  });
  const lines = exchanges.slice(0, MAX_SHOWN).map((e) => `  ${shown(e.request)}\n`);
  const more =
    exchanges.length > MAX_SHOWN ? `  ${ELLIPSIS} ${exchanges.length - MAX_SHOWN} more\n` : "";
  return `http.stub: no exchange for\n  ${asked}\namong\n${lines.join("")}${more}`;
}

const MAX_SHOWN = 20;
/** In a byte string, as all of the message. */
const ELLIPSIS = utf8ToBytes("…");

function clip(body: string): string {
  return body.length > 200 ? `${body.slice(0, 200)}${ELLIPSIS}` : body;
}
