import { expect, test } from "vitest";
import { stringLibrary } from "../../src/lualib/string";
import { LuaInt64, MAX_INTEGER, MIN_INTEGER } from "../../src/runtime/int64";
import { LuaFloat } from "../../src/runtime/value";
import { errorOf, functionOf } from "./drive";

const library = stringLibrary();
const pack = functionOf(library, "pack");
const unpack = functionOf(library, "unpack");
const packsize = functionOf(library, "packsize");

test("integers of all sizes, both ways round", () => {
  expect(pack("<i4", 0x01020304)).toBe("\x04\x03\x02\x01");
  expect(pack(">i4", 0x01020304)).toBe("\x01\x02\x03\x04");
  expect(pack(">i2 <i2", 10, 20)).toBe("\0\x0a\x14\0");
  expect(pack("<j", MIN_INTEGER)).toBe("\0\0\0\0\0\0\0\x80");
  expect(pack("<i16", -2)).toBe(`\xfe${"\xff".repeat(15)}`);
  expect(pack("<I16", -2)).toBe(`\xfe${"\xff".repeat(7)}${"\0".repeat(8)}`);
  for (let size = 1; size <= 16; size++) {
    for (const order of ["<", ">"]) {
      const option = `${order}i${size}`;
      for (const n of [0, 1, -1, 127, -128])
        expect(unpack(option, pack(option, n))).toEqual([n, size + 1]);
    }
  }
  expect(unpack("<I8", pack("<j", -1))).toEqual([-1, 9]);
  expect(unpack("<i7", "\x01\0\0\0\0\0\x40")).toEqual([new LuaInt64(0x400000, 1), 8]);
  expect(unpack("<I3", "\xff\xff\xff")).toEqual([0xffffff, 4]);
  expect(unpack(">i3", "\xff\xff\xfe")).toEqual([-2, 4]);
});

test("integers that don't fit", () => {
  expect(errorOf(() => pack("i1", 128))).toBe("#2 integer overflow");
  expect(errorOf(() => pack("i1", -129))).toBe("#2 integer overflow");
  expect(errorOf(() => pack("I1", 256))).toBe("#2 unsigned overflow");
  expect(errorOf(() => pack("I1", -1))).toBe("#2 unsigned overflow");
  expect(errorOf(() => pack("bi7", 0, MAX_INTEGER))).toBe("#3 integer overflow");
  expect(errorOf(() => unpack("<i16", "\x03".repeat(16)))).toBe(
    "16-byte integer does not fit into Lua Integer",
  );
  expect(errorOf(() => pack("i4", 1.5))).toBe("#2 number has no integer representation");
});

test("floats", () => {
  expect(pack(">d", 1)).toBe("\x3f\xf0\0\0\0\0\0\0");
  expect(unpack("<d", pack("<d", 0.1))).toEqual([0.1, 9]);
  expect(unpack(">n", pack(">n", new LuaFloat(-2)))).toEqual([new LuaFloat(-2), 9]);
  expect(unpack("<f", pack("<f", 0.5))).toEqual([0.5, 5]);
  expect(unpack("<f", pack("<f", 0.1))).toEqual([Math.fround(0.1), 5]);
  expect(pack("<f", 1e300)).toBe(pack("<f", Number.POSITIVE_INFINITY));
});

test("strings", () => {
  expect(pack("c5", "abc")).toBe("abc\0\0");
  expect(pack("<s2", "abc")).toBe("\x03\0abc");
  expect(pack("z", "abc")).toBe("abc\0");
  expect(unpack("z<s1c2", "hi\0\x02yozz")).toEqual(["hi", "yo", "zz", 9]);
  const long = "x".repeat(100_000);
  expect(unpack("<s4zB", pack("<s4zB", long, long, 7))).toEqual([long, long, 7, 200_007]);
  expect(errorOf(() => pack("c2", "abc"))).toBe("#2 string longer than given size");
  expect(errorOf(() => pack("s1", "x".repeat(256)))).toBe(
    "#2 string length does not fit in given size",
  );
  expect(errorOf(() => pack("z", "a\0"))).toBe("#2 string contains zeros");
  expect(errorOf(() => unpack("z", "abc"))).toBe("#2 unfinished string for format 'z'");
  expect(errorOf(() => unpack("<s1", "\x05ab"))).toBe("#2 data string too short");
  expect(errorOf(() => unpack("s8", "\xff".repeat(20)))).toBe("#2 data string too short");
});

test("alignment and padding", () => {
  expect(pack("<!4 b i4", 1, 2)).toBe("\x01\0\0\0\x02\0\0\0");
  expect(pack("<b Xi4 b", 1, 2)).toBe("\x01\x02");
  expect(pack("<!4 b Xi4 b", 1, 2)).toBe("\x01\0\0\0\x02");
  expect(pack("bxb", 1, 2)).toBe("\x01\0\x02");
  expect(packsize("<!8 b d")).toBe(16);
  expect(packsize(" b b Xd b Xb x")).toBe(4);
  expect(unpack("!4 xXi4", "01234567")).toBe(5);
  expect(errorOf(() => pack("!4i3", 0))).toBe("#1 format asks for alignment not power of 2");
  expect(errorOf(() => pack("X"))).toBe("#1 invalid next option for option 'X'");
  expect(errorOf(() => pack("Xc1"))).toBe("#1 invalid next option for option 'X'");
  expect(errorOf(() => pack("X i"))).toBe("#1 invalid next option for option 'X'");
});

test("positions", () => {
  expect(unpack("b", "\x01\x02\x03", 2)).toEqual([2, 3]);
  expect(unpack("b", "\x01\x02\x03", -1)).toEqual([3, 4]);
  expect(unpack("", "abc", 4)).toBe(4);
  expect(errorOf(() => unpack("", "abc", 5))).toBe("#3 initial position out of string");
  expect(errorOf(() => unpack("i4", "abc"))).toBe("#2 data string too short");
});

test("formats that are wrong", () => {
  expect(errorOf(() => pack("r"))).toBe("invalid format option 'r'");
  expect(errorOf(() => pack("i0", 1))).toBe("integral size (0) out of limits [1,16]");
  expect(errorOf(() => pack("Xi17"))).toBe("integral size (17) out of limits [1,16]");
  expect(errorOf(() => pack("c", "x"))).toBe("missing size for format option 'c'");
  expect(errorOf(() => packsize("s"))).toBe("#1 variable-length format");
  expect(errorOf(() => packsize("z"))).toBe("#1 variable-length format");
  // options before the fault still count
  expect(errorOf(() => pack("i1r", 1000))).toBe("#2 integer overflow");
});

test("huge sizes", () => {
  expect(packsize("c9223372036854775798")).toEqual(new LuaInt64(0x7fffffff, -10));
  expect(errorOf(() => packsize("c9223372036854775798c10"))).toBe("#1 format result too large");
  expect(errorOf(() => pack("xxxxxxxxxx c9223372036854775798", ""))).toBe("#1 result too long");
  expect(errorOf(() => pack("c9999999999", ""))).toBe("not enough memory");
  expect(errorOf(() => packsize(`c1${"0".repeat(40)}`))).toBe("invalid format option '0'");
});
