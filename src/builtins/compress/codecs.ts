/** What zlib offers, in one shape. */
import zlib from "node:zlib";
import { checkZstd } from "./zstd-frames";

export type Settings = zlib.ZlibOptions & zlib.BrotliOptions & zlib.ZstdOptions;
export type BufferCallback = (error: Error | null, result: Buffer) => void;

interface Direction {
  readonly sync: (data: Buffer, settings: Settings) => Buffer;
  readonly async: (data: Buffer, settings: Settings, done: BufferCallback) => void;
}

export interface Codec {
  readonly name: string;
  /** The least, the most, and the usual one. */
  readonly levels: readonly [min: number, max: number, usual: number];
  readonly options: (level: number) => Settings;
  readonly pack: Direction;
  readonly unpack: Direction;
  /** Fails for packed data that is not complete, where unpacking does not. */
  readonly check?: (data: Buffer) => void;
}

/** Bytes that a result may have unless the script says otherwise: bombs are small. */
export const MAX_SIZE = 256 * 1024 * 1024;

const { BROTLI_PARAM_QUALITY, ZSTD_c_checksumFlag, ZSTD_c_compressionLevel } = zlib.constants;

/** What zlib gives when asked for `info`, which its types don't know. */
interface Unpacked {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Brotli has no frames behind each other; the decoder takes what follows the end for nothing. */
function whole(data: Buffer, result: unknown): Buffer {
  const { buffer, engine } = result as Unpacked;
  if (engine.bytesWritten !== data.length) throw new Error("data behind the end");
  return buffer;
}

const unbrotli: Direction = {
  sync: (data, settings) =>
    whole(data, zlib.brotliDecompressSync(data, { ...settings, info: true })),
  async: (data, settings, done) =>
    zlib.brotliDecompress(data, { ...settings, info: true }, (e, result) => {
      if (e !== null) return done(e, result);
      try {
        done(null, whole(data, result));
      } catch (fault) {
        done(fault as Error, Buffer.alloc(0));
      }
    }),
};

export const codecs = {
  gzip: {
    name: "gzip",
    levels: [1, 9, 6],
    options: (level) => ({ level }),
    pack: { sync: zlib.gzipSync, async: zlib.gzip },
    unpack: { sync: zlib.gunzipSync, async: zlib.gunzip },
  },
  zstd: {
    name: "zstd",
    levels: [1, 19, 3],
    // without a checksum damage would go unnoticed, as with brotli; the program zstd writes one, too
    options: (level) => ({
      params: { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 },
    }),
    pack: { sync: zlib.zstdCompressSync, async: zlib.zstdCompress },
    unpack: { sync: zlib.zstdDecompressSync, async: zlib.zstdDecompress },
    check: checkZstd,
  },
  brotli: {
    name: "brotli",
    levels: [0, 11, 5],
    options: (level) => ({ params: { [BROTLI_PARAM_QUALITY]: level } }),
    pack: { sync: zlib.brotliCompressSync, async: zlib.brotliCompress },
    unpack: unbrotli,
  },
} satisfies Record<string, Codec>;
