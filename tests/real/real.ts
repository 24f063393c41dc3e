/**
 * What the tests against real servers share. A server that can't be had here makes its file's tests
 * skip, with the reason in their name; `npm run test:real` fetches what can be fetched.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { freePort } from "../builtins/http-peers";
import {
  findNode,
  findProgram,
  removeFolder,
  ServerProcess,
  scratchFolder,
} from "../servers/server";
import { luaWithModules } from "../stdlib/server";

export { freePort };

/** A server that a test file started. */
export interface RealServer {
  readonly url: string;
  readonly port: number;
  /** Its folder, which is removed when it stops. */
  readonly dir: string;
  stop(): Promise<void>;
}

/** Whether anything listens on the port. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("error", () => end(false));
    socket.once("connect", () => end(true));
  });
}

/** Whether a GET is answered with 2xx. */
export async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

export interface Program {
  readonly file: string;
  /** The arguments, for a folder of the server's own and a port on the loopback. */
  readonly args: (dir: string, port: number) => string[];
  /** Whether it answers; by default: whether it listens. */
  readonly isReady?: (url: string, port: number) => Promise<boolean>;
}

/** Starts a program on a free port. */
export async function startProgram(program: Program): Promise<RealServer> {
  const port = await freePort();
  const dir = scratchFolder("assay-real-");
  const url = `http://127.0.0.1:${port}`;
  const isReady = () => program.isReady?.(url, port) ?? listens(port);
  const server = new ServerProcess(program.file, program.args(dir, port), undefined, isReady);
  try {
    await server.start();
  } catch (e) {
    removeFolder(dir);
    throw e;
  }
  return {
    url,
    port,
    dir,
    async stop() {
      await server.stop("SIGTERM");
      removeFolder(dir);
    },
  };
}

const here = import.meta.dirname;

/** Why a package of `tests/real/package.json` can't be used; undefined when it can. */
export function missingPackage(name: string): string | undefined {
  return existsSync(join(here, "node_modules", name)) ? undefined : `${name} is not installed`;
}

/** Why a program can't be used; undefined when it can. */
export function missingProgram(...names: string[]): string | undefined {
  const missing = names.filter((name) => findProgram(name) === undefined);
  return missing.length === 0 ? undefined : `${missing.join(", ")} not installed`;
}

const python = join(here, ".python");

/** A program that a Python package brought; undefined when it is not installed. */
export function pythonProgram(name: string): string | undefined {
  const file = join(python, "programs", "bin", name);
  return existsSync(file) ? file : undefined;
}

/** Why a Python module can't be used; undefined when it can. What is started finds those modules. */
export function missingPython(...modules: string[]): string | undefined {
  const file = findProgram("python3");
  if (file === undefined) return "python3 not installed";
  process.env["PYTHONPATH"] = python;
  const found = spawnSync(file, ["-c", `import ${modules.join(", ")}`]).status === 0;
  return found ? undefined : `${modules[0]} not installed`;
}

/** Starts `servers/<name>.mjs` on Node; its arguments are the port, the folder and `args`. */
export function startScript(
  name: string,
  args: string[] = [],
  isReady?: Program["isReady"],
): Promise<RealServer> {
  return startProgram({
    file: findNode(),
    args: (dir, port) => [join(here, "servers", `${name}.mjs`), String(port), dir, ...args],
    ...(isReady && { isReady }),
  });
}

/** The version that a program prints. */
export function versionOf(file: string, ...args: string[]): string {
  const r = spawnSync(file, args.length > 0 ? args : ["--version"], { encoding: "utf8" });
  return /\d+\.\d+[\w.+~-]*/.exec(`${r.stdout}${r.stderr}`)?.[0] ?? "";
}

export interface Runner {
  /** Runs Lua; returns its results as plain JS. */
  run(source: string): Promise<unknown[]>;
  /** The message of the error that the chunk ends with. */
  failure(source: string): Promise<string>;
}

/** In front of every chunk: waits until `f` returns true, and says what it saw when it gives up. */
const EVENTUALLY = `
  local rest = require("assay.internal.client")
  local function eventually(f) return rest.wait({ timeout = 30, interval = 0.1 }, "not yet", f) end
`;

/** Runs chunks that begin with `head`, each in a Lua state of its own. */
export function runner(head: () => string, globals: () => Record<string, unknown>): Runner {
  async function using<T>(use: (h: ReturnType<typeof luaWithModules>) => Promise<T>): Promise<T> {
    const h = luaWithModules(globals());
    try {
      return await use(h);
    } finally {
      await h.lua.close();
    }
  }
  return {
    run: (source) => using((h) => h.run(`${EVENTUALLY}${head()}\n${source}`)),
    failure: (source) => using((h) => h.failure(`${EVENTUALLY}${head()}\n${source}`)),
  };
}
