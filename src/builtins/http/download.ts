/** `http.download`: a response body straight into a file that appears only when it is complete. */
import { randomBytes } from "node:crypto";
import { mkdir, open, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { bytesToBuffer, bytesToUtf8, osError } from "../../host";
import { decodeStream } from "./decode";
import { fault, HttpFault } from "./errors";
import { openResponse, type RequestSpec, withRetries } from "./perform";
import type { Transport } from "./transport";

export interface DownloadSpec extends RequestSpec {
  readonly path: string;
  /** The same as it is opened, a byte string. */
  readonly target: string;
  /** `timeout` was given and bounds the whole download; otherwise it bounds each silence. */
  readonly isTotal: boolean;
}

/** Downloads and returns the number of bytes written. */
export function download(transport: Transport, spec: DownloadSpec): Promise<number> {
  return withRetries(spec, (isLast) => attempt(transport, spec, isLast));
}

async function attempt(transport: Transport, spec: DownloadSpec, isLast: boolean): Promise<number> {
  const response = await openResponse(transport, spec, isLast);
  const { deadline, exchange, url } = response;
  try {
    if (response.status < 200 || response.status > 299) {
      exchange.discard();
      throw fault("request", url, `status ${response.status}`);
    }
    const source = spec.decompress ? decodeStream(url, response.headers, exchange) : exchange;
    return await save(spec, source, url, () => {
      if (!spec.isTotal) deadline.restart();
    });
  } finally {
    deadline.end();
    exchange.discard();
  }
}

/** Writes to a file beside the target and renames it in the end; into devices and pipes straight. */
async function save(
  spec: DownloadSpec,
  source: AsyncIterable<Buffer>,
  url: URL,
  onProgress: () => void,
): Promise<number> {
  const { path, target, maxSize } = spec;
  const folder = dirname(target);
  const whole = bytesToBuffer(target);
  const present = await stat(whole).catch(() => undefined);
  const isStraight = present?.isFile() === false;
  const temporary = bytesToBuffer(
    join(folder, `.${basename(target)}.${randomBytes(6).toString("hex")}.part`),
  );
  try {
    await mkdir(bytesToBuffer(folder), { recursive: true });
    const file = await (isStraight ? open(whole, "w") : open(temporary, "wx"));
    let size = 0;
    try {
      for await (const chunk of source) {
        onProgress();
        size += chunk.length;
        if (size > maxSize)
          throw fault("body", url, `larger than ${maxSize} bytes (option max_size)`, true);
        await file.writeFile(chunk);
      }
      if (!isStraight) await file.sync();
    } finally {
      await file.close();
    }
    if (!isStraight) await rename(temporary, whole);
    return size;
  } catch (e) {
    await unlink(temporary).catch(() => undefined);
    if (e instanceof HttpFault) throw e;
    throw new HttpFault(
      `failed to write ${JSON.stringify(bytesToUtf8(path))}: ${osError(e)}`,
      "request",
    );
  }
}
