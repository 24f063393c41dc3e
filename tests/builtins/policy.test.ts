/** Files are confined to the roots of the policy, whatever paths and links say. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Policy } from "../../src/index";
import { testFolder } from "./folder";
import { harness } from "./harness";

const dir = testFolder();
const [root, out] = [join(dir, "root"), join(dir, "rooted-elsewhere")];
mkdirSync(join(root, "sub"), { recursive: true });
mkdirSync(out);
writeFileSync(join(root, "mine"), "mine");
writeFileSync(join(out, "theirs"), "theirs");
symlinkSync(out, join(root, "away"));
symlinkSync(join(out, "theirs"), join(root, "file-away"));
symlinkSync("../../rooted-elsewhere", join(root, "sub", "up"));
symlinkSync("../mine", join(root, "sub", "inside"));
symlinkSync("loop", join(root, "loop"));
symlinkSync(join(out, "new"), join(root, "dangling"));
const policy = new Policy({ read: [root], write: [root] });
const { run, failure } = harness({ policy, globals: { dir, root, out } });

test("what is inside works, also through links", async () => {
  expect(
    await run(`
      fs.write(root .. "/new/x", "x")
      return fs.read(root .. "/mine"), fs.read(root .. "/sub/inside"), fs.read(root .. "/sub/../mine"),
        fs.read(root .. "//./new/x"), #fs.list(root) > 0, fs.exists(root)`),
  ).toEqual(["mine", "mine", "mine", "x", true, true]);
  await run(`fs.remove(root .. "/new")`);
});

const READS = ["read", "read_bytes", "lines", "list", "readdir", "stat", "exists"];
const OUTSIDE = [
  'out .. "/theirs"',
  'root .. "/../rooted-elsewhere/theirs"',
  'root .. "/away/theirs"',
  'root .. "/file-away"',
  'root .. "/sub/up/theirs"',
  'root .. "/sub/../away/theirs"',
  'root .. "/away/../rooted-elsewhere/theirs"',
  'root .. "-elsewhere/theirs"',
  '"/proc/self/root" .. out .. "/theirs"',
  'root .. "/loop"',
  '"/etc/passwd"',
  "dir",
];

test.each(READS)("fs.%s outside is refused", async (name) => {
  for (const path of OUTSIDE)
    expect(await failure(`fs.${name}(${path})`)).toMatch(
      new RegExp(`^fs\\.${name}: reading ".*" is not allowed$`),
    );
});

test("writes outside are refused and do nothing", async () => {
  for (const path of [...OUTSIDE, 'root .. "/dangling"', 'root .. "/away/new"', "root .. '/../x'"])
    for (const call of [
      `write(${path}, "bad")`,
      `write(${path}, "bad", { atomic = true })`,
      `append(${path}, "bad")`,
      `mkdir(${path})`,
      `chmod(${path}, 0)`,
      `copy(root .. "/mine", ${path})`,
      `sub_in_file(${path}, "t", "b")`,
    ])
      expect(await failure(`fs.${call}`)).toContain('" is not allowed');
  expect(readFileSync(join(out, "theirs"), "utf8")).toBe("theirs");
  expect(existsSync(join(out, "new"))).toBe(false);
});

test("removing and renaming are about the entry itself", async () => {
  for (const path of ['root .. "/away/theirs"', 'out .. "/theirs"', "root", 'root .. "/sub/.."']) {
    expect(await failure(`fs.remove(${path})`)).toContain('" is not allowed');
    expect(await failure(`fs.rename(${path}, root .. "/stolen")`)).toContain('" is not allowed');
    expect(await failure(`fs.rename(root .. "/mine", ${path})`)).toContain('" is not allowed');
  }
  symlinkSync(out, join(root, "link"));
  // a moved link could take the place of a folder whose path was checked a moment ago
  expect(await failure(`fs.rename(root .. "/link", root .. "/link2")`)).toContain(
    "moving symbolic links is not allowed",
  );
  await run(`fs.remove(root .. "/link")`);
  expect(existsSync(join(out, "theirs"))).toBe(true);
  expect(existsSync(join(root, "link"))).toBe(false);
});

test("glob does not leave, and other functions that take paths ask as well", async () => {
  expect(await run(`return #fs.glob(root .. "/**/theirs"), #fs.glob(root .. "/*/theirs")`)).toEqual(
    [0, 0],
  );
  for (const pattern of ['out .. "/*"', 'root .. "/away/*"', 'root .. "/../*"', '"/etc/passwd"'])
    expect(await failure(`fs.glob(${pattern})`)).toContain("is not allowed");
  for (const call of [
    'crypto.hash_file(root .. "/file-away")',
    "disk.usage(out)",
    'disk.dir_size(root .. "/away")',
    'disk.sweep(root .. "/away", 0)',
    'process.spawn{ cmd = "true", stdout = out .. "/log" }',
    "fs.tempdir()",
  ])
    expect(await failure(call)).toContain("is not allowed");
});

test("copying a folder does not write through links that wait in the target", async () => {
  mkdirSync(join(root, "from", "d"), { recursive: true });
  writeFileSync(join(root, "from", "d", "f"), "bad");
  mkdirSync(join(root, "to"));
  symlinkSync(out, join(root, "to", "d"));
  expect(await failure(`fs.copy(root .. "/from", root .. "/to")`)).toContain("is not allowed");
  expect(existsSync(join(out, "f"))).toBe(false);
});

test("reading and writing have roots of their own, which may be files or not there yet", async () => {
  const later = join(dir, "later", "on");
  const p = new Policy({ read: [join(root, "mine")], write: [later] });
  const { run, failure } = harness({ policy: p, globals: { root, later } });
  expect(await run(`fs.write(later .. "/x", "1") return fs.read(root .. "/mine")`)).toEqual([
    "mine",
  ]);
  expect(readFileSync(join(later, "x"), "utf8")).toBe("1");
  expect(await failure(`fs.read(later .. "/x")`)).toContain("reading");
  expect(await failure(`fs.write(root .. "/mine", "")`)).toContain("writing");
});

test("an open policy changes no path", () => {
  const open = new Policy();
  expect([open.readsAll, open.writesAll, open.isSandbox, open.net]).toEqual([
    true,
    true,
    false,
    undefined,
  ]);
  expect(open.allowRead("a/../b")).toBe("a/../b");
  expect(new Policy({ read: ["/"] }).allowRead("/etc/../etc/x")).toBe("/etc/x");
});
