import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtinList } from "../scripts/generate-builtins";
import { builtins } from "../src/builtins/index.generated";
import { describeBuiltin, luaLsBuiltin } from "../src/host/describe";
import {
  createLua,
  defineBuiltin,
  defineHandle,
  ExitRequest,
  float,
  fn,
  HostError,
  LuaScriptError,
  method,
  p,
  Table,
  values,
} from "../src/index";

async function scriptError(promise: Promise<unknown>): Promise<LuaScriptError> {
  const e = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(e).toBeInstanceOf(LuaScriptError);
  return e as LuaScriptError;
}

/** What a program of its own writes, one that is given `createLua`. */
function runProgram(text: string): { out: string; err: string } {
  const directory = mkdtempSync(join(tmpdir(), "assay-embedding-"));
  const file = join(directory, "program.ts");
  const index = JSON.stringify(join(import.meta.dirname, "../src/index.ts"));
  writeFileSync(file, `import { createLua } from ${index};\n${text}`);
  const r = Bun.spawnSync([process.execPath, "run", file], { timeout: 20_000 });
  rmSync(directory, { recursive: true });
  return { out: r.stdout.toString(), err: r.stderr.toString() };
}

test("runs a chunk with arguments and gives its results", async () => {
  const lua = createLua();
  expect(await lua.run("local a, b = ...; return a + b, a .. b", { args: [1, 2] })).toEqual([
    3,
    "12",
  ]);
  expect(await lua.run("return arg[0], arg[1], #arg", { name: "@x.lua", args: ["é"] })).toEqual([
    "x.lua",
    "é",
    1,
  ]);
  expect(await lua.run("")).toEqual([]);
  expect(await lua.run("#!/usr/bin/assay\nreturn 1")).toEqual([1]);
  expect(await lua.run(Buffer.from('return "é"'))).toEqual(["é"]);
});

test("values from JS to Lua", async () => {
  const lua = createLua();
  const describe = "local v = ... return math.type(v) or type(v), tostring(v)";
  const cases: [unknown, string, string][] = [
    [undefined, "nil", "nil"],
    [null, "nil", "nil"],
    [true, "boolean", "true"],
    [1, "integer", "1"],
    [-0, "integer", "0"],
    [1.5, "float", "1.5"],
    [float(2), "float", "2.0"],
    [2 ** 60, "float", "1.152921504606847e+18"],
    [2n ** 62n, "integer", "4611686018427387904"],
    [2n ** 63n, "float", "9.2233720368547758e+18"],
    ["é", "string", "é"],
    [new Uint8Array([0xc3, 0xa9]), "string", "é"],
  ];
  for (const [v, type, text] of cases)
    expect(await lua.run(describe, { args: [v] })).toEqual([type, text]);
  await expect(lua.run("", { args: [Symbol("x")] })).rejects.toThrow(TypeError);
  await expect(lua.run("", { args: [new Date()] })).rejects.toThrow("a Date has no counterpart");
});

test("values from Lua to JS", async () => {
  const lua = createLua();
  expect(await lua.run('return nil, true, 1, 2.0, 2.5, math.maxinteger, "é", "\\xff"')).toEqual([
    undefined,
    true,
    1,
    2,
    2.5,
    2n ** 63n - 1n,
    "é",
    new Uint8Array([0xff]),
  ]);
});

test("tables both ways", async () => {
  const lua = createLua();
  const input = { a: [1, { b: "x" }], m: new Map<unknown, unknown>([[2, "two"]]), __proto__x: 1 };
  const [out] = await lua.run("return ...", { args: [input] });
  expect(lua.toJS(out)).toEqual({ a: [1, { b: "x" }], m: { 2: "two" }, __proto__x: 1 });

  const [t] = (await lua.run('return {10, 20, x = {y = 1}, ["__proto__"] = 5}')) as [Table];
  expect(t).toBeInstanceOf(Table);
  expect(t.length).toBe(2);
  expect(t.get(1)).toBe(10);
  t.set("z", [1]);
  expect([...t.entries()].map(([k]) => k)).toEqual([1, 2, "x", "__proto__", "z"]);
  expect(await lua.run("local t = ... return t.z[1], t.x.y", { args: [t] })).toEqual([1, 1]);
  const copy = t.toJS() as Record<string, unknown>;
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(Object.keys(copy)).toContain("__proto__");
  expect(() => t.set(undefined, 1)).toThrow(TypeError);
  expect(() => t.set(Number.NaN, 1)).toThrow(TypeError);
});

test("cycles survive in both directions", async () => {
  const lua = createLua();
  const a: Record<string, unknown> = { name: "a" };
  a.self = a;
  const [same, t] = await lua.run("local a = ... return a.self == a, a", { args: [a] });
  expect(same).toBe(true);
  const copy = lua.toJS(t) as Record<string, unknown>;
  expect(copy.self).toBe(copy);
});

test("globals", async () => {
  const lua = createLua({ globals: { answer: 42, cfg: { hosts: ["a", "b"] } } });
  expect(await lua.run("n = answer + #cfg.hosts return n")).toEqual([44]);
  expect(lua.globals.get("n")).toBe(44);
  lua.globals.set("n", 5);
  expect(await lua.run("return n")).toEqual([5]);
});

test("functions that JS registers, sync and async", async () => {
  const lua = createLua();
  lua.register("add", (a: number, b: number) => a + b);
  lua.register("later", async (v: unknown) => {
    await new Promise((r) => setTimeout(r, 5));
    return values(v, "done");
  });
  lua.register("bad", () => {
    throw new Error("no é");
  });
  expect(await lua.run("return add(1, 2), later('x')")).toEqual([3, "x", "done"]);
  expect(await lua.run("return pcall(bad)")).toEqual([false, "no é"]);
});

test("Lua functions are async JS functions", async () => {
  const lua = createLua();
  const [f] = (await lua.run("return function(a, b) sleep(0.001) return a * b, 'x' end")) as [
    (...args: unknown[]) => Promise<unknown[]>,
  ];
  expect(await f(6, 7)).toEqual([42, "x"]);
  // and stay the same function on the way back
  expect(await lua.run("local f, g = ... return f == g", { args: [f, f] })).toEqual([true]);
  const [g] = (await lua.run("return function() error('oops') end", { name: "@g.lua" })) as [
    () => Promise<unknown>,
  ];
  expect((await scriptError(g())).message).toBe("g.lua:1: oops");
});

test("a registered function may call back into Lua", async () => {
  const lua = createLua();
  lua.register("twice", async (f: () => Promise<unknown[]>) => {
    const [a] = await f();
    const [b] = await f();
    return [a, b];
  });
  expect(
    await lua.run(
      "local n = 0 local r = twice(function() n = n + 1 return n end) return r[1], r[2]",
    ),
  ).toEqual([1, 2]);
});

test("errors: message, traceback, value, kinds", async () => {
  const lua = createLua();
  const source = "local function f(x)\n  return x.y.z\nend\nlocal r = f({})\nreturn r";
  const e = await scriptError(lua.run(source, { name: "@e.lua" }));
  expect(e.message).toBe("e.lua:2: attempt to index a nil value (field 'y')");
  expect(e.traceback).toBe("stack traceback:\n\te.lua:2: in local 'f'\n\te.lua:4: in main chunk");
  expect(e.reason).toBe("error");
  const custom = await scriptError(lua.run("error({code = 7})"));
  expect((custom.value as Table).get("code")).toBe(7);
  expect(custom.message).toBe("{code = 7}");
  const object = await scriptError(
    lua.run("error(setmetatable({}, {__tostring = function() return 'shown' end}))"),
  );
  expect(object.message).toBe("shown");
  const endless = "error(setmetatable({}, {__tostring = function() while true do end end}))";
  expect((await scriptError(lua.run(endless))).message).toMatch(/^table: /);
  const syntax = await scriptError(lua.run("x = = 1", { name: "@s.lua" }));
  expect(syntax.reason).toBe("syntax");
  expect(syntax.message).toBe("s.lua:1: unexpected symbol near '='");
});

test("timeouts hold for loops and waits", async () => {
  const lua = createLua({ timeout: 50 });
  for (const source of [
    "while true do end",
    "sleep(60)",
    "pcall(function() while true do end end)",
  ]) {
    const e = await scriptError(lua.run(source));
    expect([e.reason, e.message]).toEqual(["timeout", "timeout: ran longer than 50 ms"]);
  }
  expect(await lua.run("sleep(0.1) return 1", { timeout: 5000 })).toEqual([1]);
});

test("what a JS function runs in Lua ends with the task that waits for it", async () => {
  const lua = createLua();
  let ticks = 0;
  const failures = new Set<unknown>();
  const each = async (f: () => Promise<unknown>) => {
    await Bun.sleep(1);
    await f().catch((e: LuaScriptError) => failures.add(e.message));
  };
  lua.register("tick", () => ++ticks);
  lua.register("each", each);
  lua.register("nested", async () => lua.run("while true do tick() end"));
  const quiet = async () => {
    const before = ticks;
    await Bun.sleep(30);
    expect(ticks).toBe(before);
  };
  const loop = "function() while true do tick() end end";
  for (const source of [
    `pcall(each, ${loop})`,
    "pcall(nested)",
    `pcall(each, function() each(${loop}) end)`,
  ]) {
    const e = await scriptError(lua.run(source, { timeout: 50 }));
    expect([e.reason, e.message]).toEqual(["timeout", "timeout: ran longer than 50 ms"]);
    await quiet();
  }
  expect(
    [...failures].filter(
      (m) => !/^(timeout: the caller's time is over|task cancelled)$/.test(String(m)),
    ),
  ).toEqual([]);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const cancelled = lua.run(`each(${loop})`, { signal: controller.signal });
  expect((await scriptError(cancelled)).reason).toBe("cancelled");
  await quiet();
  // a callback that was kept has nothing to do with the run that gave it
  let later: Promise<unknown> | undefined;
  lua.register("on", (f: () => Promise<unknown>) => {
    setTimeout(() => {
      later = f();
    }, 5);
  });
  await lua.run("on(function() sleep(0.1) return 'later' end) sleep(0.03)", { timeout: 60 });
  expect(await later).toEqual(["later"]);
  await lua.close();
});

test("cancellation", async () => {
  const lua = createLua();
  for (const source of ["while true do end", "sleep(60)"]) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    expect((await scriptError(lua.run(source, { signal: controller.signal }))).reason).toBe(
      "cancelled",
    );
  }
  expect((await scriptError(lua.run("", { signal: AbortSignal.abort() }))).reason).toBe(
    "cancelled",
  );
});

test("os.exit ends the chunk, not the program", async () => {
  const lua = createLua();
  const e = await lua.run("pcall(os.exit, 3)").catch((error: unknown) => error);
  expect(e).toBeInstanceOf(ExitRequest);
  expect((e as ExitRequest).code).toBe(3);
  expect((e as ExitRequest).message).toBe("os.exit(3)");
  await lua.close();
});

test("another program imports the package by its name", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-embed-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(import.meta.dirname, ".."), join(folder, "node_modules", "assay"));
    const program = `import { createLua } from "assay";
      const lua = createLua();
      lua.register("double", async (n: number) => 2 * n);
      console.log(await lua.run("return json.encode({ double(21) })"));
      await lua.close();`;
    writeFileSync(join(folder, "main.ts"), program);
    const child = Bun.spawn([process.execPath, "main.ts"], { cwd: folder, stderr: "pipe" });
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect({ out, err }).toEqual({ out: '[ "[42]" ]\n', err: "" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A folder in which this package is installed as from a registry, its packages beside it. */
function installed(): string {
  const root = join(import.meta.dirname, "..");
  const folder = mkdtempSync(join(tmpdir(), "assay-embed-"));
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "assay"), { recursive: true });
  cpSync(join(root, "src"), join(modules, "assay", "src"), { recursive: true });
  cpSync(join(root, "package.json"), join(modules, "assay", "package.json"));
  for (const name of readdirSync(join(root, "node_modules")))
    if (name !== "assay") symlinkSync(join(root, "node_modules", name), join(modules, name));
  return folder;
}

test("where it is installed beside its packages it finds them, and so does a program made of all", async () => {
  const folder = installed();
  try {
    const program = `import { createLua } from "assay";
      const lua = createLua({ stderr: () => {} });
      const results = await lua.run(\`
        local server <close> = http.server({ host = "127.0.0.1" }, {
          ["/"] = function() return { ws = function(conn) conn:write("hello") end } end,
        })
        local conn = ws.connect("ws://127.0.0.1:" .. server.port)
        return conn:recv(), http.get(server.url).status, template.render_string("{{ a }}", { a = 1 }),
          yaml.parse("a: 2").a, toml.parse("a = 3").a, type(require("assay.k8s"))\`);
      console.log(JSON.stringify(results));
      await lua.close();`;
    writeFileSync(join(folder, "main.ts"), program);
    const outcome = (command: string[], cwd = folder) => {
      const { stdout, stderr } = Bun.spawnSync(command, { cwd });
      return { out: stdout.toString(), err: stderr.toString() };
    };
    const expected = { out: '["hello",426,"1",2,3,"table"]\n', err: "" };
    expect(outcome([process.execPath, "main.ts"])).toEqual(expected);
    outcome([process.execPath, "build", "--compile", "main.ts", "--outfile", "program"]);
    expect(outcome([join(folder, "program")], tmpdir())).toEqual(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the types of an installed package are complete", () => {
  const folder = installed();
  try {
    writeFileSync(join(folder, "main.ts"), 'import { createLua } from "assay";\ncreateLua();\n');
    const compilerOptions = {
      ...{ target: "ESNext", module: "Preserve", moduleResolution: "bundler", strict: true },
      ...{ skipLibCheck: true, noUncheckedIndexedAccess: true, noEmit: true, types: ["bun"] },
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["main.ts"] }),
    );
    const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
    const check = Bun.spawnSync(["node", tsc, "-p", "."], { cwd: folder });
    expect(check.stdout.toString()).toBe("");
    expect(check.exitCode).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("output goes where it is told to", async () => {
  const chunks: Uint8Array[] = [];
  const lua = createLua({ stdout: (b) => chunks.push(b) });
  await lua.run('print("é", 1)');
  expect(Buffer.concat(chunks).toString()).toBe("é\t1\n");
});

test("what a run has written is out when it is over, whatever the program does then", () => {
  const program = `
    const lua = createLua();
    console.log(1);
    await lua.run("print(2)");
    console.log(3);
    await lua.run("io.write('4\\\\n') error()").catch(() => {});
    console.log(5);
    await lua.run("async.spawn(function() local x <close> = setmetatable({}, { __close = function() print(6) end }) sleep(9) end) sleep(0)");
    await lua.close();
    process.exit();`;
  const r = runProgram(program);
  expect(r.err).toBe("");
  expect(r.out).toBe("1\n2\n3\n4\n5\n6\n");
});

test("so does what io and programs write, in order", async () => {
  const [out, err]: [Uint8Array[], Uint8Array[]] = [[], []];
  const lua = createLua({ stdout: (b) => out.push(b), stderr: (b) => err.push(b) });
  await lua.run(`
    print("a") io.write("b", 1, "\\n") io.stdout:write("\\xff\\n") io.output():write("c\\n")
    assert(os.execute("echo d; echo e >&2"))
    local p <close> = io.popen("tr f g", "w")
    p:write("f\\n") assert(p:close())
    assert(not io.stdout:close() and not io.stdout:seek())
    fs.write("/dev/stdout", "h\\n")
    io.stderr:write("i\\n")
    os.execute("sleep 60 &")`);
  expect(Buffer.concat(out).toString("latin1")).toBe("a\nb1\n\xff\nc\nd\ng\nh\n");
  expect(Buffer.concat(err).toString()).toBe("e\ni\n");
});

test("states do not see each other", async () => {
  const [a, b] = [createLua(), createLua()];
  await a.run("x = 1 string.extra = 2 json.extra = 3 getmetatable('').__index.more = 4");
  expect(await b.run("return x, string.extra, json.extra, ('').more")).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("close cancels what is left", async () => {
  const lua = createLua();
  let closed = false;
  lua.register("mark", () => {
    closed = true;
  });
  await lua.run(`
    async.spawn(function()
      local c <close> = setmetatable({}, {__close = mark})
      sleep(60)
    end)
    sleep(0.01)`);
  await lua.close();
  expect(closed).toBe(true);
});

test("close gives closing methods time to wait, and ends intervals", async () => {
  const lua = createLua();
  let ticks = 0;
  lua.register("tick", () => {
    ticks++;
  });
  await lua.run(`
    async.spawn_interval(0.005, function() tick() end)
    async.spawn(function()
      local c <close> = setmetatable({}, { __close = function() sleep(0.2) done = true end })
      sleep(60)
    end)
    sleep(0.05)`);
  expect(ticks).toBeGreaterThan(0);
  await lua.close();
  expect(lua.globals.get("done")).toBe(true);
  ticks = 0;
  await Bun.sleep(50);
  expect(ticks).toBe(0);
});

test("a task that a run leaves behind does not stop the program around it", () => {
  const program = `
    await createLua().run("async.spawn(function() while true do end end)");
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log("goes on");
    process.exit();`;
  const r = runProgram(program);
  expect(r.out).toBe("goes on\n");
});

test("a wait that a finaliser or a cancelled task can't have does not end the program around it", () => {
  const program = `
    const lua = createLua({ stderr: () => {} });
    let failed = 0;
    const later = async () => {
      await Bun.sleep(1);
      failed++;
      throw new Error("late");
    };
    const controller = new AbortController();
    lua.register("later", later);
    lua.register("stop", () => {
      controller.abort();
      return later();
    });
    await lua.run("setmetatable({}, { __gc = function() later() end }) collectgarbage() collectgarbage()");
    await lua.run("kept = setmetatable({}, { __gc = function() later() end })");
    await lua.run("stop()", { signal: controller.signal }).catch(() => {});
    await lua.close();
    await Bun.sleep(50);
    console.log(failed);`;
  const r = runProgram(program);
  expect(r.err).toBe("");
  expect(r.out).toBe("3\n");
});

test("what JS functions throw, whatever it is", async () => {
  const lua = createLua();
  const caught = async (thrown: unknown, f: (v: unknown) => unknown) => {
    lua.register("f", () => f(thrown));
    const [ok, e] = await lua.run("local ok, e = pcall(f) return ok, e");
    return [ok, lua.toJS(e)];
  };
  const raise = (v: unknown) => {
    throw v;
  };
  for (const f of [raise, (v: unknown) => Promise.reject(v)]) {
    expect(await caught("é€", f)).toEqual([false, "é€"]);
    expect(await caught({ code: 1 }, f)).toEqual([false, { code: 1 }]);
    expect(await caught(undefined, f)).toEqual([false, undefined]);
    expect(await caught(null, f)).toEqual([false, undefined]);
    expect(await caught(new TypeError(""), f)).toEqual([false, "TypeError"]);
    expect(await caught(new Date(), f)).toEqual([
      false,
      "a value without a counterpart in Lua was thrown",
    ]);
  }
  // the error of a Lua function passes a JS function as it is
  lua.register("call", async (g: () => Promise<unknown>) => g());
  expect(
    await lua.run(`local e = {} local ok, got = pcall(call, function() error(e) end)
      return ok, got == e`),
  ).toEqual([false, true]);
});

test("promises of other makes, and the same function twice", async () => {
  const lua = createLua();
  // biome-ignore lint/suspicious/noThenProperty: what drivers of databases give
  lua.register("query", () => ({ then: (done: (v: number) => void) => setTimeout(done, 1, 5) }));
  expect(await lua.run("return query()")).toEqual([5]);
  const f = () => 1;
  expect(await lua.run("local a, b = ... return a == b", { args: [f, f] })).toEqual([true]);
});

test("limits of time beyond what a timer holds", async () => {
  const lua = createLua();
  for (const timeout of [Number.POSITIVE_INFINITY, 1e12])
    expect(await lua.run("sleep(0.01) return 1", { timeout })).toEqual([1]);
  await expect(lua.run("return 1", { timeout: Number.NaN })).rejects.toThrow(
    "timeout: a number of milliseconds is needed",
  );
});

test("the modules of the program are there, except in bare states", async () => {
  const lua = createLua();
  expect(await lua.run('return type(require("assay.vault").client)')).toEqual(["function"]);
  await expect(createLua({ bare: true }).run('require("assay.vault")')).rejects.toThrow(
    "module 'assay.vault' not found",
  );
});

test("bare states have the standard library only", async () => {
  const lua = createLua({ bare: true });
  expect(await lua.run("return json, type(assert), math.type(1)")).toEqual([
    undefined,
    "function",
    "integer",
  ]);
});

test("a module definition: checks, handles, errors, several files per global", async () => {
  interface Counter {
    n: number;
    closed: boolean;
  }
  const CounterClass = defineHandle<Counter>({
    needs: [],
    name: "demo.counter",
    methods: {
      add: method<Counter>()({
        doc: "Adds.",
        params: [p.integer("by").default(1)],
        returns: "integer",
        run: (self, _ctx, by) => {
          self.n += by;
          return self.n;
        },
      }),
    },
    fields: { value: { doc: "now", type: "integer", get: (self) => self.n } },
    tostring: (self) => `counter at ${self.n}`,
    close: (self) => {
      self.closed = true;
    },
  });
  const counters: Counter[] = [];
  const lua = createLua();
  lua.register(
    "demo",
    defineBuiltin({
      needs: [],
      name: "demo",
      doc: "A demonstration",
      functions: {
        counter: fn({
          doc: "A new counter.",
          params: [p.integer("start", "", { min: 0 })],
          returns: "demo.counter",
          run(ctx, n) {
            const c = { n, closed: false };
            counters.push(c);
            return ctx.handle(CounterClass, c);
          },
        }),
        peek: fn({
          doc: "Reads a counter.",
          params: [p.handle(CounterClass, "c"), p.text("unit").optional()],
          returns: "integer, string",
          run: (_ctx, c, unit) => values(c.n, unit ?? "none"),
        }),
        fail: fn({
          doc: "Fails.",
          params: [p.choice("how", ["host", "late", "bug"])],
          async run(ctx, how) {
            if (how === "host") throw new HostError("plain");
            await Promise.resolve();
            if (how === "late") ctx.fail("later");
            return (undefined as unknown as { x: undefined }).x;
          },
        }),
        apply: fn({
          doc: "Calls a function.",
          params: [p.function("f"), p.rest(p.any("args"))],
          returns: "any",
          run: async (ctx, f, ...args) => values(...(await ctx.call(f, ...args))),
        }),
      },
    }),
  );
  lua.register(
    "demo",
    defineBuiltin({
      needs: [],
      name: "demo",
      doc: "more",
      fields: { two: { doc: "2", type: "integer", make: () => 2 } },
    }),
  );
  expect(
    await lua.run(`
      local c <close> = demo.counter(5)
      c:add(2)
      return c:add(), c.value, tostring(c), demo.two, demo.peek(c)`),
  ).toEqual([8, 8, "counter at 8", 2, 8, "none"]);
  expect(counters[0]?.closed).toBe(true);
  expect(
    await lua.run(
      "return demo.apply(function(...) sleep(0) return select('#', ...), ... end, nil, 1)",
    ),
  ).toEqual([2, undefined, 1]);
  const message = async (source: string) =>
    (await scriptError(lua.run(source, { name: "@d.lua" }))).message;
  expect(await message("demo.counter(-1)")).toBe(
    "d.lua:1: bad argument #1 to 'counter' (value at least 0 expected, got -1)",
  );
  expect(await message("demo.counter(1.5)")).toBe(
    "d.lua:1: bad argument #1 to 'counter' (number has no integer representation)",
  );
  expect(await message("demo.peek({})")).toBe(
    "d.lua:1: bad argument #1 to 'peek' (demo.counter expected, got table)",
  );
  expect(await message("demo.peek(async.channel())")).toBe(
    "d.lua:1: bad argument #1 to 'peek' (demo.counter expected, got async.channel)",
  );
  expect(await message("demo.fail('x')")).toBe(
    "d.lua:1: bad argument #1 to 'fail' (invalid option 'x')",
  );
  expect(await message("demo.fail('host')")).toBe("plain");
  expect(await message("demo.fail('late')")).toBe("demo.fail: later");
  expect(await message("demo.fail('bug')")).toMatch(/^demo\.fail: internal error: /);
  expect(await message("demo.fail('bug')")).not.toContain("\n");
  expect(await message("demo.apply(error, 'inner', 0)")).toBe("inner");
});

test("the list of builtin files is current", () => {
  const path = join(import.meta.dirname, "..", "src", "builtins", "index.generated.ts");
  expect(readFileSync(path, "utf8")).toBe(builtinList());
});

test("documentation is derived from the declarations", () => {
  const demo = defineBuiltin({
    needs: [],
    name: "demo",
    doc: "A demonstration",
    functions: {
      f: fn({
        doc: "Does it.",
        params: [
          p.text("a", "what"),
          p.record("opts", { n: p.integer("n").optional() }).optional(),
          p.rest(p.any("more")),
        ],
        returns: "string, integer",
        run: () => undefined,
      }),
    },
  });
  expect(describeBuiltin(demo)).toEqual([
    {
      name: "demo.f",
      signature: "demo.f(a, opts?, ...)",
      doc: "Does it.",
      returns: "string, integer",
    },
  ]);
  expect(luaLsBuiltin(demo)).toBe(`---A demonstration
demo = {}

---Does it.
---@param a string what
---@param opts? { n?: integer }
---@param ... any
---@return string
---@return integer
function demo.f(a, opts, ...) end
`);
});

test("every function of every builtin is documented", () => {
  for (const b of builtins) {
    expect(b.doc).not.toBe("");
    for (const f of describeBuiltin(b)) expect([f.name, f.doc]).not.toEqual([f.name, ""]);
  }
});
