import { spawnSync } from "node:child_process";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { checkZstd, ZstdFrames } from "../../src/builtins/compress/zstd-frames";
import { harness } from "./harness";

const { run, failure } = harness();

const pairs = [
  ["gzip", "gunzip"],
  ["zstd", "unzstd"],
  ["brotli", "unbrotli"],
] as const;

describe.each(pairs)("%s", (pack, unpack) => {
  test("small and large, any bytes, every level", async () => {
    expect(
      await run(`
        local bytes = {}
        for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
        local s = table.concat(bytes)
        for _, text in ipairs{"", "\\0", s, s:rep(2000)} do
          assert.eq(compress.${unpack}(compress.${pack}(text)) == text, true)
          assert.eq(compress.${unpack}(compress.${pack}(text, {level = 1})) == text, true)
        end
        return #compress.${pack}(s:rep(2000)) < 10000`),
    ).toEqual([true]);
  });
  test("damage, an early end and bombs are errors", async () => {
    expect(await failure(`compress.${unpack}("neither of them")`)).toBe(
      `compress.${unpack}: the data is damaged or in another format`,
    );
    expect(
      await failure(`compress.${unpack}(compress.${pack}(("x"):rep(1000)):sub(1, -5))`),
    ).toMatch(
      new RegExp(
        `^compress\\.${unpack}: the data (ends too early|is damaged or in another format)$`,
      ),
    );
    const bomb = `compress.${pack}(("x"):rep(10000000))`;
    expect(await failure(`compress.${unpack}(${bomb}, {max_size = 1000000})`)).toBe(
      `compress.${unpack}: larger than 1000000 bytes (option max_size)`,
    );
    expect(
      await run(`return compress.${unpack}(compress.${pack}("x"), {max_size = 1 << 40})`),
    ).toEqual(["x"]);
    expect(await failure(`compress.${pack}("x", {level = 99})`)).toMatch(/level/);
  });
  test("only the calling task waits", async () => {
    expect(
      await run(`
        local parts = {}
        for i = 1, 300000 do parts[i] = i * 7919 % 1000003 .. "," end
        local text, ticks, done = table.concat(parts), 0, false
        local h = async.spawn(function() compress.${pack}(text, {level = 6}) done = true end)
        while not done do sleep(0) ticks = ticks + 1 end
        return ticks > 1`),
    ).toEqual([true]);
  });
});

test("what follows the end of Brotli data is no part of it, and an error", async () => {
  const damaged = "compress.unbrotli: the data is damaged or in another format";
  expect(await failure('compress.unbrotli(compress.brotli("x") .. "junk")')).toBe(damaged);
  expect(await failure('compress.unbrotli(compress.brotli("x"):rep(2))')).toBe(damaged);
  const large = "crypto.random_bytes(200000)";
  expect(await failure(`compress.unbrotli(compress.brotli(${large}) .. "x")`)).toBe(damaged);
  expect(await run(`return #compress.unbrotli(compress.brotli(${large}))`)).toEqual([200000]);
});

test("Zstandard data has a checksum, so that damage is found", async () => {
  expect(
    await run(`
      local packed, found = compress.zstd(crypto.random_bytes(1000)), 0
      for i = 100, 900, 10 do
        local other = string.char(packed:byte(i) ~ 1)
        if not pcall(compress.unzstd, packed:sub(1, i - 1) .. other .. packed:sub(i + 1)) then found = found + 1 end
      end
      return found`),
  ).toEqual([81]);
  expect(await failure('compress.unzstd(compress.zstd("x") .. "junk")')).toBe(
    "compress.unzstd: the data is damaged or in another format",
  );
});

test("where Zstandard data ends", async () => {
  const frame = zlib.zstdCompressSync(Buffer.from("some text, some more text".repeat(50)));
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const checksummed = zlib.zstdCompressSync(Buffer.alloc(300_000, 7), {
    params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 },
  });
  for (const good of [frame, Buffer.concat([frame, skippable, frame]), checksummed]) {
    for (const step of [1, 7, good.length]) {
      const frames = new ZstdFrames();
      for (let i = 0; i < good.length; i += step) frames.push(good.subarray(i, i + step));
      frames.end();
    }
    for (let i = 0; i < good.length; i++) {
      const part = good.subarray(0, i);
      // it may end behind each frame of the second one
      if (good !== frame && good !== checksummed && [frame.length, frame.length + 11].includes(i))
        continue;
      expect(() => checkZstd(part)).toThrow("unexpected end of file");
    }
  }
  expect(() => checkZstd(Buffer.concat([frame, Buffer.from("what is this")]))).toThrow();
});

/** Bytes through a program. */
function through(command: string, args: string[], input: Uint8Array): Buffer | undefined {
  const r = spawnSync(command, args, { input });
  return r.error === undefined && r.status === 0 ? r.stdout : undefined;
}

test.each([
  ["gzip", "gunzip"],
  ["zstd", "unzstd"],
])("what the program %s writes is read, and the other way round", async (pack, unpack) => {
  const text = Buffer.from("héllo\0".repeat(1000));
  const packed = through(pack, ["-c"], text);
  if (packed === undefined) {
    console.log(`${pack} is not installed: not compared`);
    return;
  }
  expect(await run(`return #compress.${unpack}(...)`, [packed])).toEqual([text.length]);
  // two of them behind each other
  expect(await run(`local d = ... return #compress.${unpack}(d .. d)`, [packed])).toEqual([
    2 * text.length,
  ]);
  const [ours] = await run(`return compress.${pack}("from here \\0 \\xff")`);
  expect(through(pack, ["-dc"], ours as Uint8Array)?.toString("latin1")).toBe("from here \0 \xff");
});
