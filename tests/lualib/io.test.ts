import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ioLibrary } from "../../src/lualib/io";
import { flushAll } from "../../src/lualib/io-stream";
import { MAX_INTEGER, negInt } from "../../src/runtime/int64";
import { LuaState } from "../../src/runtime/state";
import type { LuaTable } from "../../src/runtime/table";
import {
  LuaFloat,
  type LuaFunction,
  type LuaValue,
  type Results,
  type Userdata,
} from "../../src/runtime/value";
import { errorOf, functionOf, settle, Waiting } from "./drive";

vi.mock("../../src/runtime/scheduler", async () => {
  const { suspend } = await import("../../src/runtime/frame");
  return { awaitPromise: (p: Promise<Results>) => suspend(new Waiting(p)) };
});

const io = ioLibrary(new LuaState());
let dir = "";

beforeAll(() => {
  dir = mkdtempSync(`${tmpdir()}/io-test-`);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

function call(name: string, ...args: LuaValue[]): Results {
  return functionOf(io, name)(...args);
}

function methodOf(file: Userdata, name: string): LuaFunction {
  return functionOf(file.µmetatable?.µget("__index") as LuaTable, name);
}

/** `file:name(...)` */
function on(file: Results, name: string, ...args: LuaValue[]): Results {
  return methodOf(file as Userdata, name)(file, ...args);
}

/** A file with `text` in it, opened to be read. */
function fileWith(text: string): Results {
  writeFileSync(`${dir}/read`, text, "latin1");
  return call("open", `${dir}/read`);
}

function contents(name: string): string {
  return readFileSync(`${dir}/${name}`, "latin1");
}

test("write and read all bytes", () => {
  const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
  const f = call("open", `${dir}/bytes`, "wb");
  expect(on(f, "write", bytes, 12, new LuaFloat(1), 0.5)).toBe(f);
  expect(on(f, "close")).toBe(true);
  expect(contents("bytes")).toBe(`${bytes}121.00.5`);
  const g = call("open", `${dir}/bytes`, "rb");
  expect(on(g, "read", 256)).toBe(bytes);
  expect(on(g, "read", "a")).toBe("121.00.5");
  expect(on(g, "read", "a")).toBe("");
  expect(on(g, "read", 1)).toBe(undefined);
  on(g, "close");
});

test("read formats", () => {
  const f = fileWith(" 123.4\t-56e-2  not a number\nsecond line\nthird line\n\nand the rest\n");
  expect(on(f, "read", 1, "n", "n", "l", "l", "l", "a", 10)).toEqual([
    " ",
    123.4,
    -0.56,
    "  not a number",
    "second line",
    "third line",
    "\nand the rest\n",
    undefined,
  ]);
  expect(on(f, "read", "l", "l")).toEqual(undefined);
  const g = fileWith("a\n\nlast");
  expect(on(g, "read", 0)).toBe("");
  expect(on(g, "read", "L")).toBe("a\n");
  expect(on(g, "read", "*L")).toBe("\n");
  expect(on(g, "read")).toBe("last");
  expect(on(g, "read", 0)).toBe(undefined);
  expect(on(g, "read")).toBe(undefined);
  expect(errorOf(() => on(g, "read", "x"))).toBe("#2 invalid format");
});

test("numerals and what ends them", () => {
  const f = fileWith(
    `-12.3-\t-0xffff+  .3|5.E-3X  +234e+13E 0xDEADBEEFDEADBEEFx\n0x1.13Ap+3e\n1234${"0".repeat(1000)}\n.e+\t0.e;\t--;  0xX;\n`,
  );
  const n = () => on(f, "read", "n");
  const chars = (count: number) => on(f, "read", count);
  expect([n(), chars(1)]).toEqual([-12.3, "-"]);
  expect([n(), chars(2)]).toEqual([-0xffff, "+ "]);
  expect([n(), chars(1)]).toEqual([0.3, "|"]);
  expect([n(), chars(1)]).toEqual([0.005, "X"]);
  expect([n(), chars(1)]).toEqual([new LuaFloat(234e13), "E"]);
  expect([n(), chars(2)]).toEqual([{ hi: 0xdeadbeef | 0, lo: 0xdeadbeef | 0 }, "x\n"]);
  expect([n(), chars(1)]).toEqual([0x113a / 512, "e"]);
  expect(n()).toBe(undefined);
  expect(on(f, "read", "L")).toMatch(/^0{804}\n$/);
  expect([n(), chars(2)]).toEqual([undefined, "e+"]);
  expect([n(), chars(1)]).toEqual([undefined, ";"]);
  expect([n(), chars(2)]).toEqual([undefined, "-;"]);
  expect([n(), chars(1)]).toEqual([undefined, "X"]);
  expect([n(), chars(1)]).toEqual([undefined, ";"]);
  expect([n(), on(f, "read", 0)]).toEqual([undefined, undefined]);
});

test("lines longer than any buffer", () => {
  const long = "0123456789123".repeat(20001);
  const f = fileWith(`${long}\n12346`);
  expect(on(f, "read")).toBe(long);
  expect(on(f, "read")).toBe("12346");
  on(f, "seek", "set", 0);
  const parts = [30001, 1005, 0, 1, 1e6].map((n) => on(f, "read", n));
  expect(parts.join("")).toBe(`${long}\n12346`);
  on(f, "seek", "set");
  expect((on(f, "read", "a") as string).length).toBe(long.length + 6);
});

test("seek", () => {
  const f = call("open", `${dir}/seek`, "w+");
  expect(on(f, "seek")).toBe(0);
  on(f, "write", "alo alo");
  expect(on(f, "seek")).toBe(7);
  expect(on(f, "seek", "cur", -3)).toBe(4);
  on(f, "write", "joao");
  expect(on(f, "seek", "end")).toBe(8);
  expect(on(f, "seek", "set", 2)).toBe(2);
  expect(on(f, "read", 3)).toBe("o j");
  expect(on(f, "seek")).toBe(5);
  on(f, "write", "X");
  expect(on(f, "seek", "set")).toBe(0);
  expect(on(f, "read", "a")).toBe("alo jXao");
  expect(on(f, "seek", "set", -1)).toEqual([undefined, "Invalid argument", 22]);
  expect(on(f, "seek", "set", MAX_INTEGER)).toEqual([undefined, "Invalid argument", 22]);
  expect(on(f, "seek", "cur", negInt(MAX_INTEGER))).toEqual([undefined, "Invalid argument", 22]);
  expect(errorOf(() => on(f, "seek", "bad"))).toBe("#2 invalid option 'bad'");
});

test("append", () => {
  writeFileSync(`${dir}/append`, "one");
  const f = call("open", `${dir}/append`, "a");
  expect(on(f, "seek")).toBe(3);
  on(f, "write", "two");
  on(f, "seek", "set");
  on(f, "write", "three");
  on(f, "close");
  expect(contents("append")).toBe("onetwothree");
  const g = call("open", `${dir}/append`, "a+");
  expect(on(g, "seek")).toBe(0);
  expect(on(g, "read", 3)).toBe("one");
  on(g, "write", "!");
  expect(on(g, "seek")).toBe(12);
});

test("buffering", () => {
  const f = call("open", `${dir}/buffer`, "w");
  on(f, "write", "x");
  expect(contents("buffer")).toBe("");
  expect(on(f, "flush")).toBe(true);
  expect(contents("buffer")).toBe("x");
  expect(on(f, "setvbuf", "line")).toBe(true);
  on(f, "write", "y");
  expect(contents("buffer")).toBe("x");
  on(f, "write", "z\n");
  expect(contents("buffer")).toBe("xyz\n");
  expect(on(f, "setvbuf", "no")).toBe(true);
  on(f, "write", "1");
  expect(contents("buffer")).toBe("xyz\n1");
  on(f, "setvbuf", "full", 1024);
  on(f, "write", "2");
  flushAll();
  expect(contents("buffer")).toBe("xyz\n12");
  expect(errorOf(() => on(f, "setvbuf"))).toBe("#2 string expected, got no value");
  on(f, "close");
});

test("failures give nil, message and number", () => {
  expect(call("open", `${dir}/none`)).toEqual([
    undefined,
    `${dir}/none: No such file or directory`,
    2,
  ]);
  expect(call("open", dir, "w")).toEqual([undefined, `${dir}: Is a directory`, 21]);
  expect(on(call("open", dir), "read")).toEqual([undefined, "Is a directory", 21]);
  expect(call("open", "a\0b")).toEqual([undefined, "a\0b: Invalid argument", 22]);
  const w = call("open", `${dir}/w`, "w");
  expect(on(w, "read")).toEqual([undefined, "Bad file descriptor", 9]);
  const r = fileWith("text");
  expect(on(r, "write", "x")).toEqual([undefined, "Bad file descriptor", 9, 0]);
  for (const mode of ["rw", "rb+", "r+bk", "", "+", "b"])
    expect(errorOf(() => call("open", `${dir}/w`, mode))).toBe("#2 invalid mode");
  expect(errorOf(() => call("open"))).toBe("#1 string expected, got no value");
  expect(errorOf(() => on(w, "write", "a", true))).toBe("#3 string expected, got boolean");
});

test("a full device fails when it is flushed", () => {
  const f = call("open", "/dev/full", "w");
  expect(on(f, "write", "abcd")).toBe(f);
  expect(on(f, "flush")).toEqual([undefined, "No space left on device", 28]);
  expect(on(f, "close")).toBe(true);
});

test("handles", () => {
  const f = fileWith("x") as Userdata;
  expect(call("type", f)).toBe("file");
  const meta = f.µmetatable as LuaTable;
  expect(meta.µget("__name")).toBe("FILE*");
  const toString = meta.µget("__tostring") as LuaFunction;
  expect(toString(f)).toMatch(/^file \(0x[0-9a-f]+\)$/);
  expect((meta.µget("__close") as LuaFunction)(f, undefined)).toEqual([]);
  expect(toString(f)).toBe("file (closed)");
  expect(call("type", f)).toBe("closed file");
  expect((meta.µget("__gc") as LuaFunction)(f)).toEqual([]);
  expect(errorOf(() => on(f, "read"))).toBe("attempt to use a closed file");
  expect(errorOf(() => on(f, "close"))).toBe("attempt to use a closed file");
  expect(call("type", 8)).toBe(undefined);
  expect(errorOf(() => call("type"))).toBe("#1 value expected");
  const close = methodOf(f, "close");
  expect(errorOf(() => close())).toBe("#1 FILE* expected, got no value");
  expect(errorOf(() => close(5))).toBe("#1 FILE* expected, got number");
});

test("standard files stay open", () => {
  for (const name of ["stdin", "stdout", "stderr"]) {
    const f = io.µget(name) as Userdata;
    expect(on(f, "close")).toEqual([undefined, "cannot close standard file"]);
    expect(call("type", f)).toBe("file");
  }
  expect(call("input")).toBe(io.µget("stdin"));
  expect(call("output")).toBe(io.µget("stdout"));
});

test("default files", () => {
  expect(call("output", `${dir}/out`)).not.toBe(io.µget("stdout"));
  expect(call("write", "a", 1, "\n")).toBe(call("output"));
  expect(call("flush")).toBe(true);
  expect(contents("out")).toBe("a1\n");
  expect(call("close")).toBe(true);
  expect(errorOf(() => call("write", "x"))).toBe("default output file is closed");
  call("output", io.µget("stdout"));
  call("input", `${dir}/out`);
  expect(call("read", "n")).toBe(undefined);
  expect(call("read", 1, "l")).toEqual(["a", "1"]);
  expect(call("close", call("input") as LuaValue)).toBe(true);
  expect(errorOf(() => call("read"))).toBe("default input file is closed");
  call("input", io.µget("stdin"));
  expect(errorOf(() => call("input", `${dir}/none`))).toBe(
    `cannot open file '${dir}/none' (No such file or directory)`,
  );
  expect(errorOf(() => call("output", true))).toBe("#1 FILE* expected, got boolean");
});

test("lines", () => {
  writeFileSync(`${dir}/lines`, "0123456789\nlast");
  const r = call("lines", `${dir}/lines`) as LuaValue[];
  const next = r[0] as LuaFunction;
  expect([r.length, call("type", r[3])]).toEqual([4, "file"]);
  expect([next(), next(), next()]).toEqual(["0123456789", "last", []]);
  expect(call("type", r[3])).toBe("closed file");
  expect(errorOf(() => next())).toBe("file is already closed");

  const f = call("open", `${dir}/lines`);
  const pairs = on(f, "lines", 1, 2, "L") as LuaFunction;
  expect([pairs(), pairs(), pairs()]).toEqual(
    [["0", "12", "3456789\n"], ["l", "as", "t"], undefined].map((v) => v ?? []),
  );
  expect(call("type", f as LuaValue)).toBe("file");
  expect(errorOf(() => call("lines", `${dir}/none`))).toBe(
    `cannot open file '${dir}/none' (No such file or directory)`,
  );
  const many = Array.from({ length: 251 }, () => 1);
  expect(errorOf(() => call("lines", `${dir}/lines`, ...many))).toBe("#252 too many arguments");
  const w = call("open", `${dir}/w`, "w");
  expect(errorOf(on(w, "lines") as LuaFunction)).toBe("Bad file descriptor");
});

test("tmpfile", () => {
  const f = call("tmpfile");
  on(f, "write", "alo");
  on(f, "seek", "set");
  expect(on(f, "read", "a")).toBe("alo");
  on(f, "close");
});

test("popen", async () => {
  const f = call("popen", "printf 'one\\ntwo 3 rest'; exit 5");
  expect(await settle(on(f, "read"))).toBe("one");
  expect(await settle(on(f, "read", 3, "n", "a"))).toEqual(["two", 3, " rest"]);
  expect(await settle(on(f, "read"))).toBe(undefined);
  expect(await settle(on(f, "close"))).toEqual([undefined, "exit", 5]);
  expect(call("type", f as LuaValue)).toBe("closed file");

  const w = call("popen", `cat > ${dir}/piped`, "w");
  expect(on(w, "write", "a line")).toBe(w);
  expect(await settle(on(w, "close"))).toEqual([true, "exit", 0]);
  expect(contents("piped")).toBe("a line");

  expect(await settle(on(call("popen", "kill -s HUP $$"), "close"))).toEqual([
    undefined,
    "signal",
    1,
  ]);
  const lines = on(call("popen", "seq 3"), "lines") as LuaFunction;
  expect([await settle(lines()), await settle(lines())]).toEqual(["1", "2"]);
  for (const mode of ["", "r+", "rw"])
    expect(errorOf(() => call("popen", "cat", mode))).toBe("#2 invalid mode");
});
