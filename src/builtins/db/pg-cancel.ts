/** Asks PostgreSQL to stop a statement. */
import { connect, type NetConnectOpts } from "node:net";

/** What the server named the connection that the statement runs on. */
export interface Backend {
  readonly pid: number;
  readonly secret: number;
}

const CANCEL_REQUEST = 80877102;
const LENGTH = 16;
/** A server that has not answered by then does not take it. */
const TIMEOUT_MS = 5000;

/**
 * Sends the request on a connection of its own, and settles when the server has closed that. Only
 * then all signals are sent (it sends two), and none can reach the statement that comes next; the
 * client's own `cancel` does not wait for it. The request is never encrypted: it holds no more than
 * a number, and servers take it before they ask for TLS, as libpq has always sent it.
 */
export function cancelStatement(server: NetConnectOpts, { pid, secret }: Backend): Promise<void> {
  const request = Buffer.alloc(LENGTH);
  request.writeInt32BE(LENGTH, 0);
  request.writeInt32BE(CANCEL_REQUEST, 4);
  request.writeInt32BE(pid, 8);
  request.writeInt32BE(secret | 0, 12);
  return new Promise((resolve, reject) => {
    const socket = connect(server, () => socket.write(request));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.resume();
  });
}
