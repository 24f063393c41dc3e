import { parse as reference } from "smol-toml";
import { expect, test } from "vitest";
import { harness, luaString } from "./harness";

const { run, failure } = harness();
const parse = async (text: string) => (await run("return toml.parse(...)", [text]))[0];
const again = async (text: string) =>
  (await run("return toml.encode(toml.parse(...))", [text]))[0] as string;

test("values", async () => {
  expect(
    await parse(`
title = "x # y"
'quoted key' = 1
a.b.c = true
arr = [1, [2, 3], {k = "v"}]
multi = """
one \\
   two"""
[t.u]
x = 1
[[list]]
n = 1
[[list]]
n = 2
`),
  ).toEqual({
    title: "x # y",
    "quoted key": 1,
    a: { b: { c: true } },
    arr: [1, [2, 3], { k: "v" }],
    multi: "one two",
    t: { u: { x: 1 } },
    list: [{ n: 1 }, { n: 2 }],
  });
});

test("numbers", async () => {
  const cases: [string, string][] = [
    ["1", "integer 1"],
    ["-17", "integer -17"],
    ["1_000", "integer 1000"],
    ["0xdead_beef", "integer 3735928559"],
    ["0o755", "integer 493"],
    ["0b11", "integer 3"],
    ["9007199254740993", "integer 9007199254740993"],
    ["9223372036854775807", "integer 9223372036854775807"],
    ["-9223372036854775808", "integer -9223372036854775808"],
    ["1.0", "float 1.0"],
    ["5e+22", "float 5e+22"],
    ["-0.01", "float -0.01"],
    ["nan", "nil nil"],
    ["-inf", "nil nil"],
  ];
  for (const [text, expected] of cases)
    expect(
      await run(
        "local v = toml.parse('x = ' .. ...).x return (math.type(v) or type(v)) .. ' ' .. tostring(v)",
        [text],
      ),
      text,
    ).toEqual([expected]);
  expect(await failure('toml.parse("x = 9223372036854775808")')).toBe(
    "toml.parse: integer out of range: 9223372036854775808 at line 1 column 5",
  );
  expect(
    await failure(`toml.parse([==[
      # 99999999999999999999
      99999999999999999999 = "99999999999999999999"
      s = """
      99999999999999999999"""
      l = [ 1, +99_999_999_999_999_999_999 ]]==])`),
  ).toBe("toml.parse: integer out of range: 99999999999999999999 at line 5 column 16");
});

test("dates are strings as they were written, and are written as dates again", async () => {
  const text = `a = 1979-05-27T07:32:00.123456-08:00
b = 1979-05-27 07:32:00
c = 1979-05-27
d = 07:32:00
e = [
    1979-05-27,
    1980-01-01T00:00:00z,
]
f = [[1979-05-27]]
g = "1979-05-27"
h = ["07:32:00"]

["1979-05-27"]
1979-05-28 = 1979-05-29

[[list]]
at = 00:00:01.5
`;
  const t = (await parse(text)) as Record<string, unknown>;
  expect(t["a"]).toBe("1979-05-27T07:32:00.123456-08:00");
  expect(t["b"]).toBe("1979-05-27 07:32:00");
  expect(t["e"]).toEqual(["1979-05-27", "1980-01-01T00:00:00z"]);
  expect(t["g"]).toBe("1979-05-27");
  expect(await again(text)).toBe(text.replace('["1979-05-27"]\n', "[1979-05-27]\n"));
  expect(await again(await again(text))).toBe(await again(text));
});

test("dates next to keys, comments and strings that look like them", async () => {
  const text = `1979-05-27 = 1 # 1979-05-27
x = {1979-05-27 = 1979-05-27, y = [1979-05-27, "1979-05-27"]} # ] [
s = '''
z = 1979-05-27
''' # "
k = """a \\""" = 1979-05-27 """
m = [ # "
  [1979-05-27], # 1
  {d = 1979-05-27},
]
v = 1979-05-27#x
`;
  const marked = await again(text);
  const dates = (v: unknown): number =>
    v instanceof Date
      ? 1
      : typeof v === "object" && v !== null
        ? Object.values(v).reduce((n: number, x) => n + dates(x), 0)
        : 0;
  expect(dates(reference(text))).toBe(5);
  expect(reference(marked)).toEqual(reference(text));
});

test("a changed date is a string unless it still is one; toml.datetime makes one", async () => {
  expect(
    await run(`local t = toml.parse("a = 2020-01-01\\nb = 2020-01-01")
      t.a = "2021-01-01" t.b = "soon" t.c = "2022-01-01" t.d = toml.datetime("2023-01-01")
      t.e = {toml.datetime("07:00:00")}
      return toml.encode(t)`),
  ).toEqual(['a = 2021-01-01\nb = "soon"\nc = "2022-01-01"\nd = 2023-01-01\ne = [07:00:00]\n']);
  expect(await failure('toml.datetime("2020-13-01")')).toBe(
    "toml.datetime: not a TOML date or time",
  );
  expect(
    await run('return toml.encode{a = {["$__toml_private_datetime"] = "2020-01-01"}}'),
  ).toEqual(["a = 2020-01-01\n"]);
});

test("prototype names are keys", async () => {
  expect(
    await run(`local t = toml.parse("__proto__ = 1\\n[constructor]\\nprototype = 2")
      return t.__proto__, t.constructor.prototype, toml.encode(t)`),
  ).toEqual([1, 2, "__proto__ = 1\n\n[constructor]\nprototype = 2\n"]);
});

test.each([
  ["a = ", /^invalid value at line 1 column 5$/],
  ["a = 1\na = 2", /^trying to redefine .* at line 2 column 1$/],
  ["a = [1", /at line 1 column 7$/],
  ['"ö" = 1\n"ä" = ?', /at line 2 column 8$/],
  ["d = 2020-13-01", /^invalid date at line 1 column 5$/],
  [`a = ${"[".repeat(50_000)}`, /excessively nested/],
  [`${"a.".repeat(200)}b = 1`, /^nesting deeper than 128 levels$/],
])("parse refuses %j", async (text, cause) => {
  const message = await failure(`toml.parse(${luaString(text)})`);
  expect(message.startsWith("toml.parse: ")).toBe(true);
  expect(message.slice("toml.parse: ".length)).toMatch(cause);
});

test("invalid UTF-8 has a place", async () => {
  expect(await failure('toml.parse("a = 1\\nb = \\"\\xff\\"")')).toBe(
    "toml.parse: invalid UTF-8 at line 2 column 6",
  );
});

test("encode", async () => {
  const cases: [string, string][] = [
    ['{b = 1, a = "x", c = 2.0, d = true}', 'a = "x"\nb = 1\nc = 2.0\nd = true\n'],
    ["{a = {1}, b = {1, 2}, c = json.array()}", "a = [1]\nb = [\n    1,\n    2,\n]\nc = []\n"],
    ["{t = {x = 1}, a = 1}", "a = 1\n\n[t]\nx = 1\n"],
    ["{t = {u = {x = 1}}}", "[t.u]\nx = 1\n"],
    ["{t = {u = {x = 1}, y = 2}}", "[t]\ny = 2\n\n[t.u]\nx = 1\n"],
    ["{t = {}}", "[t]\n"],
    ["{l = {{x = 1}, {y = {z = 2}}}}", "[[l]]\nx = 1\n\n[[l]]\n\n[l.y]\nz = 2\n"],
    ["{m = {1, {x = 1}}}", "m = [\n    1,\n    { x = 1 },\n]\n"],
    ['{["a b"] = 1, ["é"] = 2, [""] = 3, [1] = 4}', '"" = 3\n1 = 4\n"a b" = 1\n"é" = 2\n'],
    ['{s = "q\\"\\\\ \\n\\t\\0\\127é"}', 's = "q\\"\\\\ \\n\\t\\u0000\\u007fé"\n'],
    ["{n = math.maxinteger, f = 1e300}", "f = 1e300\nn = 9223372036854775807\n"],
    ["json.object()", ""],
  ];
  for (const [lua, toml] of cases)
    expect(await run(`return toml.encode(${lua})`), lua).toEqual([toml]);
});

test.each([
  ["{}", "the value must be a table with named fields"],
  ["{1, 2}", "the value must be a table with named fields"],
  ['"x"', "the value must be a table with named fields"],
  ["{a = json.null}", "TOML has no null at .a"],
  ["{a = {b = {1, json.null}}}", "TOML has no null at .a.b[2]"],
  ["{a = {print}}", "unsupported Lua type for JSON: function at .a[1]"],
  ["{a = 1/0}", "cannot encode inf as JSON number at .a"],
  ['{a = "\\xff"}', "string is not valid UTF-8 at .a"],
  ["(function() local t = {} t.a = t return t end)()", "cycle: .a is the table at the top again"],
  [
    "(function() local t = {x = 1} for i = 1, 200 do t = {t = t} end return t end)()",
    "nesting deeper than 128 levels",
  ],
])("encode refuses %s", async (lua, cause) => {
  expect(await failure(`toml.encode(${lua})`)).toBe(`toml.encode: ${cause}`);
});

test("what is written reads back the same, here and in smol-toml", async () => {
  const lua = `{
    name = "x", n = -1, f = 0.5, s = "multi\\nline 'q' \\"r\\" \\\\", e = json.array(),
    deep = {list = {{a = {{b = {1, 2, {c = "d", e = {}}}}}}, {}}, ["k.k"] = {["[x]"] = "y"}},
  }`;
  const [text, same] = await run(
    `local t = ${lua} local text = toml.encode(t)
    return text, json.encode(toml.parse(text)) == json.encode(t)`,
  );
  expect(same).toBe(true);
  expect(reference(text as string)).toEqual((await run(`return ${lua}`))[0]);
});

test("large documents take linear time", async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `[t${i}]\nx = ${i}\nd = 2020-01-01`);
  const started = performance.now();
  expect(
    await run("local t = toml.parse(...) return t.t19999.x, #toml.encode(t)", [lines.join("\n")]),
  ).toEqual([19_999, expect.any(Number)]);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("dates that no calendar has", async () => {
  expect(await failure(`toml.parse("a = 1\\nb = [ 2024-02-29, 2023-02-29 ]")`)).toBe(
    "toml.parse: invalid date at line 2 column 19",
  );
  expect(await failure(`toml.parse("a = 2023-04-31T10:00:00Z")`)).toMatch(/invalid date/);
  expect(await failure(`toml.datetime("2023-02-30")`)).toBe(
    "toml.datetime: not a TOML date or time",
  );
  expect(
    await run(`return toml.parse("a = 0001-01-31").a, toml.parse("b = '2023-02-30'").b`),
  ).toEqual(["0001-01-31", "2023-02-30"]);
});
