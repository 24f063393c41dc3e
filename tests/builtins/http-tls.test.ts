/** TLS and proxies of the HTTP client, with certificates of an authority made for the test. */
import { writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverNameOf } from "../../src/builtins/http/connect";
import { HttpFault } from "../../src/builtins/http/errors";
import { fetchWhole } from "../../src/builtins/http/perform";
import { isExcluded, parseProxy, proxyFor } from "../../src/builtins/http/proxy";
import { secureContext, systemAuthorities } from "../../src/builtins/http/tls";
import { Transport, type TransportSettings } from "../../src/builtins/http/transport";
import {
  type Authority,
  freePort,
  type KeyPair,
  makeAuthority,
  type RawServer,
  rawServer,
  spec,
} from "./http-peers";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const NAMES = "DNS:localhost,IP:127.0.0.1";
const noEnvironment = () => undefined;

let authority: Authority;
let client: KeyPair;
const ports: Record<string, number> = {};
const closers: (() => void)[] = [];

async function tlsServer(name: string, options: tls.TlsOptions): Promise<void> {
  const server = tls.createServer(options, (s) => {
    s.on("error", () => undefined);
    const peer = s.getPeerCertificate();
    const who = peer?.subject?.CN ?? "nobody";
    s.on("data", () => s.write(`HTTP/1.1 200 OK\r\nX-Peer: ${who}\r\nContent-Length: 2\r\n\r\nok`));
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ports[name] = (server.address() as net.AddressInfo).port;
  closers.push(() => server.close());
}

beforeAll(async () => {
  authority = makeAuthority();
  client = authority.issue("tester", "DNS:tester");
  const good = authority.issue("good", NAMES);
  await tlsServer("good", good);
  await tlsServer("wrong", authority.issue("wrong", "DNS:other.example"));
  await tlsServer("expired", authority.issue("expired", NAMES, -1));
  await tlsServer("self", authority.selfSigned("self", NAMES));
  await tlsServer("mutual", {
    ...good,
    ca: authority.ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
});

afterAll(() => {
  for (const close of closers) close();
  authority.remove();
});

async function get(url: string, settings: Partial<TransportSettings> = {}) {
  const transport = new Transport({ tls: { insecure: false }, env: noEnvironment, ...settings });
  try {
    return await fetchWhole(transport, spec(url));
  } catch (e) {
    return e instanceof HttpFault ? e.message : String(e);
  } finally {
    transport.close();
  }
}

const trusting = () => ({ tls: { ca: authority.ca, insecure: false } });

describe("TLS", () => {
  test.each(["localhost", "127.0.0.1"])("an added authority is trusted, for %s", async (host) => {
    expect(await get(`https://${host}:${ports["good"]}/`, trusting())).toMatchObject({
      status: 200,
    });
  });
  test("without it the certificate is refused, with a reason", async () => {
    const url = `https://localhost:${ports["good"]}/`;
    expect(await get(url)).toBe(
      `connecting to ${url}: TLS: certificate signed by an unknown authority`,
    );
  });
  test("SSL_CERT_FILE and SSL_CERT_DIR name the trusted authorities", async () => {
    const url = `https://localhost:${ports["good"]}/`;
    const file = { SSL_CERT_FILE: authority.caFile } as Record<string, string>;
    expect(await get(url, { env: (name) => file[name] })).toMatchObject({ status: 200 });
    const dir = { SSL_CERT_DIR: authority.dir } as Record<string, string>;
    expect(await get(url, { env: (name) => dir[name] })).toMatchObject({ status: 200 });
    writeFileSync(join(authority.dir, "empty.pem"), "");
    const none = { SSL_CERT_FILE: join(authority.dir, "empty.pem") } as Record<string, string>;
    expect(await get(url, { env: (name) => none[name] })).toMatch(/unknown authority$/);
  });
  test("added authorities come on top of the system's", () => {
    const system = systemAuthorities(noEnvironment);
    expect(system.length).toBeGreaterThan(10);
    expect(() => secureContext(trusting().tls, noEnvironment)).not.toThrow();
  });
  test.each([
    [
      "wrong",
      /TLS: certificate is not valid for 'localhost' \(it is valid for DNS:other.example\)$/,
    ],
    ["expired", /TLS: certificate has expired$/],
    ["self", /TLS: self-signed certificate$/],
  ])("%s certificate", async (name, message) => {
    expect(await get(`https://localhost:${ports[name]}/`, trusting())).toMatch(message);
  });
  test("a certificate without the address", async () => {
    expect(await get(`https://127.0.0.1:${ports["wrong"]}/`, trusting())).toMatch(
      /TLS: certificate is not valid for '127.0.0.1' \(it is valid for DNS:other.example\)$/,
    );
  });
  test("a certificate without the name that was asked for", async () => {
    const tls = { ...trusting().tls, serverName: "vault.example" };
    expect(await get(`https://localhost:${ports["wrong"]}/`, { tls })).toMatch(
      /TLS: certificate is not valid for 'vault.example' \(it is valid for DNS:other.example\)$/,
    );
  });
  test("a certificate that is refused is refused the next time, too", async () => {
    const transport = new Transport({ ...trusting(), env: noEnvironment });
    const begun = performance.now();
    const url = `https://localhost:${ports["expired"]}/`;
    await expect(fetchWhole(transport, { ...spec(url), retries: 6 })).rejects.toMatchObject({
      message: expect.stringMatching(/expired$/),
    });
    // the pauses between seven attempts are 12 s
    expect(performance.now() - begun).toBeLessThan(5000);
    transport.close();
  });
  test("the server is not asked for a name with the dot of the root", () => {
    expect(serverNameOf("api.svc.cluster.local.")).toBe("api.svc.cluster.local");
  });
  test.each(["wrong", "expired", "self", "good"])("insecure takes %s", async (name) => {
    const settings = { tls: { insecure: true } };
    expect(await get(`https://localhost:${ports[name]}/`, settings)).toMatchObject({ status: 200 });
  });
  test("a client certificate", async () => {
    const url = `https://localhost:${ports["mutual"]}/`;
    const settings = { tls: { ca: authority.ca, insecure: false, ...client } };
    const r = await get(url, settings);
    expect(r).toMatchObject({ status: 200 });
    expect((r as { headers: unknown }).headers).toContainEqual(["x-peer", "tester"]);
    expect(await get(url, trusting())).toMatch(/certificate required|closed by peer/);
  });
  test("a server that misses the certificate says so, if the connection lasts that long", async () => {
    const seen: unknown[] = [];
    for (let i = 0; i < 10; i++)
      seen.push(await get(`https://localhost:${ports["mutual"]}/`, trusting()));
    expect(seen).toContainEqual(
      expect.stringMatching(/^waiting for .*: TLS: the server answered 'certificate required'$/),
    );
  });
  test("a server that does not speak TLS", async () => {
    const server = net.createServer((s) =>
      s.on("error", () => undefined).end("220 smtp ready\r\n"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    expect(await get(`https://localhost:${port}/`)).toBe(
      `connecting to https://localhost:${port}/: TLS: the server does not speak TLS on this port`,
    );
    server.close();
  });
});

describe("proxies", () => {
  let proxy: RawServer;
  let refusing: RawServer;
  let origin: RawServer;
  beforeAll(async () => {
    origin = await rawServer({ "/x": OK });
    proxy = await rawServer({
      [`localhost:0`]: OK,
      "http://plain.example/x": OK,
      [`localhost:${ports["good"]}`]: (s) => {
        const up = net.connect(ports["good"] as number, "127.0.0.1", () => {
          s.removeAllListeners("data");
          s.write("HTTP/1.1 200 Connection established\r\n\r\n");
          s.pipe(up).pipe(s);
        });
        up.on("error", () => s.destroy());
      },
    });
    refusing = await rawServer({
      [`localhost:${ports["good"]}`]: "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
    });
    closers.push(proxy.close, refusing.close, origin.close);
  });

  test("plain requests go to the proxy whole", async () => {
    const url = proxy.url.replace("//", "//user:pa%20ss@");
    const env = (name: string) => (name === "HTTP_PROXY" ? url : undefined);
    expect(await get("http://plain.example/x?q=1", { env })).toMatchObject({ status: 200 });
    const seen = proxy.requests.at(-1) ?? "";
    expect(seen).toMatch(/^GET http:\/\/plain\.example\/x\?q=1 HTTP\/1\.1\r\n/);
    expect(seen.toLowerCase()).toContain("\r\nhost: plain.example\r\n");
    expect(seen).toContain(`Proxy-Authorization: Basic ${btoa("user:pa ss")}`);
  });
  test("TLS goes through a tunnel, and is checked end to end", async () => {
    const env = (name: string) => (name === "https_proxy" ? proxy.url : undefined);
    const url = `https://localhost:${ports["good"]}/`;
    expect(await get(url, { ...trusting(), env })).toMatchObject({ status: 200 });
    expect(proxy.requests.at(-1)).toMatch(/^CONNECT localhost:\d+ HTTP\/1\.1\r\n/);
    expect(await get(url, { env })).toMatch(/unknown authority$/);
  });
  test("a refused tunnel", async () => {
    const url = `https://localhost:${ports["good"]}/`;
    expect(await get(url, { proxy: new URL(refusing.url) })).toBe(
      `connecting to ${url}: proxy ${refusing.url}: it refused the tunnel: 407 Proxy Authentication Required`,
    );
  });
  test("one that is of another kind", async () => {
    const server = net.createServer((s) => s.on("error", () => undefined).write("SSH-2.0-x\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new URL(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    expect(await get("https://h.example/", { proxy })).toBe(
      `connecting to https://h.example/: proxy http://${proxy.host}: it does not speak HTTP`,
    );
    server.close();
  });
  test("one that does not answer is named", async () => {
    const silent = await rawServer({ "http://h.example/": () => undefined });
    const cut = await rawServer({ "http://h.example/": (s) => s.destroy() });
    const ask = (proxy: string) => {
      const transport = new Transport({ ...trusting(), env: noEnvironment, proxy: new URL(proxy) });
      return fetchWhole(transport, { ...spec("http://h.example/"), timeout: 0.3 }).then(
        () => "an answer",
        (e: HttpFault) => e.message,
      );
    };
    expect(await ask(silent.url)).toBe(
      `waiting for a response from http://h.example/: timeout after 0.3 s (through the proxy ${silent.url})`,
    );
    expect(await ask(cut.url)).toBe(
      `waiting for a response from http://h.example/: connection closed by peer before the response was complete (through the proxy ${cut.url})`,
    );
    silent.close();
    cut.close();
  });
  test("one that is not there is named", async () => {
    const proxy = new URL(`http://user:password@127.0.0.1:${await freePort()}`);
    const cause = `proxy http://${proxy.host}: connection refused`;
    for (const url of [`${origin.url}/x`, `https://localhost:${ports["good"]}/`])
      expect(await get(url, { proxy })).toBe(`connecting to ${url}: ${cause}`);
  });
  test("none at all on request", async () => {
    const env = () => "http://127.0.0.1:1";
    expect(await get(`${origin.url}/x`, { env, proxy: null })).toMatchObject({ status: 200 });
  });

  const choose = (url: string, env: Record<string, string>) =>
    proxyFor(new URL(url), (name) => env[name])?.host;
  test("which variable counts", () => {
    expect(choose("http://h/", { HTTP_PROXY: "p:1" })).toBe("p:1");
    expect(choose("http://h/", { HTTP_PROXY: "p:1", http_proxy: "q:2" })).toBe("q:2");
    expect(choose("https://h/", { HTTP_PROXY: "p:1" })).toBeUndefined();
    expect(choose("https://h/", { ALL_PROXY: "p:1" })).toBe("p:1");
    expect(choose("https://h/", { all_proxy: "p:1", HTTPS_PROXY: "q:2" })).toBe("q:2");
    expect(choose("http://h/", { HTTP_PROXY: "p:1", REQUEST_METHOD: "GET" })).toBeUndefined();
    expect(choose("http://h/", { HTTP_PROXY: "p:1", NO_PROXY: "x, h" })).toBeUndefined();
    expect(() => parseProxy("socks5://p:1")).toThrow(HttpFault);
    expect(() => choose("http://h/", { HTTP_PROXY: "http://u:s3c#ret@p:1" })).toThrow(
      "invalid proxy address 'http://…' (special characters in a password must be %-encoded)",
    );
  });
  test.each([
    ["example.com", "http://example.com/", true],
    ["example.com", "http://a.example.com/", true],
    [".example.com", "http://a.example.com/", true],
    ["example.com", "http://badexample.com/", false],
    ["*", "http://x/", true],
    ["10.0.0.0/8", "http://10.1.2.3/", true],
    ["10.0.0.0/8", "http://11.1.2.3/", false],
    ["10.0.0.0/", "http://11.1.2.3/", false],
    ["10.0.0.0/0x8", "http://10.1.2.3/", false],
    ["0.0.0.0/0", "http://11.1.2.3/", true],
    ["10.0.0.999/8", "http://10.1.2.3/", false],
    ["fd00:0:0::/8", "http://[fd12::1]/", true],
    ["fd00::/8", "http://[fd12::1]/", true],
    ["fd00::/8", "http://[fe80::1]/", false],
    ["localhost:8080", "http://localhost:8080/", true],
    ["localhost:8080", "http://localhost/", false],
    ["example.com:443", "https://example.com/", true],
    ["127.0.0.1,::1", "http://[::1]:9/", true],
    [".cluster.local", "http://api.svc.cluster.local./", true],
    ["api.example.:80", "http://api.example/", true],
  ])("NO_PROXY=%s %s: %s", (list, url, excluded) => {
    expect(isExcluded(new URL(url), list)).toBe(excluded);
  });
});
