/** Whether processes that tests start are still there. */
import { readdirSync, readFileSync } from "node:fs";

/** The ids of the processes whose command line contains `text`; zombies don't count. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const isZombie = / Z /.test(
          readFileSync(`/proc/${pid}/stat`, "latin1").replace(/.*\)/, ""),
        );
        return !isZombie && readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** A number of seconds to sleep that no other process uses. */
export function uniqueSeconds(): string {
  return `3${String(process.pid).padStart(7, "0")}.${Math.floor(Math.random() * 1e6) + 1e6}`;
}

/** Waits until `holds` does, at most two seconds. */
export async function eventually(holds: () => boolean): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
