/** Undoes `Content-Encoding`, with a bound on what comes out. */
import type { Transform } from "node:stream";
import {
  brotliDecompress,
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  zstdDecompress,
  zstdDecompressSync,
} from "node:zlib";
import { ZstdFrames } from "../compress/zstd-frames";
import { fault } from "./errors";
import { getHeader, type HeaderList, withoutHeaders } from "./headers";

/** What requests say they accept; exactly what `decoders` knows (RFC 9110 §8.4). */
export const ACCEPT_ENCODING = "gzip, br, zstd";

/** Below this a body is decoded at once instead of on a helper thread. */
const SMALL = 64 * 1024;

interface Decoder {
  readonly sync: (data: Buffer, options: { maxOutputLength: number }) => Buffer;
  readonly async: (
    data: Buffer,
    options: { maxOutputLength: number },
    done: (error: Error | null, result: Buffer) => void,
  ) => void;
  /** For a body that begins with these bytes. */
  readonly stream: (start: Buffer) => Transform;
  /** Sees that data is complete, where the decoder does not. */
  readonly watch?: () => ZstdFrames;
}

const gzip: Decoder = {
  sync: gunzipSync,
  async: gunzip,
  stream: () => createGunzip(),
};

const decoders: Record<string, Decoder> = {
  gzip,
  "x-gzip": gzip,
  deflate: {
    sync: inflateEither,
    async: inflateEitherAsync,
    stream: (start) => (isZlib(start) ? createInflate() : createInflateRaw()),
  },
  br: {
    sync: brotliDecompressSync,
    async: brotliDecompress,
    stream: () => createBrotliDecompress(),
  },
  zstd: {
    sync: zstdDecompressSync,
    async: zstdDecompress,
    stream: () => createZstdDecompress(),
    watch: () => new ZstdFrames(),
  },
};

/** "deflate" is zlib format by the RFC and a bare stream by habit. */
function isZlib(data: Buffer): boolean {
  return data.length >= 2 && ((data[0] as number) & 15) === 8 && data.readUInt16BE(0) % 31 === 0;
}

function inflateEither(data: Buffer, options: { maxOutputLength: number }): Buffer {
  return isZlib(data) ? inflateSync(data, options) : inflateRawSync(data, options);
}

function inflateEitherAsync(
  data: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, result: Buffer) => void,
): void {
  if (isZlib(data)) inflate(data, options, done);
  else inflateRaw(data, options, done);
}

/** The encodings to undo, last applied first; undefined when one is not known. */
function encodingsOf(headers: HeaderList): Decoder[] | undefined {
  const found: Decoder[] = [];
  for (const [name, value] of headers) {
    if (name !== "content-encoding") continue;
    for (const part of value.toLowerCase().split(",")) {
      const encoding = part.trim();
      if (encoding === "" || encoding === "identity") continue;
      const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
      if (decoder === undefined) return undefined;
      found.unshift(decoder);
    }
  }
  return found;
}

const DESCRIBE_ENCODED = new Set(["content-encoding", "content-length"]);

export interface Decoded {
  readonly body: Buffer;
  readonly headers: HeaderList;
}

/**
 * The body as it was before encoding; headers that describe the encoded form are dropped then. A
 * body in an encoding that is not known stays as it is, with its headers.
 */
export async function decodeBody(
  url: URL,
  headers: HeaderList,
  body: Buffer,
  limit: number,
): Promise<Decoded> {
  const steps = getHeader(headers, "content-encoding") === undefined ? [] : encodingsOf(headers);
  if (steps === undefined || steps.length === 0 || body.length === 0) return { body, headers };
  let data = body;
  try {
    for (const step of steps) data = await decodeStep(step, data, limit);
  } catch (e) {
    throw fault("body", url, decodeProblem(e, headers, limit), isTooLarge(e));
  }
  return { body: data, headers: withoutHeaders(headers, DESCRIBE_ENCODED) };
}

function decodeStep(step: Decoder, data: Buffer, limit: number): Promise<Buffer> | Buffer {
  const options = { maxOutputLength: Math.min(limit, 0xffffffff) };
  const frames = step.watch?.();
  frames?.push(data);
  frames?.end();
  if (data.length <= SMALL) return step.sync(data, options);
  return new Promise((resolve, reject) => {
    step.async(data, options, (error, result) =>
      error === null ? resolve(result) : reject(error),
    );
  });
}

function isTooLarge(e: unknown): boolean {
  return (e as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
}

function decodeProblem(e: unknown, headers: HeaderList, limit: number): string {
  if (isTooLarge(e)) return `larger than ${limit} bytes (option max_size)`;
  const encoding = getHeader(headers, "content-encoding");
  return `not valid ${encoding}: ${e instanceof Error ? e.message : String(e)}`;
}

/** As `decodeBody` for a body that is read piece by piece. */
export async function* decodeStream(
  url: URL,
  headers: HeaderList,
  body: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  const steps = encodingsOf(headers);
  if (steps === undefined || steps.length === 0) {
    yield* body;
    return;
  }
  let source = body;
  for (const step of steps) source = through(source, step);
  try {
    yield* source;
  } catch (e) {
    throw e instanceof Error ? fault("body", url, decodeProblem(e, headers, Infinity)) : e;
  }
}

/** What tells the decoders' variants apart. */
const START_BYTES = 2;

/** Pipes by hand, so that the source's own faults come through as they are. */
async function* through(source: AsyncIterable<Buffer>, decoder: Decoder): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  // no further than that: the next chunk may be long in coming
  while (start.length < START_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
  }
  // no body at all is none when it is decoded, too
  if (start.length === 0) return;
  const step = decoder.stream(start);
  const frames = decoder.watch?.();
  const write = async (chunk: Buffer) => {
    frames?.push(chunk);
    if (!step.write(chunk)) await new Promise((resolve) => step.once("drain", resolve));
  };
  let failure: unknown;
  const feed = (async () => {
    try {
      await write(start);
      for (;;) {
        const next = await chunks.next();
        if (next.done === true) break;
        await write(next.value);
      }
      frames?.end();
      step.end();
    } catch (e) {
      failure = e;
      step.destroy(e instanceof Error ? e : new Error("source failed"));
    }
  })();
  try {
    for await (const chunk of step) yield chunk as Buffer;
  } catch (e) {
    throw failure ?? e;
  } finally {
    step.destroy();
    // not waited for: it may be in the midst of waiting for a chunk
    chunks.return?.().catch(() => undefined);
  }
  await feed;
}
