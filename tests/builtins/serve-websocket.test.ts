/** WebSocket connections that `http.serve` accepts, with clients that lag behind or are odd: raw sockets. */
import { once } from "node:events";
import net from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Harness, harness } from "./harness";

let h: Harness;

beforeEach(() => {
  h = harness();
});
afterEach(() => h.lua.close());

/** A connection whose handler is this Lua function; the handshake is over, and nothing is read. */
async function connect(handler: string): Promise<net.Socket> {
  const [port] = await h.run(`
    server = http.server({ host = "127.0.0.1" }, { ["/"] = function() return { ws = ${handler} } end })
    return server.port`);
  const socket = net.connect(port as number, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  socket.pause();
  return socket;
}

/** The texts of the frames until the close frame, whose code is the last. */
async function frames(socket: net.Socket): Promise<(string | number)[]> {
  const chunks: Buffer[] = [];
  socket.on("data", (d: Buffer) => chunks.push(d));
  socket.resume();
  await once(socket, "close");
  const all = Buffer.concat(chunks);
  const out: (string | number)[] = [];
  let at = all.indexOf("\r\n\r\n") + 4;
  while (at < all.length) {
    const opcode = (all[at] as number) & 15;
    let length = all[at + 1] as number;
    at += 2;
    if (length === 126) {
      length = all.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(all.readBigUInt64BE(at));
      at += 8;
    }
    out.push(opcode === 8 ? all.readUInt16BE(at) : all.toString("latin1", at, at + length));
    at += length;
  }
  return out;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a slow client gets everything, large messages and those of many tasks, too", async () => {
  const socket = await connect(`function(conn)
    sent = {}
    sent[1] = conn:write(("x"):rep(40000000))
    sent[2] = conn:write("small")
    local tasks = {}
    for i = 1, 10 do
      tasks[i] = function() return conn:write(("y"):rep(4000000)) end
    end
    for i, ok in ipairs(async.all(tasks)) do sent[i + 2] = ok end
  end`);
  await pause(200);
  const got = await frames(socket);
  expect(got.map((m) => (typeof m === "string" ? m.length : m))).toEqual([
    40_000_000,
    5,
    ...new Array(10).fill(4_000_000),
    1000,
  ]);
  expect(await h.run("return sent")).toEqual([new Array(12).fill(true)]);
});

test("a writer waits while the client does not read, and ends with the connection", async () => {
  const socket = await connect(`function(conn)
    written = 0
    while conn:write(("x"):rep(100000)) do written = written + 1 end
    ended = true
  end`);
  await pause(300);
  const [before] = await h.run("return written");
  await pause(200);
  expect(await h.run("return written, ended")).toEqual([before, undefined]);
  socket.resetAndDestroy();
  await pause(100);
  expect(await h.run("return ended")).toEqual([true]);
});

test("codes that are nobody's to send are refused", async () => {
  const socket = await connect(`function(conn)
    local ok, err = pcall(conn.close, conn, 1005)
    conn:write(err)
    ok, err = pcall(conn.close, conn, 2000)
    conn:write(err)
    conn:close(3999)
  end`);
  expect(await frames(socket)).toEqual([
    "http.websocket.close: invalid close code 1005",
    "http.websocket.close: invalid close code 2000",
    3999,
  ]);
});
