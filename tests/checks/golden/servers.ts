/** What the checks of the golden files talk to; all on this machine. */
import { createSocket } from "node:dgram";
import { createServer as createTcpServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type Authority, makeAuthority } from "../../builtins/http-peers";
import { file, serve } from "../helpers";

export interface Servers {
  /** Variables for the check files: addresses and ports. */
  readonly env: Record<string, string>;
  close(): Promise<void>;
}

const OBJECTS: Record<string, unknown> = {
  "/apis/apps/v1/namespaces/shop/deployments/web": {
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", generation: 2 },
    spec: { replicas: 3 },
    status: {
      observedGeneration: 2,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      conditions: [{ type: "Available", status: "True", reason: "MinimumReplicasAvailable" }],
    },
  },
  "/apis/apps/v1/namespaces/shop/deployments/slow": {
    kind: "Deployment",
    metadata: { name: "slow", namespace: "shop", generation: 5 },
    spec: { replicas: 3 },
    status: {
      observedGeneration: 5,
      replicas: 4,
      updatedReplicas: 2,
      readyReplicas: 1,
      unavailableReplicas: 2,
      conditions: [
        {
          type: "Available",
          status: "False",
          reason: "MinimumReplicasUnavailable",
          message: "Deployment does not have minimum availability.",
        },
      ],
    },
  },
  "/api/v1/namespaces/shop/secrets/key": {
    kind: "Secret",
    metadata: { name: "key", namespace: "shop" },
    data: { pem: "bm90IHRvIGJlIHNob3du" },
  },
  "/api/v1/namespaces/shop/pods": {
    kind: "PodList",
    metadata: {},
    items: ["web-1", "web-2"].map((name) => ({
      metadata: { name, namespace: "shop" },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    })),
  },
};

const QUERIES: Record<string, string> = {
  up: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"a"},"value":[1,"0.92"]},{"metric":{"job":"b"},"value":[1,"0.5"]}]}}',
  nothing: '{"status":"success","data":{"resultType":"vector","result":[]}}',
  scalar: '{"status":"success","data":{"resultType":"scalar","result":[1,"4"]}}',
  nan: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]}]}}',
  broken: '{"status":"error","errorType":"bad_data","error":"parse error"}',
};

export async function startServers(): Promise<Servers> {
  const web = await serve((req, res, body) => {
    const url = new URL(req.url ?? "", "http://x");
    const object = OBJECTS[url.pathname];
    if (url.pathname.startsWith("/api/v1/query"))
      res.end(QUERIES[url.searchParams.get("query") ?? ""] ?? "oops");
    else if (url.pathname.startsWith("/api")) {
      if (req.headers.authorization !== "Bearer golden-token") res.writeHead(401).end("who?");
      else if (object === undefined) res.writeHead(404).end("{}");
      else res.end(JSON.stringify(object));
    } else if (url.pathname.startsWith("/status/")) {
      res.writeHead(Number(url.pathname.slice(8)));
      res.end(`this is ${url.pathname.slice(8)}`);
    } else if (url.pathname === "/echo") res.end(`${req.method} ${body}`);
    else {
      res.writeHead(200, { "Content-Type": "application/json", "X-Version": "1.2.3" });
      res.end('{"status":"ok","count":3,"items":[{"id":1},{"id":2}],"token":"t0p-s3cret"}');
    }
  });
  const tcp = createTcpServer((s) => {
    s.on("error", () => undefined);
    s.write("220 mail.example ready\r\n");
  });
  const authority = makeAuthority();
  file("ca.pem", String(authority.ca));
  const tls = createTlsServer(authority.issue("golden", "DNS:localhost,DNS:api.example"), (s) =>
    s.on("error", () => undefined),
  );
  tls.on("tlsClientError", () => undefined);
  const [tcpPort, tlsPort, dns] = [await listen(tcp), await listen(tls), await startDns()];
  file("kubeconfig", kubeconfig(web.url));
  return {
    env: {
      URL: web.url,
      TCP_PORT: String(tcpPort),
      TLS_PORT: String(tlsPort),
      DNS_PORT: String(dns.port),
    },
    async close() {
      tcp.close();
      tls.close();
      dns.close();
      removeAuthority(authority);
      await web.close();
    },
  };
}

function removeAuthority(authority: Authority): void {
  authority.remove();
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

function kubeconfig(url: string): string {
  return `apiVersion: v1
kind: Config
current-context: golden
clusters: [{name: golden, cluster: {server: "${url}"}}]
users: [{name: golden, user: {token: golden-token}}]
contexts: [{name: golden, context: {cluster: golden, user: golden, namespace: shop}}]
`;
}

/** A name server (RFC 1035) with one name, `api.example`. */
async function startDns(): Promise<{ port: number; close(): void }> {
  const records: Record<number, Buffer[]> = {
    1: [Buffer.from([10, 0, 0, 1]), Buffer.from([10, 0, 0, 2])],
    16: [Buffer.from("\x0bhello world")],
  };
  const socket = createSocket("udp4");
  socket.on("message", (query, peer) => {
    let end = 12;
    const labels: string[] = [];
    while (query[end] !== 0) {
      const n = query[end] as number;
      labels.push(query.toString("latin1", end + 1, end + 1 + n));
      end += n + 1;
    }
    const question = query.subarray(12, end + 5);
    const isKnown = labels.join(".").toLowerCase() === "api.example";
    const answers = isKnown ? (records[query.readUInt16BE(end + 1)] ?? []) : [];
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8580 | (isKnown ? 0 : 3), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers.length, 6);
    const rows = answers.map((data) => {
      const row = Buffer.alloc(12);
      row.writeUInt16BE(0xc00c, 0);
      query.copy(row, 2, end + 1, end + 5);
      row.writeUInt32BE(60, 6);
      row.writeUInt16BE(data.length, 10);
      return Buffer.concat([row, data]);
    });
    socket.send(Buffer.concat([head, question, ...rows]), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return { port: socket.address().port, close: () => void socket.close() };
}
