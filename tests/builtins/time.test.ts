import { expect, test } from "vitest";
import { harness } from "./harness";

test("is Unix time as a float", async () => {
  const [t, type] = await harness().run("local t = time() return t, math.type(t)");
  expect(Math.abs((t as number) - Date.now() / 1000)).toBeLessThan(5);
  expect(type).toBe("float");
});

test("stays a float on a whole second", async () => {
  const now = Date.now;
  Date.now = () => 1_700_000_000_000;
  try {
    expect(await harness().run("return math.type(time()), tostring(time())")).toEqual([
      "float",
      "1700000000.0",
    ]);
  } finally {
    Date.now = now;
  }
});
