/**
 * Answers that a server should not give, to every function of every module: no function may end in an
 * error of Lua itself ("attempt to index a nil value"); an error names the module and what was asked.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedEntries } from "../../src/reference/entries";
import { callsOf } from "./calls";
import { luaWithModules } from "./server";

const ANSWERS: [status: number, body: string][] = [
  [500, "boom"],
  [403, '{"message":"no"}'],
  [404, "gone"],
  [204, ""],
  [200, ""],
  [200, "<html>not JSON</html>"],
  [200, "null"],
  [200, "{}"],
  [200, "[]"],
  [200, '"text"'],
];

let server: Server;
let url: string;
let answer = ANSWERS[0] as [number, string];
beforeAll(async () => {
  server = createServer((req, res) => {
    req.resume();
    req.on("end", () => {
      const [status, body] = answer;
      res.writeHead(status, { "Content-Type": "application/json" }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Functions that run for ever, or want another server. */
const LEFT_OUT = Object.fromEntries(
  "dns tls tcp auto_renew stream authenticated_client".split(" ").map((f) => [f, "see above"]),
);

/** Parameters whose names do not tell that they are tables, or files. */
const ARGS = {
  "create_robot.robot": "{}",
  "set_quota.hard": "{}",
  "put_object_tags.tags": "{}",
  "create_segment.definition": "{}",
  "update_segment.definition": "{}",
  "support_dump.path": "FILE",
  "download.path": "FILE",
  "raft_snapshot.path": "FILE",
};

const modules = embeddedEntries()
  .map((e) => e.name.replace(/^assay\./, ""))
  .filter((name) => !["openbao", "postgres"].includes(name));

/** `assay.k8s` has its server in each call; events of an endless watch are none of this. */
const K8S = {
  leftOut: { ...LEFT_OUT, watch: "see above", follow_logs: "see above" },
  args: {
    ...ARGS,
    opts: `{ base_url = URL, token = "t" }`,
    "wait_for.opts": `{ base_url = URL, token = "t", timeout = 0 }`,
    kind: '"pod"',
    path: '"/api/v1/x"',
    manifest: '{ apiVersion = "v1", kind = "Pod", metadata = { name = "x" } }',
  },
};

describe.each(modules)("%s", (name) => {
  const calls = callsOf(name, {
    leftOut: LEFT_OUT,
    plain: true,
    args: ARGS,
    ...(name === "k8s" ? K8S : {}),
  }).map(({ source }) => source);

  test("answers that it does not expect", async () => {
    expect(calls.length).toBeGreaterThan(5);
    const h = luaWithModules({ URL: url });
    await h.run(`
      FILE = os.tmpname()
      m = require("assay.${name}")
      c = m.client and m.client { url = URL, endpoint = URL, region = "r", access_key = "a", secret_key = "s",
        token = "t", domain = "d", namespace = "n" }
      function try(call, f)
        local ok, e = pcall(f)
        local text = tostring(e)
        if not ok and (text:find("attempt to", 1, true) or text:find("bad argument", 1, true)
          or text:find("^json%.") or text:find("stack traceback", 1, true)) then
          faults[#faults + 1] = call .. " -> " .. text
        end
      end`);
    const tries = calls.map(
      (call) => `try(${JSON.stringify(call)}, function() return ${call} end)`,
    );
    try {
      for (const [status, body] of ANSWERS) {
        answer = [status, body];
        const [faults] = await h.run(`faults = json.array({})\n${tries.join("\n")}\nreturn faults`);
        expect([status, body, faults]).toEqual([status, body, []]);
      }
    } finally {
      await h.run("os.remove(FILE)");
      await h.lua.close();
    }
  }, 120_000);
});
