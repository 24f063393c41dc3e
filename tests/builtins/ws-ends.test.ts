/** How WebSocket connections end when the peer is rude: it keeps TCP open, stops reading, or breaks the protocol. */
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Harness, harness } from "./harness";
import { type RawServer, rawServer } from "./http-peers";

let server: RawServer;
let h: Harness;

/** Answers the handshake, and goes on with `next`. */
const accept = (next: (s: Socket) => void) => (s: Socket, request: string) => {
  const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(request)?.[1] ?? "";
  const hash = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  s.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${hash.digest("base64")}\r\n\r\n`,
  );
  s.allowHalfOpen = true;
  next(s);
};
const bytes = (text: string) => Buffer.from(text, "latin1");

beforeAll(async () => {
  server = await rawServer({
    // "bye", then code 4001 "why"
    "/bye": accept((s) => s.write(bytes("\x81\x03bye\x88\x05\x0f\xa1why"))),
    "/deaf": accept((s) => {
      s.pause();
      setTimeout(() => s.resetAndDestroy(), 300);
    }),
    "/broken": accept((s) => s.write(bytes("\x83\x01x"))),
    "/gone": accept((s) => s.destroy()),
  });
  h = harness({ globals: { URL: server.url.replace("http", "ws") } });
});
afterAll(async () => {
  await h.lua.close();
  server.close();
});

/** Results, and whether they came before the peer would have been given up. */
async function soon(source: string): Promise<unknown[]> {
  const begun = performance.now();
  const results = await h.run(source);
  expect(performance.now() - begun).toBeLessThan(3000);
  return results;
}

test("the peer's goodbye counts, also when it does not close its end", async () => {
  const closed = "connection closed (code 4001, reason: why)";
  expect(
    await soon(`
      local c = ws.connect(URL .. "/bye")
      local first = c:recv()
      local _, recv = pcall(c.recv, c)
      local _, send = pcall(c.send, c, "x")
      local _, ping = pcall(c.ping, c)
      local _, iterate = pcall(function() for m in c do end end)
      c:close()
      return first, recv, send, ping, iterate, c.is_open, c.close_code, c.close_reason`),
  ).toEqual([
    "bye",
    `ws.recv: ${closed}`,
    `ws.send: ${closed}`,
    `ws.ping: ${closed}`,
    `ws.messages: ${closed}`,
    false,
    4001,
    "why",
  ]);
});

test("a message that can't be sent any more is an error", async () => {
  expect(
    await soon(`
      local c = ws.connect(URL .. "/deaf")
      local ok, err = pcall(c.send_binary, c, ("x"):rep(30000000))
      return ok, err, c.is_open, c.close_code`),
  ).toEqual([false, "ws.send_binary: connection closed (code 1006)", false, 1006]);
});

test("after nonsense from the peer closing waits for nothing", async () => {
  expect(
    await soon(`
      local c = ws.connect(URL .. "/broken")
      local ok, err = pcall(c.recv, c)
      c:close()
      return ok, err, c.is_open, c.close_code`),
  ).toEqual([
    false,
    "ws.recv: connection closed: Invalid WebSocket frame: invalid opcode 3",
    false,
    1006,
  ]);
});

test("a connection that is lost right after the handshake", async () => {
  expect(await soon(`return pcall(ws.recv, ws.connect(URL .. "/gone"))`)).toEqual([
    false,
    "ws.recv: connection closed (code 1006)",
  ]);
});
