import { expect, test } from "vitest";
import { stringLibrary } from "../../src/lualib/string";
import { utf8Library } from "../../src/lualib/utf8";
import type { LuaFunction, LuaValue } from "../../src/runtime/value";
import { errorOf, functionOf } from "./drive";

const library = utf8Library();
const char = functionOf(library, "char");
const codepoint = functionOf(library, "codepoint");
const codes = functionOf(library, "codes");
const len = functionOf(library, "len");
const offset = functionOf(library, "offset");

/** The bytes of a text in UTF-8. */
const bytes = (s: string) => Buffer.from(s).toString("latin1");

function steps(s: string, lax?: boolean): LuaValue[][] {
  const [next, state, initial] = codes(s, lax) as [LuaFunction, LuaValue, LuaValue];
  const results: LuaValue[][] = [];
  let control = initial;
  for (;;) {
    const r = next(state, control) as LuaValue[];
    if (r.length === 0) return results;
    results.push(r);
    control = r[0];
  }
}

test("char encodes, up to six bytes", () => {
  expect(char()).toBe("");
  expect(char(72, 0xe9, 0x20ac, 0x1f600)).toBe(bytes("Hé€😀"));
  expect(char(0x7fffffff)).toBe("\xfd\xbf\xbf\xbf\xbf\xbf");
  expect(char(0x200000)).toBe("\xf8\x88\x80\x80\x80");
  expect(char(0xd800)).toBe("\xed\xa0\x80");
  expect(errorOf(() => char(-1))).toBe("#1 value out of range");
  expect(errorOf(() => char(1, 0x80000000))).toBe("#2 value out of range");
});

test("codepoint", () => {
  expect(codepoint(bytes("é"))).toBe(0xe9);
  expect(codepoint(bytes("aé€😀"), 1, -1)).toEqual([97, 0xe9, 0x20ac, 0x1f600]);
  expect(codepoint("abc", 3, 2)).toEqual([]);
  expect(codepoint("\xed\xa0\x80", 1, 1, true)).toBe(0xd800);
  expect(errorOf(() => codepoint("\xed\xa0\x80"))).toBe("invalid UTF-8 code");
  expect(errorOf(() => codepoint("\xf4\x90\x80\x80"))).toBe("invalid UTF-8 code");
  expect(errorOf(() => codepoint("\xc0\x80", 1, 1, true))).toBe("invalid UTF-8 code");
  expect(errorOf(() => codepoint("abc", 1, 4))).toBe("#3 out of bounds");
  expect(errorOf(() => codepoint("abc", -4))).toBe("#2 out of bounds");
});

test("len", () => {
  expect(len("")).toBe(0);
  expect(len(bytes("aé€😀"))).toBe(4);
  expect(len(bytes("aé€😀"), 2, 4)).toBe(2);
  expect(len("ab\x80")).toEqual([undefined, 3]);
  expect(len("\xe2\x82")).toEqual([undefined, 1]);
  expect(len("\xf8\x88\x80\x80\x80")).toEqual([undefined, 1]);
  expect(len("\xf8\x88\x80\x80\x80", 1, -1, true)).toBe(1);
  expect(len("abc", 4)).toBe(0);
  expect(errorOf(() => len("abc", 5))).toBe("#2 initial position out of bounds");
  expect(errorOf(() => len("abc", 1, 4))).toBe("#3 final position out of bounds");
});

test("offset gives both ends of a character", () => {
  const s = bytes("aé€x");
  expect(offset(s, 1)).toEqual([1, 1]);
  expect(offset(s, 2)).toEqual([2, 3]);
  expect(offset(s, 3)).toEqual([4, 6]);
  expect(offset(s, 5)).toEqual([8, 8]);
  expect(offset(s, 6)).toBeUndefined();
  expect(offset(s, -1)).toEqual([7, 7]);
  expect(offset(s, -2)).toEqual([4, 6]);
  expect(offset(s, -5)).toBeUndefined();
  expect(offset(s, 0, 5)).toEqual([4, 6]);
  expect(errorOf(() => offset(s, 1, 3))).toBe("initial position is a continuation byte");
  expect(errorOf(() => offset(s, 1, 9))).toBe("#3 position out of bounds");
});

test("codes", () => {
  expect(steps(bytes("aé€"))).toEqual([
    [1, 97],
    [2, 0xe9],
    [4, 0x20ac],
  ]);
  expect(steps("")).toEqual([]);
  expect(steps("\xed\xa0\x80", true)).toEqual([[1, 0xd800]]);
  expect(errorOf(() => steps("\xed\xa0\x80"))).toBe("invalid UTF-8 code");
  expect(errorOf(() => steps("a\x80"))).toBe("invalid UTF-8 code");
  expect(errorOf(() => steps("\x80"))).toBe("#1 invalid UTF-8 code");
});

test("charpattern matches one character", () => {
  const gsub = functionOf(stringLibrary(), "gsub");
  expect(gsub(bytes("aé€😀"), library.µgetStr("charpattern"), ".")).toEqual(["....", 4]);
});
