/** `type: tls` and certificates of http checks, with an authority made for the test. */
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, makeAuthority } from "../builtins/http-peers";
import { file, removeDirectory, runText } from "./helpers";

const NAMES = "DNS:localhost,DNS:api.example,IP:127.0.0.1";
const servers: Server[] = [];
const ports: Record<string, number> = {};
let authority: Authority;

beforeAll(async () => {
  authority = makeAuthority();
  file("ca.pem", String(authority.ca));
  const certificates = {
    good: authority.issue("good", NAMES),
    wrong: authority.issue("wrong", "DNS:other.example"),
    long: authority.issue("long", NAMES, 60),
    expired: authority.issue("expired", NAMES, -1),
  };
  for (const [name, pair] of Object.entries(certificates)) {
    const server = createServer(pair, (s) => {
      s.on("error", () => undefined);
      s.on("data", () =>
        s.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
      );
    });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ports[name] = (server.address() as { port: number }).port;
    servers.push(server);
  }
});
afterAll(() => {
  for (const s of servers) s.close();
  authority.remove();
  removeDirectory();
});

async function message(yaml: string): Promise<string> {
  const filled = yaml.replace(/PORT\((\w+)\)/g, (_, name: string) => String(ports[name]));
  const result = await runText(`retries: 0\nchecks: [{name: c, ${filled}}]`);
  const [check] = result.checks;
  return check?.passed ? `passed: ${check.seen?.value ?? "-"}` : `failed: ${check?.message}`;
}

const tls = (name: string, more = "") =>
  `type: tls, host: 127.0.0.1, port: PORT(${name}), ca: ca.pem${more}`;

test("a good certificate: its days, names and issuer", async () => {
  expect(await message(tls("good"))).toMatch(
    /^passed: TLSv1\.3, valid for \d+\.\d days, issued by ./,
  );
  expect(await message(tls("good", ", server_name: api.example"))).toMatch(/^passed/);
  expect(
    await message(tls("good", ", expect: {min_days: 0.1, names: [localhost, api.example]}")),
  ).toMatch(/^passed/);
  expect(await message(tls("good", ", expect: {min_days: 99999}"))).toMatch(
    /^failed: certificate is valid for \d+\.\d more days \(until .* GMT\), expected 99999$/,
  );
  expect(await message(tls("good", ", expect: {names: [localhost, www.example]}"))).toMatch(
    /^failed: certificate is not valid for 'www\.example' \(it is valid for .*DNS:api\.example/,
  );
  expect(await message(tls("good", ", expect: {issuer: Nobody}"))).toMatch(
    /^failed: expected issuer "Nobody", got "/,
  );
});

test("an authority that ends before its certificate", async () => {
  expect(await message(tls("long", ", expect: {min_days: 25}"))).toMatch(
    /^passed: .* valid for (59|60)\./,
  );
  expect(await message(tls("long", ", expect: {min_days: 45}"))).toMatch(
    /^failed: the authority 'assay test authority' above it is valid for (29|30)\.\d more days/,
  );
});

test("certificates that can't be trusted", async () => {
  expect(await message("type: tls, host: 127.0.0.1, port: PORT(good)")).toMatch(
    /^failed: connecting to 127\.0\.0\.1:\d+: TLS: /,
  );
  expect(await message(tls("wrong"))).toMatch(/TLS: certificate is not valid for '127\.0\.0\.1'/);
  expect(await message(tls("expired"))).toMatch(/TLS: certificate has expired/);
  // without trust, the dates still count
  expect(await message(tls("expired", ", insecure: true, expect: {min_days: 1}"))).toMatch(
    /^failed: certificate is valid for -\d/,
  );
  expect(await message("type: tls, host: 127.0.0.1, port: 1")).toBe(
    "failed: connecting to 127.0.0.1:1: connection refused",
  );
});

test("http checks take ca and insecure", async () => {
  const url = 'type: http, url: "https://127.0.0.1:PORT(good)/"';
  expect(await message(url)).toMatch(/^failed: .*: TLS: /);
  expect(await message(`${url}, ca: ca.pem`)).toBe("passed: -");
  expect(await message(`${url}, insecure: true`)).toBe("passed: -");
  expect(await message(`${url}, ca: none.pem`)).toMatch(
    /^failed: .*reading ca file "none\.pem": No such file/,
  );
});
