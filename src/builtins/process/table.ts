/** The processes of the system, from /proc, or from `ps` where there is none. */
import { readdir, readFile } from "node:fs/promises";

export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  /** As the kernel has it: at most 15 bytes on Linux. */
  readonly name: string;
  /** `R`, `S`, … as `ps` shows it. */
  readonly state: string;
  /** The words of the command; none for kernel threads. */
  readonly command: readonly string[];
}

/** All processes that can be seen. All texts are byte strings. */
export async function listProcesses(): Promise<ProcessInfo[]> {
  if (process.platform !== "linux") return listWithPs();
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(readProcess));
  return found.filter((p) => p !== undefined).sort((a, b) => a.pid - b.pid);
}

/** One process; undefined when it has ended meanwhile. */
async function readProcess(pid: string): Promise<ProcessInfo | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    const cmdline = await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "");
    // pid (name) state ppid …; the name may hold anything
    const end = stat.lastIndexOf(")");
    const [state = "?", ppid = "0"] = stat.slice(end + 2).split(" ");
    return {
      pid: Number(pid),
      ppid: Number(ppid),
      name: stat.slice(stat.indexOf("(") + 1, end),
      state,
      command: cmdline === "" ? [] : cmdline.replace(/\0$/, "").split("\0"),
    };
  } catch {
    return undefined;
  }
}

async function listWithPs(): Promise<ProcessInfo[]> {
  const ps = Bun.spawn(["ps", "-axo", "pid=,ppid=,state=,comm="], { stdout: "pipe" });
  const text = Buffer.from(await new Response(ps.stdout).arrayBuffer()).toString("latin1");
  return text.split("\n").flatMap((line) => {
    const m = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (m === null) return [];
    const [, pid, ppid, state, comm] = m as unknown as [string, string, string, string, string];
    const name = comm.slice(comm.lastIndexOf("/") + 1);
    return [{ pid: Number(pid), ppid: Number(ppid), name, state, command: [comm] }];
  });
}

/** Whether the process goes by this name: the kernel's, or that of the program it was started as. */
export function hasName(info: ProcessInfo, name: string): boolean {
  if (info.state.startsWith("Z")) return false;
  const [program = ""] = info.command;
  return info.name === name || program.slice(program.lastIndexOf("/") + 1) === name;
}
