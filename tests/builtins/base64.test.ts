import { expect, test } from "vitest";
import { harness } from "./harness";

const { run, failure } = harness();

test("all bytes in all lengths, against Node", async () => {
  for (let n = 0; n < 70; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + n * 11) & 0xff);
    const [std, url, bare, padded] = await run(
      `local s = ...
      assert.eq(base64.decode(base64.encode(s)), s)
      assert.eq(base64.decode_url(base64.encode_url(s)), s)
      assert.eq(base64.decode(base64.encode(s, {padding = false}), {padding = false}), s)
      assert.eq(base64.decode_url(base64.encode(s, {url = true})), s)
      return base64.encode(s), base64.encode_url(s), base64.encode(s, {padding = false}),
        base64.encode(s, {url = true})`,
      [bytes],
    );
    const expected = Buffer.from(bytes).toString("base64");
    expect(std).toBe(expected);
    expect(url).toBe(Buffer.from(bytes).toString("base64url"));
    expect(bare).toBe(expected.replace(/=+$/, ""));
    expect(padded).toBe(expected.replaceAll("+", "-").replaceAll("/", "_"));
  }
});

test.each([
  ["a", "invalid length at 0"],
  ["YWJjZ", "invalid length at 4"],
  ["ab!d", "invalid symbol at 2"],
  ["YW Jj", "invalid length at 4"],
  ["YWJj\\nYWJj===", "invalid symbol at 4"],
  ["__4=", "invalid symbol at 0"],
  ["YR==", "non-zero trailing bits at 1"],
  ["YWK=", "non-zero trailing bits at 2"],
  ["YQ==YQ==", "invalid symbol at 2"],
  ["YWJjYQ=", "invalid length at 4"],
  ["YWJj====", "invalid symbol at 4"],
])("decode refuses %j", async (text, cause) => {
  expect(await failure(`base64.decode("${text}")`)).toBe(`base64.decode: ${cause}`);
});

test("padding is refused where it is not wanted", async () => {
  expect(await failure(`base64.decode("YQ==", {padding = false})`)).toBe(
    "base64.decode: invalid padding at 2",
  );
  expect(await run(`return base64.decode_url("YQ"), base64.decode_url("YQ==")`)).toEqual([
    "a",
    "a",
  ]);
  expect(await failure(`base64.decode_url("+A")`)).toBe("base64.decode_url: invalid symbol at 0");
});

test("megabytes", async () => {
  const [same] = await run(`
    local s = ("\\0\\xff\\x80abc"):rep(700000)
    return base64.decode(base64.encode(s)) == s`);
  expect(same).toBe(true);
});
