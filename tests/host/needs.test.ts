/**
 * No builtin touches the world outside without saying so: what the code imports is compared with
 * what it declares, and every function is called in a sandbox with all that could tempt it.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtins } from "../../src/builtins/index.generated";
import type { Param } from "../../src/host";
import { handleClasses } from "../../src/host/handle";
import type { Need } from "../../src/host/needs";
import { createLua, Policy } from "../../src/index";
import { CANARY } from "../attack/attack";
import { makeWorld, type World } from "../attack/world";

const folder = join(dirname(dirname(import.meta.dirname)), "src", "builtins");

/** What in a file's text reaches outside, and which of the needs covers it. */
const TRACES: readonly (readonly [RegExp, readonly Need[]])[] = [
  [/from "node:fs(\/promises)?"|import\("node:fs|Bun\.file\(|"bun:sqlite"/, ["read", "write"]],
  [
    /from "node:(net|dns|dgram)|net\.connect\(|tls\.connect\(|import\("(undici|postgres|node:dns)|Bun\.SQL\(|[^.\w]fetch\(["`]|Bun\.connect/,
    ["connect"],
  ],
  [/Bun\.(serve|listen)[<(]|createServer\(/, ["listen"]],
  [/Bun\.spawn|node:child_process|process\.kill\(|new Worker\(/, ["programs"]],
];

/** Files that only read what the machine itself offers, whatever a script says. */
const HARMLESS: Readonly<Record<string, string>> = {
  "http/tls.ts": "the certificate authorities of the system",
  "template/engine.ts": "the engine's own code, from inside the program",
};

/** A file of `src/builtins` and those that it imports, apart from types. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(folder, file), "utf8");
  for (const [, clause, path] of text.matchAll(/import ([^;"]*? from )?"(\.{1,2}\/[^"]+)"/g)) {
    if (/^type /.test(clause ?? "")) continue;
    const target = relative(folder, join(folder, dirname(file), `${path}.ts`));
    if (!target.startsWith("..")) closure(target, seen);
  }
  for (const [, path] of text.matchAll(/import\("(\.{1,2}\/[^"]+)"\)/g)) {
    const target = relative(folder, join(folder, dirname(file), `${path}.ts`));
    if (!target.startsWith("..")) closure(target, seen);
  }
  return seen;
}

const files = readdirSync(folder).filter((f) => /^[\w-]+\.ts$/.test(f) && !f.includes("generated"));

/** All needs that the text of some files declares. */
function declaredIn(paths: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const path of paths) {
    const text = readFileSync(join(folder, path), "utf8");
    for (const [, list] of text.matchAll(/needs: \[([^\]]*)\]/g))
      for (const [, need] of (list as string).matchAll(/"(\w+)"/g)) found.add(need as string);
  }
  return found;
}

test.each(files)("%s declares what its code reaches", (file) => {
  const reached = closure(file);
  const declared = declaredIn(reached);
  for (const path of reached) {
    if (path in HARMLESS) continue;
    const text = readFileSync(join(folder, path), "utf8");
    for (const [trace, needs] of TRACES)
      if (trace.test(text))
        expect(
          [...needs, "programs"].some((n) => declared.has(n)),
          `${path} has ${trace.exec(text)?.[0]}: one of ${needs.join(", ")} must be declared`,
        ).toBe(true);
    expect(text, `${path}: variables come from ctx.host.environment`).not.toMatch(/process\.env\b/);
  }
});

test("an undeclared need is refused, whatever the policy", async () => {
  const lua = createLua();
  const { defineBuiltin, fn, p } = await import("../../src/index");
  lua.register(
    "sneaky",
    defineBuiltin({
      name: "sneaky",
      doc: "Forgets to say what it does",
      needs: [],
      functions: {
        read: fn({ doc: "", params: [p.string("path")], run: (ctx, path) => ctx.readPath(path) }),
        write: fn({ doc: "", params: [p.string("path")], run: (ctx, path) => ctx.writePath(path) }),
        connect: fn({ doc: "", params: [], run: (ctx) => void ctx.network }),
        listen: fn({ doc: "", params: [], run: (ctx) => ctx.checkListen("127.0.0.1", 0) }),
      },
    }),
  );
  for (const [name, need] of [
    ["read", "read"],
    ["write", "write"],
    ["connect", "connect"],
    ["listen", "listen"],
  ])
    await expect(lua.run(`sneaky.${name}("/etc/passwd")`)).rejects.toThrow(
      `sneaky.${name}: internal error: the need '${need}' is not declared`,
    );
});

test("what needs other programs is not there in a sandbox", () => {
  const lua = createLua({ policy: Policy.sandbox() });
  for (const b of builtins) {
    const table = lua.globals.get(b.name) as { get(key: string): unknown } | undefined;
    for (const [name, f] of Object.entries(b.functions ?? {}))
      if ((f.needs ?? b.needs).includes("programs"))
        expect(table?.get(name), `${b.name}.${name}`).toBeUndefined();
  }
  expect(lua.globals.get("shell")).toBeUndefined();
  expect(lua.globals.get("process")).toBeUndefined();
});

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

/** Every function, with every lure in each of its parameters. */
test("no function reaches outside of a sandbox that allows nothing", async () => {
  const { outside, bad } = world;
  const lures = [
    `${outside}/secret.txt`,
    outside,
    `http://127.0.0.1:${bad}/`,
    `ws://127.0.0.1:${bad}/`,
    `postgres://127.0.0.1:${bad}/x`,
    `mysql://u@127.0.0.1:${bad}/x`,
    `sqlite:${outside}/secret.txt`,
    `sqlite:${outside}/new.db?mode=rwc`,
    `{% include '${outside}/secret.txt' %}<%~ include('${outside}/secret.txt') %>`,
  ];
  const listening = openPorts();
  let calls = 0;
  for (const b of builtins) {
    const functions = b.global ? { "": b.global } : (b.functions ?? {});
    for (const [name, f] of Object.entries(functions))
      for (const lure of lures) {
        let log = "";
        const lua = createLua({
          policy: Policy.sandbox(),
          stdout: () => undefined,
          stderr: (bytes) => {
            log += Buffer.from(bytes).toString("latin1");
          },
          timeout: 1000,
        });
        const args = f.params.map((q) => argumentFor(q, lure, bad));
        const target = name === "" ? b.name : `${b.name} and ${b.name}.${name}`;
        const seen = await lua
          .run(
            `local f = ${target}
             if not f then return "" end
             local t = table.pack(pcall(f, ...))
             for i = 1, t.n do t[i] = type(t[i]) == "table" and (pcall(json.encode, t[i]) and json.encode(t[i])) or tostring(t[i]) end
             return table.concat(t, " ", 1, t.n)`,
            { args },
          )
          .catch((e: Error) => [e.message]);
        await lua.close();
        expect(`${seen} ${log}`, `${target}(${lure})`).not.toContain(CANARY);
        calls++;
      }
  }
  expect(calls).toBeGreaterThan(100 * lures.length);
  expect(world.damage()).toEqual([]);
  expect(openPorts()).toEqual(listening);
}, 120_000);

/** Something of the right type that leads outside. */
function argumentFor(param: Param<unknown>, lure: string, port: number): unknown {
  const { type } = param;
  if (/string/.test(type) || type === "any") return lure;
  if (/integer|number/.test(type)) return /port/.test(param.name) ? port : 1;
  if (/boolean/.test(type)) return true;
  if (/function/.test(type)) return () => undefined;
  if (/table/.test(type))
    return Object.fromEntries(
      [
        ...(param.fields ?? []).map((q) => q.name),
        "ca_cert_file",
        "client_cert_file",
        "client_key_file",
        "proxy",
        "base_url",
        "file",
        "dir",
      ].map((key) => [key, lure]),
    );
  return undefined;
}

/** The ports that this process listens on. */
function openPorts(): string[] {
  const own = new Set(
    readdirSync("/proc/self/fd").map((fd) => {
      try {
        return /socket:\[(\d+)\]/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
      } catch {
        return undefined;
      }
    }),
  );
  return ["tcp", "tcp6"].flatMap((kind) =>
    readFileSync(`/proc/self/net/${kind}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((row) => row[3] === "0A" && own.has(row[9]))
      .map((row) => row[1] as string),
  );
}

test("every class of handles declares its needs, too", () => {
  expect(handleClasses.length).toBeGreaterThan(5);
  for (const { definition } of handleClasses) expect(Array.isArray(definition.needs)).toBe(true);
});
