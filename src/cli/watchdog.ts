/**
 * The last resort of a time limit: ends the process when it is stuck in one long native call (a
 * pattern that backtracks for ever, a sort of millions), where neither a deadline is looked at nor
 * a timer runs.
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
  const { ms, message, code } = data;
  setTimeout(() => {
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
  }, ms);
};
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

/** Ends the process with `code` after `ms` milliseconds, whatever it does, and writes `message`. */
export function startWatchdog(ms: number, message: string, code: number): Watchdog {
  const worker = new Worker(URL.createObjectURL(new Blob([WORKER])));
  worker.postMessage({ ms, message, code });
  worker.unref();
  return {
    output: (pieces) => worker.postMessage({ pieces }),
    stop: () => void worker.terminate(),
  };
}
