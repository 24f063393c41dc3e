/** Fields that are made when they are first read (src/runtime/lazy.ts). */
import { expect, test } from "vitest";
import { lazyFields } from "../src/runtime/lazy";
import { LuaTable } from "../src/runtime/table";
import { TableIterator } from "../src/runtime/table-iterator";
import { harness } from "./builtins/harness";

/** More computed keys than a table keeps as properties. */
const MANY = 40;

function tableWith(made: string[]): LuaTable {
  const t = new LuaTable();
  lazyFields(t, ["a", "b", "c"], (name) => {
    made.push(name);
    return name.toUpperCase();
  });
  return t;
}

test("a table that becomes a dictionary makes none of them", () => {
  const made: string[] = [];
  const t = tableWith(made);
  t.µsetName("plain", 1);
  for (let i = 0; i < MANY; i++) t.µsetStr(`key${i}`, i);
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
