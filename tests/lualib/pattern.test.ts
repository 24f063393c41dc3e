import { expect, test } from "vitest";
import { stringLibrary } from "../../src/lualib/string";
import { SUSPENDED } from "../../src/runtime/frame";
import { LuaTable } from "../../src/runtime/table";
import { LuaFloat, type LuaValue } from "../../src/runtime/value";
import { errorOf, finish, functionOf, record, suspending } from "./drive";

const library = stringLibrary();
const find = functionOf(library, "find");
const match = functionOf(library, "match");
const gmatch = functionOf(library, "gmatch");
const gsub = functionOf(library, "gsub");
const rep = functionOf(library, "rep");

/** All that an iterator gives. */
function all(s: string, p: string, init?: number): LuaValue[] {
  const next = gmatch(s, p, init) as () => LuaValue | LuaValue[];
  const results: LuaValue[] = [];
  for (;;) {
    const r = next();
    if (Array.isArray(r) && r.length === 0) return results;
    results.push(r as LuaValue);
  }
}

test("plain text is found as such", () => {
  expect(find("hello world", "wor")).toEqual([7, 9]);
  expect(find("a.b", ".", 1, true)).toEqual([2, 2]);
  expect(find("a.b", "%.")).toEqual([2, 2]);
  expect(find("abc", "")).toEqual([1, 0]);
  expect(find("abc", "", 4)).toEqual([4, 3]);
  expect(find("abc", "", 5)).toBeUndefined();
  expect(find("abcabc", "b", -2)).toEqual([5, 5]);
  expect(find("a)b", ")")).toEqual([2, 2]);
  expect(find("x\0y", "\0y")).toEqual([2, 3]);
});

test("classes and sets", () => {
  expect(match("THE (quick) fox", "%((%a+)%)")).toBe("quick");
  expect(match("  x", "%S")).toBe("x");
  expect(match("a_1-b", "[%w_]+")).toBe("a_1");
  expect(match("]x", "[]]")).toBe("]");
  expect(match("a]b^", "[^]a]+")).toBe("b^");
  expect(match("a-b", "[a-]+")).toBe("a-");
  expect(match("x\xe9y", "%a+", 2)).toBe("y");
  expect(match("\xe9", "[\xe0-\xef]")).toBe("\xe9");
  expect(match("f0Z", "%x+")).toBe("f0");
  expect(match(" \t!", "%g")).toBe("!");
  expect(match("a\0b", "%z")).toBe("\0");
});

test("quantifiers", () => {
  expect(match("aaab", "a*")).toBe("aaa");
  expect(match("aaab", "a-b")).toBe("aaab");
  expect(match("aaab", "a-")).toBe("");
  expect(match("ab", "a?b?c?")).toBe("ab");
  expect(match("aaa", "a+a")).toBe("aaa");
  expect(match("aXbXc", ".*X")).toBe("aXbX");
  expect(match("aXbXc", ".-X")).toBe("aX");
  expect(match("[[x]]", "%[(.-)%]")).toBe("[x");
  expect(match("aab", "a?aab")).toBe("aab");
});

test("anchors", () => {
  expect(match("  trim me ", "^%s*(.-)%s*$")).toBe("trim me");
  expect(find("abc", "^b")).toBeUndefined();
  expect(find("abc", "^b", 2)).toEqual([2, 2]);
  expect(match("a$b", "a$b")).toBe("a$b");
  expect(match("a^b", "a^b")).toBe("a^b");
  expect(find("", "^$")).toEqual([1, 0]);
});

test("captures", () => {
  expect(match("key = value", "(%w+) = (%w+)")).toEqual(["key", "value"]);
  expect(find("key = value", "(%w+)()")).toEqual([1, 3, "key", 4]);
  expect(match("abc", "((a)(b))")).toEqual(["ab", "a", "b"]);
  expect(match('say "it\'s"', "([\"'])(.-)%1")).toEqual(['"', "it's"]);
  expect(match("x", "()x()")).toEqual([1, 2]);
  expect(match("aa", "()a%1")).toBeUndefined();
});

test("balanced text and frontiers", () => {
  expect(match("f(a(b)c)d)", "%b()")).toBe("(a(b)c)");
  expect(match("((", "%b()")).toBeUndefined();
  expect(all("THE (quick) fox", "%f[%a]%a+")).toEqual(["THE", "quick", "fox"]);
  expect(find("abc", "%f[%z]")).toEqual([4, 3]);
});

test("gmatch", () => {
  expect(all("one two", "%a+")).toEqual(["one", "two"]);
  expect(all("a=1, b=2", "(%w)=(%w)")).toEqual([
    ["a", "1"],
    ["b", "2"],
  ]);
  expect(all("abc", "")).toEqual(["", "", "", ""]);
  expect(all("aa,,b", "[^,]*")).toEqual(["aa", "", "b"]);
  expect(all("abc", "()", 3)).toEqual([3, 4]);
  expect(all("abc", "b", 10)).toEqual([]);
  expect(all("^a^a", "^a")).toEqual(["^a", "^a"]);
});

test("gsub with text", () => {
  expect(gsub("hello world", "o", "0")).toEqual(["hell0 w0rld", 2]);
  expect(gsub("hello world", "(%w+)", "<%1>")).toEqual(["<hello> <world>", 2]);
  expect(gsub("hello world", "%w+", "%0 %0", 1)).toEqual(["hello hello world", 1]);
  expect(gsub("abc", "", "-")).toEqual(["-a-b-c-", 4]);
  expect(gsub("abc", "b*", "x")).toEqual(["xaxcx", 3]);
  expect(gsub("a b", "%s", "%%")).toEqual(["a%b", 1]);
  expect(gsub("abc", "^a", "x")).toEqual(["xbc", 1]);
  expect(gsub("aaa", "^a", "x")).toEqual(["xaa", 1]);
  expect(gsub("abc", "b", 5)).toEqual(["a5c", 1]);
  expect(gsub("abc", "x", "y")).toEqual(["abc", 0]);
  expect(gsub("abc", "b", "x", 0)).toEqual(["abc", 0]);
  expect(gsub("ab", "()b", "%1")).toEqual(["a2", 1]);
});

test("gsub with tables and functions", () => {
  expect(gsub("$a $b", "%$(%w)", record({ a: "1" }))).toEqual(["1 $b", 2]);
  expect(gsub("abc", "%w", (c: string) => (c === "b" ? false : `${c}${c}`))).toEqual(["aabcc", 3]);
  expect(gsub("1 2", "%d", () => new LuaFloat(3))).toEqual(["3.0 3.0", 2]);
  expect(gsub("k=v", "(%w)=(%w)", (k: string, v: string) => `${v}=${k}`)).toEqual(["v=k", 1]);
  const t = new LuaTable();
  t.µmetatable = record({ __index: (_t: LuaValue, k: LuaValue) => `<${k}>` });
  expect(gsub("ab", "%w", t)).toEqual(["<a><b>", 2]);
});

test("a gsub callback may suspend, and use patterns itself", () => {
  const call = gsub(
    "one two three",
    "(%w)(%w+)",
    suspending((a, b) => `${b}${match("zz", "z(z)")}${a}`),
  );
  expect(call).toBe(SUSPENDED);
  expect(finish(call)).toEqual(["nezo wozt hreezt", 3]);
  const t = new LuaTable();
  t.µmetatable = record({ __index: suspending((_t, k) => (k === "a" ? "x" : undefined)) });
  expect(finish(gsub("aba", "%w", t))).toEqual(["xbx", 3]);
});

test("long subjects neither overflow a stack nor take forever", () => {
  const long = "a".repeat(1_000_000);
  expect(match(long, ".-b")).toBeUndefined();
  expect(match(long, "^(.-)$")).toBe(long);
  expect(match(`${long}b`, "^.*b$")).toBe(`${long}b`);
  expect(match(`${long}b`, "^a?.-b")).toBe(`${long}b`);
  expect(gsub(long, "a", "")).toEqual(["", 1_000_000]);
}, 10_000);

test("patterns that are too complex", () => {
  const optional = (n: number) => match("a".repeat(n), ".?".repeat(n));
  expect(optional(199)).toBe("a".repeat(199));
  expect(errorOf(() => optional(200))).toBe("pattern too complex");
  expect(errorOf(() => match("a".repeat(300), `${"a-".repeat(300)}b`))).toBe("pattern too complex");
  // what can't match at all is not counted
  expect(match("", `${"a*".repeat(1000)}`)).toBe("");
});

test("what is wrong with a pattern shows when the match gets there", () => {
  const fault = (p: string, s = "a") => errorOf(() => match(s, p));
  expect(fault("%")).toBe("malformed pattern (ends with '%')");
  expect(fault("[a")).toBe("malformed pattern (missing ']')");
  expect(fault("[]")).toBe("malformed pattern (missing ']')");
  expect(fault("[a%")).toBe("malformed pattern (missing ']')");
  expect(fault("%b")).toBe("malformed pattern (missing arguments to '%b')");
  expect(fault("%f")).toBe("missing '[' after '%f' in pattern");
  expect(fault("(a")).toBe("unfinished capture");
  expect(fault("a)")).toBe("invalid pattern capture");
  expect(fault("%1")).toBe("invalid capture index %1");
  expect(fault("(a%1)")).toBe("invalid capture index %1");
  expect(fault("%0")).toBe("invalid capture index %0");
  expect(fault("()".repeat(33))).toBe("too many captures");
  expect(match("b", "a%")).toBeUndefined();
});

test("bad arguments", () => {
  expect(errorOf(() => gsub("a", "a", "%"))).toBe("invalid use of '%' in replacement string");
  expect(errorOf(() => gsub("a", "a", "%x"))).toBe("invalid use of '%' in replacement string");
  expect(errorOf(() => gsub("a", "a", "%2"))).toBe("invalid capture index %2");
  expect(errorOf(() => gsub("a", "a", () => new LuaTable()))).toBe(
    "invalid replacement value (a table)",
  );
  expect(errorOf(() => gsub("a", "a"))).toBe("#3 string/function/table expected, got no value");
  expect(errorOf(() => gsub("a", "a", true))).toBe(
    "#3 string/function/table expected, got boolean",
  );
  expect(errorOf(() => find("a"))).toBe("#2 string expected, got no value");
  expect(errorOf(() => find("a", "a", 1.5))).toBe("#3 number has no integer representation");
  expect(rep(12, 2)).toBe("1212");
});
