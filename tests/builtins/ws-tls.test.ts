import { writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Policy } from "../../src/index";
import { harness } from "./harness";
import { type Authority, freePort, makeAuthority } from "./http-peers";
import { startWsPeer, type WsPeer } from "./ws-peer";

let authority: Authority;
const peers: WsPeer[] = [];
const lua: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  authority = makeAuthority();
  const names = "DNS:localhost,IP:127.0.0.1";
  peers.push(
    await startWsPeer(authority.issue("good", names)),
    await startWsPeer(authority.selfSigned("self", names)),
    await startWsPeer(authority.issue("other", "DNS:other.test")),
    await startWsPeer(authority.issue("old", names, -1)),
  );
});
afterAll(async () => {
  for (const l of lua) await l.close();
  for (const peer of peers) await peer.stop();
  authority.remove();
});

const ECHO = `function echo(url, opts)
  local c <close> = ws.connect(url .. "/echo", opts)
  c:send("é")
  return c:recv()
end `;

function state(env: Record<string, string> = {}) {
  const [good, self, other, old] = peers.map((p) => p.url);
  const h = harness({
    env,
    globals: {
      GOOD: good,
      SELF: self,
      OTHER: other,
      OLD: old,
      CA: authority.ca,
      FILE: authority.caFile,
    },
  });
  lua.push(h.lua);
  return h;
}

test("certificates of an own authority, as text, file, or of the system", async () => {
  expect(
    await state().run(`${ECHO}
      return echo(GOOD, {ca_cert = CA}), echo(GOOD, {ca_cert_file = FILE}),
        echo(GOOD:gsub("127.0.0.1", "localhost"), {ca_cert = CA})`),
  ).toEqual(["é", "é", "é"]);
  const bundle = join(authority.dir, "bundle.pem");
  writeFileSync(bundle, authority.ca);
  expect(await state({ SSL_CERT_FILE: bundle }).run(`${ECHO} return echo(GOOD)`)).toEqual(["é"]);
});

test.each([
  ["GOOD", "nil", /TLS: (self-signed certificate in|certificate signed by an unknown)/],
  ["SELF", "{ca_cert = CA}", /TLS: self-signed certificate$/],
  ["OTHER", "{ca_cert = CA}", /TLS: certificate is not valid for '127\.0\.0\.1'/],
  ["OLD", "{ca_cert = CA}", /TLS: certificate has expired$/],
])("%s with %s is refused", async (url, opts, cause) => {
  const text = await state().failure(`${ECHO} echo(${url}, ${opts})`);
  expect(text).toMatch(/^ws\.connect: connecting to wss:\/\/127\.0\.0\.1:\d+\/echo: /);
  expect(text).toMatch(cause);
});

test("insecure: nothing is checked", async () => {
  expect(
    await state().run(`${ECHO}
      return echo(SELF, {insecure = true}), echo(OTHER, {insecure = true}), echo(OLD, {insecure = true})`),
  ).toEqual(["é", "é", "é"]);
});

test("a plain server behind wss, broken authorities", async () => {
  const plain = await startWsPeer();
  try {
    expect(
      await state().failure(`ws.connect("wss://127.0.0.1:${plain.port}/echo", {timeout = 5})`),
    ).toMatch(/^ws\.connect: connecting to .*(TLS|closed|reset)/);
  } finally {
    await plain.stop();
  }
  expect(await state().failure(`ws.connect(GOOD, {ca_cert = "x"})`)).toBe(
    "ws.connect: invalid CA cert PEM: no certificate found in the PEM text",
  );
  expect(await state().failure(`ws.connect(GOOD, {ca_cert_file = "/nowhere"})`)).toMatch(
    /^ws\.connect: failed to read CA cert file "\/nowhere": No such file/,
  );
});

test("a client certificate, and the name that the server's must have", async () => {
  const peer = await startWsPeer(authority.issue("named", "DNS:name.test"), authority.ca);
  const client = authority.issue("client-1", "DNS:client-1");
  const h = state();
  h.lua.globals.set("URL", `${peer.url}/hello`);
  h.lua.globals.set("CERT", client.cert);
  h.lua.globals.set("KEY", client.key);
  h.lua.globals.set("DIR", authority.dir);
  try {
    expect(
      await h.run(`
        local names = {}
        for _, opts in ipairs({
          { client_cert = CERT, client_key = KEY },
          { client_cert_file = DIR .. "/client-1.pem", client_key_file = DIR .. "/client-1.key" },
        }) do
          opts.ca_cert, opts.tls_server_name = CA, "name.test"
          local c <close> = ws.connect(URL, opts)
          names[#names + 1] = json.parse(c:recv()).client
        end
        return names`),
    ).toEqual([["client-1", "client-1"]]);
    expect(
      await h.failure(`ws.connect(URL, { ca_cert = CA, client_cert = CERT, client_key = KEY })`),
    ).toMatch(
      /TLS: certificate is not valid for '127\.0\.0\.1' \(it is valid for DNS:name\.test\)$/,
    );
    expect(
      await h.failure(`ws.connect(URL, { ca_cert = CA, tls_server_name = "name.test" })`),
    ).toMatch(/^ws\.connect: .*(certificate required|closed|reset)/);
  } finally {
    await peer.stop();
  }
  expect(await h.failure(`ws.connect(URL, { client_cert = CERT })`)).toBe(
    "ws.connect: client_cert and client_key belong together",
  );
});

/** A proxy that opens tunnels to wherever it is asked to, for those who know its password. */
async function startProxy() {
  const asked: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    sockets.add(client);
    client.on("error", () => undefined);
    client.once("data", (head) => {
      const text = head.toString("latin1");
      asked.push(text.slice(0, text.indexOf("\r\n")));
      const login = Buffer.from("user:secret").toString("base64");
      if (!text.includes(`\r\nProxy-Authorization: Basic ${login}\r\n`))
        return client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      const [, host, port] = /^CONNECT (\S+):(\d+) /.exec(text) ?? [];
      const up = net.connect(Number(port), host, () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        client.pipe(up).pipe(client);
      });
      up.on("error", () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    asked,
    host: `127.0.0.1:${port}`,
    close() {
      server.close();
      for (const s of sockets) s.destroy();
    },
  };
}

test("through a proxy's tunnel, with and without TLS", async () => {
  const proxy = await startProxy();
  const plain = await startWsPeer();
  const h = state({ HTTP_PROXY: "http://127.0.0.1:1", HTTPS_PROXY: "http://127.0.0.1:1" });
  h.lua.globals.set("PLAIN", plain.url);
  h.lua.globals.set("PROXY", `http://user:secret@${proxy.host}`);
  h.lua.globals.set("STRANGER", `http://${proxy.host}`);
  try {
    expect(
      await h.run(`${ECHO}
        return echo(PLAIN, { proxy = PROXY }), echo(GOOD, { proxy = PROXY, ca_cert = CA }),
          echo(PLAIN, { proxy = false }), echo(PLAIN)`),
    ).toEqual(["é", "é", "é", "é"]);
    const good = new URL(peers[0]?.url ?? "").host;
    expect(proxy.asked).toEqual([
      `CONNECT 127.0.0.1:${plain.port} HTTP/1.1`,
      `CONNECT ${good} HTTP/1.1`,
    ]);
    expect(await h.failure("ws.connect(PLAIN .. '/echo?q', { proxy = STRANGER })")).toBe(
      `ws.connect: connecting to ${plain.url}/echo: proxy http://${proxy.host}: it refused the tunnel: 407 Proxy Authentication Required`,
    );
    const closed = `http://127.0.0.1:${await freePort()}`;
    expect(await h.failure(`ws.connect(PLAIN, { proxy = "${closed}" })`)).toBe(
      `ws.connect: connecting to ${plain.url}/: proxy ${closed}: connection refused`,
    );
    expect(await h.failure(`ws.connect(PLAIN, { proxy = "socks5://x" })`)).toBe(
      "ws.connect: unsupported proxy scheme 'socks5' (http and https work)",
    );
    const before = proxy.asked.length;
    const confined = harness({
      globals: { PLAIN: plain.url, PROXY: `http://user:secret@${proxy.host}` },
      policy: new Policy({ net: [proxy.host] }),
    });
    lua.push(confined.lua);
    expect(await confined.failure("ws.connect(PLAIN, { proxy = PROXY })")).toBe(
      `ws.connect: connecting to ${plain.url}/: not allowed (no network rule fits)`,
    );
    expect(proxy.asked.length).toBe(before);
  } finally {
    await plain.stop();
    proxy.close();
  }
});

test("a proxy that does not answer: the timeout, and a cancelled task", async () => {
  const silent = net.createServer();
  const open = new Set<net.Socket>();
  silent.on("connection", (s) => open.add(s.on("close", () => open.delete(s)).resume()));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(silent.address() as net.AddressInfo).port}`;
  const h = state();
  expect(
    await h.failure(`ws.connect("ws://127.0.0.1:9/x", { proxy = "${address}", timeout = 0.2 })`),
  ).toBe(
    `ws.connect: connecting to ws://127.0.0.1:9/x: timeout after 0.2 s (through the proxy ${address})`,
  );
  await h.run(
    `pcall(async.timeout, 0.1, ws.connect, "ws://127.0.0.1:9/x", { proxy = "${address}" }) sleep(0.05)`,
  );
  expect(open.size).toBe(0);
  silent.close();
});
