/** The world around a sandbox: files and servers inside and outside of it, and what must not change. */
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { testFolder } from "../builtins/folder";
import { CANARY } from "./attack";

export interface World {
  readonly root: string;
  readonly writable: string;
  readonly outside: string;
  /** The ports of a server that may be reached, and of one that may not. */
  readonly good: number;
  readonly bad: number;
  /** What went wrong: a file outside that changed, a connection to the forbidden server. */
  damage(): string[];
  close(): Promise<void>;
}

export async function makeWorld(): Promise<World> {
  const dir = testFolder();
  const root = join(dir, "root");
  const writable = join(root, "w");
  const outside = join(dir, "outside");
  mkdirSync(writable, { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(root, "mine.txt"), "mine");
  writeFileSync(join(root, "page.html"), "page");
  writeFileSync(join(outside, "secret.txt"), CANARY);
  writeFileSync(join(outside, "secret.lua"), `return "${CANARY}"`);
  symlinkSync(outside, join(root, "link"));
  symlinkSync(outside, join(writable, "link"));
  mkdirSync(join(writable, "deep", "er"), { recursive: true });
  symlinkSync(outside, join(writable, "deep", "er", "link"));
  symlinkSync(join(outside, "secret.txt"), join(root, "secret-link"));
  symlinkSync("../outside/secret.lua", join(root, "evil.lua"));
  symlinkSync(join(outside, "new.txt"), join(writable, "dangling"));
  symlinkSync("/proc/self/environ", join(root, "environ"));
  linkSync(join(root, "mine.txt"), join(root, "hard.txt"));
  const before = listing(outside);
  let hits = 0;
  const bad = await listen(
    createServer((_, res) => res.end(CANARY)).on("connection", () => {
      hits++;
    }),
  );
  const good = await listen(
    createServer((req, res) => {
      const to = /^\/to\/(.*)/.exec(req.url ?? "")?.[1];
      if (to !== undefined) res.writeHead(302, { location: decodeURIComponent(to) });
      res.end(JSON.stringify({ url: req.url, headers: req.rawHeaders }));
    }),
  );
  return {
    root,
    writable,
    outside,
    good: portOf(good),
    bad: portOf(bad),
    damage: () => [
      ...(hits > 0 ? [`${hits} connections to the forbidden server`] : []),
      ...(listing(outside) === before ? [] : [`the folder outside holds ${listing(outside)}`]),
      ...(readFileSync(join(outside, "secret.txt"), "utf8") === CANARY ? [] : ["a file changed"]),
    ],
    close: async () => {
      for (const s of [good, bad]) {
        s.closeAllConnections();
        await new Promise((done) => s.close(done));
      }
    },
  };
}

function listing(dir: string): string {
  return readdirSync(dir, { recursive: true }).sort().join(" ");
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
