/**
 * The last resort of limits on time and memory, and of signals: ends the process when it is stuck in
 * one long native call (a sort of millions, a template that loops, a huge document), where neither a
 * deadline or the heap is looked at nor a timer or the handler of a signal runs.
 */

/** How long the program itself may take to end, once the time is over or a signal has come. */
export const GRACE_MS = 2000;

/**
 * What the worker runs. A worker's `process.exit` would only end the worker, hence the C library's
 * own; its file has another name in musl. The text is inline because a compiled program has no
 * files to load it from.
 */
const WORKER = `
const { readFileSync, writeFileSync, writeSync } = require("node:fs");
function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
const musl = { x64: "x86_64", arm64: "aarch64" }[process.arch];
function libc(functions) {
  const { dlopen } = require("bun:ffi");
  for (const library of ["libc.so.6", "libc.musl-" + musl + ".so.1", "libc.dylib"]) {
    try {
      return dlopen(library, functions).symbols;
    } catch {}
  }
}
let pieces = {};
let isAwake = false;
self.onmessage = ({ data }) => {
  if (data.isAwake) isAwake = true;
  if (data.pieces !== undefined) pieces = data.pieces;
  const { time, memory, signals } = data;
  if (time !== undefined) setTimeout(() => end(time, pieces.time), time.ms);
  if (memory !== undefined)
    setInterval(() => {
      if (process.memoryUsage.rss() > memory.bytes) end(memory, pieces.memory);
    }, 50);
  if (signals !== undefined) watchSignals(signals);
};
// A worker is told of no signals. But it can have the handler of the main thread taken away by the
// system when it is called (SA_RESETHAND), and see in /proc that it is gone.
function watchSignals(signals) {
  if (process.platform !== "linux") return;
  const sigaction = libc({ sigaction: { args: ["int", "ptr", "ptr"], returns: "int" } })?.sigaction;
  if (sigaction === undefined) return;
  const action = new Uint8Array(512);
  const { ptr } = require("bun:ffi");
  const view = new DataView(action.buffer);
  // the handler and a mask of 1024 bits come first, with glibc and musl
  const flags = 8 + 128;
  for (const { number } of signals) {
    if (sigaction(number, null, ptr(action)) !== 0) return;
    view.setUint32(flags, (view.getUint32(flags, true) | 0x80000000) >>> 0, true);
    sigaction(number, ptr(action), null);
  }
  const caught = ({ number }) => {
    const mask = /^SigCgt:\\s*(\\w+)/m.exec(readFileSync("/proc/self/status", "latin1"));
    return mask === null || (BigInt("0x" + mask[1]) >> BigInt(number - 1)) & 1n;
  };
  const open = signals.filter(caught);
  const timer = setInterval(() => {
    const came = open.find((signal) => !caught(signal));
    if (came === undefined) return;
    clearInterval(timer);
    // who answers ends by itself
    postMessage("are you there?");
    setTimeout(() => {
      if (!isAwake) end(came, pieces.signal);
    }, came.ms);
  }, 100);
}
function end({ message, code }, last = []) {
  try {
    writeSync(2, message);
  } catch {}
  for (const { file, text } of last)
    try {
      if (file === undefined) writeAll(1, Buffer.from(text));
      else writeFileSync(file, text);
    } catch {}
  try {
    libc({ _exit: { args: ["int"], returns: "void" } })._exit(code);
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
  /** What is to be written in the end: when the time is over, after a signal, and when memory is. */
  output(pieces: Partial<Record<"time" | "signal" | "memory", readonly LastWords[]>>): void;
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
  /** Signals that have handlers, by their numbers, and the milliseconds that the handlers have. */
  readonly signals?: readonly (Ending & { readonly number: number; readonly ms: number })[];
}

/** How much more than the limit the process may occupy: garbage, buffers, the engine's own. */
const MEMORY_FACTOR = 3;
const MEMORY_REST = 128 * 1024 * 1024;

/** What the process may occupy when the heap may grow by `limit`, and `more` is taken by others. */
export function nativeMemory(limit: number, more = 0): Bounds["memory"] {
  if (!Number.isFinite(limit)) return undefined;
  const bytes = process.memoryUsage.rss() + limit * MEMORY_FACTOR + MEMORY_REST + more;
  const message = "error: memory error: not enough memory, in a native function\n";
  return { bytes, message, code: 1 };
}

/** Ends the process when it goes beyond the bounds, whatever it does. */
export function startWatchdog(bounds: Bounds): Watchdog {
  const worker = new Worker(URL.createObjectURL(new Blob([WORKER])));
  worker.postMessage(bounds);
  worker.onmessage = () => worker.postMessage({ isAwake: true });
  worker.unref();
  return {
    output: (pieces) => worker.postMessage({ pieces }),
    stop: () => void worker.terminate(),
  };
}
