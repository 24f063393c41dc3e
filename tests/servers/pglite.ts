/**
 * PGlite, PostgreSQL in WebAssembly, behind a socket: needs nothing but npm packages. It runs in a
 * Node process of its own, because its statements block the thread they run on.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { findNode } from "./server";

export interface PgliteServer {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const SERVER = `
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 20 });
server.addEventListener("listening", (e) => console.log("listening " + e.detail.port));
await server.start();
const version = await db.query("select version()");
console.log("version " + version.rows[0].version);
process.stdin.resume().on("end", () => process.exit(0));
`;

/** Starts a server on a free port of the loopback. It takes any user and password. */
export async function startPglite(): Promise<PgliteServer> {
  const child = spawn(findNode(), ["--input-type=module", "-e", SERVER], {
    cwd: join(import.meta.dirname, "..", ".."),
    // the server ends with the standard input, so also when the test is killed
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = await firstLines(child);
  const port = Number(/listening (?:.*:)?(\d+)/.exec(output)?.[1]);
  const version = /PostgreSQL ([\d.]+)/.exec(output)?.[1] ?? "";
  return {
    name: `PGlite (PostgreSQL ${version})`,
    url: `postgres://postgres:pglite-secret@127.0.0.1:${port}/postgres`,
    port,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.stdin?.end();
      }),
  };
}

function firstLines(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const note = (data: Buffer) => {
      text += data.toString();
      if (/listening/.test(text) && /version .*\n/.test(text)) resolve(text);
    };
    child.stdout?.on("data", note);
    child.stderr?.on("data", note);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`PGlite ended with ${code}: ${text}`)));
  });
}
