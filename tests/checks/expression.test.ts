import { expect, test } from "vitest";
import { evaluate, parseExpression } from "../../src/checks/expression";
import { parseJson } from "../../src/checks/json-value";

const document = parseJson(
  '{"status":"ok","n":1,"f":1.0,"big":9007199254740993,"none":null,"on":true,"t":"1","a.b":5,' +
    '"data":{"items":[{"id":7},{"id":8}],"a b":2,"empty":{}},"list":["x",2],"k[0]":"literal"}',
);

function holds(text: string): boolean | string {
  const e = parseExpression(text);
  if ("problem" in e) return e.problem;
  const verdict = evaluate(e, document);
  return verdict.problem ?? verdict.holds;
}

test.each([
  ['.status == "ok"', true],
  ["status == ok", true],
  ['.status == "no"', false],
  [".n == 1", true],
  [".n == 1.0", false],
  [".f == 1", false],
  [".f == 1.0", true],
  ['.n == "1"', false],
  [".t == 1", false],
  ['.t == "1"', true],
  [".big == 9007199254740993", true],
  [".big == 9007199254740992", false],
  [".none == null", true],
  [".on == true", true],
  ["..data..a b == 2", true],
  [".data.empty == {}", false],
  ['.status == "', false],
  [".k[0] == literal", true],
  [". == 1", false],
])("the original's %s is %s", (text, expected) => {
  expect(holds(text)).toBe(expected);
});

test.each([
  [".nope == 1", "JSON path '.nope' not found in response"],
  [".n !== 2", "JSON path '.n !' not found in response"],
  [".n != = 2", "unknown operator '!==' in \".n != = 2\""],
  [".data.nope.more == 1", "JSON path '.nope' not found in response"],
  [".status.x == 1", "JSON path '.x' not found in response"],
  [".status", "unsupported JSON expression syntax: \".status\" (expected '.path == value')"],
  [
    ".status = ok",
    "unsupported JSON expression syntax: \".status = ok\" (expected '.path == value')",
  ],
])("%s says %s", (text, expected) => {
  expect(holds(text)).toBe(expected);
});

test.each([
  [".data.items[0].id == 7", true],
  [".data.items[-1].id == 8", true],
  [".data.items[2].id == 8", "JSON path '.2' not found in response"],
  ['."a.b" == 5', true],
  ['.status != "ok"', false],
  [".status != down", true],
  [".n != 1.0", true],
  [".n < 2", true],
  [".n <= 1", true],
  [".n > 1", false],
  [".n >= 0.5", true],
  [".status < p", true],
  [".status < 5", false],
  [".list contains x", true],
  [".list contains 2", true],
  [".list contains 3", false],
  [".list not contains 3", true],
  [".status contains k", true],
  [".data contains items", true],
  [".status matches ^o.$", true],
  ['.status matches "^x"', false],
  [".none exists", true],
  [".nope exists", false],
  [".nope not exists", true],
  [".nope != 1", "JSON path '.nope' not found in response"],
])("%s is %s", (text, expected) => {
  expect(holds(text)).toBe(expected);
});

test("mistakes are found without a document", () => {
  expect(holds(".a matches (")).toMatch(/^invalid regular expression "\("/);
  expect(holds(".a exists 1")).toBe("nothing may follow 'exists' in \".a exists 1\"");
  expect(holds(".a contains")).toBe("missing value behind 'contains' in \".a contains\"");
});
