/** `compress`: gzip, zstd and brotli, of whole strings. */
import { constants } from "node:buffer";
import { bufferToBytes, bytesToBuffer, type Context, defineBuiltin, fn, p } from "../host";
import {
  type BufferCallback,
  type Codec,
  codecs,
  MAX_SIZE,
  type Settings,
} from "./compress/codecs";

/** Below this the work is done at once instead of on a helper thread. */
const SMALL = 64 * 1024;

function packing(codec: Codec) {
  return fn({
    doc: `The bytes in ${codec.name} format.`,
    params: [
      p.string("data", "any bytes"),
      p.options("opts", {
        level: p
          .integer("level", `from ${codec.levels[0]}, fast, to ${codec.levels[1]}, small`, {
            min: codec.levels[0],
            max: codec.levels[1],
          })
          .default(codec.levels[2]),
      }),
    ],
    returns: "string",
    run: (ctx, data, { level }) =>
      convert(ctx, bytesToBuffer(data), codec.pack, codec.options(level)),
  });
}

function unpacking(codec: Codec) {
  return fn({
    doc: `The bytes that are in ${codec.name} format in \`data\`.`,
    params: [
      p.string("data"),
      p.options("opts", {
        max_size: p
          .integer("max_size", "bytes of the result, 256 MiB by default; more is an error", {
            min: 1,
          })
          .default(MAX_SIZE),
      }),
    ],
    returns: "string",
    run(ctx, data, { max_size }) {
      const packed = bytesToBuffer(data);
      // no string can be longer, and zlib refuses limits that no buffer can have
      const settings = { maxOutputLength: Math.min(max_size, constants.MAX_STRING_LENGTH) };
      try {
        codec.check?.(packed);
      } catch (e) {
        ctx.fail(causeOf(e, settings));
      }
      return convert(ctx, packed, codec.unpack, settings);
    },
  });
}

/** On a helper thread when it may take long: other tasks run meanwhile. */
function convert(
  ctx: Context,
  input: Buffer,
  work: Codec["pack"],
  settings: Settings,
): string | Promise<string> {
  const failed = (e: unknown) => ctx.fail(causeOf(e, settings));
  if (input.length < SMALL) {
    try {
      return bufferToBytes(work.sync(input, settings));
    } catch (e) {
      return failed(e);
    }
  }
  return new Promise<string>((resolve, reject) => {
    const done: BufferCallback = (e, result) => {
      if (e === null) resolve(bufferToBytes(result));
      else reject(e);
    };
    work.async(input, settings, done);
  }).catch(failed);
}

function causeOf(e: unknown, settings: Settings): string {
  const { code, message } = e as { code?: string; message: string };
  if (code === "ERR_BUFFER_TOO_LARGE")
    return `larger than ${settings.maxOutputLength} bytes (option max_size)`;
  if (code === "Z_BUF_ERROR" || /unexpected end|incomplete|truncated/i.test(message))
    return "the data ends too early";
  return "the data is damaged or in another format";
}

export default defineBuiltin({
  name: "compress",
  doc: "gzip, zstd and brotli",
  needs: [],
  functions: {
    gzip: packing(codecs.gzip),
    gunzip: unpacking(codecs.gzip),
    zstd: packing(codecs.zstd),
    unzstd: unpacking(codecs.zstd),
    brotli: packing(codecs.brotli),
    unbrotli: unpacking(codecs.brotli),
  },
});
