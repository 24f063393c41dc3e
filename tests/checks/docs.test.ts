/**
 * The examples of docs/checks.md. Files (`yaml` and `lua` blocks that begin with a name) are written
 * down; every file of checks runs and passes, unless a `console` block behind it says otherwise.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Servers, startServers } from "./golden/servers";
import { directory, environment, file, main, removeDirectory, serve } from "./helpers";

const root = dirname(dirname(import.meta.dirname));
const page = readFileSync(join(root, "docs", "checks.md"), "utf8");

const blocks = [...page.matchAll(/^```(yaml|lua|console)\n([\s\S]*?)^```$/gm)].map((m) => ({
  kind: m[1] as string,
  text: m[2] as string,
}));
const nameOf = (text: string) => /^(?:#|--) ([\w./]+\.(?:yaml|lua))\n/.exec(text)?.[1];
const consoles = blocks.filter((b) => b.kind === "console");
const files = blocks.flatMap((b) => {
  const name = nameOf(b.text);
  return name === undefined ? [] : [{ name, text: b.text }];
});
/** Files that a `console` block shows, and the one that is for the manifest. */
const shown = new Set(consoles.flatMap((c) => /[\w.]+\.yaml/.exec(c.text) ?? []));
const runnable = files.map((f) => f.name).filter((n) => n.endsWith(".yaml") && !shown.has(n));

let servers: Servers;
let api: Awaited<ReturnType<typeof serve>>;
let prometheus: Awaited<ReturnType<typeof serve>>;
let database: Server;
let env: Record<string, string>;

beforeAll(async () => {
  mkdirSync(join(directory, "scripts"));
  for (const { name, text } of files) writeFileSync(join(directory, name), text);
  file("more.yaml", "checks: [{name: included, type: dns, host: localhost}]\n");
  servers = await startServers();
  let attempts = 0;
  api = await serve((req, res) => {
    const path = req.url ?? "";
    if (path === "/flaky" && ++attempts < 3) res.writeHead(503);
    else res.writeHead(200, { "Content-Type": "application/json" });
    const whole =
      '{"status":"ok","count":3,"items":[{"id":1},{"id":2}],"labels":{"app.name":"web"}}';
    const answers: Record<string, string> = {
      "/orders": '{"delay":2}',
      "/home": '{"status":"ok","count":3}',
    };
    res.end(answers[path] ?? whole);
  });
  prometheus = await serve((_, res) =>
    res.end(
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}',
    ),
  );
  database = createServer((s) => s.on("error", () => undefined));
  await new Promise<void>((resolve) => database.listen(0, "127.0.0.1", resolve));
  const { TCP_PORT = "", TLS_PORT = "", DNS_PORT = "" } = servers.env;
  env = {
    API: api.url,
    API_HOST: "127.0.0.1",
    API_TOKEN: "a-token-of-tests",
    PROMETHEUS: prometheus.url,
    DB_HOST: "127.0.0.1",
    DB_PORT: String((database.address() as { port: number }).port),
    MAIL_HOST: "127.0.0.1",
    MAIL_PORT: TCP_PORT,
    NAME_SERVER: `127.0.0.1:${DNS_PORT}`,
    TLS_HOST: "localhost",
    TLS_PORT,
    KUBECONFIG: join(directory, "kubeconfig"),
    DATABASE_URL: `sqlite:${join(directory, "jobs.db")}`,
  };
  const { Database } = await import("bun:sqlite");
  const db = new Database(join(directory, "jobs.db"));
  db.run("create table jobs (state text)");
  db.close();
});
afterAll(async () => {
  await servers.close();
  await api.close();
  await prometheus.close();
  database.close();
  removeDirectory();
});

function assay(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    env: environment(env),
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (d) => {
    out += d;
  });
  child.stderr.on("data", (d) => {
    err += d;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

test("there are examples for every type and output", () => {
  expect(runnable.length).toBeGreaterThan(12);
  expect(consoles.length).toBe(6);
});

test.each(runnable.filter((n) => n !== "site.yaml"))("%s passes", async (name) => {
  const { code, out, err } = await assay(name, "--strict", "--quiet");
  const failed = (JSON.parse(out || "{}") as { checks?: { passed: boolean }[] }).checks?.filter(
    (c) => !c.passed,
  );
  expect([code, failed, err.replace(/^(?!.*(error|warning)).*\n/gm, "")]).toEqual([0, [], ""]);
});

/** Times differ from run to run. */
const timeless = (text: string) =>
  text
    .replace(/\d+(\.\d+)? (m?s)\b/g, "N $2")
    .replace(/(_ms"?:) \d+/g, "$1 N")
    .replace(/time="[\d.]+"/g, 'time="N"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "T")
    .replace(/^(assay_\w+_seconds\S*(?: \S+)?) [\d.]+$/gm, "$1 N")
    .replace(/(assay_check_duration_seconds\{.*?\}) [\d.]+/g, "$1 N");

test.each(consoles.map((c) => [c.text.split("\n")[0] as string, c.text]))("%s", async (_, text) => {
  const [head = "", ...rest] = text.split("\n");
  const args = head.replace("$ assay ", "").split(" ");
  const { out, err } = await assay(...args, ...(args[0] === "validate" ? [] : ["--quiet"]));
  expect(timeless(out + err)).toBe(timeless(rest.join("\n")));
});

test("site.yaml gives a manifest", async () => {
  const { code, out } = await assay("manifest", "site.yaml", "--namespace", "shop");
  expect(code).toBe(0);
  expect(out).toContain("# Needs a Secret 'site-env' with API_TOKEN.");
});
