/** `base64`: any bytes as text and back (RFC 4648 §4 and §5). */
import { bytesToBuffer, type Context, defineBuiltin, fn, p } from "../host";

const STANDARD = "+/";
const URL_SAFE = "-_";
/** Only the high 4 bits of the last symbol mean something with 2 symbols, 2 fewer with 3. */
const UNUSED_BITS = [0, 0, 0x0f, 0x03] as const;
const SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function encode(s: string, url: boolean, padding: boolean): string {
  const buffer = bytesToBuffer(s);
  const text = url ? buffer.toString("base64url") : buffer.toString("base64");
  // Node's URL-safe form has no padding, its standard form has
  if (url === !padding) return text;
  return padding ? text.padEnd(Math.ceil(text.length / 4) * 4, "=") : text.replace(/=+$/, "");
}

const WRONG = { [STANDARD]: /[^A-Za-z0-9+/]/g, [URL_SAFE]: /[^A-Za-z0-9\-_]/g };

/** Decodes strictly; `padding` undefined means that it may be there or not. Offsets begin at 0. */
function decode(ctx: Context, s: string, url: boolean, padding: boolean | undefined): string {
  const extra = url ? URL_SAFE : STANDARD;
  const { length } = s;
  let end = length;
  while (end > 0 && length - end < 2 && s.charCodeAt(end - 1) === 0x3d) end--;
  const pad = length - end;
  const tail = end % 4;
  const wrong = WRONG[extra] as RegExp;
  wrong.lastIndex = 0;
  const found = wrong.exec(end === length ? s : s.slice(0, end));
  if (padding === true && length % 4 !== 0) ctx.fail(`invalid length at ${length - (length % 4)}`);
  if (found !== null) ctx.fail(`invalid symbol at ${found.index}`);
  if (tail === 1) ctx.fail(`invalid length at ${end - 1}`);
  if (pad > 0 && (padding === false || tail + pad !== 4)) ctx.fail(`invalid padding at ${end}`);
  if (tail > 0) {
    const value = (SYMBOLS + extra).indexOf(s.charAt(end - 1));
    if ((value & (UNUSED_BITS[tail] as number)) !== 0)
      ctx.fail(`non-zero trailing bits at ${end - 1}`);
  }
  return Buffer.from(s, "base64").toString("latin1");
}

const options = p
  .options("opts", {
    url: p.boolean("url", "the URL-safe alphabet: `-` and `_` for `+` and `/`").optional(),
    padding: p.boolean("padding", "`=` at the end").optional(),
  })
  .added();

const bytes = p.string("s", "any bytes");
const text = p.string("s", "the base64 text");

export default defineBuiltin({
  name: "base64",
  doc: "Bytes as base64 text and back",
  needs: [],
  functions: {
    encode: fn({
      doc: "Encodes any bytes, with padding unless `opts.padding` is false.",
      params: [bytes, options],
      returns: "string",
      run: (_ctx, s, { url = false, padding = true }) => encode(s, url, padding),
    }),
    decode: fn({
      doc: "Decodes strictly: no blanks; padding is required unless `opts` says otherwise.",
      params: [text, options],
      returns: "string",
      run: (ctx, s, { url = false, padding = true }) => decode(ctx, s, url, padding),
    }),
    encode_url: fn({
      doc: "Encodes with the URL-safe alphabet and without padding.",
      params: [bytes],
      returns: "string",
      run: (_ctx, s) => encode(s, true, false),
    }),
    decode_url: fn({
      doc: "Decodes the URL-safe alphabet, padded or not.",
      params: [text],
      returns: "string",
      run: (ctx, s) => decode(ctx, s, true, undefined),
    }),
  },
});
