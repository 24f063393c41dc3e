import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "./folder";
import { harness } from "./harness";

const dir = testFolder();
const { run, failure } = harness({ globals: { dir } });
const at = (name: string) => join(dir, name);

test("all bytes are written and read exactly", async () => {
  const [same, size] = await run(`
    local all = {}
    for b = 0, 255 do all[#all + 1] = string.char(b) end
    local s = table.concat(all):rep(1000)
    fs.write(dir .. "/bytes", s)
    return fs.read(dir .. "/bytes") == s and fs.read_bytes(dir .. "/bytes") == s, #s`);
  expect([same, size]).toEqual([true, 256000]);
  const onDisk = readFileSync(at("bytes"));
  expect(onDisk.length).toBe(256000);
  expect([...onDisk.subarray(0, 256)]).toEqual([...new Array(256).keys()]);
});

test("write makes folders, truncates, and returns nothing", async () => {
  expect(await run(`return select("#", fs.write(dir .. "/new/deep/x", "long content"))`)).toEqual([
    0,
  ]);
  await run(`fs.write(dir .. "/new/deep/x", 42)`);
  expect(readFileSync(at("new/deep/x"), "utf8")).toBe("42");
  await run(`fs.append(dir .. "/new/deep/x", "+") fs.append(dir .. "/new/other/y", "y")`);
  expect(readFileSync(at("new/deep/x"), "utf8")).toBe("42+");
  expect(readFileSync(at("new/other/y"), "utf8")).toBe("y");
});

test("messages name the function, the path in quotes and the system's reason", async () => {
  expect(await failure(`fs.read("/nope/\\"x\\"")`)).toBe(
    'fs.read: failed to read "/nope/\\"x\\"": No such file or directory (os error 2)',
  );
  expect(await failure("fs.read(dir)")).toBe(
    `fs.read: failed to read "${dir}": Is a directory (os error 21)`,
  );
  writeFileSync(at("plain"), "x");
  expect(await failure(`fs.write(dir .. "/plain/x/y", "")`)).toBe(
    `fs.write: failed to create directories for "${dir}/plain/x/y": Not a directory (os error 20)`,
  );
  expect(await failure(`fs.write(dir, "")`)).toBe(
    `fs.write: failed to write "${dir}": Is a directory (os error 21)`,
  );
  expect(await failure(`fs.read("")`)).toContain("No such file or directory");
  expect(await failure(`fs.read("a\\0b")`)).toContain("Invalid argument");
  expect(await failure("fs.read()")).toContain("bad argument #1 to 'read' (string expected");
});

test("atomic writes keep mode and links, and leave nothing behind on failure", async () => {
  mkdirSync(at("atomic"));
  writeFileSync(at("atomic/file"), "old");
  chmodSync(at("atomic/file"), 0o640);
  symlinkSync("file", at("atomic/link"));
  await run(`fs.write(dir .. "/atomic/link", "new", { atomic = true })`);
  expect(readFileSync(at("atomic/file"), "utf8")).toBe("new");
  expect(statSync(at("atomic/file")).mode & 0o777).toBe(0o640);
  await run(`fs.write(dir .. "/atomic/secret", "s", { atomic = true, mode = 384 })`);
  expect(statSync(at("atomic/secret")).mode & 0o777).toBe(0o600);
  mkdirSync(at("atomic/folder"));
  expect(await failure(`fs.write(dir .. "/atomic/folder", "x", { atomic = true })`)).toContain(
    "Is a directory",
  );
  expect(readdirSync(at("atomic")).sort()).toEqual(["file", "folder", "link", "secret"]);
});

test("an atomic write to a pipe leaves it a pipe", async () => {
  Bun.spawnSync(["mkfifo", at("pipe")]);
  const reader = Bun.spawn(["cat", at("pipe")]);
  try {
    await run(`fs.write(dir .. "/pipe", "through", { atomic = true })`);
    expect(statSync(at("pipe")).isFIFO()).toBe(true);
    expect(await reader.stdout.text()).toBe("through");
  } finally {
    reader.kill();
  }
});

test("a reader sees an atomic write as a whole", async () => {
  const [torn] = await run(`
    local path = dir .. "/whole"
    local a, b = ("a"):rep(200000), ("b"):rep(200000)
    fs.write(path, a)
    local torn, done = 0, false
    local writer = async.spawn(function()
      for i = 1, 20 do fs.write(path, i % 2 == 0 and a or b, { atomic = true }) end
      done = true
    end)
    while not done do
      local s = fs.read(path)
      if s ~= a and s ~= b then torn = torn + 1 end
    end
    writer:await()
    return torn`);
  expect(torn).toBe(0);
});

test("other tasks run while one reads", async () => {
  writeFileSync(at("big"), Buffer.alloc(30_000_000));
  const [n, size] = await run(`
    local turns, reading = 0, true
    local t = async.spawn(function()
      while reading do turns = turns + 1 sleep(0) end
    end)
    local size = #fs.read(dir .. "/big")
    reading = false
    t:await()
    return turns, size`);
  expect(size).toBe(30_000_000);
  expect(n).toBeGreaterThan(0);
});

test("lines end at \\n or \\r\\n, at chunk borders too, and the last needs no end", async () => {
  const filler = "x".repeat(65535);
  writeFileSync(at("lines"), `${filler}\r\n\n\u00e9\r\nlast`);
  const [lengths, e] = await run(`
    local lengths, e = {}, nil
    for line in fs.lines(dir .. "/lines") do lengths[#lengths + 1] = #line e = #lengths == 3 and line or e end
    return lengths, e`);
  expect([lengths, e]).toEqual([[65535, 0, 2, 4], "\u00e9"]);
  writeFileSync(at("empty"), "");
  expect(
    await run(`local n = 0 for _ in fs.lines(dir .. "/empty") do n = n + 1 end return n`),
  ).toEqual([0]);
  expect(await failure("for l in fs.lines(dir) do end")).toContain("Is a directory");
});

test("lines for several tasks: each comes once, and none is lost", async () => {
  expect(
    await run(`
      local all = {}
      for i = 1, 20000 do all[i] = "line " .. i end
      fs.write(dir .. "/shared", table.concat(all, "\\n"))
      local lines, seen, count = fs.lines(dir .. "/shared"), {}, 0
      local function take()
        for line in lines do
          assert(not seen[line])
          seen[line], count = true, count + 1
          if count % 500 == 0 then sleep(0) end
        end
      end
      local first = async.spawn(function() if lines() then count = count + 1 end end)
      sleep(0) first:cancel()
      async.all({ take, take, take })
      return count`),
  ).toEqual([20000]);
});

test("leaving the loop closes the file", async () => {
  const open = () => readdirSync("/proc/self/fd").length;
  writeFileSync(at("many"), "line\n".repeat(100000));
  const before = open();
  await run(`
    for i = 1, 50 do
      for line in fs.lines(dir .. "/many") do break end
      pcall(function() for line in fs.lines(dir .. "/many") do error("x") end end)
      for line in fs.lines(dir .. "/empty") do end
    end`);
  expect(open() - before).toBeLessThan(5);
});

test("sub_in_file takes what gsub takes, and writes only when something matched", async () => {
  writeFileSync(at("sub"), "image: foo:v1.2.3\nimage: bar:v1.0.0\n");
  utimesSync(at("sub"), 1000, 1000);
  expect(await run(`return fs.sub_in_file(dir .. "/sub", "nothing", "x")`)).toEqual([0]);
  expect(statSync(at("sub")).mtimeMs).toBe(1000_000);
  expect(await run(`return fs.sub_in_file(dir .. "/sub", "foo:v(%d+)", "foo:w%1")`)).toEqual([1]);
  expect(
    await run(`return fs.sub_in_file(dir .. "/sub", "image", function(s)
      sleep(0.001) return s:upper() end)`),
  ).toEqual([2]);
  expect(await run(`return fs.sub_in_file(dir .. "/sub", "%w+", { bar = "baz" })`)).toEqual([10]);
  expect(readFileSync(at("sub"), "utf8")).toBe("IMAGE: foo:w1.2.3\nIMAGE: baz:v1.0.0\n");
  expect(await failure(`fs.sub_in_file(dir .. "/sub", "[", "")`)).toBe(
    `fs.sub_in_file: failed to replace in "${at("sub")}": malformed pattern (missing ']')`,
  );
  expect(await failure(`fs.sub_in_file(dir .. "/sub", "%w", "%2")`)).toMatch(
    /^fs\.sub_in_file: failed to replace in ".*": invalid capture index %2/,
  );
  expect(
    await failure(`fs.sub_in_file(dir .. "/sub", "%w", function() error("mine", 0) end)`),
  ).toBe("mine");
});

test("list, readdir and depth", async () => {
  mkdirSync(at("tree/b/c"), { recursive: true });
  writeFileSync(at("tree/a"), "");
  writeFileSync(at("tree/b/c/d"), "");
  symlinkSync("/", at("tree/l"));
  expect(await run(`return fs.list(dir .. "/tree")`)).toEqual([
    [
      { name: "a", type: "file" },
      { name: "b", type: "directory" },
      { name: "l", type: "symlink" },
    ],
  ]);
  const paths = async (opts: string) =>
    (
      await run(`
      local out = {}
      for i, e in ipairs(fs.readdir(dir .. "/tree", ${opts})) do out[i] = e.path end
      return out`)
    )[0];
  expect(await paths("nil")).toEqual(["a", "b", "b/c", "b/c/d", "l"]);
  expect(await paths("{ depth = 1 }")).toEqual(["a", "b", "l"]);
  expect(await paths("{ depth = 2 }")).toEqual(["a", "b", "b/c", "l"]);
  expect(await failure(`fs.list(dir .. "/none")`)).toContain('fs.list: failed to list "');
});

test("names that are not UTF-8", async () => {
  const [back, type, listed, globbed] = await run(`
    local name = dir .. "/odd/\\xff\\xe9"
    fs.write(name, "odd")
    local e = fs.list(dir .. "/odd")[1]
    return fs.read(name), e.type, e.name == "\\xff\\xe9", fs.glob(dir .. "/odd/*")[1] == name`);
  expect([back, type, listed, globbed]).toEqual(["odd", "file", true, true]);
});

test("stat", async () => {
  writeFileSync(at("stat"), "12345");
  chmodSync(at("stat"), 0o754);
  utimesSync(at("stat"), 1, 1700000000.25);
  symlinkSync("stat", at("stat-link"));
  symlinkSync("gone", at("dangling"));
  const [s] = (await run(`return fs.stat(dir .. "/stat")`)) as [Record<string, unknown>];
  expect(s).toMatchObject({
    size: 5,
    type: "file",
    is_file: true,
    is_dir: false,
    is_symlink: false,
    mode: 0o754,
    permissions: "754",
  });
  expect(s.modified).toBeCloseTo(1700000000.25, 3);
  expect(
    await run(`return fs.stat(dir .. "/stat-link").is_symlink, fs.stat(dir .. "/stat-link").size,
    fs.stat(dir .. "/dangling").type, fs.stat(dir).is_dir`),
  ).toEqual([true, 5, "symlink", true]);
  expect(
    await run(`return fs.exists(dir), fs.exists(dir .. "/none"), fs.exists(dir .. "/dangling"),
      fs.exists(dir .. "/stat/x"), fs.exists(""), fs.exists("a\\0b")`),
  ).toEqual([true, false, false, false, false, false]);
});

test("mkdir, rename, copy, remove", async () => {
  await run(`
    fs.mkdir(dir .. "/m/n/o") fs.mkdir(dir .. "/m/n/o")
    fs.write(dir .. "/m/n/o/f", "12345") fs.chmod(dir .. "/m/n/o/f", "700")
    fs.rename(dir .. "/m/n", dir .. "/m/r")`);
  symlinkSync("f", at("m/r/o/link"));
  expect(await run(`return fs.copy(dir .. "/m", dir .. "/copy/of/m")`)).toEqual([5]);
  expect(readFileSync(at("copy/of/m/r/o/link"), "utf8")).toBe("12345");
  expect(statSync(at("copy/of/m/r/o/f")).mode & 0o777).toBe(0o700);
  expect(await failure(`fs.copy(dir .. "/m", dir .. "/m/r/x")`)).toContain("into itself");
  expect(await failure(`fs.copy(dir .. "/m/r/o/f", dir .. "/m/r/o/link")`)).toContain("same file");
  expect(await failure(`fs.remove(dir .. "/m", { recursive = false })`)).toContain("not empty");
  symlinkSync(at("copy"), at("m/away"));
  await run(`fs.remove(dir .. "/m")`);
  expect(existsSync(at("m"))).toBe(false);
  // what a link in it led to is still there
  expect(existsSync(at("copy/of/m/r/o/f"))).toBe(true);
  for (const path of ['"/"', 'dir .. "/."', 'dir .. "/copy/.."', '"."', '".."'])
    expect(await failure(`fs.remove(${path})`)).toContain("refusing");
  expect(await failure(`fs.remove(dir .. "/none")`)).toContain("No such file");
  expect(existsSync(dir)).toBe(true);
});

test("chmod takes integers and octal text", async () => {
  writeFileSync(at("mode"), "");
  for (const [mode, bits] of [
    ["493", 0o755],
    ['"640"', 0o640],
    ['"0o600"', 0o600],
    ["448.0", 0o700],
  ] as const) {
    await run(`fs.chmod(dir .. "/mode", ${mode})`);
    expect(statSync(at("mode")).mode & 0o7777).toBe(bits);
  }
  for (const mode of ["-1", '"rwx"', '"899"', "1.5", "{}", "100000"])
    expect(await failure(`fs.chmod(dir .. "/mode", ${mode})`)).toContain("fs.chmod: mode must be");
  for (const f of ["write", "write_bytes"])
    for (const [mode, bits] of [
      ['"0600"', 0o600],
      ['"640"', 0o640],
      ["420", 0o644],
    ] as const) {
      await run(`fs.${f}(dir .. "/mode", "", { mode = ${mode} })
        fs.${f}(dir .. "/mode-atomic", "", { mode = ${mode}, atomic = true })`);
      expect(statSync(at("mode")).mode & 0o7777).toBe(bits);
      expect(statSync(at("mode-atomic")).mode & 0o7777).toBe(bits);
    }
  for (const mode of ['"rw-------"', '"800"', "4096", "true"])
    expect(await failure(`fs.write(dir .. "/mode", "x", { mode = ${mode} })`)).toContain(
      "fs.write: mode must be",
    );
});

test("glob", async () => {
  for (const f of ["g/a.txt", "g/b.txt", "g/c.md", "g/sub/d.txt", "g/sub/deep/e.txt", "g/.hid"]) {
    mkdirSync(join(at(f), ".."), { recursive: true });
    writeFileSync(at(f), "");
  }
  symlinkSync("..", at("g/sub/loop"));
  const glob = async (pattern: string) => {
    const [found] = await run(`return fs.glob(dir .. ${JSON.stringify(`/g/${pattern}`)})`);
    return Array.isArray(found) ? found.map((f) => (f as string).slice(dir.length + 3)) : [];
  };
  expect(await glob("*.txt")).toEqual(["a.txt", "b.txt"]);
  expect(await glob("?.[tm]*")).toEqual(["a.txt", "b.txt", "c.md"]);
  expect(await glob("[!a]*.txt")).toEqual(["b.txt"]);
  expect(await glob("[a-b].txt")).toEqual(["a.txt", "b.txt"]);
  expect(await glob("{a,c}.{txt,md}")).toEqual(["a.txt", "c.md"]);
  expect(await glob("**/*.txt")).toEqual(["a.txt", "b.txt", "sub/d.txt", "sub/deep/e.txt"]);
  expect(await glob("**/deep/**")).toEqual(["sub/deep/e.txt"]);
  expect(await glob("sub/loop/a.txt")).toEqual(["sub/loop/a.txt"]);
  expect(await glob("*/d.txt")).toEqual(["sub/d.txt"]);
  expect(await glob(".h*")).toEqual([".hid"]);
  expect(await glob("none/*")).toEqual([]);
  expect(await glob("a.txt")).toEqual(["a.txt"]);
  expect(await failure(`fs.glob(("{a,b}"):rep(12))`)).toContain("too many alternatives");
});

test("a glob pattern can't take exponential time", async () => {
  writeFileSync(at("a".repeat(200)), "");
  const start = performance.now();
  expect(await run(`return #fs.glob(dir .. "/" .. ("a*"):rep(60) .. "b")`)).toEqual([0]);
  expect(performance.now() - start).toBeLessThan(2000);
});

test("tempdir", async () => {
  const { run } = harness({ env: { TMPDIR: dir } });
  const [a, b] = (await run(`return fs.tempdir(), fs.tempdir("job-")`)) as [string, string];
  expect(a.startsWith(`${dir}/assay-`)).toBe(true);
  expect(b.startsWith(`${dir}/job-`)).toBe(true);
  expect(statSync(a).mode & 0o777).toBe(0o700);
});

test("/dev/stdout is where print goes", async () => {
  const h = harness();
  await h.run(
    `print("1") fs.write("/dev/stdout", "2\\n") fs.append("/dev/stdout", "3\\n") print("4")`,
  );
  expect(h.output()).toBe("1\n2\n3\n4\n");
});

test("readonly refuses what changes files", async () => {
  const { run, failure } = harness({ readonly: true, globals: { dir } });
  for (const call of [
    'write("x", "")',
    'write_bytes("x", "")',
    'append("x", "")',
    'remove("x")',
    'rename("x", "y")',
    'copy("x", "y")',
    'chmod("x", 0)',
    'mkdir("x")',
    "tempdir()",
    'sub_in_file("x", "", "")',
  ])
    expect(await failure(`fs.${call}`)).toMatch(/^readonly: fs\.\w+ blocked/);
  expect(await run(`return fs.exists(dir), #fs.list(dir) > 0`)).toEqual([true, true]);
});
