/**
 * Doubles as text, exactly as the conversions `%e %f %g %a` of C print them (§6.4, string.format).
 *
 * JavaScript's own `toExponential` and `toFixed` give exact digits up to 100 places; what they do
 * differently is taken care of here: they round ties away from zero where C rounds them to even,
 * they write exponents with one digit, and `toFixed` gives up at 1e21.
 */
/** Flags, width and precision of a conversion; a precision of -1 means that none was given. */
export interface FormatSpec {
  /** `-`: padded on the right. */
  left: boolean;
  /** `+`: a sign even on positive numbers. */
  plus: boolean;
  /** ` `: a space in place of the plus sign. */
  space: boolean;
  /** `#`: keep the point and trailing zeros, write `0x` and `0`. */
  alt: boolean;
  /** `0`: padded with zeros behind the sign. */
  zero: boolean;
  width: number;
  precision: number;
}

/** No flags, no width, default precision. */
export const PLAIN: Readonly<FormatSpec> = Object.freeze({
  left: false,
  plus: false,
  space: false,
  alt: false,
  zero: false,
  width: 0,
  precision: -1,
});

/** The conversion `conv` (one of `eEfFgGaA`) of a double. */
export function formatDouble(conv: string, n: number, spec: Readonly<FormatSpec>): string {
  switch (conv) {
    case "f":
    case "g":
    case "e":
    case "a":
      return convert(conv, n, spec);
    default:
      return convert(conv.toLowerCase(), n, spec).toUpperCase();
  }
}

function convert(conv: string, n: number, spec: Readonly<FormatSpec>): string {
  // the sign of a NaN is lost in JavaScript; C prints the NaN that arithmetic makes with a minus
  const negative = n < 0 || Object.is(n, -0) || n !== n;
  const sign = negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  const x = Math.abs(n);
  if (!Number.isFinite(x))
    return padNumber(sign, "", n !== n ? "nan" : "inf", { ...spec, zero: false });
  switch (conv) {
    case "e":
      return padNumber(sign, "", exponential(x, defaultTo6(spec), spec.alt), spec);
    case "f":
      return padNumber(sign, "", fixed(x, defaultTo6(spec), spec.alt), spec);
    case "g":
      return padNumber(sign, "", general(x, defaultTo6(spec), spec.alt), spec);
    default:
      return padNumber(sign, "0x", hexadecimal(x, spec.precision, spec.alt), spec);
  }
}

function defaultTo6(spec: Readonly<FormatSpec>): number {
  return spec.precision < 0 ? 6 : spec.precision;
}

/** `%.<precision>g`. */
export function formatG(n: number, precision: number): string {
  if (!Number.isFinite(n)) return convert("g", n, PLAIN);
  const text = general(Math.abs(n), precision, false);
  return n < 0 || Object.is(n, -0) ? `-${text}` : text;
}

/** Joins the parts of a number and pads it to the width: zeros go behind sign and prefix. */
export function padNumber(
  sign: string,
  prefix: string,
  digits: string,
  spec: Readonly<FormatSpec>,
): string {
  const length = sign.length + prefix.length + digits.length;
  if (length >= spec.width) return sign + prefix + digits;
  if (spec.left) return (sign + prefix + digits).padEnd(spec.width);
  if (spec.zero) return sign + prefix + "0".repeat(spec.width - length) + digits;
  return (sign + prefix + digits).padStart(spec.width);
}

/** `x >= 0` with `places` digits behind the point. */
function fixed(x: number, places: number, alt: boolean): string {
  let text: string;
  if (x >= 1e21) {
    text = BigInt(x).toString();
    if (places > 0) text += `.${"0".repeat(places)}`;
  } else {
    text = x.toFixed(places);
    if (isTie(x, places)) text = evenLastDigit(text);
  }
  return alt && places === 0 ? `${text}.` : text;
}

function exponential(x: number, places: number, alt: boolean): string {
  const { mantissa, exponent } = scientific(x, places);
  return (alt && places === 0 ? `${mantissa}.` : mantissa) + exponentText(exponent);
}

function general(x: number, precision: number, alt: boolean): string {
  const significant = precision === 0 ? 1 : precision;
  if (x >= 1e-4 && x < 1e15 && !alt) {
    const places = significant - wholeDigits(x);
    if (places >= 0 && places <= 100) {
      const text = fixed(x, places, false);
      // rounded up to a power of ten, it may have one digit too many
      if (places > 0 || text.length <= significant) return trimFraction(text, false);
    }
  }
  const { mantissa, exponent } = scientific(x, significant - 1);
  if (exponent < -4 || exponent >= significant)
    return trimFraction(mantissa, alt) + exponentText(exponent);
  // the same digits, with the point elsewhere
  const digits = mantissa.length > 1 ? mantissa[0] + mantissa.slice(2) : mantissa;
  if (exponent < 0) return trimFraction(`0.${"0".repeat(-exponent - 1)}${digits}`, alt);
  const whole = digits.slice(0, exponent + 1);
  return significant > exponent + 1
    ? trimFraction(`${whole}.${digits.slice(exponent + 1)}`, alt)
    : trimFraction(whole, alt);
}

/** How many digits `x >= 1e-4` has before the point; negative: how many zeros behind it. */
export function wholeDigits(x: number): number {
  let n = -3;
  while (x >= (POWERS_OF_TEN[n + 4] as number)) n++;
  return n;
}

/** 1e-4 and up, to find out how many digits a number has. */
// biome-ignore format: a list
const POWERS_OF_TEN = [
  1e-4, 1e-3, 1e-2, 1e-1,
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/** Drops zeros at the end of a fraction, or with `#` keeps them and makes sure of the point. */
function trimFraction(text: string, alt: boolean): string {
  if (!text.includes(".")) return alt ? `${text}.` : text;
  if (alt) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  return text.slice(0, text.charCodeAt(end - 1) === 46 ? end - 1 : end);
}

function exponentText(exponent: number): string {
  const digits = String(Math.abs(exponent));
  return `e${exponent < 0 ? "-" : "+"}${digits.length < 2 ? "0" : ""}${digits}`;
}

function scientific(x: number, places: number): { mantissa: string; exponent: number } {
  const text = x.toExponential(places);
  const at = text.indexOf("e");
  const exponent = Number(text.slice(at + 1));
  const mantissa = text.slice(0, at);
  return { mantissa: isTie(x, places - exponent) ? evenLastDigit(mantissa) : mantissa, exponent };
}

/**
 * Whether `x` lies exactly in the middle of two numbers with `places` digits behind the point
 * (before it, when negative).
 */
export function isTie(x: number, places: number): boolean {
  if (places >= 0) {
    // only an odd multiple of 2^-(places+1) has a 5 as its last digit, one behind the others
    const halves = x * (places < 31 ? 2 * (1 << places) : 2 ** (places + 1));
    return Math.floor(halves) === halves && halves % 2 === 1;
  }
  if (!Number.isInteger(x)) return false;
  const half = 10n ** BigInt(-places) / 2n;
  const whole = BigInt(x);
  return whole % half === 0n && (whole / half) % 2n === 1n;
}

/** Of two numbers that are as near, JavaScript has taken the upper one; C takes the even one. */
function evenLastDigit(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last & 1 ? text.slice(0, -1) + String.fromCharCode(last - 1) : text;
}

/** The part of `%a` behind `0x`. */
function hexadecimal(x: number, precision: number, alt: boolean): string {
  const scratch = new DataView(new ArrayBuffer(8));
  scratch.setFloat64(0, x);
  const bits = scratch.getBigUint64(0);
  const biased = Number(bits >> 52n);
  let mantissa = bits & 0xfffffffffffffn;
  // subnormal numbers keep a leading 0 and the least exponent
  const exponent = biased === 0 ? (x === 0 ? 0 : -1022) : biased - 1023;
  if (biased !== 0) mantissa |= 1n << 52n;
  let places = 13;
  if (precision >= 0 && precision < 13) {
    const drop = BigInt(4 * (13 - precision));
    const rest = mantissa & ((1n << drop) - 1n);
    const half = 1n << (drop - 1n);
    mantissa >>= drop;
    if (rest > half || (rest === half && mantissa & 1n)) mantissa++;
    places = precision;
  }
  const digits = mantissa.toString(16).padStart(places + 1, "0");
  let fraction = digits.slice(1);
  if (precision < 0) fraction = fraction.replace(/0+$/, "");
  else fraction = fraction.padEnd(precision, "0");
  const point = fraction !== "" || alt ? "." : "";
  return `${digits[0]}${point}${fraction}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}
