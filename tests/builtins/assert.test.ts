import { expect, test } from "vitest";
import { harness } from "./harness";

const { run, failure } = harness();

test("assert itself works as in Lua", async () => {
  expect(await run("return assert(1, 2, 3)")).toEqual([1, 2, 3]);
  expect(await failure("assert(false)")).toBe("t.lua:1: assertion failed!");
  expect(await failure("assert(nil, 'no luck')")).toBe("t.lua:1: no luck");
  expect(await failure("assert(false, 'a\\xc3\\xa9')")).toBe("t.lua:1: aé");
  expect(await failure("assert()")).toContain("bad argument #1 to 'assert' (value expected)");
  expect(await run("local t = {} local ok, e = pcall(assert, nil, t) return ok, e == t")).toEqual([
    false,
    true,
  ]);
  expect(await run("return type(assert), select('#', pcall(assert.eq, 1, 1))")).toEqual([
    "table",
    1,
  ]);
});

test.each([
  ["assert.eq(1, 1.0)"],
  ["assert.eq(0.1 + 0.2, 0.3)"],
  ["assert.eq('a\\0', 'a\\0')"],
  ["assert.eq(nil, nil)"],
  ["assert.eq(math.huge, math.huge)"],
  ["local t = {} assert.eq(t, t)"],
  ["assert.eq({1, {a = 2}}, {1, {a = 2.0}})"],
  ["local a, b = {}, {} a.x, b.x = a, b assert.eq(a, b)"],
  ["assert.eq(print, print)"],
  ["assert.ne(1, 2)"],
  ["assert.ne(9007199254740993, 9007199254740992)"],
  ["assert.ne(math.maxinteger, 2^63)"],
  ["assert.ne({1}, {2})"],
  ["assert.gt(2, 1)"],
  ["assert.gt(math.maxinteger, math.maxinteger - 1)"],
  ["assert.lt(1, 1.5)"],
  ["assert.ge(2, 2)"],
  ["assert.le(2, 2.0)"],
  ["assert.near(1, 1.05, 0.1)"],
  ["assert.contains('hello', 'ell')"],
  ["assert.contains({1, {x = 1}}, {x = 1})"],
  ["assert.not_nil(false)"],
  ["assert.is_nil(nil)"],
  ["assert.is_true(true)"],
  ["assert.is_false(false)"],
  ["assert.type(1, 'integer') assert.type(1.0, 'float') assert.type(1, 'number')"],
  ["assert.matches('abc123', '^%a+(%d+)$')"],
  ["assert.matches('a\\0001', '\\0001')"],
  ["assert.error(function() error('boom') end, 'boom')"],
])("%s passes", async (source) => {
  expect(await run(source)).toEqual([]);
});

test.each([
  ["assert.eq('1', '2')", 'assert.eq failed: "1" != "2"'],
  ["assert.eq(1, 2, 'why')", 'assert.eq failed: "1" != "2" - why'],
  ["assert.eq(1, 2, nil)", 'assert.eq failed: "1" != "2"'],
  ["assert.eq(1, 2, {1})", 'assert.eq failed: "1" != "2" - {1}'],
  [
    "assert.eq(1, 2, setmetatable({}, {__tostring = function() sleep(0) return 'm' end}))",
    'assert.eq failed: "1" != "2" - m',
  ],
  ["assert.eq(nil, true)", 'assert.eq failed: "nil" != "true"'],
  ["assert.eq(1, '1')", 'assert.eq failed: "1" (number) != "1" (string)'],
  ["assert.eq({1}, 1)", 'assert.eq failed: "{1}" != "1"'],
  ["assert.eq(0/0, 0/0)", 'assert.eq failed: "-nan" (number) != "-nan" (number)'],
  [
    "assert.eq({a = {1, 2}, b = 'x', c = 1}, {a = {1, 3}, b = 'x', d = {}}, 'ctx')",
    "assert.eq failed: tables differ - ctx\n" +
      "  .a[2]: 2 != 3\n  .c: 1 is only on the left\n  .d: {} is only on the right",
  ],
  ["assert.ne('x', 'x')", 'assert.ne failed: "x" == "x"'],
  ["assert.gt(5, 10)", "assert.gt failed: 5 is not > 10"],
  ["assert.gt('5', 1)", "assert.gt: both arguments must be numbers"],
  ["assert.lt(10, 5)", "assert.lt failed: 10 is not < 5"],
  ["assert.lt(0/0, 5, 'x')", "assert.lt failed: -nan is not < 5 - x"],
  ["assert.ge(1, 2)", "assert.ge failed: 1 is not >= 2"],
  ["assert.near(1, 2)", "assert.near failed: 1 is not within 1e-9 of 2"],
  ["assert.contains('hello', 'xyz')", 'assert.contains failed: "hello" does not contain "xyz"'],
  ["assert.contains(1, 'xyz')", "assert.contains: first argument must be a string"],
  ["assert.contains('a', nil)", "assert.contains: second argument must be a string"],
  ["assert.contains({1, 2}, 3)", "assert.contains failed: {1, 2} does not contain 3"],
  ["assert.not_nil(nil)", "assert.not_nil failed: value is nil"],
  ["assert.not_nil()", "assert.not_nil failed: value is nil"],
  ["assert.is_true(1)", 'assert.is_true failed: "1" is not true'],
  ["assert.type(1.5, 'integer')", 'assert.type failed: "1.5" is a float, not an integer'],
  ["assert.matches('abc', '%d')", 'assert.matches failed: "abc" does not match pattern "%d"'],
  ["assert.matches('abc', '[a')", "assert.matches: pattern error: malformed pattern (missing ']')"],
  ["assert.matches(1, 'a')", "assert.matches: first argument must be a string"],
  ["assert.matches('a')", "assert.matches: second argument must be a pattern string"],
  [
    "assert.error(function() return 7 end)",
    "assert.error failed: no error was raised, results: {7}",
  ],
  [
    "assert.error(function() error('boom', 0) end, 'bang')",
    'assert.error failed: error "boom" does not contain "bang"',
  ],
])("%s fails", async (source, message) => {
  expect(await failure(source)).toBe(message);
});

test("a failure is a string without position, and the traceback names the line", async () => {
  expect(await run("return pcall(assert.eq, 1, 2)")).toEqual([
    false,
    'assert.eq failed: "1" != "2"',
  ]);
  const error = await harness()
    .lua.run("local function f()\n  assert.eq(1, 2)\n  return 1\nend\nf()", { name: "@x.lua" })
    .catch((e: unknown) => e);
  expect((error as { traceback: string }).traceback).toContain("x.lua:2: in ");
});

test("long differences are cut", async () => {
  const text = await failure(`
    local a, b = {}, {}
    for i = 1, 1000 do a[i], b[i] = i, -i end
    assert.eq(a, b)`);
  expect(text.split("\n")).toHaveLength(12);
  expect(text).toMatch(/… and more$/);
});

test("the error that was raised comes back as it is", async () => {
  expect(await run("return assert.error(function() error({code = 7}) end).code")).toEqual([7]);
});
