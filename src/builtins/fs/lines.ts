/** `fs.lines`: a file line by line, without ever holding more than a piece of it. */
import { type FileHandle, open } from "node:fs/promises";
import { type Context, defineHandle, HostError, method, osError } from "../../host";
import { attempt, nativePath, quoted } from "./paths";

const CHUNK = 64 * 1024;
/** A file without line ends must not fill the memory unnoticed. */
const MAX_LINE = 256 * 1024 * 1024;

/** An open file, and what has been read of it and not given out. */
export class LineReader {
  private rest = "";
  /** Where in `rest` the next line begins. */
  private at = 0;
  private ended = false;
  private reading: Promise<void> | undefined;
  private file: FileHandle | undefined;
  private readonly buffer = Buffer.allocUnsafe(CHUNK);

  constructor(
    file: FileHandle,
    readonly path: string,
  ) {
    this.file = file;
  }

  /** The next line without its end; undefined after the last. At once when it has been read. */
  next(signal: AbortSignal): string | undefined | Promise<string | undefined> {
    if (this.reading !== undefined) return this.later(signal);
    return this.take() ?? (this.ended ? undefined : this.later(signal));
  }

  /** One task reads on for all that wait; one that was cancelled meanwhile takes no line away. */
  private async later(signal: AbortSignal): Promise<string | undefined> {
    this.reading ??= this.readOn().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
    return signal.aborted ? undefined : this.next(signal);
  }

  private take(): string | undefined {
    const end = this.rest.indexOf("\n", this.at);
    if (end < 0) {
      if (!this.ended || this.at >= this.rest.length) return undefined;
      const last = this.rest.slice(this.at);
      this.at = this.rest.length;
      return last;
    }
    const stop = end > this.at && this.rest.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const line = this.rest.slice(this.at, stop);
    this.at = end + 1;
    return line;
  }

  private async readOn(): Promise<void> {
    const pieces = [this.rest.slice(this.at)];
    let length = pieces[0]?.length ?? 0;
    while (!this.ended) {
      const piece = await this.readPiece();
      pieces.push(piece);
      length += piece.length;
      if (piece.includes("\n")) break;
      if (length > MAX_LINE) throw new HostError(`fs.lines: line too long in ${quoted(this.path)}`);
    }
    this.rest = pieces.join("");
    this.at = 0;
    if (this.ended) await this.close();
  }

  private async readPiece(): Promise<string> {
    if (this.file === undefined) throw new HostError("fs.lines: file is closed");
    try {
      const { bytesRead } = await this.file.read(this.buffer, 0, CHUNK, null);
      if (bytesRead === 0) this.ended = true;
      return this.buffer.toString("latin1", 0, bytesRead);
    } catch (e) {
      throw new HostError(`fs.lines: failed to read ${quoted(this.path)}: ${osError(e)}`);
    }
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.close().catch(() => undefined);
  }
}

export const Lines = defineHandle<LineReader>({
  name: "fs.lines",
  needs: [],
  doc: "Iterates over the lines of a file.",
  call: method<LineReader>()({
    doc: "The next line without its end; nil after the last.",
    params: [],
    returns: "string?",
    run: (self, ctx) => self.next(ctx.signal),
  }),
  methods: {
    close: method<LineReader>()({
      doc: "Closes the file before its end.",
      params: [],
      run: (self) => self.close(),
    }),
  },
  close: (self) => self.close(),
  gc: (self) => void self.close(),
});

/** Opens a file to read its lines. */
export async function openLines(ctx: Context, path: string): Promise<LineReader> {
  const real = ctx.readPath(path);
  const file = await attempt(ctx, `read ${quoted(path)}`, async () => {
    const opened = await open(nativePath(real), "r");
    // opening a folder works, reading it does not
    if (!(await opened.stat()).isDirectory()) return opened;
    await opened.close();
    throw Object.assign(new Error("EISDIR"), { code: "EISDIR", errno: -21 });
  });
  return new LineReader(file, path);
}
