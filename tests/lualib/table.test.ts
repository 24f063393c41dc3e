import { expect, test } from "vitest";
import { tableLibrary } from "../../src/lualib/table";
import { SUSPENDED } from "../../src/runtime/frame";
import { MAX_INTEGER, MIN_INTEGER, subInt } from "../../src/runtime/int64";
import { LuaTable } from "../../src/runtime/table";
import { LuaFloat, type LuaValue } from "../../src/runtime/value";
import { elements, errorOf, finish, functionOf, list, record, suspending } from "./drive";

const library = tableLibrary();
const insert = functionOf(library, "insert");
const remove = functionOf(library, "remove");
const move = functionOf(library, "move");
const concat = functionOf(library, "concat");
const unpack = functionOf(library, "unpack");
const pack = functionOf(library, "pack");
const create = functionOf(library, "create");

/** An empty table that passes reads and writes on to `store`. */
function proxy(store: LuaTable, wrap = (f: (...args: LuaValue[]) => LuaValue) => f): LuaTable {
  const t = new LuaTable();
  t.µmetatable = record({
    __index: wrap((_t, k) => store.µget(k)),
    __newindex: wrap((_t, k, v) => {
      store.µset(k, v);
      return undefined;
    }),
    __len: wrap(() => store.µlength()),
  });
  return t;
}

test("insert appends and shifts", () => {
  const t = new LuaTable();
  insert(t, "a");
  insert(t, "c");
  insert(t, 2, "b");
  insert(t, 1, "z");
  insert(t, 5, "e");
  expect(elements(t)).toEqual(["z", "a", "b", "c", "e"]);
  const many = list(...Array.from({ length: 100 }, (_, i) => i));
  insert(many, 3, "x");
  expect(elements(many).slice(0, 5)).toEqual([0, 1, "x", 2, 3]);
  expect(many.µgetInt(101)).toBe(99);
});

test("insert takes over keys that waited behind the end", () => {
  const t = list(1, 2);
  t.µset(4, "four");
  insert(t, 1, 0);
  expect(elements(t)).toEqual([0, 1, 2, "four"]);
});

test("insert of nil, and its errors", () => {
  const t = list(1);
  insert(t, undefined);
  expect(elements(t)).toEqual([1]);
  insert(t, 1, undefined);
  expect([t.µgetInt(1), t.µgetInt(2)]).toEqual([undefined, 1]);
  expect(errorOf(() => insert(list(), 2, 3, 4))).toBe("wrong number of arguments to 'insert'");
  expect(errorOf(() => insert(list(1)))).toBe("wrong number of arguments to 'insert'");
  expect(errorOf(() => insert(list(1, 2), 4, 0))).toBe("#2 position out of bounds");
  expect(errorOf(() => insert(list(), 0, 0))).toBe("#2 position out of bounds");
  expect(errorOf(() => insert(1, 2))).toBe("#1 table expected, got number");
  expect(errorOf(() => insert())).toBe("#1 table expected, got no value");
});

test("remove", () => {
  const t = list("a", "b", "c", "d");
  expect(remove(t)).toBe("d");
  expect(remove(t, 1)).toBe("a");
  expect(elements(t)).toEqual(["b", "c"]);
  expect(remove(t, 3)).toBe(undefined);
  expect(errorOf(() => remove(t, 4))).toBe("#2 position out of bounds");
  expect(errorOf(() => remove(t, 0))).toBe("#2 position out of bounds");
  const zero = record({});
  zero.µset(0, "zero");
  expect(finish(remove(zero))).toBe("zero");
  expect(zero.µget(0)).toBe(undefined);
  expect(finish(remove(list()))).toBe(undefined);
  const many = list(...Array.from({ length: 50 }, (_, i) => i + 1));
  expect(remove(many, 10)).toBe(10);
  expect([many.µlength(), many.µgetInt(10), many.µgetInt(49)]).toEqual([49, 11, 50]);
});

test("remove leaves a border behind when holes surface", () => {
  const t = list(1, 2, 3);
  t.µsetInt(2, undefined);
  expect(remove(t)).toBe(3);
  expect(t.µlength()).toBe(1);
});

test("insert and remove go through metamethods, which may suspend", () => {
  for (const wrap of [undefined, suspending]) {
    const store = list("a", "b", "c");
    const t = wrap === undefined ? proxy(store) : proxy(store, wrap as never);
    finish(insert(t, 2, "x"));
    finish(insert(t, "y"));
    expect(elements(store)).toEqual(["a", "x", "b", "c", "y"]);
    expect(finish(remove(t, 1))).toBe("a");
    expect(elements(store)).toEqual(["x", "b", "c", "y"]);
    expect(finish(concat(t, "-"))).toBe("x-b-c-y");
    expect(finish(unpack(t))).toEqual(["x", "b", "c", "y"]);
    const target = new LuaTable();
    finish(move(t, 2, 3, 1, target));
    expect(elements(target)).toEqual(["b", "c"]);
  }
});

test("a suspended function really stops in the middle", () => {
  const t = proxy(list("a", "b"), suspending as never);
  const r = concat(t);
  expect(r).toBe(SUSPENDED);
  expect(finish(r)).toBe("ab");
});

test("a length that is no integer", () => {
  const t = new LuaTable();
  t.µmetatable = record({ __len: () => "abc" });
  expect(errorOf(() => insert(t, 1))).toBe("object length is not an integer");
});

test("move", () => {
  expect(elements(move(list(10, 20, 30), 1, 3, 2) as LuaTable)).toEqual([10, 10, 20, 30]);
  expect(elements(move(list(10, 20, 30), 1, 3, 3) as LuaTable)).toEqual([10, 20, 10, 20, 30]);
  expect(elements(move(list(10, 20, 30), 2, 3, 1) as LuaTable)).toEqual([20, 30, 30]);
  expect(elements(move(list(1, 2), 1, 2, 1, list()) as LuaTable)).toEqual([1, 2]);
  const far = finish(move(list(45), 1, 1, MAX_INTEGER)) as LuaTable;
  expect([far.µget(1), far.µget(MAX_INTEGER)]).toEqual([45, 45]);
  const edge = new LuaTable();
  edge.µset(MAX_INTEGER, 3);
  edge.µset(subInt(MAX_INTEGER, 1), 2);
  const near = finish(move(edge, subInt(MAX_INTEGER, 1), MAX_INTEGER, -1, list())) as LuaTable;
  expect([near.µget(-1), near.µget(0)]).toEqual([2, 3]);
});

test("move checks its ranges", () => {
  const e = (...args: LuaValue[]) => errorOf(() => move(list(), ...args));
  expect(e(0, MAX_INTEGER, 1)).toBe("#3 too many elements to move");
  expect(e(MIN_INTEGER, -1, 1)).toBe("#3 too many elements to move");
  expect(e(1, MAX_INTEGER, 2)).toBe("#4 destination wrap around");
  expect(e(1, 2, MAX_INTEGER)).toBe("#4 destination wrap around");
  expect(errorOf(() => move(1, 2, 3, 4))).toBe("#1 table expected, got number");
});

test("concat", () => {
  expect(concat(list("a", "b", "c", "d"), ", ")).toBe("a, b, c, d");
  expect(concat(list("a", 1, new LuaFloat(2), 0.5), "|")).toBe("a|1|2.0|0.5");
  expect(concat(list())).toBe("");
  expect(concat(list(1, 2, 3), ",", 2)).toBe("2,3");
  expect(concat(list(1, 2, 3), ",", 2, 2)).toBe("2");
  expect(concat(list(1, 2, 3), 0)).toBe("10203");
  expect(concat(list("a", "b", "c", "d", "e"), "", 2, 4)).toBe("bcd");
  expect(errorOf(() => concat(list(1, true)))).toBe(
    "invalid value (boolean) at index 2 in table for 'concat'",
  );
  expect(errorOf(() => concat(list("a", "b", "c"), "", 1, 5))).toBe(
    "invalid value (nil) at index 4 in table for 'concat'",
  );
  const edge = new LuaTable();
  edge.µset(MAX_INTEGER, "end");
  expect(concat(edge, "x", MAX_INTEGER, MAX_INTEGER)).toBe("end");
});

test("pack, unpack, create", () => {
  const p = pack(1, undefined, 3, undefined) as LuaTable;
  expect([p.µget("n"), p.µget(1), p.µget(3), p.µlength()]).toEqual([4, 1, 3, 3]);
  expect((pack() as LuaTable).µget("n")).toBe(0);
  expect(unpack(list(1, 2, 3))).toEqual([1, 2, 3]);
  expect(unpack(list(1, 2, 3), 2)).toEqual([2, 3]);
  expect(unpack(list(1, 2, 3), -1, 1)).toEqual([undefined, undefined, 1]);
  expect(unpack(list(1), 1, 1)).toBe(1);
  expect(unpack(list(1), 2)).toEqual([]);
  for (const [i, e] of [
    [0, 2147483647],
    [1, MAX_INTEGER],
    [MIN_INTEGER, MAX_INTEGER],
  ])
    expect(errorOf(() => unpack(list(), i, e))).toBe("too many results to unpack");
  const t = new LuaTable();
  t.µset(MAX_INTEGER, "x");
  expect(finish(unpack(t, subInt(MAX_INTEGER, 1), MAX_INTEGER))).toEqual([undefined, "x"]);
  const c = create(100) as LuaTable;
  insert(c, 1);
  expect([c.µlength(), c.µgetInt(1)]).toEqual([1, 1]);
  expect(errorOf(() => create(2147483648))).toBe("#1 out of range");
  expect(errorOf(() => create(0, -1))).toBe("#2 out of range");
  expect(errorOf(() => create(0, 2147483647))).toBe("table overflow");
  expect(errorOf(() => create())).toBe("#1 number expected, got no value");
});
