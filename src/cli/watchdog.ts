/**
 * The last resort of limits on time and memory: ends the process when it is stuck in one long native
 * call (a sort of millions, a template that loops, a huge document), where neither a deadline or the
 * heap is looked at nor a timer runs.
 */

/**
 * What the worker runs. A worker's `process.exit` would only end the worker, hence the C library's
 * own; its file has another name in musl. The text is inline because a compiled program has no
 * files to load it from.
 */
const WORKER = `
const { writeFileSync, writeSync } = require("node:fs");
function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
const musl = { x64: "x86_64", arm64: "aarch64" }[process.arch];
function exit(code) {
  const { dlopen } = require("bun:ffi");
  for (const library of ["libc.so.6", "libc.musl-" + musl + ".so.1", "libc.dylib"]) {
    try {
      dlopen(library, { _exit: { args: ["int"], returns: "void" } }).symbols._exit(code);
    } catch {}
  }
}
let pieces = [];
self.onmessage = ({ data }) => {
  if (data.pieces !== undefined) {
    pieces = data.pieces;
    return;
  }
  const { time, memory } = data;
  if (time !== undefined) setTimeout(() => end(time), time.ms);
  if (memory !== undefined)
    setInterval(() => {
      if (process.memoryUsage.rss() > memory.bytes) end(memory);
    }, 50);
};
function end({ message, code }) {
  try {
    writeSync(2, message);
  } catch {}
  for (const { file, text } of pieces)
    try {
      if (file === undefined) writeAll(1, Buffer.from(text));
      else writeFileSync(file, text);
    } catch {}
  try {
    exit(code);
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}
`;

/** A text and where it goes; standard output without a file. */
export interface LastWords {
  readonly file: string | undefined;
  readonly text: string;
}

export interface Watchdog {
  /** What is to be written in the end. */
  output(pieces: readonly LastWords[]): void;
  /** Calls it off. */
  stop(): void;
}

/** How the process ends, and what is written to standard error first. */
interface Ending {
  readonly message: string;
  readonly code: number;
}

export interface Bounds {
  /** Milliseconds from now on. */
  readonly time?: Ending & { readonly ms: number };
  /** What the whole process may occupy. */
  readonly memory?: Ending & { readonly bytes: number };
}

/** Ends the process when it goes beyond the bounds, whatever it does. */
export function startWatchdog(bounds: Bounds): Watchdog {
  const worker = new Worker(URL.createObjectURL(new Blob([WORKER])));
  worker.postMessage(bounds);
  worker.unref();
  return {
    output: (pieces) => worker.postMessage({ pieces }),
    stop: () => void worker.terminate(),
  };
}
