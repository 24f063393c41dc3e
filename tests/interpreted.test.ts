/** Which functions and loops are compiled, and how often: as long as code runs a few times it is interpreted. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLua } from "../src/index";

/** How many texts were compiled; the compiler gives them to `new Function` with these parameters. */
let compiled = 0;
const plain = globalThis.Function;

beforeEach(() => {
  compiled = 0;
  globalThis.Function = new Proxy(plain, {
    construct(target, args) {
      if (args[0] === "R" && args[1] === "P") compiled++;
      return Reflect.construct(target, args);
    },
  });
});

afterEach(() => {
  globalThis.Function = plain;
});

async function compiledFor(text: string): Promise<number> {
  await createLua().run(text);
  return compiled;
}

const SUM = `local function sum(n)
  local s = 0
  for i = 1, n do s = s + i end
  return s
end
`;

test("a function with a loop of a few iterations is not compiled", async () => {
  expect(await compiledFor(`${SUM} sum(5) sum(6) sum(7)`)).toBe(0);
});

test("one that has been run often is", async () => {
  expect(await compiledFor(`${SUM} ${"sum(1) ".repeat(12)}`)).toBe(1);
});

test("iterations of several runs count together", async () => {
  expect(await compiledFor(`${SUM} ${"sum(20) ".repeat(7)}`)).toBe(1);
});

test("a function is not compiled for the sake of a long loop, which is by then", async () => {
  // more than one, if the loop is suspended
  const once = await compiledFor(`${SUM} sum(3000000)`);
  compiled = 0;
  expect(await compiledFor(`${SUM} ${"sum(3000000) ".repeat(5)}`)).toBe(once);
});

const PAIRS = `local function pairsOf(n, m)
  local count = 0
  for i = 1, n do
    for j = 1, m do count = count + i * j end
  end
  return count
end
`;

test("loops inside of loops are interpreted, too", async () => {
  expect(await compiledFor(`${PAIRS} pairsOf(4, 4)`)).toBe(0);
});

test("the iterations of an inner loop count for the outer one, which is compiled at once", async () => {
  expect(await compiledFor(`${PAIRS} pairsOf(20, 6)`)).toBe(1);
});

test("an inner loop that is long is compiled by itself", async () => {
  expect(await compiledFor(`${PAIRS} pairsOf(3, 2000)`)).toBe(1);
});
