import { expect, test } from "vitest";
import { parse as reference } from "yaml";
import { harness, luaString } from "./harness";

const { run, failure } = harness();
const parse = async (text: string) => (await run("return yaml.parse(...)", [text]))[0];

test("plain scalars", async () => {
  const cases: [string, string][] = [
    ["", "nil nil"],
    ["~", "nil nil"],
    ["null", "nil nil"],
    ["Null", "nil nil"],
    ["true", "boolean true"],
    ["FALSE", "boolean false"],
    ["yes", "string yes"],
    ["on", "string on"],
    ["y", "string y"],
    ["12", "integer 12"],
    ["-7", "integer -7"],
    ["+7", "integer 7"],
    ["0x1F", "integer 31"],
    ["0o17", "integer 15"],
    ["0b101", "integer 5"],
    ["-0x10", "integer -16"],
    ["007", "string 007"],
    ["1_000", "string 1_000"],
    ["9007199254740993", "integer 9007199254740993"],
    ["-9223372036854775808", "integer -9223372036854775808"],
    ["9223372036854775808", "float 9.2233720368547758e+18"],
    ["1.0", "float 1.0"],
    ["1e3", "float 1000.0"],
    [".5", "float 0.5"],
    ["-1.5e-3", "float -0.0015"],
    [".inf", "nil nil"],
    ["-.INF", "nil nil"],
    [".nan", "nil nil"],
    ["1e999", "nil nil"],
    ["2001-12-14", "string 2001-12-14"],
    ["1:30", "string 1:30"],
    ["'12'", "string 12"],
    ['"true"', "string true"],
    ["!!str 12", "string 12"],
    ["!!int 12", "integer 12"],
    ["!!float 1.5", "float 1.5"],
    ["!!float 3", "float 3.0"],
    ["!!float 0x10", "float 16.0"],
    ["!!null ''", "nil nil"],
    ["1".repeat(500), `string ${"1".repeat(500)}`],
  ];
  for (const [text, expected] of cases)
    expect(
      await run(
        "local v = yaml.parse(...) return (math.type(v) or type(v)) .. ' ' .. tostring(v)",
        [text],
      ),
      text,
    ).toEqual([expected]);
});

test("collections, block and flow", async () => {
  expect(
    await parse(
      "a: 1\nb:\n- x\n- [y, {z: 2}]\nc:\n  d: |\n    two\n    lines\n  e: >-\n    folded\n    text\n",
    ),
  ).toEqual({
    a: 1,
    b: ["x", ["y", { z: 2 }]],
    c: { d: "two\nlines\n", e: "folded text" },
  });
  expect(await parse("- - 1\n  - 2\n-\n  - 3\n")).toEqual([[1, 2], [3]]);
  expect(await parse("[a: 1, b]")).toEqual([{ a: 1 }, "b"]);
});

test("keys are strings; the last of several counts; `<<` is a key", async () => {
  expect(await parse("1: a\ntrue: b\n~: c\n1.0: d\nx: 1\nx: 2\n<<: {q: 1}\n")).toEqual({
    "1": "a",
    true: "b",
    "~": "c",
    "1.0": "d",
    x: 2,
    "<<": { q: 1 },
  });
  expect(
    await parse(
      "1.10: a\n0x10: b\n1e3: c\nTrue: d\nNULL: e\n? é\n: f\n&k +5: g\n*k : h\n!!int 0x07: i\n: j",
    ),
  ).toEqual({
    "1.10": "a",
    "0x10": "b",
    "1e3": "c",
    True: "d",
    NULL: "e",
    é: "f",
    "+5": "h",
    "0x07": "i",
    null: "j",
  });
  expect(
    await run(`local t = yaml.parse("__proto__: {polluted: 1}\\nconstructor: 2")
      return t.__proto__.polluted, t.constructor, ({}).polluted`),
  ).toEqual([1, 2, undefined]);
  expect(({} as Record<string, unknown>)["polluted"]).toBe(undefined);
});

test("null: absent, a hole, or what the script wants", async () => {
  expect(await run(`local t = yaml.parse("[1, ~, 3]") return t[1], t[2], t[3]`)).toEqual([
    1,
    undefined,
    3,
  ]);
  expect(
    await run(`local t = yaml.parse("a: ~\\nb:\\nc: [null]", {null = json.null})
      return t.a == json.null, t.b == json.null, json.encode(t)`),
  ).toEqual([true, true, '{"a":null,"b":null,"c":[null]}']);
});

test("anchors are copied", async () => {
  expect(
    await run(`local t = yaml.parse("a: &x {k: [1]}\\nb: *x\\nc: &y 5\\nd: *y")
      t.a.k[1] = 2
      return t.a.k[1], t.b.k[1], t.d`),
  ).toEqual([2, 1, 5]);
  expect(await parse("- &a 1\n- *a\n- &a 2\n- *a\n")).toEqual([1, 1, 2, 2]);
});

test("documents", async () => {
  expect(
    await run(`return yaml.parse_all("---\\na: 1\\n---\\n---\\n# none\\n---\\n- b\\n...\\n")`),
  ).toEqual([[{ a: 1 }, ["b"]]]);
  expect(await run(`return #yaml.parse_all(""), yaml.parse("# only a comment\\n")`)).toEqual([
    0,
    undefined,
  ]);
  expect(await run(`return yaml.parse_all("~\\n---\\na\\n---\\n~\\n---\\nb\\n")`)).toEqual([
    ["a", "b"],
  ]);
  expect(await parse("--- x\n")).toBe("x");
  expect(await parse("%YAML 1.1\n---\nyes\n")).toBe("yes");
  expect(await parse("\ufeffa: 1")).toEqual({ a: 1 });
});

test.each([
  ["a: |\n  b", "b"],
  ["a: >\n  b\n  c  ", "b c  "],
  ["a: |+\n  b\n\n  c", "b\n\nc"],
  ["a: |-\n  b", "b"],
  ["a: |\n  b\n", "b\n"],
  ["a: |\n  b\n  ", "b\n"],
  ["a: |\n  b\n# end", "b\n"],
  ["a: |\n  b\r\n", "b\n"],
])(
  "a block scalar that the text ends in, %j, has no line break of its own",
  async (text, value) => {
    expect(await parse(text)).toEqual({ a: value });
  },
);

test.each([
  ["a: 1\n b: 2", /^nested mappings are not allowed .* at line 1 column 4$/],
  ["a: [1", /at line 1 column 6$/],
  ["--- a\n--- b", /^more than one document \(use yaml\.parse_all\) at line 2 column 5$/],
  ["a: *x", /^unknown anchor x at line 1 column 4$/],
  ["a: &x [*x]", /^anchor x contains itself at line 1 column 8$/],
  ["k: !foo x", /^unsupported tag !foo at line 1 column/],
  ["!!binary aGk=", /^unsupported tag !!binary at/],
  ["!!python/object:os.system {}", /^unsupported tag !!python\/object:os\.system at/],
  ["a: !!int x", /^not a value of type !!int at/],
  ["ä: 1\nö: 'x", /^missing closing .* at line 2 column \d+$/],
  [
    "a: 'x\ny'",
    /^missing closing ', or a line of the text that is not indented deeper than its key at /,
  ],
  ["[1]: 2", /^a mapping key must be a scalar at line 1 column 1$/],
  ["\ta: 1", /at line 1 column 1$/],
  ["[".repeat(100_000), /^nesting deeper than 128 levels at line 1 column 131$/],
  ["- ".repeat(100_000), /^nesting deeper than 128 levels at line 1/],
  ["{a: ".repeat(5000), /^nesting deeper than 128 levels at line 1/],
])("parse refuses %j", async (text, cause) => {
  const message = await failure(`yaml.parse(${luaString(text)})`);
  expect(message.startsWith("yaml.parse: ")).toBe(true);
  expect(message.slice("yaml.parse: ".length)).toMatch(cause);
});

test("columns count bytes, and invalid UTF-8 has a place", async () => {
  expect(await failure('yaml.parse("a: 1\\nb: x\\xffy")')).toBe(
    "yaml.parse: invalid UTF-8 at line 2 column 5",
  );
  expect(await failure(`yaml.parse(${luaString("ä: *x")})`)).toBe(
    "yaml.parse: unknown anchor x at line 1 column 5",
  );
});

test("128 levels are fine", async () => {
  const text = "[".repeat(128) + "]".repeat(128);
  expect(await run("return json.encode(yaml.parse(...))", [text])).toEqual([text]);
});

test("aliases that multiply are refused", async () => {
  const lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
  for (const [k, before] of ["ba", "cb", "dc", "ed", "fe", "gf", "hg"].map(
    (s) => [...s] as [string, string],
  ))
    lines.push(`${k}: &${k} [${Array(10).fill(`*${before}`).join(",")}]`);
  const started = performance.now();
  expect(await failure(`yaml.parse(${luaString(lines.join("\n"))})`)).toMatch(
    /^yaml\.parse: aliases repeat too much at line 1/,
  );
  expect(performance.now() - started).toBeLessThan(5000);
});

test("encode", async () => {
  const cases: [string, string][] = [
    ["{a = 1, b = {1, 2}}", "a: 1\nb:\n- 1\n- 2\n"],
    ["{{a = 1, b = 2}, {3, {4}}}", "- a: 1\n  b: 2\n- - 3\n  - - 4\n"],
    ["{a = {b = {c = {}}}, d = json.array()}", "a:\n  b:\n    c: {}\nd: []\n"],
    ["{}", "{}\n"],
    ["json.array()", "[]\n"],
    ["nil", "null\n"],
    ['"x"', "x\n"],
    [
      '{a = "l1\\nl2\\n", b = "l1\\nl2", c = "l1\\n\\n"}',
      "a: |\n  l1\n  l2\nb: |-\n  l1\n  l2\nc: |+\n  l1\n\n",
    ],
    ['{"x\\ny"}', "- |-\n  x\n  y\n"],
    [
      "{1, 2.0, 1e300, true, json.null, math.mininteger}",
      "- 1\n- 2.0\n- 1e300\n- true\n- null\n- -9223372036854775808\n",
    ],
    [
      '{"", "1", "yes", "Off", "null", "~", "true", "-x", "+1", ".5", "0x"}',
      "- ''\n- '1'\n- 'yes'\n- 'Off'\n- 'null'\n- '~'\n- 'true'\n- '-x'\n- '+1'\n- '.5'\n- '0x'\n",
    ],
    [
      '{"it\'s", "a: b", "a #b", "#x", "a:", "[x", "*a", "@a", " x", "x "}',
      "- it's\n- 'a: b'\n- 'a #b'\n- '#x'\n- 'a:'\n- '[x'\n- '*a'\n- '@a'\n- ' x'\n- 'x '\n",
    ],
    [
      '{"http://x/?a=b#c", "é", "a b", "x\\ty", "x\\0"}',
      '- http://x/?a=b#c\n- é\n- a b\n- "x\\ty"\n- "x\\u0000"\n',
    ],
    [
      '{["a b"] = 1, ["1"] = 2, [3] = 4, x = {1, nil, 3}}',
      "'1': 2\n'3': 4\n'a b': 1\nx:\n  '1': 1\n  '3': 3\n",
    ],
  ];
  for (const [lua, yaml] of cases)
    expect(await run(`return yaml.encode(${lua})`), lua).toEqual([yaml]);
});

test.each([
  ["0/0", "cannot encode NaN as JSON number"],
  ["{a = {print}}", "unsupported Lua type for JSON: function at .a[1]"],
  ["{[true] = 1}", "unsupported table key type: boolean"],
  ['{a = "\\xff"}', "string is not valid UTF-8 at .a"],
  ['{["\\xff"] = 1}', "table key is not valid UTF-8"],
  [
    "(function() local t = {} t.a = {t} return t end)()",
    "cycle: .a[1] is the table at the top again",
  ],
  [
    "(function() local t = {} for i = 1, 200 do t = {t} end return t end)()",
    "nesting deeper than 128 levels",
  ],
])("encode refuses %s", async (lua, cause) => {
  expect(await failure(`yaml.encode(${lua})`)).toBe(`yaml.encode: ${cause}`);
});

/** Pseudo-random strings of characters that mean something in YAML. */
function* awkward(count: number): Generator<string> {
  const parts =
    "a|b|1| |  |\n|\n\n|\t|:|: |#| #|-|- |?|*|&|!|%|@|`|'|\"|\\|{|}|[|]|,|>|||~|=|<|null|é|😀|\u0085|\u2028|\ufeff|\r|\0|.|...".split(
      "|",
    );
  let seed = 7;
  const next = (n: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % n;
  };
  for (let i = 0; i < count; i++)
    yield Array.from({ length: 1 + next(7) }, () => parts[next(parts.length)] || "|").join("");
}

test("any string comes back, here and in the yaml package", async () => {
  const strings = [...awkward(4000)];
  const [text, same] = await run(
    `local strings = ...
    local t = {}
    for i, s in ipairs(strings) do t[i] = {s, {[s] = s, z = {s}}} end
    local text = yaml.encode(t)
    return text, json.encode(yaml.parse(text)) == json.encode(t)`,
    [strings],
  );
  expect(same).toBe(true);
  const read = reference(text as string, { uniqueKeys: false, maxAliasCount: 0 }) as [string][];
  expect(read.map(([s]) => s)).toEqual(strings);
});

test("a long text lets others run, and time limits hold", async () => {
  expect(
    await run(`
      local text, turns, done = ("- a: [1,2,3]\\n"):rep(20000), 0, false
      local others = async.spawn(function() while not done do sleep(0.001) turns = turns + 1 end end)
      local begun = time()
      local ok, why = pcall(async.timeout, 0.1, yaml.parse, text)
      local took = time() - begun
      local all = yaml.parse(text)
      done = true
      others:await()
      return ok, why, took < 0.6, turns > 5, #all, all[20000].a`),
  ).toEqual([false, "async.timeout: timed out after 0.1 s", true, true, 20000, [1, 2, 3]]);
});

test("large documents take linear time", async () => {
  const block = Array.from({ length: 20_000 }, (_, i) => `key${i}: {a: ${i}, b: [x, y]}`).join(
    "\n",
  );
  const started = performance.now();
  expect(await run("return yaml.parse(...).key19999.a", [block])).toEqual([19_999]);
  expect(performance.now() - started).toBeLessThan(10_000);
});
