import { existsSync, mkdirSync, statfsSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "./folder";
import { harness } from "./harness";

const dir = testFolder();
const { run, failure } = harness({ globals: { dir } });

test("usage", async () => {
  const [u] = (await run("return disk.usage(dir)")) as [Record<string, number>];
  const fs = statfsSync(dir);
  expect(u.total).toBe(fs.blocks * fs.bsize);
  expect(u.used).toBe((u.total as number) - (u.free as number));
  expect(u.available).toBeLessThanOrEqual(u.free as number);
  expect(u.percent).toBeCloseTo(((u.used as number) / (u.total as number)) * 100, 6);
  expect(await failure('disk.usage("/nope")')).toBe(
    'disk.usage: failed to look at "/nope": No such file or directory (os error 2)',
  );
});

test("dir_size counts files and not what links lead to", async () => {
  mkdirSync(join(dir, "size/sub"), { recursive: true });
  writeFileSync(join(dir, "size/a"), "x".repeat(1000));
  writeFileSync(join(dir, "size/sub/b"), "x".repeat(234));
  const [plain] = await run('return disk.dir_size(dir .. "/size")');
  expect(plain).toBe(1234);
  symlinkSync("/usr", join(dir, "size/l"));
  expect(
    await run('return disk.dir_size(dir .. "/size"), disk.dir_size(dir .. "/size/a")'),
  ).toEqual([1238, 1000]);
});

test("sweep removes old files, below only when told so", async () => {
  mkdirSync(join(dir, "sweep/sub"), { recursive: true });
  for (const f of ["old", "new", "sub/old"]) writeFileSync(join(dir, "sweep", f), "");
  const longAgo = Date.now() / 1000 - 1000;
  for (const f of ["old", "sub/old"]) utimesSync(join(dir, "sweep", f), longAgo, longAgo);
  expect(await run('return disk.sweep(dir .. "/sweep", 2000)')).toEqual([0]);
  expect(await run('return disk.sweep(dir .. "/sweep", 500)')).toEqual([1]);
  expect(existsSync(join(dir, "sweep/sub/old"))).toBe(true);
  expect(await run('return disk.sweep(dir .. "/sweep", 500, { recursive = true })')).toEqual([1]);
  expect(existsSync(join(dir, "sweep/new"))).toBe(true);
  expect(existsSync(join(dir, "sweep/sub"))).toBe(true);
  expect(await failure('disk.sweep(dir .. "/none", 1)')).toContain("disk.sweep: failed to sweep");
});
