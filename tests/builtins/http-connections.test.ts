/** What servers do to connections at bad moments: reset them, say things in between, close them while nobody looks. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HttpFault } from "../../src/builtins/http/errors";
import { fetchWhole, type RequestSpec } from "../../src/builtins/http/perform";
import { Transport } from "../../src/builtins/http/transport";
import { findNode } from "../servers/server";
import { type RawServer, rawServer, type Script, spec } from "./http-peers";

let server: RawServer;
const transport = new Transport({ tls: { insecure: false }, env: () => undefined });

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/** Sends the pieces one after the other. */
const pieces =
  (...texts: string[]): Script =>
  (s) => {
    for (const [i, text] of texts.entries()) setTimeout(() => s.write(text), 20 * i);
  };

beforeAll(async () => {
  server = await rawServer({
    "/ok": ok,
    "/close": (s) => s.end(ok.replace("\r\n", "\r\nConnection: close\r\n")),
    "/reset": (s) =>
      s.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of the body", () =>
        setTimeout(() => s.resetAndDestroy(), 50),
      ),
    "/letters": pieces(..."HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n", ok),
    "/100-103-100": pieces(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n`,
      "HTTP/1.1 100 Continue\r\n\r",
      `\nHTTP/1.1 100 Continue\r\n\r\n${ok}`,
    ),
    "/body": `HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n`,
    "/101": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    "/lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "/099": "HTTP/1.1 099 What\r\nContent-Length: 2\r\n\r\nok",
    "/both":
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
  });
});

afterAll(() => {
  server.close();
  transport.close();
});

/** Status and body, or what went wrong. */
async function outcome(url: string, more: Partial<RequestSpec> = {}): Promise<string> {
  try {
    const { status, body } = await fetchWhole(transport, spec(url, more));
    return `${status} ${body.toString("latin1")}`;
  } catch (e) {
    return e instanceof HttpFault ? e.message : `not a fault: ${String(e)}`;
  }
}

test("a body without a length that ends with a reset is not complete", async () => {
  expect(await outcome(`${server.url}/reset`)).toBe(
    `reading the response body from ${server.url}/reset: connection reset by peer`,
  );
});

test("max_size holds for what comes in one piece with the head, too", async () => {
  for (const path of ["/ok", "/close"]) {
    expect(await outcome(server.url + path, { maxSize: 1 })).toBe(
      `reading the response body from ${server.url}${path}: larger than 1 bytes (option max_size)`,
    );
    expect(await outcome(server.url + path, { maxSize: 2 })).toBe("200 ok");
  }
});

test("what undici does not take was never sent", async () => {
  const headers: [string, string][] = [
    ["Host", "a"],
    ["Host", "b"],
  ];
  expect(await outcome(`${server.url}/ok`, { headers, retries: 3 })).toBe(
    `requesting ${server.url}/ok: duplicate host header`,
  );
});

describe("interim responses", () => {
  test.each(["/letters", "/100-103-100"])("%s", async (path) => {
    expect(await outcome(server.url + path)).toBe("200 ok");
    expect(await outcome(`${server.url}/ok`)).toBe("200 ok");
  });
  test("what looks like one in a body stays", async () => {
    expect(await outcome(`${server.url}/body`)).toBe("200 HTTP/1.1 100 Continue\r\n\r\n");
  });
});

test.each([
  ["/101", "the server switched to another protocol unasked"],
  ["/lengths", "invalid HTTP response: malformed head"],
  ["/both", "invalid HTTP response: malformed head"],
  ["/099", "invalid HTTP response: malformed head"],
])("%s: %s", async (path, cause) => {
  expect(await outcome(server.url + path)).toBe(
    `waiting for a response from ${server.url}${path}: ${cause}`,
  );
});

test("a request that gives up while it connects leaves no connection behind", async () => {
  let open = 0;
  const silent = net.createServer({ allowHalfOpen: true }, (socket) => {
    open++;
    socket.resume();
    socket.on("error", () => undefined);
    socket.on("end", () => socket.end());
    socket.on("close", () => open--);
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as net.AddressInfo;
  try {
    const proxy = new Transport({
      tls: { insecure: false },
      env: () => undefined,
      proxy: new URL(`http://127.0.0.1:${port}`),
    });
    const through = ` (through the proxy http://127.0.0.1:${port})`;
    // TLS that is never spoken, and a tunnel that is never opened
    for (const t of [transport, proxy]) {
      const url = `https://127.0.0.1:${port}/`;
      const all = Array.from({ length: 10 }, () =>
        fetchWhole(t, spec(url, { timeout: 0.2 })).catch((e: HttpFault) => e.message),
      );
      expect(new Set(await Promise.all(all))).toEqual(
        new Set([`connecting to ${url}: timeout after 0.2 s${t === proxy ? through : ""}`]),
      );
      for (let i = 0; i < 40 && open > 0; i++) await new Promise((r) => setTimeout(r, 50));
      expect(open).toBe(0);
    }
  } finally {
    silent.close();
  }
});

test("a connection that has just answered serves the next request, too", async () => {
  const { connections } = server;
  const t = new Transport({ tls: { insecure: false }, env: () => undefined });
  const url = `${server.url}/100-103-100`;
  const inTurn = async () => {
    for (let i = 0; i < 10; i++) expect((await fetchWhole(t, spec(url))).status).toBe(200);
  };
  await inTurn();
  expect(server.connections - connections).toBe(1);
  await Promise.all([inTurn(), inTurn(), inTurn()]);
  expect(server.connections - connections).toBe(3);
  t.close();
});

test("a process without a free descriptor says so, and not that the server refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-descriptors-"));
  try {
    const script = join(folder, "many.lua");
    writeFileSync(
      script,
      `local files, f = {}
      local ok, e = pcall(http.get, "${server.url}/")  -- loads what it needs
      repeat f = io.open("/dev/null") files[#files + 1] = f until not f
      ok, e = pcall(http.client().get, http.client(), "http://127.0.0.1:1/")
      for _, f in ipairs(files) do f:close() end
      print(e)
      print(select(2, pcall(http.get, "http://127.0.0.1:1/")))`,
    );
    const main = join(import.meta.dirname, "../../src/cli/main.ts");
    const command = 'ulimit -n 100; exec "$0" "$1" "$2"';
    const run = Bun.spawn(["sh", "-c", command, process.execPath, main, script]);
    const lines = (await new Response(run.stdout).text()).split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "http.client.get: connecting to http://127.0.0.1:1/: too many open files",
      "http.get: connecting to http://127.0.0.1:1/: connection refused",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A server that closes connections after 20 ms without a request, and says in a file how many are open. */
const IMPATIENT = `
const { writeFileSync } = require("fs");
const [, how, file] = process.argv;
let open = 0;
const count = (n) => writeFileSync(file, String((open += n)));
require("net").createServer((s) => {
  let timer;
  count(1);
  s.on(how === "reset" ? "close" : "finish", () => count(-1));
  s.on("error", () => {});
  s.on("data", () => {
    clearTimeout(timer);
    s.write("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok");
    timer = setTimeout(() => how === "reset" ? s.resetAndDestroy() : s.end(), 20);
  });
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
process.stdin.resume().on("end", () => process.exit(0));
`;

test.each(["end", "reset"])(
  "a POST after the program computed for long is not lost (%s)",
  async (how) => {
    const folder = mkdtempSync(join(tmpdir(), "assay-impatient-"));
    const file = join(folder, "open");
    const child: ChildProcess = spawn(findNode(), ["-e", IMPATIENT, how, file], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      const port = await new Promise<string>((resolve) =>
        child.stdout?.once("data", (d: Buffer) => resolve(d.toString().trim())),
      );
      const url = `http://127.0.0.1:${port}/`;
      for (let i = 0; i < 5; i++) {
        expect(await outcome(url)).toBe("200 ok");
        // busy, so that nobody here learns of it
        const end = performance.now() + 5000;
        while (readFileSync(file, "utf8") !== "0" && performance.now() < end);
        expect(await outcome(url, { method: "POST", body: Buffer.from("x") })).toBe("200 ok");
      }
    } finally {
      child.stdin?.end();
      await new Promise((resolve) => child.once("exit", resolve));
      rmSync(folder, { recursive: true });
    }
  },
);
