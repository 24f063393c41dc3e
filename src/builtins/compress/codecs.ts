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

const { BROTLI_PARAM_QUALITY, ZSTD_c_compressionLevel } = zlib.constants;

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
    options: (level) => ({ params: { [ZSTD_c_compressionLevel]: level } }),
    pack: { sync: zlib.zstdCompressSync, async: zlib.zstdCompress },
    unpack: { sync: zlib.zstdDecompressSync, async: zlib.zstdDecompress },
    check: checkZstd,
  },
  brotli: {
    name: "brotli",
    levels: [0, 11, 5],
    options: (level) => ({ params: { [BROTLI_PARAM_QUALITY]: level } }),
    pack: { sync: zlib.brotliCompressSync, async: zlib.brotliCompress },
    unpack: { sync: zlib.brotliDecompressSync, async: zlib.brotliDecompress },
  },
} satisfies Record<string, Codec>;
