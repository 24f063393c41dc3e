/**
 * Attacks on the compiled program as a process: those on memory and time, each with 64 MiB and 3
 * seconds, and a selection of the others.
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledAssay } from "../compiled";
import { type Attack, CANARY, chunkOf } from "./attack";
import { FILES } from "./cases/files";
import { MODULES } from "./cases/modules";
import { NETWORK } from "./cases/network";
import { PROTOTYPES } from "./cases/prototypes";
import { MEMORY, RESOURCES, TIME } from "./cases/resources";
import { SQL } from "./cases/sql";
import { VALUES } from "./cases/values";
import { makeWorld, type World } from "./world";

let world: World;
let program: string;

beforeAll(async () => {
  program = compiledAssay();
  world = await makeWorld();
}, 120_000);
afterAll(() => world.close());

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly ms: number;
}

function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const begin = performance.now();
    const child = spawn(program, args, {
      cwd: world.root,
      env: { ...process.env, SECRET_TOKEN: CANARY, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (b: Buffer) => {
      out += b.toString("latin1");
    });
    child.stderr.on("data", (b: Buffer) => {
      err += b.toString("latin1");
    });
    child.on("close", (code) => resolve({ code, out, err, ms: performance.now() - begin }));
  });
}

/** Runs an attack, and gives what became of it as `attack.ts` says it. */
async function outcomeOf(attack: Attack, options: string[]): Promise<Ended & { outcome: string }> {
  const { root, writable, outside, good, bad } = world;
  const file = join(dirname(root), "scripts", "attack.lua");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `print((function(...) ${chunkOf(attack)}\nend)(...))\n`);
  const paths = ["--allow-read", root, "--allow-write", writable];
  const net = ["--allow-net", `127.0.0.1:${good},127.0.0.1:0`];
  if (/s\.url/.test(attack.lua)) net.push("--allow-net", "127.0.0.1");
  const args = [root, writable, outside, String(good), String(bad)];
  const ended = await run([...options, "--sandbox", ...paths, ...net, file, ...args]);
  const stopped =
    ended.code === 124
      ? "timeout"
      : /memory error/.test(ended.err)
        ? "memory"
        : `code ${ended.code}`;
  return { ...ended, outcome: ended.out === "" ? `stopped: ${stopped}` : ended.out.trimEnd() };
}

function expectHeld(attack: Attack, { outcome, err }: { outcome: string; err: string }): void {
  expect(outcome, err).toMatch(attack.held);
  expect(outcome + err).not.toContain(CANARY);
  expect(err).not.toMatch(/\bat \S+ \(|internal error|node_modules|\.ts:\d/);
  expect(world.damage()).toEqual([]);
}

const cases = (attacks: readonly Attack[]) => attacks.map((a) => [a.name, a] as const);

test.each(cases(RESOURCES))("memory and time: %s", async (_, attack) => {
  const { held } = attack;
  const seconds = held === TIME ? "1" : held === MEMORY ? "20" : "3";
  const ended = await outcomeOf(attack, ["--max-memory", "64M", "--timeout", seconds]);
  expectHeld(attack, ended);
  // closing methods and the watchdog have their times on top
  expect(ended.ms).toBeLessThan(15_000);
});

/** Every third one: what they test is the same as in process, how they get there is not. */
const SELECTION = [PROTOTYPES, FILES, MODULES, NETWORK, VALUES, SQL].flatMap((list) =>
  list.filter((_, i) => i % 3 === 0),
);

test.each(cases(SELECTION))("as a process: %s", async (_, attack) => {
  // a port number that varies from run to run must not be in the arguments of a literal
  expectHeld(attack, await outcomeOf(attack, ["--timeout", "10"]));
});
