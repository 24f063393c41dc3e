import { expect, test } from "vitest";
import { tableLibrary } from "../../src/lualib/table";
import { MAX_INTEGER } from "../../src/runtime/int64";
import { LuaTable } from "../../src/runtime/table";
import { LuaFloat, type LuaValue, numberToDouble } from "../../src/runtime/value";
import { elements, errorOf, finish, functionOf, list, record, suspending } from "./drive";

const sort = functionOf(tableLibrary(), "sort");
const less = (a: LuaValue, b: LuaValue) => (a as number) < (b as number);

/** Numbers in an order that is always the same. */
function scrambled(n: number): number[] {
  const out: number[] = [];
  let x = 12345;
  for (let i = 0; i < n; i++) {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    out.push(x % 1000);
  }
  return out;
}

test("numbers and strings in their own order", () => {
  const numbers = scrambled(500);
  const t = list(...numbers);
  sort(t);
  expect(elements(t)).toEqual(numbers.toSorted((a, b) => a - b));
  const mixed = list(3, 1.5, -2, Infinity, 0.25, 2 ** 40, -Infinity);
  sort(mixed);
  expect(elements(mixed)).toEqual([-Infinity, -2, 0.25, 1.5, 3, 2 ** 40, Infinity]);
  const words = list("b", "a\0b", "", "a", "\xe1", "B", "10", "9");
  sort(words);
  expect(elements(words)).toEqual(["", "10", "9", "B", "a", "a\0b", "b", "\xe1"]);
});

test("boxed numbers", () => {
  const t = list(new LuaFloat(3), 2, MAX_INTEGER, 0.5, new LuaFloat(-1));
  sort(t);
  expect(elements(t).map((v) => numberToDouble(v as number))).toEqual([-1, 0.5, 2, 3, 2 ** 63]);
});

test("floats with and without a fraction stay what they are", () => {
  const t = list(new LuaFloat(3), 0.5, new LuaFloat(-1), Infinity, new LuaFloat(2 ** 60), 1.5);
  sort(t);
  expect(elements(t)).toEqual([
    new LuaFloat(-1),
    0.5,
    1.5,
    new LuaFloat(3),
    new LuaFloat(2 ** 60),
    Infinity,
  ]);
  const zeros = list(new LuaFloat(0), new LuaFloat(-0), new LuaFloat(0));
  sort(zeros);
  const signs = elements(zeros).map((v) => Object.is((v as LuaFloat).n, -0));
  expect(signs.filter(Boolean)).toHaveLength(1);
});

test("with a comparison function, resumed or not", () => {
  for (const n of [0, 1, 2, 3, 4, 5, 10, 100, 1000]) {
    const numbers = scrambled(n);
    const expected = numbers.toSorted((a, b) => b - a);
    const t = list(...numbers);
    sort(t, (a: LuaValue, b: LuaValue) => less(b, a));
    expect(elements(t)).toEqual(expected);
    const s = list(...numbers);
    finish(
      sort(
        s,
        suspending((a, b) => [less(b, a), "extra"]),
      ),
    );
    expect(elements(s)).toEqual(expected);
  }
});

test("the order of equal elements is C Lua's", () => {
  const t = list(
    ...["a3", "b1", "c2", "d1", "e3", "f2", "g1", "h2", "i3", "j1"].map((name) =>
      record({ name, key: Number(name[1]) }),
    ),
  );
  sort(t, (a: LuaTable, b: LuaTable) => less(a.µget("key"), b.µget("key")));
  expect(elements(t).map((v) => (v as LuaTable).µget("name"))).toEqual(
    ["j1", "b1", "d1", "g1", "c2", "h2", "f2", "e3", "i3", "a3"], // as C Lua 5.5 prints it
  );

  // 300 elements with ten different keys: count of comparisons and a hash of the order
  let x = 12345;
  const many: LuaTable[] = [];
  for (let i = 1; i <= 300; i++) {
    x = Number((BigInt(x) * 1103515245n + 12345n) & 0x7fffffffn);
    many.push(record({ key: x % 10, i }));
  }
  let count = 0;
  const sorted = list(...many);
  sort(sorted, (a: LuaTable, b: LuaTable) => {
    count++;
    return less(a.µget("key"), b.µget("key"));
  });
  let hash = 0;
  for (const v of elements(sorted))
    hash = (hash * 31 + ((v as LuaTable).µget("i") as number)) % 1000007;
  expect([count, hash]).toEqual([2346, 135871]);
});

test("inconsistent comparison functions are reported", () => {
  for (const n of [4, 5, 6, 50])
    expect(errorOf(() => sort(list(...scrambled(n)), () => true))).toBe(
      "invalid order function for sorting",
    );
  const three = list(1, 2, 3);
  sort(three, () => true);
  expect(elements(three).toSorted()).toEqual([1, 2, 3]);
});

test("an error in the comparison function gets through", () => {
  const t = list(3, 2, 1);
  expect(() =>
    sort(t, () => {
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(elements(t).toSorted()).toEqual([1, 2, 3]);
});

test("a comparison function that changes the table does no harm", () => {
  const t = list(5, 4, 3, 2, 1);
  sort(t, (a: LuaValue, b: LuaValue) => {
    for (let i = t.µlength(); i > 0; i--) t.µsetInt(i, undefined);
    return less(a, b);
  });
  expect(elements(t)).toEqual([1, 2, 3, 4, 5]);
});

test("metamethods", () => {
  const meta = record({
    __lt: (a: LuaTable, b: LuaTable) => less(a.µget("v"), b.µget("v")),
  });
  const objects = scrambled(20).map((v) => {
    const o = record({ v });
    o.µmetatable = meta;
    return o;
  });
  const t = list(...objects);
  finish(sort(t));
  expect(elements(t).map((o) => (o as LuaTable).µget("v"))).toEqual(
    scrambled(20).toSorted((a, b) => a - b),
  );

  const store = list(3, 1, 2);
  const proxy = new LuaTable();
  proxy.µmetatable = record({
    __index: suspending((_t, k) => store.µget(k)),
    __newindex: suspending((_t, k, v) => {
      store.µset(k, v);
      return undefined;
    }),
    __len: suspending(() => store.µlength()),
  });
  finish(sort(proxy, suspending(less)));
  expect(elements(store)).toEqual([1, 2, 3]);
});

test("argument checks", () => {
  const long = new LuaTable();
  long.µmetatable = record({ __len: () => MAX_INTEGER });
  expect(errorOf(() => finish(sort(long)))).toBe("#1 array too big");
  const negative = new LuaTable();
  negative.µmetatable = record({ __len: () => -1 });
  expect(finish(sort(negative, 42))).toEqual([]);
  expect(errorOf(() => sort(list(1, 2), 42))).toBe("#2 function expected, got number");
  expect(errorOf(() => sort(list(1, true, 2)))).toMatch(/attempt to compare/);
});
