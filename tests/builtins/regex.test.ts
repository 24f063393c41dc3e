import { expect, test } from "vitest";
import { harness } from "./harness";

const { run, failure } = harness();

test("match", async () => {
  const cases: [text: string, pattern: string, flags: string, matches: boolean][] = [
    ["foo 123", "\\d+", "", true],
    ["foo", "\\d+", "", false],
    ["a\n", "a$", "", false],
    ["a\n", "a$", "m", true],
    ["a\nb", "a.b", "", false],
    ["a\nb", "a.b", "s", true],
    ["ABC", "b", "", false],
    ["ABC", "b", "i", true],
    ["ABC", "(?i)b", "", true],
    ["é", "^.$", "", true],
    ["😀", "^.$", "", true],
    ["é", "^\\w$", "", false],
    ["٣", "\\d", "", false],
    ["x", "[[:alpha:]]", "", true],
    ["é", "\\x{e9}", "", true],
    ["é", "\\u00e9", "", true],
    ["é", "\\u{e9}", "", true],
    ["\\u0041", "\\\\u0041", "", true],
    ["ab", "\\Aab\\z", "", true],
    ["ab", "a  b # comment\n", "x", true],
    ["ab", "(?ix) A  b", "", true],
    ["a b", "a[ ]b # c", "x", true],
    ["a#b", "a[#]b", "x", true],
    ["a]b", "a[] x]b", "x", true],
    ["a b", "a[[:space:] ]b", "x", true],
  ];
  for (const [text, pattern, flags, matches] of cases)
    expect(await run("return regex.match(...)", [text, pattern, flags]), pattern).toEqual([
      matches,
    ]);
});

test("find gives groups, names and byte positions", async () => {
  expect(
    await run(`local s = "héllo wörld"
      local r = regex.find(s, [[(?P<word>w(.)r)(zzz)?(?<rest>ld)]])
      return r, s:sub(r.start, r.finish), r.groups[3]`),
  ).toEqual([
    {
      match: "wörld",
      groups: { "1": "wör", "2": "ö", "4": "ld" },
      named: { word: "wör", rest: "ld" },
      start: 8,
      finish: 13,
    },
    "wörld",
    undefined,
  ]);
  expect(await run(`return regex.find("abc", "x")`)).toEqual([undefined]);
  expect(await run(`return regex.find("abc", "")`)).toEqual([
    { match: "", groups: {}, start: 1, finish: 0 },
  ]);
});

test("find_all", async () => {
  expect(await run(`return regex.find_all("a1b22", [[\\d+]]), #regex.find_all("a", "x")`)).toEqual([
    ["1", "22"],
    0,
  ]);
  expect(await run(`return regex.find_all("é😀x", "")`)).toEqual([["", "", "", ""]]);
  expect(await run(`return regex.find_all("éa1 b2", [[(\\w)(\\d)]], {captures = true})`)).toEqual([
    [
      { match: "a1", groups: ["a", "1"], start: 3, finish: 4 },
      { match: "b2", groups: ["b", "2"], start: 6, finish: 7 },
    ],
  ]);
  expect(await run(`return regex.find_all("AbaB", "a", {flags = "i", limit = 1})`)).toEqual([
    ["A"],
  ]);
});

/** `${name}`, which is no placeholder of JavaScript here. */
const group = (name: string) => `\${${name}}`;

test("replace", async () => {
  const cases: [string, string, string, string][] = [
    ["John Smith", "(?P<f>\\w+) (\\w+)", `$2 ${group("f")}`, "Smith John"],
    ["John Smith", "(?P<f>\\w+) (\\w+)", "$f-$0", "John-John Smith"],
    ["x", "(x)", `$$1 $9 $1a ${group("1")}a $`, "$1   xa $"],
    ["x", "x", "${", "${"],
    ["aaa", "a", "\\0\\1", "\\0\\1\\0\\1\\0\\1"],
    ["abc", "", "-", "-a-b-c-"],
    ["é😀", ".", "[$0]", "[é][😀]"],
  ];
  for (const [text, pattern, by, expected] of cases)
    expect(await run("return regex.replace(...)", [text, pattern, by]), by).toEqual([expected]);
  expect(await run(`return regex.replace("aAa", "a", "-", {flags = "i", limit = 2})`)).toEqual([
    "--a",
  ]);
});

test("replace by a function, which may wait", async () => {
  expect(
    await run(`return regex.replace("a1b22c333", [[(?P<n>\\d+)]], function(m)
        sleep(0.001)
        if m.match == "22" then return nil end
        return m.named.n * 2
      end)`),
  ).toEqual(["a2b22c666"]);
  expect(await failure(`regex.replace("a", "a", function() return {} end)`)).toBe(
    "regex.replace: invalid replacement value (a table)",
  );
  expect(await failure(`regex.replace("a", "a", function() error("boom", 0) end)`)).toBe("boom");
});

test("split", async () => {
  const cases: [string, string, string[]][] = [
    ["a, b,c", ",\\s*", ["a", "b", "c"]],
    ["abc", "", ["a", "b", "c"]],
    [",a,", ",", ["", "a", ""]],
    ["abc", "x", ["abc"]],
    ["", ",", [""]],
    ["é😀", "", ["é", "😀"]],
  ];
  for (const [text, pattern, parts] of cases)
    expect(await run("return regex.split(...)", [text, pattern])).toEqual([parts]);
  expect(await run(`return regex.split("a,b,c", ",", {limit = 2})`)).toEqual([["a", "b,c"]]);
});

test("escape", async () => {
  const [plain, verbose] = await run(`
    local all = {}
    for b = 1, 127 do all[#all + 1] = string.char(b) end
    local s = table.concat(all) .. "é"
    return regex.find(s, regex.escape(s)).match == s,
      regex.find(s, regex.escape(s), "x").match == s`);
  expect([plain, verbose]).toEqual([true, true]);
});

test("bytes that are not UTF-8 are characters of their own", async () => {
  expect(
    await run(`local s = "\\xff\\xc3\\xa9\\x00"
      return #regex.find_all(s, "(?s)."), regex.find(s, "é").start,
        regex.replace(s, [[\\xff]], "x") == "x\\xc3\\xa9\\0",
        regex.match(s, [[\\x00$]])`),
  ).toEqual([4, 2, true, true]);
});

test("compiled patterns, before or after the text", async () => {
  expect(
    await run(`local re = regex.compile([[(\\w+)@(\\w+)]], "i")
      return re:match("A@b"), re:find("x a@b").groups[2], re:find_all("a@b c@d"),
        re:replace("a@b", "$2"), re:split("1 a@b 2", {limit = 2}), tostring(re),
        regex.match(re, "a@b"), regex.match("a@b", re), regex.replace(re, "a@b", "x")`),
  ).toEqual([
    true,
    "b",
    ["a@b", "c@d"],
    "b",
    ["1 ", " 2"],
    "regex: (\\w+)@(\\w+)",
    true,
    true,
    "x",
  ]);
  expect(await failure(`regex.match(regex.compile("a"), regex.compile("b"))`)).toBe(
    "regex.match: one argument must be the text",
  );
  expect(await failure(`regex.match("a", regex.compile("a"), "i")`)).toBe(
    "regex.match: a compiled pattern has its own flags",
  );
});

test.each([
  ['regex.match("a", "(")', "regex.match: invalid pattern: missing closing ): ("],
  ['regex.find("a", "[a", "i")', "regex.find: invalid pattern: missing closing ]: [a"],
  [
    'regex.find_all("a", "a**")',
    "regex.find_all: invalid pattern: invalid nested repetition operator: **",
  ],
  [
    'regex.replace("a", "(?=a)", "")',
    "regex.replace: invalid pattern: invalid or unsupported Perl syntax: (?=",
  ],
  ['regex.split("a", [[(a)\\1]])', "regex.split: invalid pattern: invalid escape sequence: \\1"],
  ['regex.compile("x{1,2000}")', "regex.compile: invalid pattern: invalid repeat count: {1,2000}"],
  ['regex.compile("\\xff")', "regex.compile: invalid pattern: not valid UTF-8"],
  [
    'regex.split("a", "a", {limit = 0})',
    "t.lua:1: bad argument #3 to 'split' (field 'limit': value at least 1 expected, got 0)",
  ],
  [
    'regex.split("a", "a", print)',
    "t.lua:1: bad argument #3 to 'split' (string or table expected, got function)",
  ],
  ['regex.match("a", "a", "q")', "regex.match: unknown flag in 'q' (i, m, s, U and x are known)"],
])("%s fails", async (call, message) => {
  expect(await failure(call)).toBe(message);
});

test("patterns that make others hang", async () => {
  const started = performance.now();
  for (const pattern of [
    "(x+x+)+y",
    "(a|aa)+$",
    "(.*)*b",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(?:a?){50}a{50}",
  ])
    await run(`return regex.match(("x"):rep(50000) .. ("a"):rep(50000), ...)`, [pattern]);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("huge patterns and texts are refused", async () => {
  expect(await failure(`regex.match("a", ("a"):rep(100000))`)).toBe(
    "regex.match: invalid pattern: longer than 65536 bytes",
  );
  expect(await failure(`regex.match(("a"):rep(70000000), "a")`)).toBe(
    "regex.match: the text is longer than 64 MiB",
  );
  expect(await failure(`regex.match(("a"):rep(20000000), "[a-z]{900}")`)).toBe(
    "regex.match: the pattern is too large for a text of this size",
  );
});

test.each([
  `regex.find_all(("a"):rep(200000), "a*b|a")`,
  `regex.replace(("a"):rep(200000), "a*b|a", "x")`,
  `regex.replace(("a"):rep(200000), "a*b|a", function() return "x" end)`,
  `regex.split(("a"):rep(200000), "a*b|a")`,
])("a long search gives way to others and ends with its time: %s", async (search) => {
  const h = harness();
  // each of the matches has to look at all that follows
  const source = `
    local ticks = 0
    async.spawn(function() for i = 1, 5 do sleep(0.02) ticks = ticks + 1 end end)
    local ok, e = pcall(async.timeout, 1, function()
      return ${search}
    end)
    return ok, ticks`;
  const started = performance.now();
  expect(await h.run(source)).toEqual([false, 5]);
  expect(performance.now() - started).toBeLessThan(5000);
});

test("an empty match does not touch the one before it, as in RE2", async () => {
  expect(
    await run(`
      local at = {}
      for i, m in ipairs(regex.find_all("baaé", "a*", { captures = true })) do at[i] = m.start .. "-" .. m.finish end
      return table.concat(at, " "), regex.replace("baac", "a*", "x"), regex.replace("baac", "a*", function() return "x" end),
        table.concat(regex.split("axxb", "x*"), ","), regex.replace("ab", "", "-"), #regex.find_all("é\\xffé", "\\xff|")`),
  ).toEqual(["1-0 2-3 6-5", "xbxcx", "xbxcx", "a,b", "-a-b-", 5]);
});
