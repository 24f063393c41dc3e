import { expect, test } from "vitest";
import { harness } from "./harness";

const { run, failure } = harness();

test("every byte, both cases", async () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const [lower, upper, same] = await run(
    `local s = ...
    return hex.encode(s), hex.encode(s, {upper = true}),
      hex.decode(hex.encode(s)) == s and hex.decode(hex.encode(s, {upper = true})) == s`,
    [all],
  );
  expect(lower).toBe(Buffer.from(all).toString("hex"));
  expect(upper).toBe(Buffer.from(all).toString("hex").toUpperCase());
  expect(same).toBe(true);
});

test.each([
  ["0g", "invalid symbol at 1"],
  ["00 11", "invalid symbol at 2"],
  ["0x00", "invalid symbol at 1"],
  ["000", "invalid length at 2"],
])("decode refuses %j", async (text, cause) => {
  expect(await failure(`hex.decode("${text}")`)).toBe(`hex.decode: ${cause}`);
});
