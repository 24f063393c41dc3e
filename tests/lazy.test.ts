/** Fields that are made when they are first read (src/runtime/lazy.ts). */
import { expect, test } from "vitest";
import { lazyFields } from "../src/runtime/lazy";
import { LuaTable } from "../src/runtime/table";
import { TableIterator } from "../src/runtime/table-iterator";
import { harness } from "./builtins/harness";

/** More computed keys than become fields. */
const MANY = 40;

function tableWith(made: string[]): LuaTable {
  const t = new LuaTable();
  lazyFields(t, ["a", "b", "c"], (name) => {
    made.push(name);
    return name.toUpperCase();
  });
  return t;
}

test("many computed keys make none of them", () => {
  const made: string[] = [];
  const t = tableWith(made);
  t.µsetName("plain", 1);
  for (let i = 0; i < MANY; i++) t.µsetKey(`key${i}`, i);
  expect(made).toEqual([]);
  t.µsetStr("b", "other");
  expect([t.µgetStr("a"), t.µgetStr("b"), t.µgetStr("plain"), t.µgetStr("key39")]).toEqual([
    "A",
    "other",
    1,
    39,
  ]);
  expect(made).toEqual(["a"]);
  t.µsetName("a", undefined);
  t.µsetStr("c", undefined);
  expect([t.µgetStr("a"), t.µgetStr("c")]).toEqual([undefined, undefined]);
  expect(made).toEqual(["a"]);
  const keys: unknown[] = [];
  for (const i = new TableIterator(t); i.step(); ) keys.push(i.key);
  expect(keys).toHaveLength(MANY + 2);
  expect(new Set(keys).size).toBe(keys.length);
});

test("many globals and modules load no library", async () => {
  const h = harness();
  const loaded: string[] = [];
  h.lua.state.addModules(["expensive"], (name) => {
    loaded.push(name);
    return 1;
  });
  const code = `for i = 1, ${MANY} do _G["g" .. i] = i package.loaded["m" .. i] = i end
    return g${MANY}, package.loaded.m1, json.encode({ g1 })`;
  expect(await h.run(code)).toEqual([MANY, 1, "[1]"]);
  expect(loaded).toEqual([]);
  expect(await h.run("return expensive")).toEqual([1]);
  await h.lua.close();
});

test("a table that has a map for other reasons keeps what is in it", () => {
  const t = new LuaTable();
  t.µsetKey("computed", 1);
  t.µset(0.5, 2);
  lazyFields(t, ["a", "computed"], (name) => name.toUpperCase());
  expect([t.µgetStr("a"), t.µgetStr("computed"), t.µget(0.5)]).toEqual(["A", "COMPUTED", 2]);
});

test("a table with a finaliser shares them with its stand-in", () => {
  const t = tableWith([]);
  t.µsetName("plain", 1);
  t.µpin();
  lazyFields(t, ["d"], () => "D");
  const { µmap: map } = t;
  expect(["a", "plain", "d"].map((name) => map?.get(name))).toEqual(["A", 1, "D"]);
  t.µsetKey("plain", 2);
  t.µsetName("a", 3);
  expect(["a", "plain"].map((name) => map?.get(name))).toEqual([3, 2]);
});
