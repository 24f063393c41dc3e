/** `string.pack`, `string.packsize` and `string.unpack` (§6.4.2). */
import { argumentError, LuaError, runtimeError } from "../runtime/error";
import { fromBigInt, fromHalves, hiOf, type LuaInteger, loOf } from "../runtime/int64";
import { checkAllocation, maxBytes } from "../runtime/limits";
import { type LuaValue, makeFloat, type Results } from "../runtime/value";
import { checkIndex } from "./args";
import { type PackOption, packOptions, paddingOf } from "./pack-format";
import { double, integer, startPosition, text } from "./string-args";
import { BUFFER_SIZE, buffer, bufferText, bufferView } from "./string-buffer";

const MAX_SIZE = 0x7fff_ffff_ffff_ffffn;
/** Longer strings are beyond JavaScript. */
const MAX_LENGTH = 0x7fffffff;

const scratch = new DataView(new ArrayBuffer(8));

/** Collects bytes and texts. */
class Output {
  length = 0;
  private done = "";
  /** How many bytes wait in `buffer`. */
  private waiting = 0;

  byte(b: number): void {
    if (this.waiting === BUFFER_SIZE) this.flush();
    this.length++;
    buffer[this.waiting++] = b;
  }

  float(x: number, size: number, little: boolean): void {
    if (this.waiting + size > BUFFER_SIZE) this.flush();
    if (size === 4) bufferView.setFloat32(this.waiting, x, little);
    else bufferView.setFloat64(this.waiting, x, little);
    // the NaN of an invalid operation has its sign bit set on x86-64 and prints as "-nan"
    if (x !== x) {
      const top = this.waiting + (little ? size - 1 : 0);
      bufferView.setUint8(top, bufferView.getUint8(top) | 0x80);
    }
    this.waiting += size;
    this.length += size;
  }

  int32(i: number, little: boolean): void {
    if (this.waiting + 4 > BUFFER_SIZE) this.flush();
    bufferView.setInt32(this.waiting, i, little);
    this.waiting += 4;
    this.length += 4;
  }

  text(s: string): void {
    if (this.waiting + s.length > BUFFER_SIZE) {
      this.flush();
      this.done += s;
    } else {
      buffer.write(s, this.waiting, "latin1");
      this.waiting += s.length;
    }
    this.length += s.length;
  }

  /** Makes sure that `n` more bytes can be had. */
  reserve(n: number): void {
    if (this.length + n > MAX_LENGTH) throw new LuaError("not enough memory");
    if (this.length + n > maxBytes) checkAllocation(this.length + n);
  }

  finish(): string {
    if (this.done === "") return bufferText(this.waiting);
    this.flush();
    return this.done;
  }

  private flush(): void {
    this.done += bufferText(this.waiting);
    this.waiting = 0;
  }
}

export function pack(fmt: LuaValue, ...args: LuaValue[]): Results {
  const options = packOptions(text(fmt, 1, arguments.length));
  const out = new Output();
  let used = 0;
  for (const option of options) {
    if (option.error !== null) throw option.error();
    const padding = paddingOf(option, out.length);
    const { size } = option;
    if (size > MAX_LENGTH && option.exactSize + BigInt(out.length + padding) > MAX_SIZE)
      throw argumentError(used + 1, "result too long");
    out.reserve(padding + size);
    for (let i = 0; i < padding; i++) out.byte(0);
    if (option.kind === "padding") out.byte(0);
    else if (option.kind !== "align") packValue(out, option, args, used++);
  }
  return out.finish();
}

const EXPECTED: Partial<Record<PackOption["kind"], string>> = {
  int: "number",
  uint: "number",
  float: "number",
  double: "number",
  chars: "string",
  string: "string",
  zero: "string",
};

/** Packs `args[k]`, which is argument `k + 2` of `string.pack`. */
function packValue(out: Output, option: PackOption, args: LuaValue[], k: number): void {
  const { size, little } = option;
  const v = args[k];
  const n = k + 2;
  // a missing argument counts as nil here
  const count = n;
  if (k >= args.length && option.kind in EXPECTED)
    throw argumentError(n, `${EXPECTED[option.kind]} expected, got nil`);
  switch (option.kind) {
    case "int": {
      const i = integer(v, n, count);
      if (size < 8 && !fitsSigned(i, size * 8)) throw argumentError(n, "integer overflow");
      packInteger(out, i, size, little, hiOf(i) < 0);
      break;
    }
    case "uint": {
      const i = integer(v, n, count);
      if (size < 8 && !fitsUnsigned(i, size * 8)) throw argumentError(n, "unsigned overflow");
      packInteger(out, i, size, little, false);
      break;
    }
    case "float":
    case "double":
      out.float(double(v, n, count), size, little);
      break;
    case "chars": {
      const s = text(v, n, count);
      if (s.length > size) throw argumentError(n, "string longer than given size");
      out.text(s);
      if (s.length < size) out.text("\0".repeat(size - s.length));
      break;
    }
    case "string": {
      const s = text(v, n, count);
      if (size < 8 && s.length >= 2 ** (size * 8))
        throw argumentError(n, "string length does not fit in given size");
      packInteger(out, s.length, size, little, false);
      out.reserve(s.length);
      out.text(s);
      break;
    }
    default: {
      const s = text(v, n, count);
      if (s.includes("\0")) throw argumentError(n, "string contains zeros");
      out.reserve(s.length + 1);
      out.text(s);
      out.byte(0);
    }
  }
}

/** Whether an integer fits into `bits` (8 to 56) bits in two's complement. */
function fitsSigned(i: LuaInteger, bits: number): boolean {
  const hi = hiOf(i);
  const lo = loOf(i);
  const rest = bits > 32 ? hi >> (bits - 33) : lo >> (bits - 1);
  return (rest === 0 || rest === -1) && (bits > 32 || hi === rest);
}

function fitsUnsigned(i: LuaInteger, bits: number): boolean {
  const hi = hiOf(i);
  if (bits > 32) return hi >>> (bits - 32) === 0;
  return hi === 0 && (bits === 32 || loOf(i) >>> bits === 0);
}

/** Writes the lowest `size` bytes; bytes beyond 64 bits are all 0, or all 1 for `negative`. */
function packInteger(
  out: Output,
  i: LuaInteger,
  size: number,
  little: boolean,
  negative: boolean,
): void {
  const hi = hiOf(i);
  const lo = loOf(i);
  if (size === 4) {
    out.int32(lo, little);
    return;
  }
  if (size === 8) {
    out.int32(little ? lo : hi, little);
    out.int32(little ? hi : lo, little);
    return;
  }
  for (let k = 0; k < size; k++) {
    const at = little ? k : size - 1 - k;
    if (at < 4) out.byte((lo >>> (8 * at)) & 255);
    else if (at < 8) out.byte((hi >>> (8 * (at - 4))) & 255);
    else out.byte(negative ? 255 : 0);
  }
}

export function packsize(fmt: LuaValue): Results {
  let total = 0n;
  for (const option of packOptions(text(fmt, 1, arguments.length))) {
    if (option.error !== null) throw option.error();
    if (option.kind === "string" || option.kind === "zero")
      throw argumentError(1, "variable-length format");
    // only the lowest bits of the offset matter for the padding
    const padding = paddingOf(option, Number(total & 0xffn));
    total += option.exactSize + BigInt(padding);
    if (total > MAX_SIZE) throw argumentError(1, "format result too large");
  }
  return fromBigInt(total);
}

export function unpack(fmt: LuaValue, s: LuaValue, init?: LuaValue): Results {
  const options = packOptions(text(fmt, 1, arguments.length));
  const data = text(s, 2, arguments.length);
  const { length } = data;
  let at = (init === undefined ? 1 : startPosition(checkIndex(init, 3), length)) - 1;
  if (at > length) throw argumentError(3, "initial position out of string");
  const results: LuaValue[] = [];
  for (const option of options) {
    if (option.error !== null) throw option.error();
    const { size, little } = option;
    const padding = paddingOf(option, at);
    if (padding + size > length - at) throw argumentError(2, "data string too short");
    at += padding;
    switch (option.kind) {
      case "int":
      case "uint":
        results.push(unpackInteger(data, at, size, little, option.kind === "int"));
        break;
      case "float":
      case "double":
        results.push(unpackFloat(data, at, size, little));
        break;
      case "chars":
        results.push(data.slice(at, at + size));
        break;
      case "string": {
        const i = unpackInteger(data, at, size, little, false);
        // anything else than a small number stands for an unsigned length beyond all strings
        const n = typeof i === "number" && i >= 0 ? i : Number.POSITIVE_INFINITY;
        if (n > length - at - size) throw argumentError(2, "data string too short");
        results.push(data.slice(at + size, at + size + n));
        at += n;
        break;
      }
      case "zero": {
        const end = data.indexOf("\0", at);
        if (end < 0) throw argumentError(2, "unfinished string for format 'z'");
        results.push(data.slice(at, end));
        at = end + 1;
        break;
      }
      default:
        break;
    }
    at += size;
  }
  if (results.length === 0) return at + 1;
  results.push(at + 1);
  return results;
}

function unpackInteger(
  s: string,
  at: number,
  size: number,
  little: boolean,
  signed: boolean,
): LuaInteger {
  let hi = 0;
  let lo = 0;
  for (let k = 0; k < size && k < 8; k++) {
    const b = s.charCodeAt(little ? at + k : at + size - 1 - k);
    if (k < 4) lo |= b << (8 * k);
    else hi |= b << (8 * (k - 4));
  }
  if (size < 8 && signed) {
    // sign extension
    if (size > 4) hi = (hi << (64 - 8 * size)) >> (64 - 8 * size);
    else {
      lo = (lo << (32 - 8 * size)) >> (32 - 8 * size);
      hi = lo >> 31;
    }
  } else if (size > 8) {
    const filler = signed && hi < 0 ? 255 : 0;
    for (let k = 8; k < size; k++)
      if (s.charCodeAt(little ? at + k : at + size - 1 - k) !== filler)
        throw runtimeError(`${size}-byte integer does not fit into Lua Integer`);
  }
  return fromHalves(hi, lo);
}

function unpackFloat(s: string, at: number, size: number, little: boolean): LuaValue {
  for (let k = 0; k < size; k++) scratch.setUint8(k, s.charCodeAt(at + k));
  return makeFloat(size === 4 ? scratch.getFloat32(0, little) : scratch.getFloat64(0, little));
}
