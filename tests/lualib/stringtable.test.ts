import { expect, test } from "vitest";
import { StringMap } from "../../src/runtime/keymap";
import { StringTable } from "../../src/runtime/stringtable";

test("keys come in, are replaced, go and come again, and the table grows", () => {
  const table = new StringTable(8);
  for (let i = 0; i < 5000; i++) table.set(`k${i}`, i);
  for (let i = 0; i < 5000; i += 2) table.set(`k${i}`, undefined);
  for (let i = 0; i < 5000; i += 4) table.set(`k${i}`, -i);
  for (let i = 5000; i < 20_000; i++) table.set(`k${i}`, i);
  const expected = new Map<string, number>();
  for (let i = 0; i < 20_000; i++)
    if (i >= 5000 || i % 2 === 1) expected.set(`k${i}`, i);
    else if (i % 4 === 0) expected.set(`k${i}`, -i);
  for (let i = 0; i < 20_000; i++) expect(table.get(`k${i}`)).toBe(expected.get(`k${i}`));
  const entries = new Map(table.entries());
  expect(entries.size).toBe(expected.size);
  expect(table.isClogged).toBe(false);
});

test("keys whose hashes were made to be the same do not make a table slow", () => {
  // only the two ends of a long string are hashed
  const end = "a".repeat(40);
  const keys = Array.from({ length: 40_000 }, (_, i) => `${end}${100_000 + i}${end}`);
  const table = new StringTable(8);
  for (const k of keys.slice(0, 200)) table.set(k, k.length);
  expect(table.isClogged).toBe(true);
  const map = new StringMap();
  const start = performance.now();
  keys.forEach((k, i) => {
    map.set(k, i);
  });
  expect(keys.every((k, i) => map.get(k) === i)).toBe(true);
  expect(performance.now() - start).toBeLessThan(2000);
  expect([...(map.entries() as IterableIterator<[string, unknown]>)]).toHaveLength(40_000);
});
