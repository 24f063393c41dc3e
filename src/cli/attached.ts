/**
 * The script that `assay build` put behind a copy of this program:
 *
 *     program · zeros · payload (JSON) · its length (8 bytes, little-endian) · MAGIC
 *
 * An ordinary start must not pay for looking: the zeros give the file a size that is RESIDUE modulo
 * STEP, so that a look at the size, which takes microseconds, tells that there is nothing to read.
 */
import type { Script, ScriptOptions } from "./script";

export const MAGIC = "assay\0fn";
export const STEP = 1 << 16;
export const RESIDUE = 0xa55a;
/** Bytes behind the payload. */
export const TRAILER = 16;

/** All texts are byte strings. */
export interface Payload {
  readonly name: string;
  readonly source: string;
  /** What `require` finds in the program, by name. */
  readonly modules: Readonly<Record<string, { readonly path: string; readonly source: string }>>;
  readonly options: ScriptOptions;
}

/** What is attached to the running program; undefined for assay itself. */
export function attachedPayload(): Payload | undefined {
  const { size } = Bun.file("/proc/self/exe");
  return size % STEP === RESIDUE ? readPayload(size) : undefined;
}

function readPayload(size: number): Payload | undefined {
  const { closeSync, openSync, readSync } = require("node:fs") as typeof import("node:fs");
  const file = openSync("/proc/self/exe", "r");
  try {
    const trailer = Buffer.alloc(TRAILER);
    readSync(file, trailer, 0, TRAILER, size - TRAILER);
    if (trailer.toString("latin1", 8) !== MAGIC) return undefined;
    const length = Number(trailer.readBigUInt64LE());
    const payload = Buffer.alloc(length);
    readSync(file, payload, 0, length, size - TRAILER - length);
    return JSON.parse(payload.toString("utf8")) as Payload;
  } finally {
    closeSync(file);
  }
}

/** The payload's script, with all arguments of the process. */
export function attachedScript(payload: Payload, args: readonly string[]): Script {
  const { name, source, modules } = payload;
  return {
    source,
    chunkName: `@${name}`,
    name: Buffer.from(process.execPath).toString("latin1"),
    args,
    searcher: (load) => (module) => {
      const found = Object.hasOwn(modules, module) ? modules[module] : undefined;
      if (found === undefined) return undefined;
      return { loader: load(found.source, `@${found.path}`), data: found.path };
    },
  };
}
