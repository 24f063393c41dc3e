/**
 * assay.k8s against a server that insists on TLS as an API server does: certificates of an own
 * authority, client certificates that say who one is, tokens that end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Authority, makeAuthority } from "../builtins/http-peers";
import { findNode } from "../servers/server";
import { luaWithModules } from "./server";

let authority: Authority;
let other: Authority;
let server: ChildProcess;
let url: string;
let dir: string;

/** The tokens that the server knows from now on. */
const setTokens = (...tokens: string[]) => writeFileSync(join(dir, "valid"), tokens.join("\n"));
/** Method, path and who asked, for each request of the test. */
const seen = () => readFileSync(join(dir, "seen"), "utf8").split("\n").slice(0, -1);

beforeAll(async () => {
  authority = makeAuthority();
  other = makeAuthority();
  dir = mkdtempSync(join(tmpdir(), "kube-tls-"));
  const pair = authority.issue("server", "IP:127.0.0.1,DNS:kubernetes.default.svc");
  file("server.pem", pair.cert);
  file("server.key", pair.key);
  file("ca.pem", authority.ca);
  // Bun's servers don't tell a client's certificate
  const script = join(import.meta.dirname, "kube-tls-server.mjs");
  server = spawn(findNode(), [script, dir], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise((resolve, reject) => {
    server.stdout?.once("data", (data: Buffer) => resolve(data.toString().trim()));
    server.once("exit", () => reject(new Error("the server ended")));
  });
  url = `https://127.0.0.1:${port}`;
});
afterAll(() => {
  server.kill();
  authority.remove();
  other.remove();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  setTokens("good");
  writeFileSync(join(dir, "seen"), "");
});

const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(dir, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text, { mode });
  return path;
};
const base64 = (text: string) => Buffer.from(text).toString("base64");

async function run(code: string): Promise<unknown[]> {
  const h = luaWithModules({ URL: url, CA: authority.ca, OTHER: other.ca, DIR: dir });
  try {
    return await h.run(`local k8s = require("assay.k8s")\n${code}`);
  } finally {
    await h.lua.close();
  }
}

test("the authority is checked, whatever else is right", async () => {
  const [, unknown, , wrong, fine, insecure] = await run(`
    local a, unknown = pcall(k8s.version, { base_url = URL, token = "good" })
    local b, wrong = pcall(k8s.version, { base_url = URL, token = "good", ca_cert = OTHER })
    return a, unknown, b, wrong, k8s.version({ base_url = URL, token = "good", ca_cert = CA }).gitVersion,
      k8s.version({ base_url = URL, token = "good", insecure = true }).gitVersion`);
  expect(unknown).toMatch(/connecting to https:\/\/127\.0\.0\.1:\d+\/version: .*certificate/);
  expect(wrong).toMatch(/certificate/);
  expect([fine, insecure]).toEqual(["v1.36.0", "v1.36.0"]);
  // nothing was said to a server that is not trusted
  expect(seen()).toHaveLength(2);
});

test("no token, no request", async () => {
  const [, message] = await run(
    `return pcall(k8s.version, { base_url = URL, ca_cert = CA, service_account = DIR .. "/none" })`,
  );
  expect(message).toContain("k8s: no token: give one, or run in a pod with a service account (");
  expect(seen()).toEqual([]);
});

describe("in a pod", () => {
  const POD = `
    local host, port = URL:match("https://(.*):(%d+)")
    env.set("KUBERNETES_SERVICE_HOST", host)
    env.set("KUBERNETES_SERVICE_PORT", port)
    local o = { service_account = DIR .. "/pod" }
  `;
  beforeEach(() => {
    file("pod/token", "good\n");
    file("pod/ca.crt", authority.ca);
    file("pod/namespace", "team\n");
  });

  test("address, token, authority and namespace come from the pod", async () => {
    expect(
      await run(`${POD}
        return k8s.version(o).gitVersion, k8s.namespace(o), k8s.find(nil, "pod", "p", o)`),
    ).toEqual(["v1.36.0", "team", undefined]);
    expect(seen()).toEqual([
      "GET /version token:good",
      "GET /api/v1/namespaces/team/pods/p token:good",
    ]);
  });
  test("a token that was rotated is read again, also after a 401", async () => {
    expect(
      await run(`${POD}
        k8s.version(o)
        fs.write(DIR .. "/pod/token", "next")
        local refused = select(2, pcall(k8s.version, o)):match("HTTP %d+")
        return refused`),
    ).toEqual(["HTTP 401"]);
    setTokens("next");
    await run(`${POD} k8s.version(o)`);
    expect(seen()).toEqual([
      "GET /version token:good",
      "GET /version anonymous",
      "GET /version token:next",
    ]);
  });
  test("a token that is replaced while a request is refused", async () => {
    // the file changes between the first answer and the second look at it
    file("rotate/token", "old");
    file("rotate/ca.crt", authority.ca);
    file("on-request.json", JSON.stringify({ valid: "fresh", "rotate/token": "fresh" }));
    expect(
      await run(
        `return k8s.version({ base_url = URL, service_account = DIR .. "/rotate" }).gitVersion`,
      ),
    ).toEqual(["v1.36.0"]);
    expect(seen()).toEqual(["GET /version anonymous", "GET /version token:fresh"]);
  });
  test("an authority that was rotated is read again", async () => {
    expect(
      await run(`${POD}
        local before = k8s.version(o).gitVersion
        fs.write(DIR .. "/pod/ca.crt", OTHER)
        local untrusted = select(2, pcall(k8s.version, o)):match("certificate")
        fs.write(DIR .. "/pod/ca.crt", OTHER .. CA)
        return before, untrusted, k8s.version(o).gitVersion`),
    ).toEqual(["v1.36.0", "certificate", "v1.36.0"]);
  });
  test("watches and logs go over the same trust and credentials", async () => {
    expect(
      await run(`${POD}
        local event
        for ev in k8s.watch { kind = "pod", namespace = "n", service_account = o.service_account } do
          event = ev.type .. " " .. ev.object.metadata.name
          break
        end
        local lines = {}
        for line in k8s.follow_logs("n", "p", o) do
          lines[#lines + 1] = line
          if #lines == 2 then break end
        end
        return event, table.concat(lines, ","), k8s.logs("n", "p", o)`),
    ).toEqual(["ADDED new", "one,two", "one\ntwo\n"]);
    expect(seen().every((line) => line.endsWith("token:good"))).toBe(true);
  });
});

describe("kubeconfig", () => {
  const config = (name: string, cluster: string, user: string, context = "") =>
    file(
      name,
      `apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: c, cluster: ${cluster} }]
contexts: [{ name: here, context: { cluster: c, user: u${context} } }]
users: [{ name: u, user: ${user} }]
`,
    );
  const trusted = () => `{ server: "${url}", certificate-authority-data: ${base64(authority.ca)} }`;

  test("client certificates, as data and as files beside the config", async () => {
    const pair = authority.issue("ann", "DNS:unused");
    file("conf/ann.crt", pair.cert);
    file("conf/ann.key", pair.key);
    file("conf/ca.crt", authority.ca);
    const data = config(
      "data.yaml",
      trusted(),
      `{ client-certificate-data: ${base64(pair.cert)}, client-key-data: ${base64(pair.key)} }`,
    );
    const files = config(
      "conf/files.yaml",
      `{ server: "${url}", certificate-authority: ca.crt }`,
      "{ client-certificate: ann.crt, client-key: ann.key }",
      ", namespace: team",
    );
    expect(
      await run(`return k8s.version({ kubeconfig = "${data}" }).gitVersion,
        k8s.find(nil, "pod", "p", { kubeconfig = "${files}" })`),
    ).toEqual(["v1.36.0", undefined]);
    expect(seen()).toEqual([
      "GET /version cert:ann",
      "GET /api/v1/namespaces/team/pods/p cert:ann",
    ]);
  });
  test("with: another context, other trust, other certificates", async () => {
    const pair = authority.issue("ann", "DNS:unused");
    const path = file(
      "two.yaml",
      `apiVersion: v1
kind: Config
current-context: a
clusters: [{ name: a, cluster: { server: "https://127.0.0.1:1" } }, { name: b, cluster: ${trusted()} }]
contexts: [{ name: a, context: { cluster: a, user: u } }, { name: b, context: { cluster: b, user: u } }]
users: [{ name: u, user: { token: good } }]
`,
    );
    const [address] = await run(`
      local flux = require("assay.flux")
      local c = flux.client { kubeconfig = "${path}", context = "a" }
      pcall(c.git_repository, c, "n", "x")
      local b = c:with { context = "b" }
      b:git_repository("n", "x")
      local d = flux.client { url = URL, token = "good" }
      pcall(d.git_repository, d, "n", "x")
      d:with { ca_cert = CA }:git_repository("n", "x")
      local cert = { client_cert = ${JSON.stringify(pair.cert)}, client_key = ${JSON.stringify(pair.key)} }
      flux.client { url = URL, ca_cert = CA, token = "bad" }:with(cert):with { token = false }:git_repository("n", "x")
      b:with { url = URL, ca_cert = CA, token = "good" }:git_repository("n", "x")
      return b.url`);
    expect(address).toBe(url);
    const path_ = "GET /apis/source.toolkit.fluxcd.io/v1/namespaces/n/gitrepositories/x";
    expect(seen()).toEqual(
      ["token:good", "token:good", "cert:ann", "token:good"].map((w) => `${path_} ${w}`),
    );
  });
  test("who the caller says it is, it is: not the user of the config", async () => {
    const pair = authority.issue("ann", "DNS:unused");
    file("tokens/good", "good\n");
    const path = config(
      "both.yaml",
      trusted(),
      `{ client-certificate-data: ${base64(pair.cert)}, client-key-data: ${base64(pair.key)}, as: x }`,
    );
    await run(`
      k8s.version { kubeconfig = "${path}", token = "good" }
      k8s.version { kubeconfig = "${path}", token_file = DIR .. "/tokens/good" }`);
    expect(seen()).toEqual(["GET /version token:good", "GET /version token:good"]);
  });
  test("a certificate of another authority is nobody's", async () => {
    const pair = other.issue("eve", "DNS:unused");
    const path = config(
      "eve.yaml",
      trusted(),
      `{ client-certificate-data: ${base64(pair.cert)}, client-key-data: ${base64(pair.key)} }`,
    );
    const [, message] = await run(`return pcall(k8s.version, { kubeconfig = "${path}" })`);
    expect(message).toContain("k8s.get: HTTP 401 /version");
  });
  test("plugins may give certificates; they run again when theirs end", async () => {
    const pair = authority.issue("plugin", "DNS:unused");
    const credential = JSON.stringify({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: {
        clientCertificateData: pair.cert,
        clientKeyData: pair.key,
        expirationTimestamp: "2020-01-01T00:00:00Z",
      },
    });
    file("credential.json", credential);
    file(
      "plugin.sh",
      `#!/bin/sh\necho run >> "${dir}/runs"\ncat "${dir}/credential.json"\n`,
      0o755,
    );
    const path = config(
      "plugin.yaml",
      trusted(),
      "{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh, interactiveMode: Never } }",
    );
    const [runs] = await run(`
      k8s.version { kubeconfig = "${path}" }
      k8s.version { kubeconfig = "${path}" }
      return fs.read(DIR .. "/runs")`);
    expect(runs).toBe("run\nrun\n");
    expect(seen()).toEqual(["GET /version cert:plugin", "GET /version cert:plugin"]);
  });
  test("what a plugin is told about the cluster, and plugins that are missing", async () => {
    file(
      "info.sh",
      `#!/bin/sh\nprintf %s "$KUBERNETES_EXEC_INFO" > "${dir}/info"\necho '{"kind":"ExecCredential","status":{"token":"good"}}'\n`,
      0o755,
    );
    const cluster = `{ server: "${url}", certificate-authority-data: ${base64(authority.ca)}, extensions: [{ name: client.authentication.k8s.io/exec, extension: { audience: a } }] }`;
    const exec = (command: string, more = "") =>
      `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${command}, provideClusterInfo: true${more} } }`;
    const info = config("info.yaml", cluster, exec("./info.sh"));
    const missing = config(
      "missing.yaml",
      cluster,
      exec("no-such-plugin", ", installHint: get it"),
    );
    const [, message] = await run(`k8s.version { kubeconfig = "${info}" }
      return pcall(k8s.version, { kubeconfig = "${missing}" })`);
    expect(JSON.parse(readFileSync(join(dir, "info"), "utf8"))).toEqual({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: {
          server: url,
          "certificate-authority-data": base64(authority.ca),
          config: { audience: "a" },
        },
      },
    });
    expect(message).toMatch(/k8s: exec plugin no-such-plugin: .*No such file.*\nget it/s);
  });
  test("a list of files, impersonation, and names for certificates", async () => {
    const clusters = file(
      "a.yaml",
      `clusters: [{ name: c, cluster: { server: "${url.replace("127.0.0.1", "localhost")}", tls-server-name: kubernetes.default.svc, certificate-authority-data: ${base64(authority.ca)} } }]\n`,
    );
    const rest = file(
      "b.yaml",
      `current-context: here
contexts: [{ name: here, context: { cluster: c, user: u } }]
users: [{ name: u, user: { token: good, as: bob, as-groups: [g, "h, i"] } }]
`,
    );
    expect(
      await run(`
        env.set("KUBECONFIG", "${clusters}:/no/such/file:${rest}")
        for _, n in ipairs { "KUBERNETES_SERVICE_HOST" } do env.set(n, nil) end
        return k8s.version().gitVersion`),
    ).toEqual(["v1.36.0"]);
    expect(seen()).toEqual(["GET /version token:good as bob of g and h, i"]);
    // the certificate has no such name
    const [, message] = await run(
      `return pcall(k8s.version, { base_url = URL, token = "good", ca_cert = CA, tls_server_name = "x.example" })`,
    );
    expect(message).toMatch(/certificate/);
    expect(
      await run(`return select(2, pcall(http.client, { tls_server_name = "127.0.0.1" }))`),
    ).toEqual(["http.client: tls_server_name must be a host name"]);
  });
});
