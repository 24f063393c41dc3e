/** Servers and commands that the network benchmarks start: each is ended again by its own handle. */
import { existsSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dir, "..", "..");
export const assay = join(root, "dist", "assay");
export const bun = process.execPath;

/** The full path of a command, or undefined when it is not installed. */
export function installed(command: string): string | undefined {
  return Bun.which(command) ?? undefined;
}

/** A port that nobody listens on at the moment. */
export function freePort(): number {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  return port;
}

export interface Peer {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts `command PORT` and waits until it accepts connections. */
export async function startPeer(name: string, command: string[]): Promise<Peer> {
  const port = freePort();
  const child = Bun.spawn([...command, String(port)], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    try {
      await fetch(`${url}/hello`);
      break;
    } catch {
      if (attempt >= 100) throw new Error(`${name} does not answer`);
      await Bun.sleep(50);
    }
  }
  return {
    name,
    url,
    pid: child.pid,
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}

/** The output of a command that must succeed. */
export async function output(command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")} exited with ${code}\n${stderr}`);
  return stdout;
}

/** CPU time that a process has used so far in seconds; NaN where there is no /proc. */
export async function cpuSeconds(pid: number): Promise<number> {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return Number.NaN;
  // the fields after the name in parentheses; times count in hundredths of a second
  const fields = (await Bun.file(path).text()).replace(/^.*\) /s, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory of a process in MB; NaN where there is no /proc. */
export async function residentMb(pid: number): Promise<number> {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return Number.NaN;
  const kb = /VmRSS:\s*(\d+)/.exec(await Bun.file(path).text())?.[1];
  return (Number(kb) * 1024) / 1e6;
}
