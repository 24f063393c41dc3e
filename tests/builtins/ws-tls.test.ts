import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { harness } from "./harness";
import { type Authority, makeAuthority } from "./http-peers";
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
