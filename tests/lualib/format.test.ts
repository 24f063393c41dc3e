import { expect, test } from "vitest";
import { stringLibrary } from "../../src/lualib/string";
import { SUSPENDED } from "../../src/runtime/frame";
import { MAX_INTEGER, MIN_INTEGER } from "../../src/runtime/int64";
import { LuaTable } from "../../src/runtime/table";
import { LuaFloat, type LuaFunction } from "../../src/runtime/value";
import { errorOf, finish, functionOf, record, suspending } from "./drive";

const format = functionOf(stringLibrary(), "format");

function printable(tostring: LuaFunction): LuaTable {
  const t = new LuaTable();
  t.µmetatable = record({ __tostring: tostring });
  return t;
}

test("text, percent signs and integers", () => {
  expect(format("plain")).toBe("plain");
  expect(format("100%%")).toBe("100%");
  expect(format("%d|%i|%5d|%-5d|%05d|%+d|% d", 1, 2, 3, 4, 5, 6, 7)).toBe(
    "1|2|    3|4    |00005|+6| 7",
  );
  expect(format("%.3d %5.2d|%.0d|", 7, -3, 0)).toBe("007   -03||");
  expect(format("%05.2d", 3)).toBe("   03");
  expect(format("%d", "10")).toBe("10");
  expect(format("%d", new LuaFloat(3))).toBe("3");
  expect(format("%d", MIN_INTEGER)).toBe("-9223372036854775808");
  expect(format("%u", -1)).toBe("18446744073709551615");
});

test("hexadecimal and octal", () => {
  expect(format("%x %X %#x %o %#o", 255, 255, 255, 8, 8)).toBe("ff FF 0xff 10 010");
  expect(format("%x", -1)).toBe("ffffffffffffffff");
  expect(format("%x", MAX_INTEGER)).toBe("7fffffffffffffff");
  expect(format("%#x", 0)).toBe("0");
  expect(format("%#08x|%-8x|", 255, 255)).toBe("0x0000ff|ff      |");
});

test("floats", () => {
  expect(format("%5.1f|%g|%e", 3.125, 1e20, 1)).toBe("  3.1|1e+20|1.000000e+00");
  expect(format("%.99f", 0.5)).toBe(`0.5${"0".repeat(98)}`);
  expect(format("%a %A", 1, 0.5)).toBe("0x1p+0 0X1P-1");
  expect(format("%.3f", "1.0005")).toBe("1.000");
  expect(format("%f", new LuaFloat(1e300))).toHaveLength(308);
});

test("numbers in the middle between two are rounded to the even digit", () => {
  expect(format("%g %g %g", 12345.25, 12345.75, -12345.25)).toBe("12345.2 12345.8 -12345.2");
  expect(format("%.0f %.0f %.0f %.2f", 0.5, 1.5, 2.5, 0.375)).toBe("0 2 2 0.38");
  // 1.005 and 0.15 are no such numbers
  expect(format("%.2f %.1f", 1.005, 0.15)).toBe("1.00 0.1");
});

test("integers of every number of digits", () => {
  for (let v = 1; v < 2 ** 31; v *= 7)
    for (const d of [v - 1, v, -v]) expect(format("%d", d)).toBe(String(d));
  for (let v = 1; v < 2 ** 31; v *= 10)
    for (const d of [v - 1, v]) expect(format("%d", d)).toBe(String(d));
  expect(format("%d %d", 2147483647, -2147483648)).toBe("2147483647 -2147483648");
});

test("%s and %c", () => {
  expect(format("%s %s %s %s", undefined, true, 1, new LuaFloat(1))).toBe("nil true 1 1.0");
  expect(format("%5s|%-5s|%.2s|%5.1s|", "ab", "ab", "abc", "xyz")).toBe("   ab|ab   |ab|    x|");
  expect(format("%s", "a\0b")).toBe("a\0b");
  expect(format("%99s", "x".repeat(200))).toBe("x".repeat(200));
  expect(format("%c%c%3c|%-3c|", 65, 0, 66, 67)).toBe("A\0  B|C  |");
});

test("%s calls __tostring, which may suspend", () => {
  expect(
    format(
      "<%s>",
      printable(() => "me"),
    ),
  ).toBe("<me>");
  const call = format(
    "%d %6s %s %d",
    1,
    printable(suspending(() => "two")),
    printable(suspending(() => "three")),
    4,
  );
  expect(call).toBe(SUSPENDED);
  expect(finish(call)).toBe("1    two three 4");
  expect(
    errorOf(() =>
      format(
        "%s",
        printable(() => true),
      ),
    ),
  ).toBe("'__tostring' must return a string");
  const late = format("%s", printable(suspending(() => true)));
  expect(errorOf(() => finish(late))).toBe("'__tostring' must return a string");
});

test("%q gives literals", () => {
  expect(format("%q", 'a"b\\c\nd\0e\r1\x7f')).toBe('"a\\"b\\\\c\\\nd\\0e\\0131\\127"');
  expect(format("%q %q %q", 1, true, undefined)).toBe("1 true nil");
  expect(format("%q", MIN_INTEGER)).toBe("0x8000000000000000");
  expect(format("%q", MAX_INTEGER)).toBe("9223372036854775807");
  expect(format("%q", 0.1)).toBe("0x1.999999999999ap-4");
  expect(format("%q", new LuaFloat(1))).toBe("0x1p+0");
  const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: nan } = Number;
  expect(format("%q %q %q", POSITIVE_INFINITY, NEGATIVE_INFINITY, nan)).toBe(
    "1e9999 -1e9999 (0/0)",
  );
  expect(errorOf(() => format("%q", new LuaTable()))).toBe("#2 value has no literal form");
  expect(errorOf(() => format("%10q", "x"))).toBe("specifier '%q' cannot have modifiers");
});

test("%p tells objects apart", () => {
  const t = new LuaTable();
  expect(format("%p", t)).toBe(format("%p", t));
  expect(format("%p", t)).not.toBe(format("%p", new LuaTable()));
  expect(format("%p", t)).toMatch(/^0x[0-9a-f]+$/);
  expect(format("table: %p", t)).toBe(format("%s", t));
  expect(format("%p %p %p", undefined, 1, true)).toBe("(null) (null) (null)");
  expect(format("%10p|%-10p|", false, 1.5)).toBe("    (null)|(null)    |");
  expect(format("%p", "ab".repeat(5))).toBe(format("%p", "ab".repeat(5)));
  expect(format("%p", "ab")).not.toBe(format("%p", "ba"));
});

test("errors", () => {
  const fault = (...args: unknown[]) => errorOf(() => format(...args));
  expect(fault("%d")).toBe("#2 no value");
  expect(fault("%d %d", 1)).toBe("#3 no value");
  expect(fault("%")).toBe("#2 no value");
  expect(fault("%", 1)).toBe("invalid conversion '%' to 'format'");
  expect(fault("%y", 1)).toBe("invalid conversion '%y' to 'format'");
  expect(fault("%5F", 1)).toBe("invalid conversion '%5F' to 'format'");
  expect(fault("%0123456789012345678901d", 1)).toBe("invalid format (too long)");
  expect(fault("%123d", 1)).toBe("invalid conversion specification: '%123d'");
  expect(fault("%.123d", 1)).toBe("invalid conversion specification: '%.123d'");
  expect(fault("%#d", 1)).toBe("invalid conversion specification: '%#d'");
  expect(fault("%.3c", 1)).toBe("invalid conversion specification: '%.3c'");
  expect(fault("%010c", 1)).toBe("invalid conversion specification: '%010c'");
  expect(fault("%10s", "a\0b")).toBe("#2 string contains zeros");
  expect(fault("%d", 1.5)).toBe("#2 number has no integer representation");
  expect(fault("%d", "x")).toBe("#2 number expected, got string");
  expect(fault("%f", undefined)).toBe("#2 number expected, got nil");
  expect(fault()).toBe("#1 string expected, got no value");
});
