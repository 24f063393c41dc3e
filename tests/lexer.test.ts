import { expect, test } from "vitest";
import { Lexer } from "../src/lexer/lexer";
import { TK_EOS, TK_FLOAT, TK_INTEGER, TK_NAME, TK_STRING, tokenText } from "../src/lexer/token";
import { parseChunk } from "../src/parser/index";
import { toBigInt } from "../src/runtime/int64";
import { chunkDisplayName, LuaSyntaxError } from "../src/runtime/syntax-error";

/** All tokens, with the values of those that have one. */
function scan(source: string): unknown[] {
  const lx = new Lexer(source, "=x");
  const tokens: unknown[] = [];
  for (lx.next(); lx.token !== TK_EOS; lx.next()) {
    if (lx.token === TK_NAME) tokens.push(lx.name.text);
    else if (lx.token === TK_STRING) tokens.push({ string: lx.text });
    else if (lx.token === TK_INTEGER) tokens.push(toBigInt(lx.number));
    else if (lx.token === TK_FLOAT) tokens.push(lx.number);
    else tokens.push(tokenText(lx.token));
  }
  return tokens;
}

function string(source: string): unknown {
  const tokens = scan(source);
  expect(tokens).toHaveLength(1);
  return (tokens[0] as { string: string }).string;
}

test("names and reserved words", () => {
  expect(scan("and _x9 And global breaker in_ end")).toEqual([
    "'and'",
    "_x9",
    "And",
    "global",
    "breaker",
    "in_",
    "'end'",
  ]);
  const many = Array.from({ length: 5000 }, (_, i) => `name${i}`);
  expect(scan(many.join(" "))).toEqual(many);
  const lx = new Lexer("abc abd abc", "=x");
  lx.next();
  const first = lx.name;
  lx.next();
  expect(lx.name).not.toBe(first);
  lx.next();
  expect(lx.name).toBe(first);
});

test("symbols, the longest first", () => {
  const symbols = "+ - * / // % ^ # & ~ | << >> == ~= <= >= < > = ( ) { } [ ] :: ; : , . .. ...";
  const expected = symbols.split(" ").map((s) => `'${s}'`);
  expect(scan(symbols)).toEqual(expected);
  expect(scan("....")).toEqual(["'...'", "'.'"]);
  const run = ["<<", "=", ">>", "=", "~=", "=", "//", "/", "::", ":", "["];
  expect(scan(run.join(""))).toEqual(run.map((s) => `'${s}'`));
});

test("integers", () => {
  expect(scan("0 3 007 345 0xff 0XBEBADA")).toEqual([0n, 3n, 7n, 345n, 255n, 0xbebadan]);
  expect(scan("999999999999999 9007199254740993 9223372036854775807")).toEqual([
    999999999999999n,
    9007199254740993n,
    9223372036854775807n,
  ]);
  expect(scan("0xffffffffffffffff 0x8000000000000000 0x1234567890abcdef01")).toEqual([
    -1n,
    -9223372036854775808n,
    0x34567890abcdef01n,
  ]);
});

test("floats", () => {
  expect(scan("3.0 2.5416 254.16e-2 0.25416E1 34e1 .5 5.")).toEqual([
    3, 2.5416, 2.5416, 2.5416, 340, 0.5, 5,
  ]);
  expect(scan("0x0.1E 0xA23p-4 0X1.921FB54442D18P+1 0x.8p1")).toEqual([
    0.1171875,
    162.1875,
    Math.PI,
    1,
  ]);
  expect(scan("9223372036854775808 1e999")).toEqual([2 ** 63, Number.POSITIVE_INFINITY]);
  expect(scan("3-4 0xe+1 1 ..2")).toEqual([3n, "'-'", 4n, 14n, "'+'", 1n, 1n, "'..'", 2n]);
});

test("quoted strings and escapes", () => {
  expect(string(`'a"b'`)).toBe('a"b');
  expect(string(`"a'b\0c"`)).toBe("a'b\0c");
  expect(string("'\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\\''")).toBe("\x07\b\f\n\r\t\v\\\"'");
  expect(string("'\\x41\\x7E\\xff'")).toBe("A~\xff");
  expect(string("'\\65\\0651\\9\\255'")).toBe("AA1\t\xff");
  expect(string("'a\\\nb\\\r\nc\\\n\rd\\\re'")).toBe("a\nb\nc\nd\ne");
  expect(string("'a\\z  \n\r\n\t b\\z'")).toBe("ab");
  expect(string("'\xe4\xff'")).toBe("\xe4\xff");
});

test("UTF-8 escapes reach 2^31", () => {
  const bytes = (s: unknown) =>
    [...(s as string)].map((c) => c.charCodeAt(0).toString(16)).join(" ");
  expect(bytes(string("'\\u{0}\\u{7f}'"))).toBe("0 7f");
  expect(bytes(string("'\\u{80}\\u{7FF}'"))).toBe("c2 80 df bf");
  expect(bytes(string("'\\u{800}\\u{20AC}\\u{ffff}'"))).toBe("e0 a0 80 e2 82 ac ef bf bf");
  expect(bytes(string("'\\u{10000}\\u{1FFFFF}'"))).toBe("f0 90 80 80 f7 bf bf bf");
  expect(bytes(string("'\\u{200000}\\u{3FFFFFF}'"))).toBe("f8 88 80 80 80 fb bf bf bf bf");
  expect(bytes(string("'\\u{4000000}\\u{7FFFFFFF}'"))).toBe("fc 84 80 80 80 80 fd bf bf bf bf bf");
});

test("long strings", () => {
  expect(string("[[]]")).toBe("");
  expect(string("[[a]b]]")).toBe("a]b");
  expect(string("[==[a]=]]]b]==]")).toBe("a]=]]]b");
  expect(string("[=[]]=]")).toBe("]");
  expect(string("[[\na\n]]")).toBe("a\n");
  expect(string("[[\r\na\r\rb\n\rc\r\n\nd]]")).toBe("a\n\nb\nc\n\nd");
  expect(string("[[\n\nx\\n]]")).toBe("\nx\\n");
});

test("comments", () => {
  expect(scan("a --b\nc --[[d\ne]] f --[==[ ]] ]=] ]==] g --[=h\ni --")).toEqual([
    "a",
    "c",
    "f",
    "g",
    "i",
  ]);
  expect(scan("--[[]]--[[]]a--[ [b")).toEqual(["a"]);
});

test("line breaks count once, whatever their form", () => {
  const lineOf = (source: string) => {
    const lx = new Lexer(source, "=x");
    do lx.next();
    while (lx.token !== TK_EOS);
    return lx.line;
  };
  expect(lineOf("\n\r\n\n\r\r")).toBe(5);
  expect(lineOf("--[[\r\n\n]]\n")).toBe(4);
  expect(lineOf("x = [[\n\r\r\na]]")).toBe(3);
  expect(lineOf("x = 'a\\\r\nb\\z\n\n'")).toBe(4);
  expect(lineOf("-- c\n-- d")).toBe(2);
});

test("one token of look-ahead keeps the current one", () => {
  const lx = new Lexer("a\n'b' 1", "=x");
  lx.next();
  expect(lx.peek()).toBe(TK_STRING);
  expect(lx.name.text).toBe("a");
  lx.next();
  expect([lx.token, lx.text]).toEqual([TK_STRING, "b"]);
  lx.next();
  expect([lx.token, lx.number]).toEqual([TK_INTEGER, 1]);
});

test("chunk names in messages", () => {
  expect(chunkDisplayName("@dir/x.lua")).toBe("dir/x.lua");
  expect(chunkDisplayName("=stdin")).toBe("stdin");
  expect(chunkDisplayName("x = 1")).toBe('[string "x = 1"]');
  expect(chunkDisplayName("x = 1\ny = 2")).toBe('[string "x = 1..."]');
  expect(chunkDisplayName("")).toBe('[string ""]');
  expect(chunkDisplayName("\nx")).toBe('[string "..."]');
  expect(chunkDisplayName("ab\0c")).toBe('[string "ab"]');
  expect(chunkDisplayName(`=${"a".repeat(70)}`)).toBe("a".repeat(59));
  expect(chunkDisplayName(`@${"a".repeat(59)}`)).toBe("a".repeat(59));
  expect(chunkDisplayName(`@b${"a".repeat(59)}`)).toBe(`...${"a".repeat(56)}`);
  expect(chunkDisplayName("a".repeat(44))).toBe(`[string "${"a".repeat(44)}"]`);
  expect(chunkDisplayName("a".repeat(45))).toBe(`[string "${"a".repeat(45)}..."]`);
  expect(chunkDisplayName("a".repeat(99))).toBe(`[string "${"a".repeat(45)}..."]`);
});

const LEXICAL: [string, string][] = [
  ["x = 'abc", "x:1: unfinished string near <eof>"],
  ["x = 'abc\ny'", "x:1: unfinished string near ''abc'"],
  ['x = "a\\tb\r', "x:1: unfinished string near '\"a\tb'"],
  ["x = 'a\\z  \n  b\\", "x:2: unfinished string near <eof>"],
  ["x='\\12", "x:1: unfinished string near <eof>"],
  ["x = 'a\\q'", "x:1: invalid escape sequence near ''a\\q'"],
  ["x = 'a\\400'", "x:1: decimal escape too large near ''a\\400''"],
  ["x = '\\999", "x:1: decimal escape too large near ''\\999'"],
  ["x = '\\xg'", "x:1: hexadecimal digit expected near ''\\xg'"],
  ["x = 'ab\\x1", "x:1: hexadecimal digit expected near ''ab\\x1'"],
  ["x = '\\u123'", "x:1: missing '{' near ''\\u1'"],
  ["x = '\\u{}'", "x:1: hexadecimal digit expected near ''\\u{}'"],
  ["x = '\\u{12'", "x:1: missing '}' near ''\\u{12''"],
  ["x = '\\u{110000000}'", "x:1: UTF-8 value too large near ''\\u{110000000'"],
  ["x = '\\u{12x}'", "x:1: missing '}' near ''\\u{12x'"],
  ["x = [==", "x:1: invalid long string delimiter near '[=='"],
  ["x = [=a]", "x:1: invalid long string delimiter near '[='"],
  ["\nx = [[a\nb", "x:3: unfinished long string (starting at line 2) near <eof>"],
  ["--[==[ab\n\n", "x:3: unfinished long comment (starting at line 1) near <eof>"],
  ["x = 3x", "x:1: malformed number near '3x'"],
  ["x = 3..4", "x:1: malformed number near '3..4'"],
  ["x = 0x", "x:1: malformed number near '0x'"],
  ["x = 1e", "x:1: malformed number near '1e'"],
  ["x = 0x1p+", "x:1: malformed number near '0x1p+'"],
  ["x = 08g", "x:1: malformed number near '08g'"],
  ["x = .5.", "x:1: malformed number near '.5.'"],
  ["x = 1e+5e", "x:1: malformed number near '1e+5e'"],
  ["x = 3_4", "x:1: malformed number near '3_'"],
  ["x = \x01", "x:1: unexpected symbol near '<\\1>'"],
  ["x = \xc8", "x:1: unexpected symbol near '<\\200>'"],
  ["x = @", "x:1: unexpected symbol near '@'"],
  ["x = !", "x:1: unexpected symbol near '!'"],
  ["x = \x00", "x:1: unexpected symbol"],
  ["$", "x:1: unexpected symbol near '$'"],
  ["x = y \\", "x:1: unexpected symbol near '\\'"],
];

test.each(LEXICAL)("%j", (source, message) => {
  expect(() => parseChunk(source, "=x")).toThrow(new LuaSyntaxError(message));
});
