/**
 * Pipes for the output of commands. Bun gives a child socket pairs, which Linux does not open by
 * name: `echo oops > /dev/stderr` would fail. So the pipes come from the C library.
 */
import { closeSync } from "node:fs";

export interface Pipe {
  /** The end for us. */
  readonly read: number;
  /** The end for the child; to be closed here once it is started. */
  readonly write: number;
}

type MakePipe = () => Pipe | undefined;

const O_CLOEXEC = 0o2000000;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

let make: MakePipe | undefined;

/** A new pipe; undefined where Bun's own have to do. */
export function makePipe(): Pipe | undefined {
  make ??= load();
  return make();
}

function load(): MakePipe {
  const none = () => undefined;
  if (process.platform !== "linux") return none;
  const { dlopen, ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const arch = ARCHITECTURES[process.arch] ?? process.arch;
  // glibc, musl
  for (const name of ["libc.so.6", `libc.musl-${arch}.so.1`]) {
    try {
      const { symbols } = dlopen(name, { pipe2: { args: ["ptr", "i32"], returns: "i32" } });
      return () => {
        const ends = new Int32Array(2);
        if (symbols.pipe2(ptr(ends), O_CLOEXEC) !== 0) return undefined;
        return { read: ends[0] as number, write: ends[1] as number };
      };
    } catch {
      // another C library
    }
  }
  return none;
}

/** Closes an end, if it is still open. */
export function closeEnd(end: number | undefined): void {
  if (end === undefined) return;
  try {
    closeSync(end);
  } catch {
    // closed already
  }
}
