import { afterEach, expect, test } from "vitest";
import { stringLibrary, stringMetatable } from "../../src/lualib/string";
import { MAX_INTEGER, MIN_INTEGER } from "../../src/runtime/int64";
import { setMaxBytes } from "../../src/runtime/limits";
import { native } from "../../src/runtime/native";
import { LuaTable } from "../../src/runtime/table";
import { LuaFloat } from "../../src/runtime/value";
import { errorOf, functionOf, record } from "./drive";

const library = stringLibrary();
const f = (name: string) => functionOf(library, name);
const [byte, char, sub, rep] = [f("byte"), f("char"), f("sub"), f("rep")];

afterEach(() => setMaxBytes(Number.POSITIVE_INFINITY));

test("len counts bytes", () => {
  expect(f("len")("\0\xff")).toBe(2);
  expect(f("len")(1234)).toBe(4);
  expect(errorOf(() => f("len")())).toBe("#1 string expected, got no value");
  expect(errorOf(() => f("len")(undefined))).toBe("#1 string expected, got nil");
});

test("sub", () => {
  expect(sub("hello", 2, 4)).toBe("ell");
  expect(sub("hello", -3)).toBe("llo");
  expect(sub("hello", 0)).toBe("hello");
  expect(sub("hello", -100, 100)).toBe("hello");
  expect(sub("hello", 4, 2)).toBe("");
  expect(sub("hello", 2, -2)).toBe("ell");
  expect(sub("hello", MIN_INTEGER, MAX_INTEGER)).toBe("hello");
  expect(sub("hello", "2", new LuaFloat(3))).toBe("el");
  expect(errorOf(() => sub("x"))).toBe("#2 number expected, got no value");
  expect(errorOf(() => sub("x", 1.5))).toBe("#2 number has no integer representation");
});

test("byte and char", () => {
  expect(byte("A")).toBe(65);
  expect(byte("hello", -1)).toBe(111);
  expect(byte("hello", 10)).toEqual([]);
  expect(byte("hello", 0)).toEqual([]);
  expect(byte("abc", 1, -1)).toEqual([97, 98, 99]);
  expect(byte("\xff\0", 1, 2)).toEqual([255, 0]);
  expect(char(72, 105)).toBe("Hi");
  expect(char()).toBe("");
  expect(char("65")).toBe("A");
  const many = Array.from({ length: 20_000 }, (_, i) => i & 255);
  expect(byte(char(...many), 1, -1)).toEqual(many);
  expect(errorOf(() => char(1, 256))).toBe("#2 value out of range");
  expect(errorOf(() => char(-1))).toBe("#1 value out of range");
  expect(errorOf(() => char(MAX_INTEGER))).toBe("#1 value out of range");
});

test("upper, lower and reverse touch only what C does", () => {
  expect(f("upper")("abc\xe9\xff\xdf1")).toBe("ABC\xe9\xff\xdf1");
  expect(f("lower")("ABC\xc9")).toBe("abc\xc9");
  expect(f("upper")("straight")).toBe("STRAIGHT");
  expect(f("reverse")("abc\0")).toBe("\0cba");
  expect(f("reverse")(`${"x".repeat(10_000)}y`)).toBe(`y${"x".repeat(10_000)}`);
});

test("rep", () => {
  expect(rep("ab", 3)).toBe("ababab");
  expect(rep("ab", 3, ",")).toBe("ab,ab,ab");
  expect(rep("ab", 1, ",")).toBe("ab");
  expect(rep("ab", 0)).toBe("");
  expect(rep("ab", -5)).toBe("");
  expect(rep("", 1e9)).toBe("");
  expect(rep("", 3, "-")).toBe("--");
  expect(errorOf(() => rep("x", MAX_INTEGER))).toBe("resulting string too large");
  expect(errorOf(() => rep("", MAX_INTEGER, "ab"))).toBe("resulting string too large");
  expect(errorOf(() => rep("x", 2 ** 31))).toBe("not enough memory");
});

test("strings stay below the memory limit", () => {
  setMaxBytes(1000);
  expect(rep("x", 1000)).toBe("x".repeat(1000));
  expect(errorOf(() => rep("x", 1001))).toBe("not enough memory");
  expect(errorOf(() => f("format")("%s%s", "x".repeat(600), "x".repeat(600)))).toBe(
    "not enough memory",
  );
  expect(errorOf(() => f("gsub")("x".repeat(100), "x", "y".repeat(20)))).toBe("not enough memory");
  expect(errorOf(() => f("pack")("c2000", "x"))).toBe("not enough memory");
});

test("dump", () => {
  expect(errorOf(() => f("dump")(native("x", () => 1)))).toBe("#1 Lua function expected");
  expect(errorOf(() => f("dump")("x"))).toBe("#1 Lua function expected");
});

test("the metatable of strings", () => {
  const meta = stringMetatable(library);
  expect(meta.µgetStr("__index")).toBe(library);
  const compute = (event: string, a: unknown, b: unknown) => functionOf(meta, event)(a, b);
  expect(compute("__add", "10", 1)).toBe(11);
  expect(compute("__sub", "0x10", "1")).toBe(15);
  expect(compute("__mul", "2", "1.5")).toEqual(new LuaFloat(3));
  expect(compute("__div", "1", 4)).toBe(0.25);
  expect(compute("__idiv", "7", 2)).toBe(3);
  expect(compute("__mod", "7", "4")).toBe(3);
  expect(compute("__pow", "2", 3)).toEqual(new LuaFloat(8));
  expect(compute("__unm", "5", "5")).toBe(-5);
  expect(errorOf(() => compute("__add", "x", 1))).toBe("attempt to add a 'string' with a 'number'");
  expect(errorOf(() => compute("__unm", "x", "x"))).toBe(
    "attempt to unm a 'string' with a 'string'",
  );
  const other = new LuaTable();
  other.µmetatable = record({ __add: (a: string) => `${a}!` });
  expect(compute("__add", "x", other)).toBe("x!");
});
