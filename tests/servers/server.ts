/** What the helpers in this folder have in common: throw-away servers of programs that may be there. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";

/** A database server of a test's own. */
export interface DatabaseServer {
  /** For messages: `PostgreSQL 15.4`. */
  readonly name: string;
  /** Where it listens, without any TLS option. */
  readonly url: string;
  readonly port: number;
  readonly password: string;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** The path of a program, in `PATH` or one of `folders` (`*` matches a version). */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  const places = [...(process.env.PATH ?? "").split(delimiter), ...folders.flatMap(expand)];
  return places.map((dir) => join(dir, name)).find((file) => existsSync(file));
}

/** A folder with `*` for the version as the folders that are there, the newest version first. */
function expand(folder: string): string[] {
  const [before, after] = folder.split("*");
  if (before === undefined || after === undefined) return [folder];
  if (!existsSync(before)) return [];
  return readdirSync(before)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => `${before}${version}${after}`);
}

/** Node itself: `bun --bun` puts a `node` that is Bun in front of the `PATH`. */
export function findNode(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const file of folders.map((dir) => join(dir, "node")))
    if (existsSync(file) && !/bun/.test(basename(realpathSync(file)))) return file;
  throw new Error("no Node in the PATH");
}

/** A temporary folder that the user `account` may write to. */
export function scratchFolder(prefix: string, account?: Account): string {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(dir, 0o755);
  if (account !== undefined) spawnSync("chown", ["-R", `${account.uid}:${account.gid}`, dir]);
  return dir;
}

export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Servers refuse to run as root: another account then, the first of `names` that exists. */
export function serverAccount(...names: string[]): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of [...names, "nobody"]) {
    const uid = spawnSync("id", ["-u", name], { encoding: "utf8" });
    const gid = spawnSync("id", ["-g", name], { encoding: "utf8" });
    if (uid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  return undefined;
}

/** Runs a program to its end; its output is the error when it fails. */
export function runProgram(
  file: string,
  args: string[],
  account?: Account,
  input?: string,
): string {
  const r = spawnSync(file, args, {
    encoding: "utf8",
    cwd: tmpdir(),
    ...account,
    ...(input !== undefined && { input }),
  });
  if (r.status !== 0)
    throw new Error(`${file} failed: ${r.error?.message ?? ""}${r.stdout}${r.stderr}`);
  return r.stdout;
}

/** Writes a file that only `account` may read. */
export function putFile(path: string, text: string, account?: Account): void {
  runProgram("sh", ["-c", `umask 077; cat > '${path}'`], account, text);
}

/** PEM files for a server's TLS. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
}

/** A server process; `stop` waits until it is gone. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private output = "";
  private ended: Promise<void> = Promise.resolve();
  /** It has answered, and nobody has asked it to stop. */
  private isRunning = false;

  constructor(
    private readonly file: string,
    private readonly args: readonly string[],
    private readonly account: Account | undefined,
    /** Whether it answers yet. */
    private readonly isReady: () => Promise<boolean>,
  ) {}

  async start(): Promise<void> {
    const child = spawn(this.file, this.args, {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: tmpdir(),
      ...this.account,
    });
    this.child = child;
    this.output = "";
    const note = (data: Buffer) => {
      this.output = (this.output + data.toString()).slice(-20_000);
    };
    child.stdout?.on("data", note);
    child.stderr?.on("data", note);
    let failed: Error | undefined;
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        // tests that then fail tell only that nobody answers
        if (this.isRunning)
          console.error(`${this.file} ended by itself (${signal ?? code}):\n${this.output}`);
        this.isRunning = false;
        resolve();
      });
      child.once("error", (e) => {
        failed = e;
        resolve();
      });
    });
    for (let i = 0; i < 300; i++) {
      if (failed !== undefined || child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${this.file} ended: ${failed?.message ?? ""}${this.output}`);
      if (await this.isReady()) {
        this.isRunning = true;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.stop("SIGKILL");
    throw new Error(`${this.file} does not answer: ${this.output}`);
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.isRunning = false;
    this.child?.kill(signal);
    await this.ended;
    this.child = undefined;
  }
}
