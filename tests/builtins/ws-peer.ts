/** A WebSocket server for tests: the `ws` package in a Node process, so no code of ours. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { findNode } from "../servers/server";
import type { KeyPair } from "./http-peers";

export interface WsPeer {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * What it does depends on the path: `/echo`, `/hello` (says what it knows about the client),
 * `/close?code&reason`, `/drop`, `/flood?n`, `/fragments`, `/ping`, `/big?bytes`, `/bad-utf8`.
 */
const SERVER = `
const { WebSocketServer } = require("ws");
const http = require("http"), https = require("https");
const tls = process.env.WS_CERT ? { cert: process.env.WS_CERT, key: process.env.WS_KEY } : undefined;
if (process.env.WS_CLIENT_CA) Object.assign(tls, { ca: process.env.WS_CLIENT_CA, requestCert: true });
const server = tls ? https.createServer(tls) : http.createServer();
const wss = new WebSocketServer({ noServer: true, maxPayload: 0, perMessageDeflate: true,
  handleProtocols: (offered) => offered.has("two") ? "two" : false });
server.on("upgrade", (req, socket, head) => {
  const url = new URL(req.url, "http://x");
  if (url.pathname === "/forbidden") return socket.end("HTTP/1.1 403 Forbidden\\r\\nContent-Length: 0\\r\\n\\r\\n");
  if (url.pathname === "/silent") return;
  wss.handleUpgrade(req, socket, head, (ws) => serve(ws, req, url, socket));
});
function serve(ws, req, url, socket) {
  const q = (name) => url.searchParams.get(name);
  ws.on("error", () => {});
  switch (url.pathname) {
    case "/echo": ws.on("message", (data, binary) => ws.send(data, { binary })); break;
    case "/hello": ws.send(JSON.stringify({ headers: req.headers, url: req.url, client: req.socket.getPeerCertificate?.().subject?.CN })); break;
    case "/close": ws.send("last words"); ws.close(q("code") ? +q("code") : undefined, q("reason") || ""); break;
    case "/code": ws.on("close", (code, reason) => console.log("closed " + code + " " + reason)); break;
    case "/drop": ws.send("x", () => socket.destroy()); break;
    case "/flood": for (let i = 1; i <= +q("n"); i++) ws.send(String(i)); ws.close(1000, "done"); break;
    case "/fragments":
      ws.send("one ", { fin: false }); ws.ping("between"); ws.send("two ", { fin: false }); ws.send("three", { fin: true });
      ws.send(Buffer.from([1, 2]), { fin: false, binary: true }); ws.send(Buffer.from([255]), { fin: true });
      break;
    case "/ping": ws.on("pong", (d) => ws.send("pong " + d)); ws.ping("hi"); break;
    case "/deaf": ws._receiver.removeAllListeners("ping"); ws._receiver.on("ping", () => {}); break;
    case "/big": ws.send(Buffer.alloc(+q("bytes"), 7)); break;
    case "/bad-utf8": ws.send(Buffer.from([0x61, 0xff]), { binary: false }); break;
    case "/sum": {
      ws.on("message", (data, binary) => ws.send(require("crypto").createHash("sha256").update(data).digest("hex") + " " + data.length + " " + binary));
      break;
    }
  }
}
server.listen(0, "127.0.0.1", () => console.log("listening " + server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
`;

/** `clientCa`: clients must have a certificate of that authority. */
export async function startWsPeer(
  tls?: KeyPair,
  clientCa?: string,
): Promise<WsPeer & { output(): string }> {
  const child: ChildProcess = spawn(findNode(), ["-e", SERVER], {
    cwd: join(import.meta.dirname, "..", ".."),
    env: {
      ...process.env,
      ...(tls && { WS_CERT: tls.cert, WS_KEY: tls.key }),
      ...(clientCa !== undefined && { WS_CLIENT_CA: clientCa }),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.on("data", (d: Buffer) => {
      output += d.toString();
      const found = /listening (\d+)/.exec(output);
      if (found !== null) resolve(Number(found[1]));
    });
    child.once("exit", () => reject(new Error("the WebSocket peer ended")));
  });
  return {
    port,
    url: `${tls === undefined ? "ws" : "wss"}://127.0.0.1:${port}`,
    output: () => output,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) resolve();
        child.once("exit", () => resolve());
        child.stdin?.end();
      }),
  };
}
