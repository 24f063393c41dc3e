/**
 * What the jobs talk to: a service that takes a moment to become healthy, an API behind a token
 * login, Prometheus' query endpoint and a Kubernetes API server's ConfigMaps in one local HTTP
 * server that checks what it is sent, and a PostgreSQL.
 */
import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importSPKI, jwtVerify } from "jose";
import { startPglite } from "../../tests/servers/pglite";
import { findPostgres, startPostgres } from "../../tests/servers/postgres";

export const WEBHOOK_SECRET = "hook-secret";
export const API_TOKEN = "service-account-token";
/** How often the health check says no first. */
const SICK = 3;

/** What a run of a job has left behind. */
export interface Seen {
  config?: unknown;
  projects: { id: string; name: string }[];
  queries: string[];
  configMaps: Record<string, { data: Record<string, string>; resourceVersion: string }>;
}

export interface Services {
  readonly url: string;
  readonly databaseUrl: string;
  /** What answers as PostgreSQL. */
  readonly database: string;
  /** A folder with the files that jobs read. */
  readonly folder: string;
  readonly seen: Seen;
  /** The answer to queries of the error ratio. */
  ratio: string;
  /** Forgets everything, so that the next run finds what the first did. */
  reset(): void;
  stop(): Promise<void>;
}

export async function startServices(): Promise<Services> {
  const folder = mkdtempSync(join(tmpdir(), "assay-jobs-"));
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  writeFileSync(join(folder, "key.pem"), keys.privateKey);
  writeFileSync(join(folder, "config.json"), JSON.stringify({ replicas: 3, features: ["a", "b"] }));
  writeFileSync(
    join(folder, "values.yaml"),
    "listen: 8080\nbackends:\n  - name: a\n    url: http://a\n  - name: b\n    url: http://b\n",
  );
  writeFileSync(
    join(folder, "app.conf.j2"),
    "listen {{ listen }};\n{% for b in backends %}\nbackend {{ b.name }} {{ b.url }};\n{% endfor %}\n",
  );
  const state = { sick: SICK, token: randomUUID(), ratio: "0.0031" };
  const seen: Seen = { projects: [], queries: [], configMaps: {} };
  const publicKey = await importSPKI(keys.publicKey, "RS256");
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => answer(request, state, seen, publicKey),
  });
  const database = await startDatabase();
  return {
    url: `http://127.0.0.1:${server.port}`,
    databaseUrl: database.url,
    database: database.name,
    folder,
    seen,
    get ratio() {
      return state.ratio;
    },
    set ratio(value: string) {
      state.ratio = value;
    },
    reset() {
      state.sick = SICK;
      state.ratio = "0.0031";
      delete seen.config;
      seen.projects.length = 0;
      seen.queries.length = 0;
      seen.configMaps = {};
    },
    async stop() {
      await server.stop(true);
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface State {
  sick: number;
  readonly token: string;
  ratio: string;
}

async function answer(
  request: Request,
  state: State,
  seen: Seen,
  publicKey: CryptoKey,
): Promise<Response> {
  const url = new URL(request.url);
  const bearer = request.headers.get("authorization")?.replace(/^Bearer /, "");
  const route = `${request.method} ${url.pathname}`;
  if (route === "GET /healthz") return new Response("", { status: state.sick-- > 0 ? 503 : 200 });
  if (route === "POST /config") {
    seen.config = await request.json();
    return Response.json({ version: 7 }, { status: 201 });
  }
  if (route === "POST /oauth/token") {
    const form = new URLSearchParams(await request.text());
    try {
      await jwtVerify(form.get("assertion") ?? "", publicKey, { issuer: "robot" });
    } catch (e) {
      return Response.json({ error: String(e) }, { status: 401 });
    }
    return Response.json({ access_token: state.token, token_type: "Bearer", expires_in: 300 });
  }
  if (url.pathname.startsWith("/projects")) {
    if (bearer !== state.token) return new Response("unauthorized", { status: 401 });
    return projects(request, url, seen);
  }
  if (route === "GET /api/v1/query") {
    seen.queries.push(url.searchParams.get("query") ?? "");
    const result = [{ metric: {}, value: [Date.now() / 1000, state.ratio] }];
    return Response.json({ status: "success", data: { resultType: "vector", result } });
  }
  const map = /^PATCH \/api\/v1\/namespaces\/default\/configmaps\/([\w-]+)$/.exec(route);
  if (map !== null) return applyConfigMap(request, bearer, map[1] as string, seen);
  return new Response(`unexpected: ${route}`, { status: 404 });
}

async function projects(request: Request, url: URL, seen: Seen): Promise<Response> {
  const id = url.pathname.slice("/projects/".length);
  if (request.method === "POST") {
    const { name } = (await request.json()) as { name: string };
    const project = { id: String(seen.projects.length + 1), name };
    seen.projects.push(project);
    return Response.json(project, { status: 201 });
  }
  if (id === "") return Response.json(seen.projects);
  const found = seen.projects.find((p) => p.id === id);
  return found === undefined ? new Response("", { status: 404 }) : Response.json(found);
}

async function applyConfigMap(
  request: Request,
  bearer: string | undefined,
  name: string,
  seen: Seen,
): Promise<Response> {
  if (bearer !== API_TOKEN) return new Response("unauthorized", { status: 401 });
  if (request.headers.get("content-type") !== "application/apply-patch+yaml")
    return new Response("no apply patch", { status: 415 });
  const object = (await request.json()) as {
    metadata: { resourceVersion?: string };
    data: Record<string, string>;
  };
  const resourceVersion = String(Object.keys(seen.configMaps).length + 41);
  seen.configMaps[name] = { data: object.data, resourceVersion };
  object.metadata.resourceVersion = resourceVersion;
  return Response.json(object);
}

/** A database in which three migrations have run. */
async function startDatabase(): Promise<{ url: string; name: string; stop(): Promise<void> }> {
  const server = findPostgres() === undefined ? await startPglite() : await startPostgres();
  const { default: postgres } = await import("postgres");
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  await sql`create table schema_migrations (version integer primary key, dirty boolean not null)`;
  await sql`insert into schema_migrations values (1, false), (2, false), (3, false)`;
  await sql.end();
  return {
    url: server.url,
    name: "name" in server ? server.name : "PGlite",
    stop: () => server.stop(),
  };
}

/** A port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

/** Sends `count` signed webhooks over `connections` connections, as soon as somebody listens. */
export async function sendWebhooks(port: number, count = 1000, connections = 8): Promise<void> {
  const url = `http://127.0.0.1:${port}/hook`;
  await untilListening(port);
  let next = 1;
  const send = async () => {
    while (next <= count) {
      const body = JSON.stringify({ id: next, amount: next++ });
      const signature = createHmac("sha256", WEBHOOK_SECRET).update(body).digest("hex");
      const headers = { "content-type": "application/json", "x-signature": `sha256=${signature}` };
      const res = await fetch(url, { method: "POST", body, headers });
      await res.arrayBuffer();
      if (res.status !== 204) throw new Error(`webhook: status ${res.status}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, send));
}

async function untilListening(port: number): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: { data: () => undefined },
    }).catch(() => undefined);
    if (socket !== undefined) {
      socket.end();
      return;
    }
    await Bun.sleep(5);
  }
  throw new Error(`nobody listens on port ${port}`);
}
