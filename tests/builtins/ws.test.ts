import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Harness, harness } from "./harness";
import { freePort, type RawServer, rawServer } from "./http-peers";
import { startWsPeer } from "./ws-peer";

let peer: Awaited<ReturnType<typeof startWsPeer>>;
const open: Harness[] = [];

beforeAll(async () => {
  peer = await startWsPeer();
});
afterAll(async () => {
  for (const h of open) await h.lua.close();
  await peer.stop();
});

/** A state in which `URL` is the peer's address. */
function state(url = peer.url): Harness {
  const h = harness({ globals: { URL: url } });
  open.push(h);
  return h;
}
const run = (source: string) => state().run(source);
const failure = (source: string) => state().failure(source);

test("text and binary, as functions and as methods", async () => {
  expect(
    await run(`
      local c = ws.connect(URL .. "/echo")
      ws.send(c, "grüße")
      local a, a_binary = ws.recv(c), c.is_binary
      ws.send_binary(c, "\\0\\xff\\r\\n")
      local b, b_binary = ws.recv(c), c.is_binary
      c:send("")
      c:send_binary("z")
      local empty, z = c:recv(), c:recv({timeout = 5})
      c:send(42)
      local number = c:recv()
      ws.close(c)
      return a, a_binary, #b, b == "\\0\\xff\\r\\n", b_binary, empty, z, number, c.is_open, c.close_code`),
  ).toEqual(["grüße", false, 4, true, true, "", "z", "42", false, 1000]);
});

test("headers, credentials and the query reach the server", async () => {
  const [text] = await run(`
    local url = URL:gsub("//", "//user:p%%40ss@")
    local c <close> = ws.connect(url .. "/hello?q=1&r=%20", {headers = {
      ["X-One"] = "1", Cookie = {"a=1", "b=2"}, ["User-Agent"] = "me", Host = "example.test"}})
    return c:recv()`);
  const { headers, url } = JSON.parse(text as string);
  expect(url).toBe("/hello?q=1&r=%20");
  expect(headers).toMatchObject({
    "x-one": "1",
    cookie: "a=1; b=2",
    "user-agent": "me",
    host: "example.test",
    authorization: `Basic ${Buffer.from("user:p@ss").toString("base64")}`,
    "sec-websocket-version": "13",
  });
});

test("subprotocols are negotiated", async () => {
  expect(
    await run(`
      local c = ws.connect(URL .. "/echo", {subprotocols = {"one", "two"}})
      local d = ws.connect(URL .. "/echo", {subprotocols = {"one"}})
      local e = ws.connect(URL .. "/echo")
      local r = {ws.protocol(c), c.protocol, tostring(ws.protocol(d)), tostring(e.protocol)}
      for _, x in ipairs{c, d, e} do x:close() end
      return r`),
  ).toEqual([["two", "two", "nil", "nil"]]);
});

test("10 MB both ways, byte for byte", async () => {
  const size = 10_000_000;
  const bytes = Buffer.alloc(size);
  for (let i = 0, x = 1; i < size; i++)
    bytes[i] = (x = (Math.imul(x, 1103515245) + 12345) >>> 0) >>> 24;
  const h = state();
  const [same, echoed] = await h.lua.run(
    `local c = ws.connect(URL .. "/echo")
     c:send_binary(...)
     local back = c:recv()
     c:close()
     return back == ..., #back`,
    { args: [new Uint8Array(bytes)] },
  );
  expect([same, echoed]).toEqual([true, size]);
  const [sum] = await h.lua.run(
    `local c <close> = ws.connect(URL .. "/sum") c:send_binary(...) return c:recv()`,
    { args: [new Uint8Array(bytes)] },
  );
  expect(sum).toBe(`${createHash("sha256").update(bytes).digest("hex")} ${size} true`);
});

test("fragments become one message, pings in between are answered", async () => {
  expect(
    await run(`
      local c = ws.connect(URL .. "/fragments")
      local a, b = c:recv(), c:recv()
      c:close()
      local d = ws.connect(URL .. "/ping")
      local pong = d:recv()
      d:close()
      return a, b:byte(1), b:byte(2), b:byte(3), #b, pong`),
  ).toEqual(["one two three", 1, 2, 255, 3, "pong hi"]);
});

test("ping gives the time until the pong", async () => {
  const [seconds, kind] = await run(`
    local c <close> = ws.connect(URL .. "/echo")
    local s = ws.ping(c)
    c:ping{timeout = 5}
    return s, math.type(s)`);
  expect(kind).toBe("float");
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThan(5);
  expect(await failure(`local c = ws.connect(URL .. "/deaf") c:ping{timeout = 0.1}`)).toBe(
    "ws.ping: no pong after 0.1 s",
  );
});

test("what was sent before the end is received, then the end is an error", async () => {
  expect(
    await run(`
      local c = ws.connect(URL .. "/close?code=4001&reason=enough")
      local last = c:recv()
      local ok, e = pcall(ws.recv, c)
      local ok2, e2 = pcall(ws.send, c, "x")
      return last, e, e2, c.close_code, c.close_reason, c.is_open, tostring(c)`),
  ).toEqual([
    "last words",
    "ws.recv: connection closed (code 4001, reason: enough)",
    "ws.send: connection closed (code 4001, reason: enough)",
    4001,
    "enough",
    false,
    "ws.connection: closed",
  ]);
  expect(await failure(`local c = ws.connect(URL .. "/close") c:recv() c:recv()`)).toBe(
    "ws.recv: connection closed (code 1005)",
  );
  expect(await failure(`local c = ws.connect(URL .. "/drop") c:recv() c:recv()`)).toMatch(
    /^ws\.recv: connection closed/,
  );
});

test("the server sees our close code and reason", async () => {
  await run(`ws.connect(URL .. "/code"):close(4321, "bye é")
    local c <close> = ws.connect(URL .. "/code")`);
  await expect.poll(() => peer.output()).toMatch(/closed 4321 bye é\n(.*\n)*closed 1000 \n/);
});

test("close: codes that are not ours to send, twice, and while someone waits", async () => {
  expect(await failure(`ws.connect(URL .. "/echo"):close(1006)`)).toBe(
    "ws.close: invalid close code 1006",
  );
  expect(await failure(`ws.connect(URL .. "/echo"):close(1000, ("x"):rep(124))`)).toBe(
    "ws.close: the reason must be UTF-8 of at most 123 bytes",
  );
  expect(
    await run(`
      local c = ws.connect(URL .. "/echo")
      local e
      local waiting = async.spawn(function() e = select(2, pcall(ws.recv, c)) end)
      sleep(0.05)
      c:close() c:close()
      waiting:await()
      return e`),
  ).toEqual(["ws.recv: connection closed (code 1000)"]);
});

test("iterators end with a normal close", async () => {
  expect(
    await run(`
      local sum, n = 0, 0
      for m in ws.messages(ws.connect(URL .. "/flood?n=5000")) do sum = sum + m n = n + 1 end
      for m in ws.connect(URL .. "/flood?n=3") do sum = sum + m end
      return n, sum`),
  ).toEqual([5000, (5000 * 5001) / 2 + 6]);
  expect(await failure(`for m in ws.messages(ws.connect(URL .. "/close?code=1011")) do end`)).toBe(
    "ws.messages: connection closed (code 1011)",
  );
});

test("a slow reader slows the server down, and loses nothing", async () => {
  expect(
    await run(`
      local c = ws.connect(URL .. "/flood?n=20000")
      sleep(0.3)
      local n = 0
      for m in c do n = n + 1 if tonumber(m) ~= n then error("lost") end end
      return n`),
  ).toEqual([20000]);
});

test("recv: timeouts keep the connection and its messages", async () => {
  expect(
    await run(`
      local c <close> = ws.connect(URL .. "/echo")
      local ok, e = pcall(ws.recv, c, {timeout = 0.05})
      c:send("late")
      return e, c:recv{timeout = 5}`),
  ).toEqual(["ws.recv: timeout after 0.05 s", "late"]);
});

test("several tasks receive and send at once; a cancelled one takes no message", async () => {
  expect(
    await run(`
      local c <close> = ws.connect(URL .. "/echo")
      local lost = async.spawn(function() return c:recv() end)
      sleep(0.02)
      lost:cancel()
      local readers = {}
      for i = 1, 10 do readers[i] = function() return tonumber(c:recv()) end end
      for i = 1, 10 do async.spawn(function() c:send(tostring(i)) end) end
      local sum = 0
      for _, v in ipairs(async.all(readers)) do sum = sum + v end
      return sum`),
  ).toEqual([55]);
});

test("limits: messages that are too large, text that is no UTF-8", async () => {
  expect(await failure(`ws.connect(URL .. "/big?bytes=1001", {max_message = 1000}):recv()`)).toBe(
    "ws.recv: connection closed: message larger than 1000 bytes",
  );
  expect(
    await run(`return #ws.connect(URL .. "/big?bytes=1000", {max_message = 1000}):recv()`),
  ).toEqual([1000]);
  expect(
    await run(`return #ws.connect(URL .. "/big?bytes=70000000", {max_message = 0}):recv()`),
  ).toEqual([70_000_000]);
  expect(await failure(`ws.connect(URL .. "/bad-utf8"):recv()`)).toBe(
    "ws.recv: connection closed: invalid UTF-8 in a text message",
  );
  expect(await failure(`ws.connect(URL .. "/echo"):send("\\xff")`)).toBe(
    "ws.send: a text message must be valid UTF-8 (ws.send_binary takes any bytes)",
  );
});

test("failed connections name the address and the cause, never the query", async () => {
  const port = await freePort();
  const text = await failure(`ws.connect("ws://127.0.0.1:${port}/x?token=secret")`);
  expect(text).toBe(`ws.connect: connecting to ws://127.0.0.1:${port}/x: connection refused`);
  expect(await failure(`ws.connect("ws://nowhere.invalid/?t=secret")`)).toMatch(
    /^ws\.connect: connecting to ws:\/\/nowhere\.invalid\/: DNS lookup/,
  );
  expect(await failure(`ws.connect(URL .. "/forbidden?t=secret")`)).toBe(
    `ws.connect: waiting for the handshake of ${peer.url}/forbidden: the server answered 403 Forbidden`,
  );
  expect(await failure(`ws.connect(URL .. "/silent", {timeout = 1})`)).toBe(
    `ws.connect: waiting for the handshake of ${peer.url}/silent: timeout after 1 s`,
  );
  expect(await failure(`ws.connect("http://x/")`)).toBe(
    "ws.connect: unsupported URL scheme 'http' (ws and wss work)",
  );
  expect(await failure(`ws.connect("ws://")`)).toBe("ws.connect: invalid URL 'ws://'");
  expect(await failure(`ws.connect("ws://user:s3c/ret@h/")`)).toBe(
    "ws.connect: invalid URL 'ws://…' (special characters in a password must be %-encoded)",
  );
});

test("handshakes that are wrong", async () => {
  const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  const accept = (request: string) => {
    const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(request)?.[1] ?? "";
    const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    return `Sec-WebSocket-Accept: ${createHash("sha1")
      .update(key + guid)
      .digest("base64")}\r\n`;
  };
  const server: RawServer = await rawServer({
    "/ok": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "/old": "HTTP/1.0 101 x\r\n\r\n",
    "/banner": "SSH-2.0-OpenSSH_9.2\r\n",
    "/key": `${head}Sec-WebSocket-Accept: nonsense\r\n\r\n`,
    "/plain": "HTTP/1.1 101 x\r\n\r\n",
    "/protocol": (s, r) => s.write(`${head}${accept(r)}Sec-WebSocket-Protocol: other\r\n\r\n`),
    "/extension": (s, r) =>
      s.write(`${head}${accept(r)}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n`),
    "/gone": (s) => s.destroy(),
    // the first frames come in the same packet as the answer
    "/eager": (s, r) =>
      s.write(
        Buffer.from(`${head}${accept(r)}\r\n\x81\x02hi\x82\x01\xff\x88\x02\x03\xe8`, "latin1"),
      ),
    "/masked": (s, r) => s.write(Buffer.from(`${head}${accept(r)}\r\n\x81\x81....x`, "latin1")),
  });
  try {
    const h = state(server.url.replace("http", "ws"));
    const cause = async (path: string) =>
      (await h.failure(`ws.connect(URL .. "${path}"):recv()`)).replace(/^.*:\d+\/\w+: /, "");
    expect(await cause("/ok")).toBe("the server answered 200 OK");
    expect(await cause("/old")).toBe("the server does not speak HTTP/1.1");
    expect(await cause("/banner")).toBe("the server does not speak HTTP/1.1");
    expect(await cause("/key")).toBe("invalid handshake: wrong Sec-WebSocket-Accept");
    expect(await cause("/plain")).toBe("invalid handshake: the connection was not upgraded");
    expect(await cause("/protocol")).toMatch(/chose a subprotocol that was not offered/);
    expect(await cause("/extension")).toMatch(/uses an extension that was not offered/);
    expect(await cause("/gone")).toMatch(/connection closed by peer|connection reset by peer/);
    const begun = performance.now();
    expect(await cause("/masked")).toMatch(/^ws\.recv: connection closed: .*MASK/);
    // at once, and not when the peer has closed its side
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(
      await h.run(`local c = ws.connect(URL .. "/eager")
        local a, b = c:recv(), c:recv()
        return a, #b, pcall(ws.recv, c)`),
    ).toEqual(["hi", 1, false, "ws.recv: connection closed (code 1000)"]);
  } finally {
    server.close();
  }
});

test("options and arguments are checked", async () => {
  expect(await failure("ws.send(1, 'x')")).toBe("ws.send: first argument must be a ws connection");
  expect(await failure("ws.recv()")).toBe("ws.recv: first argument must be a ws connection");
  expect(await failure(`ws.connect(URL, {subprotocols = {"a b"}})`)).toBe(
    "ws.connect: option 'subprotocols' must be a list of different names",
  );
  expect(await failure(`ws.connect(URL, {headers = {["Sec-WebSocket-Key"] = "x"}})`)).toBe(
    "ws.connect: header 'Sec-WebSocket-Key' is not the caller's to set",
  );
  expect(await failure(`ws.connect(URL, {headers = {X = "a\\r\\nb: c"}})`)).toMatch(
    /^ws\.connect: /,
  );
  expect(await failure(`ws.connect(URL, {timeout = 0})`)).toBe(
    "ws.connect: option 'timeout' must be a positive number of seconds, got 0",
  );
});

test("refused with --readonly", async () => {
  const h = harness({ readonly: true });
  expect(await h.failure(`ws.connect("ws://127.0.0.1:1/")`)).toBe(
    "readonly: ws.connect blocked (write operations are disabled in read-only mode)",
  );
  await h.lua.close();
});

test("works with Bun's server", async () => {
  const closed: [number, string][] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (req, s) => (s.upgrade(req) ? undefined : new Response("no", { status: 400 })),
    websocket: {
      message: (w, m) => void w.send(m),
      close: (_w, code, reason) => void closed.push([code, reason]),
    },
  });
  try {
    expect(
      await state(`ws://127.0.0.1:${server.port}`).run(`
        local c = ws.connect(URL)
        c:send("é") c:send_binary("\\0\\xff")
        local a, b = c:recv(), c:recv()
        local rtt = c:ping()
        c:close(3000, "bye")
        return a, b == "\\0\\xff", rtt > 0`),
    ).toEqual(["é", true, true]);
    await expect.poll(() => closed).toEqual([[3000, "bye"]]);
  } finally {
    server.stop(true);
  }
});

test("the end of the Lua state ends its connections", async () => {
  const h = harness({ globals: { URL: peer.url } });
  await h.run(`c = ws.connect(URL .. "/code")`);
  const before = peer.output().length;
  await h.lua.close();
  await expect.poll(() => peer.output().slice(before)).toMatch(/closed 1006/);
});
