/** Peers for the HTTP tests: a scripted TCP server, and certificates of an own authority. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestSpec } from "../../src/builtins/http/perform";

export interface RawServer {
  readonly port: number;
  readonly url: string;
  /** Every request as it came in, head and body. */
  readonly requests: string[];
  /** How many connections were accepted. */
  connections: number;
  close(): void;
}

/** What the server does with one request; `socket` is still open. */
export type Script = (socket: net.Socket, request: string) => void;

/**
 * A server that answers by path with bytes given as text (one char per byte), or with a script.
 * Requests are split by their Content-Length.
 */
export async function rawServer(answers: Record<string, string | Script>): Promise<RawServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    state.connections++;
    sockets.add(socket);
    let buffer = "";
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (data) => {
      buffer += data.toString("latin1");
      for (;;) {
        const end = buffer.indexOf("\r\n\r\n");
        if (end < 0) return;
        const length = Number(/\r\ncontent-length: *(\d+)/i.exec(buffer.slice(0, end))?.[1] ?? 0);
        if (buffer.length < end + 4 + length) return;
        const request = buffer.slice(0, end + 4 + length);
        buffer = buffer.slice(request.length);
        state.requests.push(request);
        const path = (request.split(" ")[1] ?? "").replace(/\?.*/, "");
        const answer = answers[path] ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        if (typeof answer === "string") socket.write(Buffer.from(answer, "latin1"));
        else answer(socket, request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const state = {
    port,
    url: `http://127.0.0.1:${port}`,
    requests: [] as string[],
    connections: 0,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return state;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly dir: string;
  readonly ca: string;
  readonly caFile: string;
  /** A certificate signed by the authority; `days` may be negative. */
  issue(name: string, altNames: string, days?: number): KeyPair;
  /** A certificate that signs itself. */
  selfSigned(name: string, altNames: string): KeyPair;
  remove(): void;
}

/** Makes a certificate authority with the `openssl` command. */
export function makeAuthority(): Authority {
  const dir = mkdtempSync(join(tmpdir(), "assay-ca-"));
  const file = (name: string) => join(dir, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(
    ...["req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem"],
    ...["-days", "30", "-subj", "/CN=assay test authority"],
  );
  const read = (name: string) => readFileSync(file(name), "utf8");
  return {
    dir,
    ca: read("ca.pem"),
    caFile: file("ca.pem"),
    issue(name, altNames, days = 30) {
      openssl(
        "req",
        ...newKey,
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.csr`,
        "-subj",
        `/CN=${name}`,
      );
      writeFileSync(file(`${name}.ext`), `subjectAltName=${altNames}\n`);
      openssl(
        ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key"],
        ...["-CAcreateserial", "-out", `${name}.pem`, "-days", String(days)],
        ...["-extfile", `${name}.ext`],
      );
      return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
    },
    selfSigned(name, altNames) {
      openssl(
        ...["req", "-x509", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.pem`],
        ...["-days", "30", "-subj", `/CN=${name}`, "-addext", `subjectAltName=${altNames}`],
      );
      return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
    },
    remove() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A GET request that follows redirects, with bounds that no test is meant to meet. */
export function spec(url: string, over: Partial<RequestSpec> = {}): RequestSpec {
  return {
    method: "GET",
    url: new URL(url),
    headers: [],
    timeout: 5,
    followRedirects: true,
    maxRedirects: 10,
    maxSize: 1 << 20,
    decompress: true,
    retries: 0,
    signal: new AbortController().signal,
    ...over,
  };
}
