import { expect, test } from "vitest";
import { LuaInt64, MAX_INTEGER, MIN_INTEGER } from "../src/runtime/int64";
import { numberToString, parseNumber, toInteger, toNumber } from "../src/runtime/number";
import { type FormatSpec, formatDouble, formatG, PLAIN } from "../src/runtime/number-format";
import { LuaFloat, makeFloat } from "../src/runtime/value";

const float = (n: number) => new LuaFloat(n);

test("decimal integers", () => {
  expect(parseNumber("0")).toBe(0);
  expect(parseNumber("  -12\t\n")).toBe(-12);
  expect(parseNumber("+7")).toBe(7);
  expect(parseNumber("-0")).toBe(0);
  expect(parseNumber("0000000000000000000000001")).toBe(1);
  expect(parseNumber("9007199254740991")).toBe(9007199254740991);
  expect(parseNumber("9007199254740993")).toEqual(new LuaInt64(0x200000, 1));
  expect(parseNumber("9223372036854775807")).toEqual(MAX_INTEGER);
  expect(parseNumber("-9223372036854775808")).toEqual(MIN_INTEGER);
});

test("decimal integers beyond 64 bits become floats", () => {
  expect(parseNumber("9223372036854775808")).toEqual(float(2 ** 63));
  expect(parseNumber("-9223372036854775809")).toEqual(float(-(2 ** 63)));
  expect(parseNumber("1".repeat(400))).toBe(Number.POSITIVE_INFINITY);
});

test("hexadecimal integers wrap around", () => {
  expect(parseNumber("0xff")).toBe(255);
  expect(parseNumber("-0XfF")).toBe(-255);
  expect(parseNumber("0xffffffffffffffff")).toBe(-1);
  expect(parseNumber("0x1ffffffffffffffff")).toBe(-1);
  expect(parseNumber("0x7fffffffffffffff")).toEqual(MAX_INTEGER);
});

test("decimal floats", () => {
  expect(parseNumber("0.1")).toBe(0.1);
  expect(parseNumber(".5")).toBe(0.5);
  expect(parseNumber("5.")).toEqual(float(5));
  expect(parseNumber("-1e2")).toEqual(float(-100));
  expect(parseNumber("1E+300")).toEqual(float(1e300));
  expect(parseNumber("-0.0")).toEqual(float(-0));
  expect(parseNumber("1e400")).toBe(Number.POSITIVE_INFINITY);
  expect(parseNumber("4.9406564584124654e-324")).toBe(5e-324);
});

test("hexadecimal floats are rounded to even", () => {
  expect(parseNumber("0x.8")).toBe(0.5);
  expect(parseNumber("0xA.8p1")).toEqual(float(21));
  expect(parseNumber("0x1p-1074")).toBe(5e-324);
  expect(parseNumber("0x1p-1075")).toEqual(float(0));
  expect(parseNumber("0x1.8p-1075")).toBe(5e-324);
  expect(parseNumber("0x1p1024")).toBe(Number.POSITIVE_INFINITY);
  expect(parseNumber("0x1.00000000000008p0")).toEqual(float(1));
  expect(parseNumber("0x1.000000000000080000000000000000000001p0")).toBe(1 + 2 ** -52);
  expect(parseNumber("0x1.00000000000018p0")).toBe(1 + 2 ** -51);
  expect(parseNumber("-0x0p99999999")).toEqual(float(-0));
});

test("text that is no number", () => {
  for (const s of [
    "",
    " ",
    "-",
    "+-1",
    "1 2",
    "0x",
    "0x.",
    "0xg",
    "1e",
    "1e+",
    "inf",
    "nan",
    "-inf",
  ])
    expect(parseNumber(s)).toBeUndefined();
  for (const s of ["1\0", "0x1p", "0xp1", "1_000", "1..2", "--1", "\xa01", "1f", "0b1"])
    expect(parseNumber(s)).toBeUndefined();
});

test("long texts don't take quadratic time", () => {
  const started = performance.now();
  expect(parseNumber(`${"1".repeat(200_000)}x`)).toBeUndefined();
  expect(parseNumber(`0x${"1".repeat(200_000)}g`)).toBeUndefined();
  expect(parseNumber(`${" ".repeat(200_000)}x`)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(1000);
});

test("numbers as text", () => {
  expect(numberToString(12)).toBe("12");
  expect(numberToString(MIN_INTEGER)).toBe("-9223372036854775808");
  expect(numberToString(float(1))).toBe("1.0");
  expect(numberToString(float(-0))).toBe("-0.0");
  expect(numberToString(float(1e14))).toBe("100000000000000.0");
  expect(numberToString(float(1e15))).toBe("1e+15");
  expect(numberToString(float(2 ** 53))).toBe("9007199254740992.0");
  expect(numberToString(float(2 ** 63))).toBe("9.2233720368547758e+18");
  expect(numberToString(float(1e300))).toBe("1e+300");
  expect(numberToString(0.1)).toBe("0.1");
  expect(numberToString(0.1 + 0.2)).toBe("0.30000000000000004");
  expect(numberToString(1 / 3)).toBe("0.33333333333333331");
  expect(numberToString(1e-5)).toBe("1e-05");
  expect(numberToString(-1.5e-7)).toBe("-1.5e-07");
  expect(numberToString(Number.POSITIVE_INFINITY)).toBe("inf");
  expect(numberToString(Number.NEGATIVE_INFINITY)).toBe("-inf");
  expect(numberToString(Number.NaN)).toBe("-nan");
});

test("floats read back as the same float", () => {
  const bits = new DataView(new ArrayBuffer(8));
  // a fixed linear congruential sequence over all of the doubles
  let seed = 12345n;
  for (let i = 0; i < 2000; i++) {
    seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n);
    bits.setBigUint64(0, seed);
    const n = bits.getFloat64(0);
    if (!Number.isFinite(n)) continue;
    expect(parseNumber(numberToString(makeFloat(n)))).toEqual(makeFloat(n));
  }
});

function spec(changes: Partial<FormatSpec>): FormatSpec {
  return { ...PLAIN, ...changes };
}

test("%f prints all digits and rounds ties to even", () => {
  const fixed = (n: number, precision: number) => formatDouble("f", n, spec({ precision }));
  expect(formatDouble("f", 1, PLAIN)).toBe("1.000000");
  expect(fixed(0.5, 0)).toBe("0");
  expect(fixed(1.5, 0)).toBe("2");
  expect(fixed(2.5, 0)).toBe("2");
  expect(fixed(-2.5, 0)).toBe("-2");
  expect(fixed(0.125, 2)).toBe("0.12");
  expect(fixed(0.375, 2)).toBe("0.38");
  expect(fixed(1e22, 1)).toBe("10000000000000000000000.0");
  expect(fixed(2 ** 100, 0)).toBe("1267650600228229401496703205376");
  expect(fixed(0.1, 30)).toBe("0.100000000000000005551115123126");
  expect(fixed(-0, 2)).toBe("-0.00");
});

test("%e and %g", () => {
  expect(formatDouble("e", 12345.678, PLAIN)).toBe("1.234568e+04");
  expect(formatDouble("e", 0, PLAIN)).toBe("0.000000e+00");
  expect(formatDouble("E", 1e-300, spec({ precision: 0 }))).toBe("1E-300");
  expect(formatDouble("e", 25, spec({ precision: 0 }))).toBe("2e+01");
  expect(formatDouble("e", 9.5, spec({ precision: 0 }))).toBe("1e+01");
  expect(formatDouble("e", 250, spec({ precision: 0, alt: true }))).toBe("2.e+02");
  expect(formatG(100000, 6)).toBe("100000");
  expect(formatG(1000000, 6)).toBe("1e+06");
  expect(formatG(0.0001, 6)).toBe("0.0001");
  expect(formatG(0.00001, 6)).toBe("1e-05");
  expect(formatG(999999.5, 6)).toBe("1e+06");
  expect(formatG(0.5, 0)).toBe("0.5");
  expect(formatG(2.5, 1)).toBe("2");
  expect(formatG(-0, 3)).toBe("-0");
  expect(formatG(Number.NEGATIVE_INFINITY, 3)).toBe("-inf");
  expect(formatDouble("g", 1, spec({ alt: true }))).toBe("1.00000");
});

test("%a", () => {
  expect(formatDouble("a", 1, PLAIN)).toBe("0x1p+0");
  expect(formatDouble("a", -0.1, PLAIN)).toBe("-0x1.999999999999ap-4");
  expect(formatDouble("A", 255.5, PLAIN)).toBe("0X1.FFP+7");
  expect(formatDouble("a", 0, PLAIN)).toBe("0x0p+0");
  expect(formatDouble("a", 5e-324, PLAIN)).toBe("0x0.0000000000001p-1022");
  expect(formatDouble("a", 1.5, spec({ precision: 0 }))).toBe("0x2p+0");
  expect(formatDouble("a", 1, spec({ precision: 3 }))).toBe("0x1.000p+0");
});

test("flags and width of floats", () => {
  expect(formatDouble("f", 1.5, spec({ width: 8, precision: 2 }))).toBe("    1.50");
  expect(formatDouble("f", 1.5, spec({ width: 8, precision: 2, left: true }))).toBe("1.50    ");
  expect(formatDouble("f", -1.5, spec({ width: 8, precision: 2, zero: true }))).toBe("-0001.50");
  expect(formatDouble("f", 1.5, spec({ precision: 1, plus: true }))).toBe("+1.5");
  expect(formatDouble("f", 1.5, spec({ precision: 1, space: true }))).toBe(" 1.5");
  expect(formatDouble("a", 1, spec({ width: 10, zero: true }))).toBe("0x00001p+0");
  expect(formatDouble("f", Number.POSITIVE_INFINITY, spec({ width: 6, zero: true }))).toBe(
    "   inf",
  );
  expect(formatDouble("F", Number.NaN, PLAIN)).toBe("-NAN");
});

test("coercions", () => {
  expect(toNumber("0x10")).toBe(16);
  expect(toNumber("x")).toBeUndefined();
  expect(toNumber(true)).toBeUndefined();
  expect(toInteger("1e2")).toBe(100);
  expect(toInteger("1.5")).toBeUndefined();
  expect(toInteger(float(3))).toBe(3);
  expect(toInteger("0xffffffffffffffff")).toBe(-1);
  expect(toInteger(2 ** 51 + 0.5)).toBe(undefined);
  expect(toInteger(float(2 ** 63))).toBeUndefined();
  expect(toInteger(undefined)).toBeUndefined();
});
