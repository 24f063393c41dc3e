/**
 * The connection that the `postgres` package is given. It can open one itself, but then nobody
 * could tell it to pause; and it goes on with TLS where a server has refused that.
 */
import { connect, isIP, type NetConnectOpts, type Socket } from "node:net";
import type { SecureContext } from "node:tls";

export interface PostgresTls {
  /** A server without TLS will do, too. */
  readonly isOptional: boolean;
  readonly context: SecureContext;
  readonly rejectUnauthorized: boolean;
  readonly checkName: boolean;
}

/** Where, how, and until when. */
export interface SocketOptions {
  readonly server: NetConnectOpts;
  /** The name that the server's certificate has to hold, whatever address that name led to. */
  readonly name: string;
  /** undefined: no TLS. */
  readonly tls: PostgresTls | undefined;
  /** Closes what has not been opened yet. */
  readonly signal: AbortSignal;
}

/** Asks for TLS, as each connection that wants it begins. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const YES = "S";

/** How long a server may send before everything else gets a turn, in milliseconds. */
const TURN_MS = 20;

/** Connects; fails with the error of the socket. */
export async function openSocket({ server, name, tls, signal }: SocketOptions): Promise<Socket> {
  const plain = connect(server);
  const abandon = () => plain.destroy();
  signal.addEventListener("abort", abandon);
  try {
    await event(plain, "connect");
    const socket = tls === undefined ? plain : await secure(plain, name, tls);
    giveTurns(socket);
    return socket;
  } catch (e) {
    plain.destroy();
    throw e;
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}

async function secure(plain: Socket, name: string, tls: PostgresTls): Promise<Socket> {
  plain.write(SSL_REQUEST);
  const answer = (await event(plain, "data")) as Buffer;
  const text = answer.toString("latin1");
  // more than one byte would be what somebody in between wants to be taken for encrypted
  if (text !== YES) {
    if (tls.isOptional && text === "N") return plain;
    if (text === "N") throw new Error("the server has no TLS");
    throw new Error(
      // an old server may answer with an error, which begins with E
      /^[SE]/.test(text)
        ? "the server's answer to TLS is none"
        : "no PostgreSQL server answers there",
    );
  }
  const { connect: connectTls } = await import("node:tls");
  const socket = connectTls({
    socket: plain,
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
    secureContext: tls.context,
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.checkName ? {} : { checkServerIdentity: () => undefined }),
  });
  await event(socket, "secureConnect");
  return socket;
}

/** Waits for one event. The socket keeps a listener for errors until the package has its own. */
function event(socket: Socket, name: "connect" | "data" | "secureConnect"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.once(name, resolve);
    socket.on("error", reject);
    socket.once("close", () =>
      reject(Object.assign(new Error("connection closed"), { code: "CONNECTION_CLOSED" })),
    );
  });
}

/**
 * As long as a server sends without a pause, the runtime may do nothing but read. A timer that is
 * started with the first data is late if that is so.
 */
function giveTurns(socket: Socket): void {
  let since: number | undefined;
  socket.on("data", () => {
    if (since === undefined) {
      since = performance.now();
      setTimeout(() => {
        since = undefined;
        socket.resume();
      }, 0);
    } else if (performance.now() - since > TURN_MS) socket.pause();
  });
}
