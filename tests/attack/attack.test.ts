/** Every attack in this process: each in a Lua state of its own, and nothing around it changes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLua, Policy } from "../../src/index";
import { type Attack, CANARY, chunkOf } from "./attack";
import { FILES } from "./cases/files";
import { MODULES } from "./cases/modules";
import { NETWORK } from "./cases/network";
import { PROTOTYPES } from "./cases/prototypes";
import { SQL } from "./cases/sql";
import { VALUES } from "./cases/values";
import { makeWorld, type World } from "./world";

let world: World;
const members = () =>
  [Object, Array, String, Function, Map].map((c) => Reflect.ownKeys(c.prototype).length).join();
const before = members();

beforeAll(async () => {
  world = await makeWorld();
  process.env.SECRET_TOKEN = CANARY;
});
afterAll(async () => {
  delete process.env.SECRET_TOKEN;
  await world.close();
});

describe.each<[string, readonly Attack[]]>([
  ["prototypes", PROTOTYPES],
  ["files", FILES],
  ["modules", MODULES],
  ["network", NETWORK],
  ["values", VALUES],
  ["sql", SQL],
])("%s", (_, attacks) => {
  test.each(attacks.map((a) => [a.name, a] as const))("%s", async (_name, attack) => {
    const { root, writable, outside, good, bad } = world;
    let log = "";
    const lua = createLua({
      policy: Policy.sandbox({
        read: [root],
        write: [writable],
        net: [`127.0.0.1:${good}`, "127.0.0.1:0", ...loopbackServers(attack)],
      }),
      stdout: () => undefined,
      stderr: (bytes) => {
        log += Buffer.from(bytes).toString("latin1");
      },
      timeout: 10_000,
    });
    const [outcome] = await lua.run(chunkOf(attack), {
      name: "@attack",
      args: [root, writable, outside, good, bad],
    });
    await lua.close();
    expect(outcome).toMatch(attack.held);
    expect(`${outcome} ${log}`).not.toContain(CANARY);
    expect(log).not.toMatch(/[\x00-\x08\x0b-\x1f]/);
    expect(world.damage()).toEqual([]);
    expect(members()).toBe(before);
  });
});

/** Attacks that start a server have to be able to call it on the port that it gets. */
function loopbackServers({ lua }: Attack): string[] {
  return /s\.url/.test(lua) ? ["127.0.0.1"] : [];
}
